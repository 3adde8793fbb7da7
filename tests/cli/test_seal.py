"""``sygn seal``: a PDF sealed in one's own name holds before strangers."""

from __future__ import annotations

import subprocess

import pytest
from PIL import Image, ImageDraw

from tests import judges


@pytest.fixture
def logo(terminal):
    picture = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(picture).ellipse((20, 20, 380, 280), fill="#c01020")
    picture.save(terminal.folder / "logo.png")


def test_an_invisible_seal_is_valid_everywhere(terminal, judge):
    told = terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf", "--reason", "Price list", "--json")
    sealed, root = terminal.folder / "sealed.pdf", terminal.folder / "root.pem"
    assert told.json["level"] == "B-B"
    assert terminal.ok("verify", "sealed.pdf", "--json").json["sha256"] == told.json["sha256"]
    terminal.ok("keys", "export-root", "-o", "root.pem")
    judges.qpdf_finds_nothing(judge, sealed)
    judges.pdfsig_says_valid(judge, sealed)
    judges.openssl_verifies(judge, sealed, root)
    assert b"Price list" in sealed.read_bytes()


def test_a_visible_seal_stands_where_it_was_put(terminal, judge, logo):
    terminal.ok(
        "seal", "nda.pdf", "-o", "sealed.pdf", "--visible", "1,300,700,200,60",
        "--text", "Zegel van\\nJürgen & Zoë <b>", "--picture", "logo.png",
    )  # fmt: skip
    sealed = terminal.folder / "sealed.pdf"
    assert terminal("verify", "sealed.pdf").code == 0
    assert "Jürgen & Zoë <b>" in judges.pdftotext(judge, sealed)
    pages = terminal.folder / "page"
    subprocess.run(
        [
            judge("pdftoppm"),
            "-r",
            "72",
            "-f",
            "1",
            "-l",
            "1",
            "-singlefile",
            "-png",
            sealed,
            pages,
        ],
        check=True,
    )
    page = Image.open(pages.with_suffix(".png")).convert("RGB")
    red = [
        (x, y)
        for x in range(page.width)
        for y in range(page.height)
        if page.getpixel((x, y)) == (192, 16, 32)
    ]
    assert red
    assert all(300 <= x <= 380 and 700 <= y <= 760 for x, y in red)


def test_a_visible_seal_names_the_sealer_by_itself(terminal, judge):
    terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf", "--visible", "1,72,700,200,40")
    said = judges.pdftotext(judge, terminal.folder / "sealed.pdf")
    assert "Sealed by sygn workspace" in said


def test_one_changed_byte_is_found(terminal):
    terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf")
    content = bytearray((terminal.folder / "sealed.pdf").read_bytes())
    content[len(content) // 2] ^= 1
    (terminal.folder / "changed.pdf").write_bytes(content)
    assert terminal("verify", "changed.pdf").code == 10


def test_a_sealed_file_is_not_sealed_again(terminal):
    terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf")
    answer = terminal("seal", "sealed.pdf", "-o", "twice.pdf", "--json")
    assert answer.code == 6
    assert not (terminal.folder / "twice.pdf").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--visible", "9,72,700,200,40"], "no page 9"),
        (["--visible", "1,500,700,200,40"], "outside of page 1"),
        (["--visible", "1,72,700"], "four numbers"),
        (["--visible", "1.5,72,700,200,40"], "four numbers"),
        (["--visible", "1,72,700,nan,40"], "ordinary numbers"),
        (["--text", "Hello"], "needs a place"),
        (["--reason", "line\u202e"], "not allowed"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(terminal, arguments, words):
    answer = terminal("seal", "nda.pdf", "-o", "sealed.pdf", *arguments)
    assert answer.code == 2
    assert words in answer.err
    assert not (terminal.folder / "sealed.pdf").exists()
