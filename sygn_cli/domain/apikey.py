"""Keys to the API: what they may do, whose documents they act on, and how they are written.

A key is ``cs_live_`` or ``cs_test_`` and 43 characters (256 random bits). Only its SHA-256 is kept,
under an id that follows from the key itself, so that no table is needed to find it and a plain hash
is enough: nobody guesses 256 bits, and a slow hash would only slow down every request.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import ids, text
from sygn_cli.domain.document import LOCAL_ACCOUNT, Document, Mode
from sygn_cli.domain.errors import Forbidden, InvalidRequest, Unauthorized

if TYPE_CHECKING:
    from datetime import datetime

SECRET_BYTES: Final = 32
LONGEST_LABEL: Final = 100
KEY_ID: Final = re.compile(r"key_[0-9a-hjkmnp-tv-z]{26}")
# No hyphen: in ``p-<partner>-<tenant>`` the first one after the name ends the name, so no two
# partners and tenants share an account.
_PARTNER: Final = re.compile(r"[a-z0-9]{1,32}")
_TENANT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SECRET: Final = re.compile(r"cs_(?:live|test)_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its secret.

    Attributes:
        sha256: Hash of the whole secret, prefix and all.
        account: Whose documents it makes and sees.
        mode: A test key makes and sees test documents, a live key live ones.
        partner: Name of the partner that it belongs to, "" for none.
        tenant: The partner's own name for its user, "" unless it is a tenant's key.
        can_provision: It may mint, list and revoke the keys of its partner's tenants.
    """

    id: str
    sha256: str
    account: str
    mode: Mode
    created_at: datetime
    label: str = ""
    partner: str = ""
    tenant: str = ""
    can_provision: bool = False
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def require_good(self, now: datetime) -> None:
        """Refuse a key that was revoked or has expired.

        Raises:
            Unauthorized: It is one.
        """
        if self.revoked_at is not None or (self.expires_at is not None and now >= self.expires_at):
            raise Unauthorized(NOT_GOOD)

    def state(self, now: datetime) -> str:
        """Return whether it is good, in one word for lists."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and now >= self.expires_at:
            return "expired"
        return "partner" if self.can_provision else "good"

    def require_reach(self, document: Document) -> None:
        """Refuse unless the document is of the key's account and mode.

        Raises:
            Forbidden: It is not.
        """
        if document.account != self.account:
            raise Forbidden("The document belongs to a different account.")
        if document.mode is not self.mode:
            raise Forbidden(
                f"This is a {self.mode} key, and the document is a {document.mode} document."
            )


NOT_GOOD: Final = "The API key is missing or not valid."


def mint(
    *,
    mode: Mode,
    entropy: bytes,
    at: datetime,
    account: str = LOCAL_ACCOUNT,
    label: str = "",
    partner: str = "",
    tenant: str = "",
    can_provision: bool = False,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Return a new key and its secret, which is nowhere else.

    Raises:
        InvalidRequest: The label is too long or has characters that could mislead.
    """
    if len(entropy) != SECRET_BYTES:
        raise ValueError(f"a key takes {SECRET_BYTES} random bytes, not {len(entropy)}")
    written = base64.urlsafe_b64encode(entropy).rstrip(b"=").decode("ascii")
    secret = f"cs_{mode}_{written}"
    key = ApiKey(
        id=id_of(secret),
        sha256=_sha256(secret),
        account=account,
        mode=mode,
        created_at=at,
        label=text.clean(label, what="The label", longest=LONGEST_LABEL),
        partner=partner,
        tenant=tenant,
        can_provision=can_provision,
        expires_at=expires_at,
    )
    return key, secret


def id_of(secret: str) -> str:
    """Return the id that a secret leads to; it says nothing about the secret.

    Raises:
        Unauthorized: It does not have the form of a key.
    """
    if not _SECRET.fullmatch(secret):
        raise Unauthorized(NOT_GOOD)
    digest = hashlib.sha256(b"sygn-key-id-1\n" + secret.encode("ascii")).digest()
    return f"key_{ids.base32(digest[:16])}"


def opens(secret: str, key: ApiKey) -> bool:
    """Tell in constant time whether a secret is the one of that key."""
    return hmac.compare_digest(_sha256(secret), key.sha256)


def partner_name(written: str) -> str:
    """Return a partner's name as accounts carry it.

    Raises:
        InvalidRequest: It has other characters than a-z and 0-9.
    """
    name = written.strip().lower()
    if not _PARTNER.fullmatch(name):
        raise InvalidRequest(
            f"{text.printable(written)!r} cannot name a partner.",
            hint="A partner's label is 1 to 32 letters and digits, because accounts carry it.",
        )
    return name


def partner_account(partner: str) -> str:
    """Return the account of a partner itself."""
    return f"p-{partner}"


def tenant_account(partner: str, tenant: str) -> str:
    """Return the account of one of a partner's users.

    Raises:
        InvalidRequest: The tenant's name is not acceptable.
    """
    if not _TENANT.fullmatch(tenant):
        raise InvalidRequest(
            f"{text.printable(tenant)!r} cannot name a tenant.",
            hint="A tenant_id is 1 to 64 letters, digits, dots, hyphens and underscores.",
        )
    return f"{partner_account(partner)}-{tenant}"


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii", "replace")).hexdigest()
