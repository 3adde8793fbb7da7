"""Creating a document at most once for a key, however often the request is sent.

The key is looked up by the request as it was written, before anything that the request refers to
is read: a request whose template is gone or changed by then is still the same.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.document import LOCAL_ACCOUNT, Mode
from sygn_cli.domain.errors import InvalidRequest, WorkspaceUnusable
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.services import creation

if TYPE_CHECKING:
    from collections.abc import Callable

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.services.creation import Plan, Request
    from sygn_cli.services.runtime import Runtime

_LONGEST_KEY: Final = 200
_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{_LONGEST_KEY}}}")


@dataclass(frozen=True, slots=True)
class Once:
    """By what a request is known when it is sent again.

    Attributes:
        key: The idempotency key, "" for none.
        fingerprint: A hash that two requests share only if they were written to say the same.
        account: Whose key it is; accounts do not meet.
        mode: Nor do live and test documents of one account.
    """

    key: str
    fingerprint: str
    account: str = LOCAL_ACCOUNT
    mode: Mode = Mode.LIVE

    @property
    def scope(self) -> str:
        """Within what the key is known."""
        return f"{self.account}\n{self.mode}"


def create(
    runtime: Runtime, once: Once, wanted: Callable[[], Request], *, actor: Json = OPERATOR
) -> tuple[Document, Plan | None]:
    """Create the document; or return the one that the same request made before, and no plan.

    A request of which nothing comes frees its key, whatever went wrong, so that it can be
    corrected.

    Args:
        runtime: Where to create it.
        once: The key and what it stands for.
        wanted: Reads what is to be created; not called for what was created before.
        actor: Who creates it.

    Raises:
        IdempotencyKeyReused: The key was used with another request.
        InvalidRequest: The key is none.
        SygnError: As for :func:`creation.create`, and what ``wanted`` raises.
    """
    if not once.key:
        return creation.create(runtime, wanted(), actor=actor)
    require_key(once.key)
    document_id = creation.new_id(runtime)
    before = _made_before(runtime, once, document_id)
    if before is not None:
        return before, None
    try:
        ready = creation.prepare(runtime, wanted())
        return creation.store(runtime, ready, document_id, actor=actor)
    except BaseException:
        with suppress(WorkspaceUnusable):  # why it failed says more
            runtime.store.release(document_id)
        raise


def require_key(key: str) -> None:
    """Refuse what is no key; an empty one is none either.

    Raises:
        InvalidRequest: It is none.
    """
    if not _KEY.fullmatch(key):
        raise InvalidRequest(f"An idempotency key is 1 to {_LONGEST_KEY} printable characters.")


def _made_before(runtime: Runtime, once: Once, document_id: str) -> Document | None:
    """Return the document that the key is bound to; bind it to a new one if there is none."""
    old = runtime.store.bound_formerly(once.account, once.key)
    if old is not None:
        document = _finished(runtime, old)
        if document.mode is once.mode:
            return document
    bound = runtime.store.remember(once.scope, once.key, once.fingerprint, document_id)
    return None if bound is None else _finished(runtime, bound)


def _finished(runtime: Runtime, document_id: str) -> Document:
    with runtime.store.exclusive(document_id):  # whoever created it may not have come to the end
        return runtime.store.load(document_id)
