"""What the sender does while a document waits: send a draft, move the deadline, remind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from sygn_cli.domain import moment, reminders, sending
from sygn_cli.domain.audit import EventType
from sygn_cli.domain.evidence import OPERATOR, SYSTEM
from sygn_cli.domain.sending import BY_OPERATOR
from sygn_cli.services import documents

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

# How long a request is known that may be sent again.
_KNOWN_FOR: Final = timedelta(days=1)


def send(runtime: Runtime, document_id: str, *, actor: Json = OPERATOR) -> Document:
    """Let the signers of a draft act; doing so twice is no error.

    Raises:
        NotFound, StateConflict: There is no such document, or it has ended.
        WorkspaceUnusable: The key of all links is lost; nothing is recorded.
    """
    documents.get(runtime, document_id)
    store, now = runtime.store, runtime.clock.now()
    runtime.keys.link_key()
    with store.exclusive(document_id):
        document = store.load(document_id)
        entry = sending.send(document, actor=actor, now=now)
        return document if entry is None else store.commit(document, entry, at=now)


def change_deadline(
    runtime: Runtime, document_id: str, expires: str, *, actor: Json = OPERATOR
) -> Document:
    """Set another deadline, written as for ``--expires``: 30d, a date, a moment or never.

    Raises:
        InvalidRequest: It is none of those, or lies in the past.
        NotFound, StateConflict: There is no such document, or it has ended.
    """
    documents.get(runtime, document_id)
    store, now = runtime.store, runtime.clock.now()
    with store.exclusive(document_id):
        document = store.load(document_id)
        wanted = moment.deadline(expires, now=now)
        entry = sending.change_deadline(document, wanted, actor=actor, now=now)
        return document if entry is None else store.commit(document, entry, at=now)


def remind(
    runtime: Runtime, document_id: str, *, actor: Json = OPERATOR, request: str = ""
) -> tuple[Document, Sequence[Signer]]:
    """Remind those whose turn it is, and return who they are.

    Letters go out to them, or whoever asked passes their links on, as :func:`channel` says.

    Args:
        runtime: Where to look.
        document_id: The document.
        actor: Who reminds.
        request: See :func:`remind_once`.

    Raises:
        NotFound, StateConflict: There is no such document, or nobody has to sign.
        WorkspaceUnusable: The key of all links is lost; nothing is recorded.
    """
    documents.get(runtime, document_id)
    store, now = runtime.store, runtime.clock.now()
    runtime.keys.link_key()
    with store.exclusive(document_id):
        document = store.load(document_id)
        entry, waiting = sending.remind(
            document,
            channel=channel(runtime, document),
            actor=actor,
            now=now,
            request=request,
        )
        return store.commit(document, entry, at=now), waiting


def remind_once(
    runtime: Runtime, document_id: str, *, request: str, actor: Json = OPERATOR
) -> tuple[Document, Sequence[Signer], bool]:
    """Remind like :func:`remind`, but within a day only once for a request.

    The trail tells whether it was done, so whoever got no answer, from any server, may ask again.

    Args:
        runtime: Where to look.
        document_id: The document.
        request: By what the request is known when it is sent again.
        actor: Who reminds.

    Returns:
        Also whether it had been done before.
    """
    documents.get(runtime, document_id)
    with runtime.store.exclusive(document_id):
        before = _reminded_by(runtime, document_id, request)
        if before is None:
            return *remind(runtime, document_id, actor=actor, request=request), False
        document = runtime.store.load(document_id)
        document.require_open()  # else there are no links to return
        return document, [one for one in document.signers if one.id in before], True


def _reminded_by(runtime: Runtime, document_id: str, request: str) -> Collection[str] | None:
    """Return whom a request reminded, None if it did not."""
    since = runtime.clock.now() - _KNOWN_FOR
    for event in reversed(runtime.store.trail(document_id)):
        if event.at < since:
            return None
        if event.type is EventType.REMINDED and event.data.get("request") == request:
            return cast("list[str]", event.data["signers"])
    return None


def remind_if_due(
    runtime: Runtime, document: Document, *, links_are_shown: bool = False
) -> tuple[Document, Sequence[Signer]]:
    """Remind those who are to be by the settings: nobody, if nobody would hear of it.

    Args:
        runtime: Where to look.
        document: As it was just read.
        links_are_shown: Somebody passes the links on where no mail goes out.
    """
    store, now, days = runtime.store, runtime.clock.now(), runtime.settings.reminders
    way = channel(runtime, document)
    if way == BY_OPERATOR and not links_are_shown:
        return document, ()
    if not reminders.due(document, days=days, now=now):
        return document, ()
    with store.exclusive(document.id):
        document = store.load(document.id)
        waiting = reminders.due(document, days=days, now=now)
        if not waiting:
            return document, ()
        entry, _ = sending.remind(document, channel=way, actor=SYSTEM, now=now, only=waiting)
        return store.commit(document, entry, at=now), waiting


def channel(runtime: Runtime, document: Document) -> str:
    """Return how links reach the signers: ``email``, or ``operator`` who passes them on."""
    goes_out = document.mailed and runtime.mails.mailer.delivers
    return sending.EMAIL if goes_out else BY_OPERATOR
