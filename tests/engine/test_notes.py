"""Notes and fields: what signers see of them is what is sealed, and what each reader shows."""

import io

import pymupdf
import pytest
from PIL import Image, ImageChops

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Ticked
from sygn_cli.engine.detect import detect_fields
from sygn_cli.engine.pdf import opened
from sygn_cli.engine.render import page_picture, page_text
from sygn_cli.engine.stamp import Stamp, stamp
from tests.engine.papers import ink, poppler

_NOTES = (
    "Stamp", "Square", "Text", "FreeText", "Popup", "Unheard", "Screen", "Watermark", "Redact",
    "FileAttachment", "Movie", "3D", "PrinterMark", "Widget/FT/Tx/T(a)", "Widget/FT/Tx",
    "Widget/T(a)", "Widget/FT/Sig/T(a)", "Widget/FT/Sig/T(a)/V<</Type/Sig>>",
    "Widget/FT/Btn/T(a)/AS/On", "Widget/FT/Btn/T(a)/AS/Off",
)  # fmt: skip
# Invisible, Hidden, Print, NoZoom and NoRotate, NoView, ReadOnly; as Acrobat writes a sticky note
# and a field that is printed only.
_FLAGS = (0, 1, 2, 4, 8, 16, 32, 64, 28, 36)
_LOOKS = {
    "one": "<</N {look} 0 R>>",
    "one of several": "<</N<</On {look} 0 R>>>>",
    "none that counts": "<</D {look} 0 R>>",
    "none": "null",
}
_SIDE, _STEP = 16, 20
_WIDE = _STEP * len(_FLAGS)
_HIGH = _STEP * len(_NOTES)
_FONT = "/DR<</Font<</Helv<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
_WHOLE = Box(0, 0, 200, 100)


def _with_notes(notes, *, form="", rotate=0, group="", size=(200, 100)):
    """Return a one-page PDF.

    Args:
        notes: Kind and further entries, rectangle, and look of each; there {look} is a dark form
            and {layer} a layer that is off.
        form: Entries of the form.
        group: How the look blends, on a page that is a group of its own.
    """
    document = pymupdf.open()
    page = document.new_page(width=size[0], height=size[1])
    look, layer = document.get_new_xref(), document.get_new_xref()
    document.update_object(
        look,
        "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]"
        f"/Resources<</ExtGState<</G<<{group or '/ca 1'}>>>>>>>>",
    )
    document.update_stream(
        look, b"/G gs .2 .2 .2 rg 0 0 9 5 re f 1 1 .2 rg 0 5 3 3 re f", new=True
    )
    document.update_object(layer, "<</Type/OCG/Name(x)>>")
    written = []
    for kind, place, own in notes:
        xref = document.get_new_xref()
        rectangle = " ".join(map(str, place))
        entries = f"{kind}/Rect[{rectangle}]/AP {own}".format(look=look, layer=layer)
        document.update_object(xref, f"<</Type/Annot/Subtype/{entries}>>")
        written.append(f"{xref} 0 R")
    document.xref_set_key(page.xref, "Annots", f"[{' '.join(written)}]")
    document.xref_set_key(page.xref, "Rotate", str(rotate))
    if group:
        document.xref_set_key(page.xref, "Group", "<</S/Transparency/CS/DeviceRGB/I true>>")
    root = document.pdf_catalog()
    document.xref_set_key(root, "AcroForm", f"<</Fields[{' '.join(written)}]{form}{_FONT}>>")
    document.xref_set_key(root, "OCProperties", f"<</OCGs[{layer} 0 R]/D<</OFF[{layer} 0 R]>>>>")
    return bytes(document.tobytes())


def _one(kind, look="<</N {look} 0 R>>", **options):
    return _with_notes([(kind, (20, 20, 120, 50), look)], **options)


def _pixels(pdf):
    with opened(pdf) as document:
        return bytes(document[0].get_pixmap(dpi=72, colorspace=pymupdf.csGRAY).samples)


def _require_alike(pdf):
    """See that signers and readers of what is sealed see the same, but for rounding."""
    seen, sealed = _pixels(pdf), _pixels(stamp([pdf], [], title="T"))
    assert len(seen) == len(sealed)
    assert max(abs(a - b) for a, b in zip(seen, sealed, strict=True)) <= 3


def _seen(pdf):
    return Image.open(io.BytesIO(page_picture(pdf, 1, dpi=72))).convert("RGB")


@pytest.mark.parametrize("rotate", [0, 90])
@pytest.mark.parametrize("look", _LOOKS.values(), ids=_LOOKS)
def test_each_kind_with_each_flag_is_sealed_as_it_is_seen(look, rotate):
    notes = [
        (f"{kind}/F {flags}/DA(/Helv 9 Tf)", (x, y, x + _SIDE, y + _SIDE), look)
        for y, kind in zip(range(2, _HIGH, _STEP), _NOTES, strict=True)
        for x, flags in zip(range(2, _WIDE, _STEP), _FLAGS, strict=True)
    ]

    _require_alike(_with_notes(notes, rotate=rotate, size=(_WIDE, _HIGH)))


@pytest.mark.parametrize("layer", ["{layer} 0 R", "<</Type/OCMD/OCGs {layer} 0 R>>"])
@pytest.mark.parametrize("kind", ["Stamp", "Widget/FT/Tx/T(a)"])
def test_what_is_on_a_hidden_layer_stays_hidden(kind, layer, tmp_path):
    shown = _one(kind)
    hidden = _with_notes([(f"{kind}/OC {layer}", (20, 20, 120, 50), "<</N {look} 0 R>>")])

    _require_alike(hidden)
    for pdf, expected in ((shown, True), (hidden, False)):
        assert any(ink(_seen(pdf), _WHOLE)) is expected
        assert any(ink(poppler(stamp([pdf], [], title="T"), tmp_path), _WHOLE)) is expected


@pytest.mark.parametrize("flags", [2, 32, 36])
@pytest.mark.parametrize("kind", ["Square", "Widget/FT/Tx/T(a)"])
def test_what_signers_are_not_shown_no_reader_shows(kind, flags, tmp_path):
    pdf = _one(f"{kind}/F {flags}")

    assert not any(ink(_seen(pdf), _WHOLE))
    assert not any(ink(poppler(stamp([pdf], [], title="T"), tmp_path), _WHOLE))


_FIELDS = [
    "/FT/Tx/V(90000)",
    "/FT/Tx/Ff 8192/V(90000)",
    "/FT/Ch/Ff 131072/V(9)/Opt[(9)(8)]",
    "/FT/Ch/V(9)/Opt[(9)(8)]",
    "/FT/Btn/Ff 65536/MK<</CA(hi)>>",
    "/FT/Btn/AS/On/V/On",
    "/FT/Btn/AS/Off/MK<</BC[0 0 0]/BG[.3 .3 .3]>>",
    "/FT/Btn/Ff 32768/AS/On/V/On",
    "/FT/Sig",
    "/FT/Sig/V<</Type/Sig>>",
    "/FT/Unheard",
]


@pytest.mark.parametrize("outdated", ["", "/NeedAppearances true"])
@pytest.mark.parametrize("look", _LOOKS.values(), ids=_LOOKS)
def test_a_field_is_sealed_with_what_is_seen_in_it(look, outdated):
    notes = [
        (f"Widget{kind}/T(t{n})/DA(/Helv 12 Tf)", (4, 4 + 24 * n, 90, 24 + 24 * n), look)
        for n, kind in enumerate(_FIELDS)
    ]

    _require_alike(_with_notes(notes, form=outdated, size=(100, 24 * len(_FIELDS) + 10)))


def test_a_value_that_has_no_look_yet_is_in_the_sealed_file(tmp_path):
    """As forms are left by programs that fill them in and leave it to readers to draw."""
    blank = "<</N 99 0 R>>"
    kind = "Widget/FT/Tx/T(salary)/V(90000)/DA(/Helv 20 Tf 0 g)"
    document = pymupdf.open(stream=_one(kind, blank, form="/NeedAppearances true"))
    while document.xref_length() <= 99:
        document.get_new_xref()
    document.update_object(99, "<</Type/XObject/Subtype/Form/BBox[0 0 100 30]>>")
    document.update_stream(99, b"/Tx BMC EMC", new=True)
    pdf = document.tobytes()

    sealed = stamp([pdf], [], title="T")

    with opened(sealed) as result:
        assert "90000" in result[0].get_text()
    assert any(ink(poppler(sealed, tmp_path), _WHOLE))


def test_a_tick_that_was_taken_off_stays_off_where_looks_are_outdated():
    kind = "Widget/FT/Btn/T(a)/AS/On/V/On/MK<</CA(4)>>/DA(/ZaDb 0 Tf)"
    pdf = _with_notes([(kind, (20, 20, 50, 50), "<</N<</On {look} 0 R>>>>")],
                      form="/NeedAppearances true")  # fmt: skip
    box = Box(20, 50, 30, 30)
    field = Field("f1", FieldType.CHECKBOX, 1, box)
    shown = Image.open(io.BytesIO(page_picture(pdf, 1, dpi=72, vacant=[box]))).convert("RGB")

    sealed = stamp([pdf], [Stamp(field, Ticked(on=False))], title="T")

    assert ink(shown, _WHOLE) == ink(_seen(sealed), _WHOLE)


@pytest.mark.parametrize("kind", ["/Ff 65536", "/AS/On/V/On", "/Ff 32768/AS/On/V/On"])
def test_a_button_keeps_its_own_look_where_those_of_fields_are_outdated(kind):
    """One look for each state cannot be out of date, and may be a photo, a logo or a mark."""
    look = "<</N {look} 0 R>>" if "AS" not in kind else "<</N<</On {look} 0 R>>>>"
    button = f"Widget/FT/Btn{kind}/T(a)/MK<</CA(4)>>/DA(/ZaDb 0 Tf)"
    usual = _one(button, look)

    outdated = _one(button, look, form="/NeedAppearances true")

    assert any(ink(_seen(usual), _WHOLE))
    assert _seen(outdated) == _seen(usual)
    assert _seen(stamp([outdated], [], title="T")) == _seen(stamp([usual], [], title="T"))
    _require_alike(outdated)
    assert not page_text(outdated, 1)


@pytest.mark.parametrize("form", ["", "/NeedAppearances true"])
def test_a_push_button_without_a_look_shows_its_caption(form, tmp_path):
    pdf = _one("Widget/FT/Btn/Ff 65536/T(a)/MK<</CA(Yes)>>/DA(/Helv 12 Tf)", "null", form=form)

    assert page_text(pdf, 1) == "Yes"
    assert any(ink(_seen(pdf), _WHOLE))
    assert any(ink(poppler(stamp([pdf], [], title="T"), tmp_path), _WHOLE))


@pytest.mark.parametrize("look", ["null", "<<>>", "<</N 99 0 R>>", "<</N {look} 0 R>>"])
def test_of_a_field_for_a_signature_that_has_none_nothing_is_seen(look, tmp_path):
    pdf = _one("Widget/FT/Sig/T(Signature)", look)

    sealed = stamp([pdf], [], title="T")

    assert not any(ink(_seen(pdf), _WHOLE))
    assert not any(ink(_seen(sealed), _WHOLE))
    assert not any(ink(poppler(sealed, tmp_path), _WHOLE))
    assert [one.type for one in detect_fields(pdf).detections] == [FieldType.SIGNATURE]


def test_a_signature_that_is_there_keeps_its_look():
    pdf = _one("Widget/FT/Sig/T(Signature)/V<</Type/Sig/Filter/Adobe.PPKLite>>")

    assert any(ink(_seen(pdf), _WHOLE))
    _require_alike(pdf)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("place", [(20, 10, 80, 90), (20, 40, 180, 50)], ids=["tall", "wide"])
@pytest.mark.parametrize(
    "kind", ["/Name/Approved", "/Name/Draft", "/Name/Ours", "", "/Contents(x)"]
)
def test_a_stamp_without_a_look_keeps_its_proportions(kind, place, rotate):
    pdf = _with_notes([(f"Stamp{kind}", place, "null")], rotate=rotate)
    with pymupdf.open(stream=pdf) as plain:
        drawn = bytes(plain[0].get_pixmap(dpi=72, colorspace=pymupdf.csGRAY).samples)

    sealed = _pixels(stamp([pdf], [], title="T"))

    assert min(drawn) < 128
    assert max(abs(a - b) for a, b in zip(drawn, sealed, strict=True)) <= 3
    _require_alike(pdf)


def test_fields_lie_over_notes_whatever_their_order():
    field = ("Widget/FT/Tx/T(a)", (20, 20, 120, 50), "<</N {look} 0 R>>")
    note = ("Square/IC[1 1 1]/C[1 1 1]", (20, 20, 120, 50), "null")

    for notes in ([field, note], [note, field]):
        pdf = _with_notes(notes)
        assert any(ink(_seen(pdf), _WHOLE))
        _require_alike(pdf)


@pytest.mark.parametrize(
    "kind", ["Stamp", "Stamp/Name/Ours", "Square/C[0]", "Widget/FT/Tx/T(a)/V(9)"]
)
def test_a_note_that_is_no_object_of_its_own_is_seen_and_sealed(kind):
    entries = f"<</Type/Annot/Subtype/{kind}/Rect[20 20 120 50]/DA(/Helv 20 Tf)>>"
    document = pymupdf.open(stream=_with_notes([], form=""))
    document.xref_set_key(document.page_xref(0), "Annots", f"[{entries}]")
    pdf = document.tobytes()

    assert any(ink(_seen(pdf), _WHOLE))
    assert any(ink(_seen(stamp([pdf], [], title="T")), _WHOLE))
    _require_alike(pdf)


@pytest.mark.parametrize("mode", ["Screen", "Difference", "ColorBurn", "Multiply"])
def test_a_note_that_blends_with_the_page_is_sealed_as_it_is_seen(mode):
    _require_alike(_one("Square", group=f"/BM/{mode}/ca .5"))


@pytest.mark.parametrize("mode", ["Screen", "Difference", "ColorBurn", "Multiply"])
def test_so_is_a_field_that_blends_with_it(mode):
    pdf = _one("Widget/FT/Tx/T(a)", group=f"/BM/{mode}/ca .5")

    seen, sealed = _seen(pdf), _seen(stamp([pdf], [], title="T"))

    differences = ImageChops.difference(seen, sealed).convert("L")
    assert max(level for level, count in enumerate(differences.histogram()) if count) <= 8
