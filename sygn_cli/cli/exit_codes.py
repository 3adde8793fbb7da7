"""Exit codes: frozen, one per kind of outcome, so that scripts can tell them apart."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """What ``sygn`` leaves behind in ``$?``."""

    OK = 0
    BUG = 1
    USAGE = 2
    NOT_FOUND = 3
    AUTH = 4
    CONFLICT = 5
    PDF_REFUSED = 6
    NO_FIELDS = 7
    PENDING = 8
    ENDED = 9
    TAMPERED = 10
    UNTRUSTED = 11
    NETWORK = 12
    WORKSPACE = 13
    INTERRUPTED = 130


MEANINGS: Final[dict[ExitCode, str]] = {
    ExitCode.OK: "done; for `verify`: valid",
    ExitCode.BUG: "a bug in sygn (please report it)",
    ExitCode.USAGE: "wrong usage or an unacceptable value",
    ExitCode.NOT_FOUND: "no such document, signer, field or file",
    ExitCode.AUTH: "a key or link is missing, wrong or not allowed to do this",
    ExitCode.CONFLICT: "the document's state does not allow it "
    "(not_completed, already_completed, voided, expired, already_signed, ...)",
    ExitCode.PDF_REFUSED: "the PDF cannot be used (damaged, encrypted, XFA, signed, too large)",
    ExitCode.NO_FIELDS: "no fields were detected and none were given",
    ExitCode.PENDING: "still pending when `status --wait` timed out",
    ExitCode.ENDED: "ended without completion under `--wait` (declined, expired or voided)",
    ExitCode.TAMPERED: "a file was changed after sealing, or its evidence is broken (`verify`, "
    "`timestamp`), or the workspace's is (`audit --verify`, `fsck`, `backup`, `purge`)",
    ExitCode.UNTRUSTED: "`verify`, `timestamp`: not signed, not by anybody trusted, or not as "
    "`--signers` and `--require-timestamp` demand",
    ExitCode.NETWORK: "a server that was needed did not answer",
    ExitCode.WORKSPACE: "the workspace cannot be used, or its key cannot seal",
    ExitCode.INTERRUPTED: "interrupted with Ctrl-C",
}

BY_CODE: Final[dict[str, ExitCode]] = {
    "invalid_request": ExitCode.USAGE,
    "idempotency_key_reused": ExitCode.USAGE,
    "not_found": ExitCode.NOT_FOUND,
    "unauthorized": ExitCode.AUTH,
    "identity_required": ExitCode.AUTH,
    "identity_locked": ExitCode.AUTH,
    "forbidden": ExitCode.AUTH,
    "not_completed": ExitCode.CONFLICT,
    "already_completed": ExitCode.CONFLICT,
    "already_signed": ExitCode.CONFLICT,
    "not_your_turn": ExitCode.CONFLICT,
    "consent_missing": ExitCode.CONFLICT,
    "voided": ExitCode.CONFLICT,
    "expired": ExitCode.CONFLICT,
    "declined": ExitCode.CONFLICT,
    "conflict": ExitCode.CONFLICT,
    "detection_failed": ExitCode.PDF_REFUSED,
    "payload_too_large": ExitCode.PDF_REFUSED,
    "no_fields_detected": ExitCode.NO_FIELDS,
    "still_pending": ExitCode.PENDING,
    "ended_uncompleted": ExitCode.ENDED,
    "tampered": ExitCode.TAMPERED,
    "untrusted": ExitCode.UNTRUSTED,
    "network_failed": ExitCode.NETWORK,
    "seal_failed": ExitCode.WORKSPACE,
    "workspace_unusable": ExitCode.WORKSPACE,
}


def table() -> str:
    """Return the codes as aligned lines, as ``sygn help exit-codes`` prints them."""
    return "\n".join(f"{code.value:>3}  {meaning}" for code, meaning in MEANINGS.items())
