"""The words of a completion certificate, as HTML for MuPDF's own small layout engine."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from sygn_cli.engine.certificate_pages import Block

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sygn_cli.engine.certificate_content import CertificateView, SignerView

# MuPDF breaks lines at white space only; without help a long word runs off the page.
# Characters of the widest letter that fit beside the QR code, into a table, into a narrow column.
_HEAD: Final = 30
_WIDE: Final = 44
_NARROW: Final = 12
_BREAK: Final = "\u200b"
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_SANDBOX: Final = "SANDBOX: made for testing. This document and its signatures do not count."


def head(view: CertificateView) -> str:
    """Return what stands beside the QR code; every foreign word is escaped, here and below."""
    sandbox = f"<p class='warn'><b>{_SANDBOX}</b></p>" if view.sandbox else ""
    return f"<h1>Completion certificate</h1><p class='lead'>{_words(view.title, widest=_HEAD)}</p>{sandbox}"


def blocks(view: CertificateView) -> list[Block]:
    """Return the rest, piece by piece."""
    first, *others = [_signer(n, signer) for n, signer in enumerate(view.signers, start=1)]
    return [
        Block(_document(view)),
        Block(_files(view), together=False),
        Block(f"<h2>Signers</h2>{first}"),
        *(Block(other) for other in others),
        Block(_history(view), together=False),
        Block(_worth(view)),
        Block(_how_to_verify(view)),
    ]


def _document(view: CertificateView) -> str:
    return _table(
        [
            ("Outcome", f"<b>{_words(view.outcome)}</b>"),
            ("Document", _mono(view.document)),
            ("Sender", _words(view.sender)),
            ("Created", _when(view.created_at)),
            ("Completed", _when(view.completed_at)),
            ("Copies to", _words(", ".join(view.cc))),
        ]
    )


def _files(view: CertificateView) -> str:
    rows = []
    for file in view.files:
        pages = f"{file.pages} page{'s' if file.pages != 1 else ''}"
        rows.append(("As sent", f"{_words(file.name)} ({pages})<br/>{_mono(file.sha256)}"))
    rows.append(("Signed and sealed", _mono(view.sealed_sha256)))
    return f"<h2>Files and their SHA-256</h2>{_table(rows)}"


def _signer(number: int, signer: SignerView) -> str:
    role = f", {_words(signer.role)}" if signer.role else ""
    status = f"<b>{_words(signer.status)}</b>"
    rows = [
        ("E-mail", _words(signer.email)),
        ("Status", f"{status} {_words(signer.decline_reason)}"),
        ("Signature", _words(signer.method)),
        ("Link", _words(signer.delivery)),
        ("Sent", _when(signer.sent_at)),
        ("First opened", _when(signer.viewed_at)),
        ("Consented", _when(signer.consented_at)),
        ("Signed", _when(signer.signed_at)),
        ("Declined", _when(signer.declined_at)),
        ("IP address", _words(signer.ip)),
        ("Browser", _words(signer.user_agent)),
        ("Time zone", _words(signer.time_zone)),
        ("Consent text SHA", _mono(signer.consent_sha256)),
        ("Values SHA", _mono(signer.values_sha256)),
    ]
    return f"<h3>{number}. {_words(signer.name)}{role}</h3>{_table(rows)}"


def _history(view: CertificateView) -> str:
    rows = "".join(
        f"<tr><td class='when'>{_when(event.at)}</td><td class='who'>{_words(event.actor, widest=_NARROW)}</td>"
        f"<td>{_words(event.words, widest=_NARROW * 2)}</td></tr>"
        for event in view.events
    )
    return (
        f"<h2>History</h2><table>{rows}</table><p class='small'>Each event holds the hash of the "
        f"one before. The last one has the hash (chain head)<br/>{_mono(view.chain_head)}</p>"
    )


def _worth(view: CertificateView) -> str:
    rows = [
        ("Assurance", _words(view.assurance)),
        ("Time", _words(view.timestamp_status)),
        ("Sealed by", _words(view.credential_name)),
        ("Credential", _mono(view.credential)),
    ]
    return f"<h2>What this proves</h2>{_table(rows)}"


def _how_to_verify(view: CertificateView) -> str:
    return (
        "<h2>How to verify</h2>"
        f"<p>With sygn, offline: {_mono(view.verify_command)}. It checks the seal, that nothing "
        "was changed or added, and the history inside the file, and says what does not hold.</p>"
        "<p>Without sygn: compare <span class='mono'>sha256sum signed.pdf</span> with the value "
        "above; open the file in Acrobat, or run <span class='mono'>pdfsig signed.pdf</span>; take "
        "out the history with <span class='mono'>qpdf --show-attachment=audit.jsonl signed.pdf"
        "</span>. The sender gives out the root certificate that vouches for the seal.</p>"
        "<p class='small'>All times are in UTC. This certificate is sealed as well, and carries "
        "the same history.</p>"
    )


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Return name and value in two columns; what has no value is left out."""
    shown = "".join(
        f"<tr><td class='name'>{name}</td><td>{value}</td></tr>"
        for name, value in rows
        if value.strip()
    )
    return f"<table>{shown}</table>"


def _words(text: str, *, widest: int = _WIDE) -> str:
    pieces = re.sub(rf"(\S{{{widest}}})(?=\S)", rf"\1{_BREAK}", text)
    # MuPDF resolves entities twice: "&amp;lt;" would become "<". Where a word looks like one, a
    # space without width keeps the ampersand apart from the rest.
    return escape(_ENTITY.sub(f"&{_BREAK}", pieces))


def _mono(text: str) -> str:
    return f"<span class='mono'>{escape(text)}</span>" if text else ""


def _when(at: datetime | None) -> str:
    return "" if at is None else _mono(f"{at:%Y-%m-%d %H:%M:%S} UTC")
