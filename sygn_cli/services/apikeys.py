"""Making, using and revoking API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import apikey, moment
from sygn_cli.domain.document import LOCAL_ACCOUNT, Mode
from sygn_cli.domain.errors import Forbidden, InvalidRequest, NotFound, Unauthorized
from sygn_cli.services import documents

if TYPE_CHECKING:
    from sygn_cli.domain.apikey import ApiKey
    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime


def create(
    runtime: Runtime,
    *,
    label: str = "",
    mode: Mode = Mode.LIVE,
    expires: str = "never",
    partner: bool = False,
) -> tuple[ApiKey, str]:
    """Make a key for whoever owns the workspace, and return it with its secret.

    It acts as the account ``local``, as the command line does, so both see the same documents. A
    partner's key acts as the partner instead, and may make keys for the partner's own users; keys
    with the same label are keys of the same partner.

    Raises:
        InvalidRequest: The label or the deadline is not acceptable.
    """
    name = apikey.partner_name(label) if partner else ""
    now = runtime.clock.now()
    key, secret = apikey.mint(
        mode=mode,
        entropy=runtime.clock.entropy(apikey.SECRET_BYTES),
        at=moment.to_millisecond(now),
        account=apikey.partner_account(name) if partner else LOCAL_ACCOUNT,
        label=label,
        partner=name,
        can_provision=partner,
        expires_at=moment.deadline(expires, now=now),
    )
    runtime.api_keys.add(key)
    return key, secret


def authenticate(runtime: Runtime, secret: str) -> ApiKey:
    """Return the key that a secret opens.

    Raises:
        Unauthorized: It is unknown, revoked or expired; these are not told apart.
    """
    try:
        key = runtime.api_keys.get(apikey.id_of(secret))
    except NotFound as error:
        raise Unauthorized(apikey.NOT_GOOD) from error
    if not apikey.opens(secret, key):
        raise Unauthorized(apikey.NOT_GOOD)
    now = runtime.clock.now()
    key.require_good(now)
    runtime.api_keys.note_use(key.id, at=now)
    return key


def document(runtime: Runtime, key: ApiKey, document_id: str) -> Document:
    """Return a document in its present state, if it is the key's to see.

    Raises:
        NotFound: There is none.
        Forbidden: It is of another account or another mode.
    """
    found = runtime.store.load(document_id)
    key.require_reach(found)
    return documents.brought_up_to_date(runtime, found)


def mint_tenant(
    runtime: Runtime, partner: ApiKey, *, tenant: str, label: str = "", mode: Mode | None = None
) -> tuple[ApiKey, str]:
    """Make a key for one of a partner's users, and return it with its secret.

    Args:
        runtime: Where to keep it.
        partner: The partner's own key.
        tenant: The partner's name for that user; each has documents of its own.
        label: To tell keys of one user apart.
        mode: Live or test; None means as the partner's key.

    Raises:
        Forbidden: The key may not provision, or it is a test key and a live one is asked for.
        InvalidRequest: A name is not acceptable.
    """
    require_partner(partner)
    if partner.mode is Mode.TEST and mode is Mode.LIVE:
        raise Forbidden("A test key makes test keys only.")
    key, secret = apikey.mint(
        mode=mode or partner.mode,
        entropy=runtime.clock.entropy(apikey.SECRET_BYTES),
        at=moment.to_millisecond(runtime.clock.now()),
        account=apikey.tenant_account(partner.partner, tenant),
        label=label,
        partner=partner.partner,
        tenant=tenant,
    )
    runtime.api_keys.add(key)
    return key, secret


def tenants(runtime: Runtime, partner: ApiKey) -> list[ApiKey]:
    """Return the keys of a partner's users, oldest first; a test key sees test keys only.

    Raises:
        Forbidden: The key may not provision.
    """
    require_partner(partner)
    return [key for key in runtime.api_keys.list() if _is_tenant_of(key, partner)]


def revoke(runtime: Runtime, key_id: str) -> ApiKey:
    """Make a key useless from now on.

    Args:
        runtime: Where it is.
        key_id: Its id, or a beginning of one that no other key shares.

    Raises:
        NotFound: There is no such key.
        InvalidRequest: Several ids begin like that.
    """
    found = [key.id for key in runtime.api_keys.list() if key.id.startswith(key_id)]
    if len(found) > 1 and key_id not in found:
        raise InvalidRequest(f"Several keys begin with {key_id}.", hint="See: sygn keys list")
    return runtime.api_keys.revoke(found[0] if len(found) == 1 else key_id, at=runtime.clock.now())


def revoke_tenant(runtime: Runtime, partner: ApiKey, key_id: str) -> ApiKey:
    """Make the key of one of a partner's users useless from now on.

    Raises:
        NotFound: There is no such key.
        Forbidden: The key may not provision, or that key is not one of its tenants'.
    """
    require_partner(partner)
    key = runtime.api_keys.get(key_id)
    if not _is_tenant_of(key, partner):
        raise Forbidden("The key is not one of your tenants'.")
    return runtime.api_keys.revoke(key_id, at=runtime.clock.now())


def require_partner(key: ApiKey) -> None:
    """Refuse a key that may not provision.

    Raises:
        Forbidden: It may not.
    """
    if not key.can_provision:
        raise Forbidden("Only a partner's master key may do this.")


def _is_tenant_of(key: ApiKey, partner: ApiKey) -> bool:
    if key.can_provision or not key.tenant or key.partner != partner.partner:
        return False
    return partner.mode is Mode.LIVE or key.mode is Mode.TEST
