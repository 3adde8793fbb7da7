"""Draw the completion certificate: the PDF that tells the audit trail to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.engine import certificate_pages, certificate_words
from sygn_cli.languages import later, translator

if TYPE_CHECKING:
    from sygn_cli.engine.certificate_content import CertificateView


def draw(view: CertificateView) -> bytes:
    """Return the certificate as an A4 PDF, not yet sealed; the same view gives the same bytes."""
    say = translator(view.locale)
    return certificate_pages.lay_out(
        certificate_words.head(view),
        certificate_words.blocks(view),
        title=f"{say.t('Completion certificate')}: {view.title}",
        foot=f"{view.document}  \u00b7  {view.made_by}",
        code=view.qr_text,
        numbering=say.sentence(later("page {n} of {total}")),
        language=say.tag,
        sandbox=view.sandbox,
    )
