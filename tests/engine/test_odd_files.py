"""Real odd files from public test sets: each is sealed and looks as before, or is refused.

They lie in ``pdfs/odd`` of the folder that ``SYGN_SHARED`` names, else of ``shared`` beside the
checkout.
"""

import os
from pathlib import Path

import pytest
from PIL import ImageChops, ImageStat

from sygn_cli.domain.errors import PdfRefused
from sygn_cli.engine.intake import inspect
from sygn_cli.engine.render import page_picture, page_text
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import Status, verify
from tests.engine.conftest import NOON
from tests.engine.papers import poppler

SHARED = Path(os.environ.get("SYGN_SHARED", Path(__file__).parents[3] / "shared"))
ODD = sorted((SHARED / "pdfs" / "odd").glob("*.pdf"))
# A font name that is no valid PDF name: poppler shows its text only once MuPDF has rewritten it.
HEALED = {"corkami__pdf_syntax_name_1x-AF"}


@pytest.mark.skipif(not ODD, reason=f"no odd files in {SHARED}/pdfs/odd")
@pytest.mark.parametrize("path", ODD, ids=[path.stem for path in ODD])
def test_an_odd_file_is_sealed_or_refused(path, credential, ca, tmp_path):
    pdf = path.read_bytes()
    try:
        taken = inspect(pdf)
    except PdfRefused:
        return  # test_intake tells why

    stamped = stamp([pdf], [], title="T")
    sealed = seal(stamped, credential, at=NOON, reason="r")

    assert inspect(stamped).active_content == ()
    assert verify(sealed.pdf, trust=[ca.cert_pem]).status is Status.VALID
    assert page_picture(pdf, 1)[8:12] == b"WEBP"
    assert page_text(pdf, len(taken.pages)) is not None
    if path.stem not in HEALED:
        before, after = poppler(pdf, tmp_path, dpi=40), poppler(sealed.pdf, tmp_path, dpi=40)
        assert before.size == after.size
        assert max(ImageStat.Stat(ImageChops.difference(before, after)).mean) < 1
