"""PDFs that engine tests draw for themselves, and the programs that judge what comes out."""

from __future__ import annotations

import io
import subprocess
from typing import TYPE_CHECKING

import pymupdf
from PIL import Image, ImageChops

from sygn_cli.domain.geometry import Box

if TYPE_CHECKING:
    from pathlib import Path


def paper(
    pages: int = 1, *, width: float = 595, height: float = 842, words: str = "A page"
) -> bytes:
    """Return a PDF with a line of text on each page."""
    document = pymupdf.open()
    for number in range(1, pages + 1):
        page = document.new_page(width=width, height=height)
        page.insert_text((40, 60), f"{words} {number}", fontsize=12)
    return bytes(document.tobytes(no_new_id=True))


def shaped(media: str, crop: str = "", *, rotate: int = 0, unit: float = 1.0) -> bytes:
    """Return a one-page PDF with these boxes, turned and scaled."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    keys = {"MediaBox": f"[{media}]", "Rotate": str(rotate)}
    keys |= {"CropBox": f"[{crop}]"} if crop else {}
    keys |= {"UserUnit": str(unit)} if unit != 1 else {}
    for key, value in keys.items():
        document.xref_set_key(page.xref, key, value)
    return bytes(document.tobytes(no_new_id=True))


def changed(pdf: bytes, *settings: tuple[str, str], at: str = "catalog") -> bytes:
    """Return the PDF with keys of its catalog or first page set to PDF source text."""
    document = pymupdf.open(stream=pdf)
    xref = document.pdf_catalog() if at == "catalog" else document[0].xref
    for key, value in settings:
        document.xref_set_key(xref, key, value)
    return bytes(document.tobytes(no_new_id=True))


def raw(objects: list[bytes]) -> bytes:
    """Return a PDF of just these objects, numbered from 1; the first is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def square(colour: tuple[int, int, int] = (255, 0, 0), size: tuple[int, int] = (40, 40)) -> bytes:
    """Return a PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def poppler(pdf: bytes, folder: Path, *, page: int = 1, dpi: int = 72) -> Image.Image:
    """Return a page as poppler shows it: a judge that shares no code with MuPDF."""
    source = folder / "judged.pdf"
    source.write_bytes(pdf)
    target = folder / "judged"
    command = ["pdftoppm", "-cropbox", "-r", str(dpi), "-f", str(page), "-l", str(page), "-png"]
    subprocess.run([*command, "-singlefile", source, target], check=True, capture_output=True)
    with Image.open(target.with_suffix(".png")) as image:
        return image.convert("RGB")


def poppler_text(pdf: bytes, folder: Path) -> str:
    """Return the words of all pages as poppler reads them."""
    source = folder / "read.pdf"
    source.write_bytes(pdf)
    found = subprocess.run(
        ["pdftotext", "-layout", source, "-"], check=True, capture_output=True, text=True
    )
    return found.stdout


def ink(image: Image.Image, box: Box) -> tuple[int, int, int, int]:
    """Return where in a box something dark is, relative to it; all zeros if nowhere."""
    part = image.crop((round(box.x), round(box.y), round(box.right), round(box.bottom)))
    dark = ImageChops.invert(part.convert("L")).point([0] * 61 + [255] * 195)
    return dark.getbbox() or (0, 0, 0, 0)


def qpdf_complaints(pdf: bytes, folder: Path) -> str:
    """Return what qpdf has to say against a PDF, "" if nothing."""
    source = folder / "checked.pdf"
    source.write_bytes(pdf)
    found = subprocess.run(
        ["qpdf", "--check", source], capture_output=True, text=True, check=False
    )
    return "" if found.returncode == 0 else found.stdout + found.stderr
