"""Every refusal and failure that sygn can name, one class per state.

``code`` is the wire name: the REST API, ``--json`` errors and the tables of HTTP statuses and
exit codes all use it. A class without a code of its own is a family, never raised itself.

    SygnError
    +-- InvalidRequest          a value that is not acceptable
    |   +-- IdempotencyKeyReused
    +-- NotFound                no such document, signer, template, key
    |   +-- Purged              there was one; it was removed under retention
    +-- Unauthorized, Forbidden
    +-- StateConflict           (family) the document is in the wrong state
    |   +-- NotCompleted, AlreadyCompleted, AlreadySigned, NotYourTurn, NotSent
    |   +-- Voided, Expired, Declined
    |   +-- Conflict            somebody else changed it first
    +-- PdfRefused              the PDF cannot be used; ``reason`` says why
    |   +-- PayloadTooLarge
    +-- NoFieldsDetected
    +-- StillPending, EndedUncompleted
    +-- Tampered, Untrusted     what ``verify`` found
    +-- NetworkFailed
    +-- SealFailed              everyone has signed, the seal could not be made
    +-- WorkspaceUnusable
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar


class SygnError(Exception):
    """Base of everything expected.

    Attributes:
        message: One sentence that names the thing.
        hint: What to do next, usually a command; None where there is nothing to add.
    """

    code: ClassVar[str] = ""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process, hint and all."""
        return _rebuild, (type(self), self.message, self.hint, self.__dict__)


def _rebuild(
    kind: type[SygnError], message: str, hint: str | None, state: dict[str, object]
) -> SygnError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    error.message, error.hint = message, hint
    error.__dict__.update(state)
    return error


class InvalidRequest(SygnError):
    """A value is missing, malformed or out of range."""

    code = "invalid_request"


class IdempotencyKeyReused(InvalidRequest):
    """The idempotency key was used with another request."""

    code = "idempotency_key_reused"


class NotFound(SygnError):
    """No document, signer, template or key has that name."""

    code = "not_found"


class Purged(NotFound):
    """The document was removed when its time of retention was over; only hashes are left.

    Attributes:
        day: When, as ``2026-11-21`` (UTC).
        sealed_sha256: Hashes of the sealed files that people may still hold.
    """

    def __init__(
        self, message: str, *, day: str, sealed_sha256: tuple[str, ...], hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.day = day
        self.sealed_sha256 = sealed_sha256


class Unauthorized(SygnError):
    """The key or link is missing, wrong or no longer good."""

    code = "unauthorized"


class Forbidden(SygnError):
    """The key is good, but not for this."""

    code = "forbidden"


class IdentityRequired(SygnError):
    """The signer has first to pass the identity steps that the sender chose."""

    code = "identity_required"


class IdentityLocked(SygnError):
    """There were too many wrong codes; only the sender lets the signer try again."""

    code = "identity_locked"


class StateConflict(SygnError):
    """Family: the document is in a state that does not allow this."""


class NotCompleted(StateConflict):
    """The signed file was asked for before everyone had signed."""

    code = "not_completed"


class AlreadyCompleted(StateConflict):
    """A completed document cannot be changed."""

    code = "already_completed"


class AlreadySigned(StateConflict):
    """This signer has signed, with other values than these."""

    code = "already_signed"


class NotYourTurn(StateConflict):
    """In a sequential document somebody else has to sign first."""

    code = "not_your_turn"


class ConsentMissing(StateConflict):
    """Values came in before the signer consented to sign electronically."""

    code = "consent_missing"


class Voided(StateConflict):
    """The sender voided the document."""

    code = "voided"


class Expired(StateConflict):
    """The deadline has passed."""

    code = "expired"


class Declined(StateConflict):
    """A signer declined."""

    code = "declined"


class Conflict(StateConflict):
    """Another process changed the document between reading and writing."""

    code = "conflict"


class RefusalReason(StrEnum):
    """Why a PDF was refused."""

    NOT_A_PDF = "not_a_pdf"
    DAMAGED = "damaged"
    ENCRYPTED = "encrypted"
    XFA = "xfa"
    ALREADY_SIGNED = "already_signed"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_LARGE = "too_large"
    PAGE_SIZE = "page_size"
    LIMIT_EXCEEDED = "limit_exceeded"


class PdfRefused(SygnError):
    """The PDF cannot be signed with sygn; ``reason`` says why."""

    code = "detection_failed"

    def __init__(self, message: str, *, reason: RefusalReason, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class PayloadTooLarge(PdfRefused):
    """The PDF is larger than the workspace accepts."""

    code = "payload_too_large"


class NoFieldsDetected(SygnError):
    """Nothing to sign was found in the PDF."""

    code = "no_fields_detected"


class StillPending(SygnError):
    """Waiting ended before the document did."""

    code = "still_pending"


class EndedUncompleted(SygnError):
    """The document ended declined, expired or voided while somebody waited."""

    code = "ended_uncompleted"


class Tampered(SygnError):
    """The file is not what was sealed."""

    code = "tampered"


class Untrusted(SygnError):
    """The file is unsigned, or sealed by somebody who is not trusted."""

    code = "untrusted"


class NetworkFailed(SygnError):
    """A server that we need did not answer as it should."""

    code = "network_failed"


class SealFailed(SygnError):
    """The seal could not be made; the signatures are safe and sealing can be tried again."""

    code = "seal_failed"


class WorkspaceUnusable(SygnError):
    """The workspace is missing, locked, damaged, read-only or from a newer version."""

    code = "workspace_unusable"
