"""What a stamped file holds: all marks legible, nothing that acts, everything else as it was."""

import io
import unicodedata
from datetime import UTC, datetime

import pymupdf
import pytest
from PIL import Image

from sygn_cli.domain.errors import InvalidRequest, PdfRefused
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Drawn, Picture, Ticked, Typed
from sygn_cli.engine.intake import inspect
from sygn_cli.engine.render import page_picture
from sygn_cli.engine.signable import is_signable
from sygn_cli.engine.stamp import Stamp, stamp
from tests.engine.papers import (
    changed,
    ink,
    paper,
    poppler,
    poppler_text,
    qpdf_complaints,
    shaped,
    square,
)

LINE = Box(100, 300, 200, 24)
WAVE = Drawn((((1000, 1500, 60), (4000, 500, 80), (7000, 2500, 90), (9000, 900, 50)),), 3000)


def _field(type_=FieldType.SIGNATURE, box=LINE, page=1, file=1):
    return Field("f1", type_, page, box, file=file)


def _typed(words, type_=FieldType.SIGNATURE, box=LINE):
    return Stamp(_field(type_, box), Typed(words))


NOTHING = (0, 0, 0, 0)


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "Zoë Çelik-Łukasiewicz",
        "Владимир Петров",
        "Γιώργος Παπαδόπουλος",
        "山田 太郎",
        "김철수",
        "Nguyễn Văn Ánh",
        "O'Neil <b>&amp;</b>",
    ],
)
@pytest.mark.parametrize("type_", [FieldType.SIGNATURE, FieldType.TEXT])
def test_names_of_all_scripts_are_written_in_letters_of_the_file(name, type_, tmp_path):
    pdf = stamp([shaped("0 0 400 400")], [_typed(name, type_)], title="T")

    assert poppler_text(pdf, tmp_path).strip() == name
    fonts = pymupdf.open(stream=pdf)[0].get_fonts(full=True)
    assert fonts
    assert all(extension != "n/a" for _, extension, *_ in fonts), "a font is not embedded"


@pytest.mark.parametrize("name", ["محمد بن علي", "דוד כהן", "अमित"])
def test_names_in_scripts_that_need_shaping_are_there(name, tmp_path):
    pdf = stamp([shaped("0 0 400 400")], [_typed(name)], title="T")

    # Shaped letters have code points of their own; NFKC leads most back to the ordinary ones.
    words = unicodedata.normalize("NFKC", poppler_text(pdf, tmp_path))
    assert len(set(name) & set(words)) > len(set(name)) / 2
    assert ink(poppler(pdf, tmp_path), LINE) != NOTHING


@pytest.mark.parametrize("type_", [FieldType.SIGNATURE, FieldType.TEXT])
@pytest.mark.parametrize(
    "words", ["x", "gjpqy ÁÇ", "A very long name " * 6, "Donaudampfschifffahrt" * 5]
)
@pytest.mark.parametrize("size", [(200, 24), (40, 10), (30, 90), (300, 120)])
def test_words_never_leave_their_field(type_, words, size, tmp_path):
    box = Box(50, 50, *size)
    pdf = stamp([shaped("0 0 400 400")], [_typed(words[:100], type_, box)], title="T")

    image = poppler(pdf, tmp_path, dpi=72)
    assert ink(image, box) != NOTHING
    image.paste((255, 255, 255), (48, 46, 52 + size[0], 52 + size[1]))
    assert ink(image, Box(0, 0, 400, 400)) == NOTHING


def test_every_line_and_word_of_a_long_text_is_written(tmp_path):
    words = " ".join(f"word{number}" for number in range(300)) + "\nlast line"

    pdf = stamp([paper()], [_typed(words, FieldType.TEXT)], title="T")

    found = poppler_text(pdf, tmp_path).split()
    assert {"word0", "word299", "last", "line"} <= set(found)


def test_a_drawing_keeps_its_shape_and_rests_on_the_bottom_of_its_field(tmp_path):
    box = Box(100, 100, 200, 60)

    pdf = stamp([shaped("0 0 400 400")], [Stamp(_field(box=box), WAVE)], title="T")

    left, top, right, bottom = ink(poppler(pdf, tmp_path), box)
    assert bottom == pytest.approx(60, abs=3)
    assert (right - left) / (bottom - top) == pytest.approx(8000 / 2300, rel=0.15)


def test_a_drawing_is_strokes_and_not_a_picture():
    pdf = stamp([paper()], [Stamp(_field(), WAVE)], title="T")

    assert pymupdf.open(stream=pdf)[0].get_images() == []
    assert len(pdf) < 4000


def test_a_dot_is_a_dot(tmp_path):
    dot = Drawn((((5000, 1500, 100),),), 3000)

    pdf = stamp([shaped("0 0 400 400")], [Stamp(_field(), dot)], title="T")

    left, top, right, bottom = ink(poppler(pdf, tmp_path), LINE)
    assert right - left < 8
    assert bottom - top < 8


def test_a_checkbox_is_ticked_or_left_alone(tmp_path):
    box = Box(100, 100, 12, 12)
    ticked, empty = (
        stamp(
            [shaped("0 0 400 400")],
            [Stamp(_field(FieldType.CHECKBOX, box), Ticked(on))],
            title="T",
        )
        for on in (True, False)
    )

    assert ink(poppler(ticked, tmp_path), box) != NOTHING
    assert ink(poppler(empty, tmp_path), box) == NOTHING


def test_of_a_choice_the_chosen_place_gets_a_dot_in_its_middle(tmp_path):
    chosen, other = Box(100, 100, 12, 12), Box(100, 130, 12, 12)
    pdf = stamp(
        [shaped("0 0 400 400")],
        [
            Stamp(_field(FieldType.RADIO, chosen), Ticked(True)),
            Stamp(_field(FieldType.RADIO, other), Ticked(False)),
        ],
        title="T",
    )
    picture = poppler(pdf, tmp_path)
    left, top, right, bottom = ink(picture, chosen)
    assert 5 < right - left < 9
    assert 5 < bottom - top < 9
    assert ink(picture, other) == NOTHING


@pytest.mark.parametrize("rotate", [0, 90])
def test_a_choice_that_the_pdf_came_with_goes_if_the_signer_makes_another(tmp_path, rotate):
    pdf = ticked(rotate)
    field = _field(FieldType.RADIO, Box(100, 100, 12, 12))
    kept, gone = (
        poppler(stamp([pdf], [Stamp(field, Ticked(on))], title="T"), tmp_path)
        for on in (True, False)
    )
    inside = Box(103, 103, 6, 6)  # the frame stays
    assert ink(gone, inside) == NOTHING
    assert ink(kept, inside) != NOTHING
    shown = Image.open(io.BytesIO(page_picture(pdf, 1, vacant=[field.box]))).convert("L")
    assert min(shown.crop((206, 206, 218, 218)).tobytes()) > 200
    untouched = stamp([pdf], [Stamp(_field(), Typed("Ada"))], title="T")
    assert ink(poppler(untouched, tmp_path), inside) != NOTHING


RADIO = 5  # PyMuPDF makes its names for kinds of widgets when it is imported, unseen by mypy


def ticked(rotate: int) -> bytes:
    """Return a page of 400 points with a radio button that is on, at 100, 100 as displayed."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=400)
    widget = pymupdf.Widget()
    widget.field_type, widget.field_name = RADIO, "Agreed"
    widget.border_color, widget.border_width = (0, 0, 0), 1
    corner = (100, 100) if rotate == 0 else (100, 288)
    widget.rect = pymupdf.Rect(*corner, corner[0] + 12, corner[1] + 12)
    page.add_widget(widget)
    page.set_rotation(rotate)
    return bytes(document.tobytes())


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_marks_stand_upright_on_turned_pages(rotate, tmp_path):
    picture = Image.new("RGB", (100, 100), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 50, 100, 100))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    box = Box(50, 60, 100, 100)

    pdf = stamp(
        [shaped("0 0 400 300", rotate=rotate)],
        [Stamp(_field(box=box), Picture("0" * 64), buffer.getvalue())],
        title="T",
    )

    seen = poppler(pdf, tmp_path)
    assert seen.getpixel((100, 75)) == (255, 0, 0)
    assert seen.getpixel((100, 145)) == (0, 0, 255)


@pytest.mark.parametrize("picture", [None, b"", b"GIF89a", square()[:60]])
def test_a_picture_must_be_a_png(picture):
    with pytest.raises(InvalidRequest):
        stamp([paper()], [Stamp(_field(), Picture("0" * 64), picture)], title="T")


def test_a_field_must_lie_on_a_page_of_a_file():
    for field in (_field(page=2), _field(file=2)):
        with pytest.raises(InvalidRequest):
            stamp([paper()], [Stamp(field, Typed("A"))], title="T")


@pytest.mark.parametrize("prefix", [b"0.5 0 0 0.5 20 20 cm\n", b"q q 3 0 0 3 0 0 cm\n", b"Q Q\n"])
def test_what_a_page_leaves_behind_does_not_move_marks(prefix, tmp_path):
    document = pymupdf.open(stream=shaped("0 0 400 400"))
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, prefix, new=True)
    document.xref_set_key(document[0].xref, "Contents", f"{xref} 0 R")
    mark = Stamp(_field(box=Box(100, 100, 50, 50)), Picture("0" * 64), square())

    image = poppler(stamp([document.tobytes()], [mark], title="T"), tmp_path)

    assert ink(image, Box(0, 0, 400, 400)) == pytest.approx((100, 100, 150, 150), abs=1)


def test_several_files_become_one_with_a_bookmark_for_each():
    pdf = stamp(
        [paper(2, words="First"), paper(3, words="Second")],
        [Stamp(_field(page=3, file=2), Typed("Here"))],
        title="Both",
        names=("first.pdf", "zweite Datei.pdf"),
    )

    document = pymupdf.open(stream=pdf)
    assert document.get_toc() == [[1, "first.pdf", 1], [1, "zweite Datei.pdf", 3]]
    assert [document[index].get_text().split()[0] for index in range(5)] == ["First"] * 2 + [
        "Second"
    ] * 3
    assert "Here" in document[4].get_text()


def test_bookmarks_are_kept():
    document = pymupdf.open(stream=paper(3))
    document.set_toc([[1, "Eins", 1], [2, "Zwei", 2], [1, "Drei", 3]])
    own = document.tobytes()

    alone = pymupdf.open(stream=stamp([own], [], title="T"))
    second = pymupdf.open(stream=stamp([paper(), own], [], title="T", names=("a", "b")))

    assert alone.get_toc() == [[1, "Eins", 1], [2, "Zwei", 2], [1, "Drei", 3]]
    assert second.get_toc()[1:] == [
        [1, "b", 2],
        [2, "Eins", 2],
        [3, "Zwei", 3],
        [2, "Drei", 4],
    ]


def test_the_author_is_kept_and_the_title_is_new():
    document = pymupdf.open(stream=paper())
    document.set_metadata({"author": "Ünal", "title": "Old", "producer": "X"})

    when = datetime(2026, 6, 13, 12, 0, tzinfo=UTC)
    pdf = stamp([document.tobytes()], [], title="/ByteRange (new) ✓", created_at=when)

    found = pymupdf.open(stream=pdf).metadata or {}
    assert (found["author"], found["title"]) == ("Ünal", "/ByteRange (new) ✓")
    assert found["modDate"] == "D:20260613120000Z"
    assert b"/ByteRange" not in pdf


def test_a_hidden_layer_stays_hidden_alone_and_among_others(tmp_path):
    document = pymupdf.open()
    page = document.new_page(width=300, height=300)
    layer = document.add_ocg("secret", on=False)
    page.insert_text((20, 50), "HIDDEN", oc=layer, fontsize=40)
    own = document.tobytes()

    for files, number in (([own], 1), ([paper(), own], 2)):
        image = poppler(stamp(files, [], title="T"), tmp_path, page=number)
        assert ink(image, Box(0, 0, 300, 300)) == NOTHING


def test_forms_and_notes_become_part_of_the_page(tmp_path):
    document = pymupdf.open(stream=paper())
    page = document[0]
    widget = pymupdf.Widget()
    widget.field_type, widget.field_name = 7, "name"  # 7: text
    widget.rect, widget.field_value = pymupdf.Rect(40, 100, 200, 120), "filled in"
    page.add_widget(widget)
    page.add_freetext_annot(pymupdf.Rect(40, 140, 200, 170), "a remark")

    pdf = stamp([document.tobytes()], [], title="T")

    flat = pymupdf.open(stream=pdf)
    assert flat.is_form_pdf is False
    assert list(flat[0].annots()) == []
    assert {"filled", "remark"} <= set(poppler_text(pdf, tmp_path).split())


SCRIPT = "<</S/JavaScript/JS(app.alert\\(1\\))>>"
LAUNCH = "<</S/Launch/F(x.exe)>>"


def test_nothing_in_the_result_acts():
    document = pymupdf.open(stream=paper(2))
    page = document[0]
    where = pymupdf.Rect(0, 0, 50, 50)
    for link in (
        {"kind": pymupdf.LINK_LAUNCH, "from": where, "file": "x.exe"},
        {"kind": pymupdf.LINK_GOTOR, "from": where, "file": "other.pdf", "page": 0},
        {"kind": pymupdf.LINK_URI, "from": where, "uri": "javascript:alert(1)"},
        {"kind": pymupdf.LINK_URI, "from": where, "uri": "file:///etc/passwd"},
        {"kind": pymupdf.LINK_URI, "from": where, "uri": "https://example.com/ok"},
        {"kind": pymupdf.LINK_GOTO, "from": where, "page": 1},
    ):
        page.insert_link(link)
    document.embfile_add("virus.exe", b"MZ")
    document.set_toc([[1, "Harmless", 1]])
    outline = document.get_outline_xrefs()[0]
    document.xref_set_key(outline, "A", SCRIPT)
    pdf = changed(document.tobytes(), ("OpenAction", SCRIPT), ("AA", f"<</WC {LAUNCH}>>"))
    pdf = changed(pdf, ("AA", f"<</O {LAUNCH}>>"), at="page")

    result = stamp([pdf], [], title="T")

    assert inspect(pdf).active_content
    assert inspect(result).active_content == ()
    links = pymupdf.open(stream=result)[0].get_links()
    assert [link.get("uri", link.get("page")) for link in links] == ["https://example.com/ok", 1]
    for word in (b"Launch", b"JavaScript", b"passwd", b"exe", b"OpenAction"):
        assert word not in result


def test_a_font_called_aa_is_no_action(tmp_path):
    document = pymupdf.open(stream=paper(words="Kept"))
    font = document.xref_get_key(document[0].xref, "Resources")[1]
    home = int(font.split()[0])
    name = document.xref_get_key(home, "Font/helv")[1]
    fonts = document.get_new_xref()
    document.update_object(fonts, f"<</AA {name}/A {name}/PA {name}>>")
    document.xref_set_key(home, "Font", f"{fonts} 0 R")
    content = document.xref_stream(document[0].get_contents()[0]).replace(b"helv", b"AA")
    document.update_stream(document[0].get_contents()[0], content)

    assert "Kept" in poppler_text(stamp([document.tobytes()], [], title="T"), tmp_path)


def test_the_same_input_gives_the_same_bytes():
    stamps = [
        _typed("山田 太郎"),
        Stamp(_field(page=2), WAVE),
        Stamp(_field(page=2), Ticked(True)),
    ]

    first, second = (
        stamp([paper(2), paper(1)], stamps, title="T", sandbox=True, names=("a", "b"))
        for _ in range(2)
    )

    assert first == second
    assert first != stamp([paper(2), paper(1)], stamps[:2], title="T", sandbox=True)


def test_a_sandbox_document_says_so_on_each_page_and_stays_readable(tmp_path):
    pdf = stamp([paper(3)], [_typed("Ada")], title="T", sandbox=True)

    document = pymupdf.open(stream=pdf)
    assert all("SANDBOX" in document[index].get_text() for index in range(3))
    mark = poppler(pdf, tmp_path, page=2).convert("L").crop((0, 100, 595, 842)).histogram()
    assert sum(mark[:200]) == 0
    assert sum(mark[200:250]) > 1000


def test_the_result_has_no_flaws(tmp_path):
    stamps = [_typed("Ada"), Stamp(_field(), Picture("0" * 64), square())]

    assert qpdf_complaints(stamp([paper(), paper()], stamps, title="T"), tmp_path) == ""


@pytest.mark.parametrize("annotations", ["null", "[]", "[null]", "[99 0 R]", "[<<>>]", "/X"])
def test_odd_annotations_do_not_keep_a_file_from_being_signed(annotations):
    pdf = changed(paper(), ("Annots", annotations), at="page")

    assert is_signable(stamp([pdf], [], title="T"), pages=1)


def test_what_cannot_be_read_is_refused():
    with pytest.raises(PdfRefused):
        stamp([paper(), b"%PDF-1.7 nonsense"], [], title="T")
