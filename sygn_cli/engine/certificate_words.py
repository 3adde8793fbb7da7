"""The words of a completion certificate, as HTML for MuPDF's own small layout engine."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from sygn_cli.engine.certificate_pages import Block
from sygn_cli.languages import NAMES, later, translator

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sygn_cli.engine.certificate_content import CertificateView, SignerView
    from sygn_cli.languages import Catalogue

# MuPDF breaks lines at white space only; without help a long word runs off the page.
# Characters of the widest letter that fit beside the QR code, into a table, into a narrow column.
_HEAD: Final = 30
_WIDE: Final = 44
_NARROW: Final = 12
_BREAK: Final = "\u200b"
_ENTITY: Final = re.compile(r"&(?=#?\w+;)")
_SANDBOX: Final = later(
    "SANDBOX: made for testing. This document and its signatures do not count."
)


def head(view: CertificateView) -> str:
    """Return what stands beside the QR code; every foreign word is escaped, here and below."""
    say = translator(view.locale)
    sandbox = f"<p class='warn'><b>{_said(say, _SANDBOX)}</b></p>" if view.sandbox else ""
    title = _words(say.t("Completion certificate"), widest=_HEAD)
    return f"<h1>{title}</h1><p class='lead'>{_words(view.title, widest=_HEAD)}</p>{sandbox}"


def blocks(view: CertificateView) -> list[Block]:
    """Return the rest, piece by piece."""
    say = translator(view.locale)
    first, *others = [_signer(say, n, signer) for n, signer in enumerate(view.signers, start=1)]
    return [
        Block(_document(say, view)),
        Block(_files(say, view), together=False),
        Block(f"<h2>{_said(say, later('Signers'))}</h2>{first}"),
        *(Block(other) for other in others),
        *(Block(consent) for consent in _consents(say, view)),
        Block(_history(say, view), together=False),
        Block(_worth(say, view)),
        Block(_how_to_verify(say, view)),
    ]


def _document(say: Catalogue, view: CertificateView) -> str:
    return _table(
        [
            (say.t("Outcome"), f"<b>{_words(view.outcome)}</b>"),
            (say.t("Document"), _mono(view.document)),
            (say.t("Sender"), _words(view.sender)),
            (say.t("Created"), _when(say, view.created_at)),
            (say.t("Completed"), _when(say, view.completed_at)),
            (say.t("Copies to"), _words(", ".join(view.cc))),
        ]
    )


def _files(say: Catalogue, view: CertificateView) -> str:
    rows = []
    for file in view.files:
        pages = _words(say.tn("{n} page", "{n} pages", file.pages))
        rows.append((say.t("As sent"), f"{_words(file.name)} ({pages})<br/>{_mono(file.sha256)}"))
    rows.append((say.t("Signed and sealed"), _mono(view.sealed_sha256)))
    return f"<h2>{_said(say, later('Files and their SHA-256'))}</h2>{_table(rows)}"


def _signer(say: Catalogue, number: int, signer: SignerView) -> str:
    role = f", {_words(signer.role)}" if signer.role else ""
    status = f"<b>{_words(signer.status)}</b>"
    rows = [
        (say.t("E-mail"), _words(signer.email)),
        (say.t("Status"), f"{status} {_words(signer.decline_reason)}"),
        (say.t("Signature"), _words(signer.method)),
        (say.t("Link"), _words(signer.delivery)),
        (say.t("Identity"), _words(signer.identity)),
        (say.t("Passed on"), _words(signer.passed_on)),
        (say.t("Sent"), _when(say, signer.sent_at)),
        (say.t("First opened"), _when(say, signer.viewed_at)),
        (say.t("Consented"), _when(say, signer.consented_at)),
        (say.t("Signed"), _when(say, signer.signed_at)),
        (say.t("Declined"), _when(say, signer.declined_at)),
        (say.t("IP address"), _words(signer.ip)),
        (say.t("Browser"), _words(signer.user_agent)),
        (say.t("Time zone"), _words(signer.time_zone)),
        (say.t("Consent text SHA"), _mono(signer.consent_sha256)),
        (say.t("Values SHA"), _mono(signer.values_sha256)),
    ]
    return f"<h3>{number}. {_words(signer.name)}{role}</h3>{_table(rows)}"


def _consents(say: Catalogue, view: CertificateView) -> list[str]:
    """Return each wording that was accepted, once, in the language in which it was."""
    heading = f"<h2>{_said(say, later('What signers agreed to'))}</h2>"
    pieces = []
    for one in view.consents:
        name = NAMES.get(one.language, one.language)
        text = f"<p>{_words(one.words)}</p><p class='small'>SHA-256 {_mono(one.sha256)}</p>"
        pieces.append(f"{heading}<h3>{_words(name)}</h3>{text}")
        heading = ""
    return pieces


def _history(say: Catalogue, view: CertificateView) -> str:
    rows = "".join(
        f"<tr><td class='when'>{_when(say, event.at)}</td><td class='who'>{_words(event.actor, widest=_NARROW)}</td>"
        f"<td>{_words(event.words, widest=_NARROW * 2)}</td></tr>"
        for event in view.events
    )
    chain = _said(
        say,
        later(
            "Each event holds the hash of the one before. The last one has the hash (chain head)"
        ),
    )
    # The name in front of the key says what it is of; a sentence would say no more.
    log = f"<br/>{_mono(view.log_key)}" if view.log_key else ""
    return (
        f"<h2>{_said(say, later('History'))}</h2><table>{rows}</table>"
        f"<p class='small'>{chain}<br/>{_mono(view.chain_head)}{log}</p>"
    )


def _worth(say: Catalogue, view: CertificateView) -> str:
    rows = [
        (say.t("Assurance"), _words(view.assurance)),
        (say.t("Time"), _words(view.timestamp_status)),
        (say.t("Sealed by"), _words(view.credential_name)),
        (say.t("Credential"), _mono(view.credential)),
    ]
    return f"<h2>{_said(say, later('What this proves'))}</h2>{_table(rows)}"


_WITH_SYGN: Final = later(
    "With sygn, offline: {command}. It checks the seal, that nothing was changed or added, and the "
    "history inside the file, and says what does not hold."
)
_WITHOUT_SYGN: Final = later(
    "Without sygn: compare {sha256sum} with the value above; open the file in Acrobat, or run "
    "{pdfsig}; take out the history with {qpdf}. The sender gives out the root certificate that "
    "vouches for the seal."
)
_ALSO_SEALED: Final = later(
    "All times are in UTC. This certificate is sealed as well, and carries the same history."
)


def _how_to_verify(say: Catalogue, view: CertificateView) -> str:
    with_sygn = _said(say, _WITH_SYGN, command=_mono(view.verify_command))
    without = _said(
        say,
        _WITHOUT_SYGN,
        sha256sum=_mono("sha256sum signed.pdf"),
        pdfsig=_mono("pdfsig signed.pdf"),
        qpdf=_mono("qpdf --show-attachment=audit.jsonl signed.pdf"),
    )
    return (
        f"<h2>{_said(say, later('How to verify'))}</h2><p>{with_sygn}</p><p>{without}</p>"
        f"<p class='small'>{_said(say, _ALSO_SEALED)}</p>"
    )


def _said(say: Catalogue, message: str, **html: str) -> str:
    """Return a sentence of ours as HTML, with pieces of HTML in its places."""
    return escape(say.sentence(message)).format(**html)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Return name and value in two columns; what has no value is left out."""
    shown = "".join(
        f"<tr><td class='name'>{escape(name)}</td><td>{value}</td></tr>"
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


def _when(say: Catalogue, at: datetime | None) -> str:
    """Return a moment; in the international form it looks like the hashes, for which it is fit."""
    if at is None:
        return ""
    written = say.moment(at, seconds=True)
    return escape(written) if say.locale else _mono(written)
