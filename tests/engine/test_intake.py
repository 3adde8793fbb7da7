"""What can be signed is described; what cannot is refused with its reason, before any harm."""

import hashlib

import pymupdf
import pytest

from sygn_cli.domain.errors import PayloadTooLarge, PdfRefused, RefusalReason
from sygn_cli.engine.intake import inspect
from tests.engine.papers import changed, paper, shaped

R = RefusalReason


def _encrypted(**passwords):
    document = pymupdf.open(stream=paper())
    # 5: AES with 256 bits, PDF_ENCRYPT_AES_256 in PyMuPDF.
    return document.tobytes(encryption=5, **passwords)


def _without_pages():
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + (
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
    )


def _with_lying_count():
    return paper().replace(b"/Count 1", b"/Count 3")


_REFUSED = {
    "a picture with a PDF name": (b"\x89PNG\r\n\x1a\n" + bytes(100), R.NOT_A_PDF),
    "a web page": (b"<html><body>Sign here: ____</body></html>", R.NOT_A_PDF),
    "nothing": (b"", R.NOT_A_PDF),
    "a header and rubbish": (b"%PDF-1.7\n" + b"rubbish " * 50, R.DAMAGED),
    "a user password": (_encrypted(user_pw="u", owner_pw="o"), R.ENCRYPTED),
    "an owner password only": (_encrypted(owner_pw="o"), R.ENCRYPTED),
    "an XFA form": (changed(paper(), ("AcroForm", "<</Fields[]/XFA[(a)(b)]>>")), R.XFA),
    "no pages": (_without_pages(), R.NO_PAGES),
    "pages that are not there": (_with_lying_count(), R.DAMAGED),
    "a page of two million points": (shaped("0 0 2000000 100"), R.PAGE_SIZE),
    "a page scaled out of all bounds": (shaped("0 0 9000 9000", unit=1e6), R.PAGE_SIZE),
}


@pytest.mark.parametrize(("pdf", "reason"), _REFUSED.values(), ids=_REFUSED)
def test_what_cannot_be_signed_is_refused(pdf, reason):
    with pytest.raises(PdfRefused) as refused:
        inspect(pdf)

    assert refused.value.reason is reason
    assert refused.value.message.endswith(".")


def test_a_pdf_is_described():
    pdf = paper(3, width=300, height=400)

    found = inspect(pdf)

    assert found.sha256 == hashlib.sha256(pdf).hexdigest()
    assert found.size == len(pdf)
    assert [(page.geometry.width, page.geometry.height) for page in found.pages] == [
        (300, 400)
    ] * 3
    assert found.active_content == ()


def test_a_turned_cropped_and_scaled_page_is_described_as_displayed():
    pdf = shaped("-10 20 290 220", "0 40 280 300", rotate=90, unit=2.5)

    page = inspect(pdf).pages[0].geometry

    assert (page.rotate, page.user_unit) == (90, 2.5)
    assert (page.width, page.height) == (180 * 2.5, 280 * 2.5)


def test_size_and_number_of_pages_have_limits():
    pdf = paper(3)

    assert len(inspect(pdf, largest=len(pdf), most_pages=3).pages) == 3
    with pytest.raises(PayloadTooLarge):
        inspect(pdf, largest=len(pdf) - 1)
    with pytest.raises(PdfRefused) as refused:
        inspect(pdf, most_pages=2)
    assert refused.value.reason is RefusalReason.TOO_MANY_PAGES


def test_a_signed_pdf_is_refused_unless_its_signatures_are_given_up(sealed):
    with pytest.raises(PdfRefused) as refused:
        inspect(sealed.pdf)

    assert refused.value.reason is RefusalReason.ALREADY_SIGNED
    assert inspect(sealed.pdf, flatten_existing_signatures=True).sha256 == sealed.sha256


def test_junk_around_a_pdf_does_not_matter():
    assert len(inspect(b"junk\r\n" + paper() + b"\0" * 50).pages) == 1


def test_active_content_is_reported():
    script = "<</S/JavaScript/JS(app.alert\\(1\\))>>"
    pdf = changed(paper(), ("OpenAction", script), ("AA", f"<</WC {script}>>"))
    pdf = changed(pdf, ("AA", "<</O<</S/Launch/F(x.exe)>>>>"), at="page")

    assert inspect(pdf).active_content == (
        "AdditionalActions",
        "JavaScript",
        "Launch",
        "OpenAction",
    )
