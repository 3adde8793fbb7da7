"""What the services need from outside, as shapes: a store, a clock, a place for PDF work, keys.

The workspace on disk is one implementation of :class:`Store`; tests use one in memory; another
for many machines (a database and an object store) must fit behind the same few verbs. Services
never see a path, a TinyDB or a lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.domain.apikey import ApiKey
    from sygn_cli.domain.audit import Entry, Event
    from sygn_cli.domain.document import Document, DocumentStatus
    from sygn_cli.domain.listing import Filters, Page
    from sygn_cli.domain.progress import Progress
    from sygn_cli.domain.revocation import Revocation
    from sygn_cli.domain.template import Template
    from sygn_cli.engine.credential import Credential
    from sygn_cli.store.findings import Finding
    from sygn_cli.store.ledger import Inclusion

P = ParamSpec("P")
T = TypeVar("T")


class Store(Protocol):
    """Documents, their trails and their blobs: one document, one aggregate, one lock."""

    def create(
        self, document_id: str, entry: Entry, *, at: datetime, blobs: Sequence[bytes] = ()
    ) -> Document:
        """Store a new document: its first event, what that refers to, and its source files.

        All of it becomes visible at once or not at all.

        Raises:
            Conflict: The id exists.
            WorkspaceUnusable: Nothing can be written.
        """
        ...

    def load(self, document_id: str) -> Document:
        """Return the document as its trail says, without waiting for anybody.

        Raises:
            NotFound: There is none.
            Tampered: Its trail is broken.
        """
        ...

    def commit(self, document: Document, entry: Entry, *, at: datetime) -> Document:
        """Append one event to the trail of a document as it was loaded; durable on return.

        Raises:
            Conflict: The document changed since it was loaded.
            WorkspaceUnusable: It could not be written; nothing has changed.
        """
        ...

    def exclusive(self, document_id: str) -> AbstractContextManager[None]:
        """Keep everybody else from changing the document until the block ends.

        The same thread may enter again; ``load`` and ``commit`` inside see and make the only
        changes. A process that dies lets go.
        """
        ...

    def trail(self, document_id: str) -> list[Event]:
        """Return all events, each checked against the one before.

        Raises:
            NotFound: There is no such document.
            Tampered: The chain is broken.
        """
        ...

    def blob(self, document_id: str, sha256: str) -> bytes:
        """Return stored bytes, checked against their hash.

        Raises:
            NotFound: The document has no such blob.
            Tampered: They are not the bytes that were stored.
        """
        ...

    def blob_at_hand(self, document_id: str, sha256: str) -> Path | bytes:
        """Return where stored bytes lie, for another process to read, or the bytes themselves.

        They were checked against their hash since their file last changed.

        Raises:
            NotFound: The document has no such blob.
            Tampered: They are not the bytes that were stored.
        """
        ...

    def resolve(self, prefix: str) -> str:
        """Return the one document id that starts with this; ``@last`` is the newest.

        Raises:
            NotFound: None does.
            InvalidRequest: Several do.
        """
        ...

    def list(self, filters: Filters, *, limit: int, cursor: str | None = None) -> Page:
        """Return a stretch of documents, newest first.

        Raises:
            InvalidRequest: The cursor is not one of ours.
        """
        ...

    def counts(self, filters: Filters) -> Mapping[DocumentStatus, int]:
        """Return how many documents fit, by status; statuses of none may be missing."""
        ...

    def due(self, *, days: Sequence[int], now: datetime) -> Iterator[Document]:
        """Yield documents to be looked at now, as :mod:`sygn_cli.domain.agenda` says.

        What that costs depends on how many these are, not on how many there are.

        Args:
            days: Before the deadline, on which signers are reminded.
            now: The present moment.
        """
        ...

    def remember(self, scope: str, key: str, fingerprint: str, document_id: str) -> str | None:
        """Bind an idempotency key to a document about to be created, before it is.

        Returns:
            None if the key is new; else the id it was bound to with the same fingerprint.

        Raises:
            InvalidRequest: The key was used with another request.
        """
        ...

    def release(self, document_id: str) -> None:
        """Let go of the idempotency key of a document that was not created."""

    def bound_formerly(self, account: str, key: str) -> str | None:
        """Return the document that an older version bound an idempotency key to, if it exists."""

    def heal(self) -> int:
        """Finish what processes that died left unfinished, jobs included; cheap if nothing is.

        Raises:
            WorkspaceUnusable: Something cannot be written.
        """
        ...

    def tend(self, *, now: datetime, stopped: Callable[[], bool] = ...) -> None:
        """Finish what was left unfinished and throw away what is left over; may take its time.

        Args:
            now: The present moment.
            stopped: Whether to leave the rest to the next time; asked often.

        Raises:
            WorkspaceUnusable: Something cannot be written.
        """
        ...


class Clock(Protocol):
    """The time and chance, so that tests can decide both."""

    def now(self) -> datetime:
        """Return the present moment with a time zone."""
        ...

    def entropy(self, count: int) -> bytes:
        """Return random bytes fit for secrets."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class PdfWork(Protocol):
    """A place where foreign PDFs may be parsed: bounded in time and memory, expendable."""

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns; it must be a module's function on plain values.

        Raises:
            PdfRefused: It took too long, too much memory, or the process died.
            SygnError: What the function raised.
        """
        ...


class Keys(Protocol):
    """The workspace's secrets."""

    def link_key(self) -> bytes:
        """Return the key under which signing links are made (32 bytes)."""
        ...

    def owner_key(self) -> bytes:
        """Return the key under which the owner's link is made (32 bytes)."""
        ...

    def renew_owner_key(self) -> None:
        """Put another owner's key in its place: the old link and all its sessions die."""
        ...

    def credential(self) -> Credential:
        """Return the seal's private key and X.509 chain.

        Raises:
            SealFailed: There is none that can be used.
        """
        ...

    def signer_credential(self, name: str, email: str) -> Credential:
        """Return a new credential of the workspace's own CA in a signer's name; it is not kept."""
        ...

    def root_pem(self) -> bytes:
        """Return the X.509 certificate in PEM that the seal's credential leads to; makes none.

        Raises:
            NotFound, SealFailed: Nothing was made yet, or it is lost.
        """
        ...

    def roots(self) -> Sequence[bytes]:
        """Return all roots that this workspace ever sealed under, the present one first."""
        ...

    def crls(self) -> Sequence[bytes]:
        """Return revocation lists in DER that the workspace issues now for what it seals with."""
        ...

    def revocations(self) -> Sequence[Revocation]:
        """Return what was revoked of all credentials that the seal ever had."""
        ...


class Cache(Protocol):
    """Bytes that can be made again at any time, by key."""

    def get(self, key: str) -> bytes | None:
        """Return what was put there, or None."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes if that is possible; never fails."""
        ...


class ApiKeys(Protocol):
    """Keys to the API, by id; never their secrets."""

    def add(self, key: ApiKey) -> None:
        """Keep a new key; durable on return."""
        ...

    def get(self, key_id: str) -> ApiKey:
        """Return the key of that id.

        Raises:
            NotFound: There is none.
        """
        ...

    def list(self) -> Sequence[ApiKey]:
        """Return all keys, oldest first."""
        ...

    def revoke(self, key_id: str, *, at: datetime) -> ApiKey:
        """Make a key useless from now on; doing so twice changes nothing.

        Raises:
            NotFound: There is none of that id.
        """
        ...

    def note_use(self, key_id: str, *, at: datetime) -> None:
        """Remember roughly when a key was used; never fails, and is no write each time."""
        ...

    def last_used(self, key_id: str) -> datetime | None:
        """Return roughly when a key was last used; None if never."""
        ...


class Templates(Protocol):
    """PDFs that are kept to be sent again and again, by slug."""

    def add(self, template: Template, pdf: bytes) -> None:
        """Keep a template, whole or not at all.

        Raises:
            Conflict: There is one of that name.
        """
        ...

    def get(self, slug: str) -> Template:
        """Return the template of that name.

        Raises:
            NotFound: There is none.
        """
        ...

    def pdf(self, template: Template) -> bytes:
        """Return a template's PDF, checked against its hash."""
        ...

    def list(self) -> Sequence[Template]:
        """Return all templates, by group and title."""
        ...

    def remove(self, slug: str) -> None:
        """Take a template away.

        Raises:
            NotFound: There is none of that name.
        """
        ...


class Answers(Protocol):
    """Answers given to requests that carried an idempotency key, kept for a day.

    What was begun is kept with the status 0, until there is an answer.
    """

    def working(self, account: str, key: str) -> AbstractContextManager[bool]:
        """Keep all others from working on a request; tells whether nobody else does."""
        ...

    def get(self, account: str, key: str) -> tuple[str, int, bytes] | None:
        """Return the request's fingerprint, the status and the body; None if there is none."""
        ...

    def begin(self, account: str, key: str, fingerprint: str) -> tuple[str, int, bytes] | None:
        """Keep that a request is begun, unless something is kept: then return that."""
        ...

    def put(self, account: str, key: str, answer: tuple[str, int, bytes]) -> None:
        """Keep an answer, unless one is kept already."""
        ...

    def forget(self, account: str, key: str) -> None:
        """Let go of a request of which nothing came; an answer stays."""
        ...


class ProgressKeeper(Protocol):
    """What signers have entered and not yet handed in, apart from all trails."""

    def get(self, document_id: str, signer_id: str) -> Progress | None:
        """Return what was kept, None where there is nothing that can be read."""
        ...

    def put(self, document_id: str, signer_id: str, progress: Progress) -> None:
        """Keep it in the place of what was there; the caller holds the document's lock.

        Raises:
            WorkspaceUnusable: It cannot be written.
        """
        ...

    def remove(self, document_id: str, signer_id: str | None = None) -> None:
        """Forget what one signer entered, or all signers of a document; never an error."""
        ...

    def all(self) -> Iterator[tuple[str, str]]:
        """Yield document and signer of everything that is kept."""
        ...


class Ledger(Protocol):
    """The workspace's log over all trails, with its signed head."""

    def checkpoint(self) -> bytes:
        """Return the signed head (a C2SP signed note).

        Raises:
            NotFound: Nothing has happened yet.
        """
        ...

    def verifier(self) -> str:
        """Return the public key of the log (C2SP signed-note)."""
        ...

    def inclusions(self, document_id: str, note: bytes) -> Sequence[Inclusion]:
        """Return why each event of a document is in the log under a checkpoint.

        Raises:
            Tampered: The log is not what the checkpoint says.
        """
        ...

    def check(
        self, document_id: str | None = None, *, kept: Sequence[bytes] = ()
    ) -> Iterator[Finding]:
        """Yield what is wrong with everything that is stored, or with one document.

        Args:
            document_id: Which one; None for all.
            kept: Checkpoints that were kept elsewhere, which the log must continue.
        """
        ...
