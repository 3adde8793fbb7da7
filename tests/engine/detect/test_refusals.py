"""Whatever the bytes, detection answers or refuses the PDF; nothing else comes out."""

import os
import random

import pymupdf
import pytest

from fixtures.detect_cases import cases
from sygn_cli.domain.errors import PdfRefused, RefusalReason
from sygn_cli.engine.detect import detect_fields
from sygn_cli.engine.detect.preview import preview

AES_256 = 5  # PyMuPDF names it, its stubs do not
MUTATIONS = int(os.environ.get("SYGN_MUTATIONS", "150"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", RefusalReason.NOT_A_PDF),
        (b"hello", RefusalReason.NOT_A_PDF),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), RefusalReason.NOT_A_PDF),
        (b"%PDF-1.7\n", None),
        (b"%PDF-1.7\n%%EOF", None),
    ],
)
def test_what_is_no_pdf_is_refused(data, reason):
    with pytest.raises(PdfRefused) as refusal:
        detect_fields(data)
    assert reason is None or refusal.value.reason is reason


def test_an_encrypted_pdf_is_refused():
    document = pymupdf.open()
    document.new_page()
    data = document.tobytes(encryption=AES_256, user_pw="secret", owner_pw="secret")
    with pytest.raises(PdfRefused) as refusal:
        detect_fields(data)
    assert refusal.value.reason is RefusalReason.ENCRYPTED


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return the bytes with some flipped, cut out, doubled or overwritten."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at : at + chance.randint(1, 40)]
            case 2:
                changed[at:at] = changed[at : at + chance.randint(1, 40)]
            case 3:
                changed[at : at + 6] = str(chance.randint(-(10**9), 10**9)).encode()
            case _:
                word = chance.choice(
                    (b"/Kids", b"null", b"[", b">>", b"9" * 30, b"NaN", b"/F 2 Tf")
                )
                changed[at : at + len(word)] = word
        if not changed:
            changed = bytearray(b"%PDF-")
    return bytes(changed)


def test_mutated_pdfs_are_read_or_refused():
    chance = random.Random(20260613)  # noqa: S311 - the same mutations in every run
    plain = [pymupdf.open(stream=case.draw()).tobytes(expand=255) for case in cases()]
    outcomes = set()
    for number in range(MUTATIONS):
        data = mutated(plain[number % len(plain)], chance)
        try:
            report = detect_fields(data, ocr=False)
            outcomes.add("read")
            if number % 10 == 0:
                preview(data, report.detections)
        except PdfRefused:
            outcomes.add("refused")
    assert "read" in outcomes
