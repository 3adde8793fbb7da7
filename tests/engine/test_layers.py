"""A layer is on or off for everybody: for the signer's page as for each reader of what is sealed."""

import io

import pytest
from PIL import Image

from sygn_cli.domain.geometry import Box
from sygn_cli.engine.render import page_picture
from sygn_cli.engine.stamp import stamp
from tests.engine.papers import ink, paper, poppler, raw

_AS = b"/AS[<</Event/View/Category[/View]/OCGs[5 0 R]>><</Event/Print/Category[/Print]/OCGs[5 0 R]>>]"
_PLAIN = b"<</Type/OCG/Name(A)>>"
_OFF_ON_SCREEN = b"<</Type/OCG/Name(A)/Usage<</View<</ViewState/OFF>>/Print<</PrintState/ON>>>>>>"
_SHOWN, _HIDDEN = True, False

# Layer, default configuration, what the page's text belongs to, whether it can be seen.
_CASES = {
    "on": (_PLAIN, b"", b"5 0 R", _SHOWN),
    "off": (_PLAIN, b"/OFF[5 0 R]", b"5 0 R", _HIDDEN),
    "all off": (_PLAIN, b"/BaseState/OFF", b"5 0 R", _HIDDEN),
    "all off but one": (_PLAIN, b"/BaseState/OFF/ON[5 0 R]", b"5 0 R", _SHOWN),
    "off on screen": (_OFF_ON_SCREEN, b"", b"5 0 R", _SHOWN),
    "off on screen, by itself": (_OFF_ON_SCREEN, _AS, b"5 0 R", _SHOWN),
    "for designers": (b"<</Type/OCG/Name(A)/Intent/Design>>", b"", b"5 0 R", _SHOWN),
    "an expression": (_PLAIN, b"", b"7 0 R", _SHOWN),
}


_ALL_OFF = b"<</Type/OCMD/OCGs[5 0 R]/P/AllOff>>"
# All layers, default configuration, layer, what the text belongs to, whether it can be seen.
_ODD_CASES = {
    "the list is elsewhere": (b"10 0 R", b"", _PLAIN, b"5 0 R", _SHOWN),
    "so is what is off": (b"[5 0 R]", b"/OFF 10 0 R", _PLAIN, b"5 0 R", _HIDDEN),
    "so is whether all are off": (b"[5 0 R]", b"/BaseState 11 0 R", _PLAIN, b"5 0 R", _HIDDEN),
    "the list holds what is none": (b"[3 0 R 99 0 R 10 0 R]", b"", _PLAIN, b"5 0 R", _SHOWN),
    "in no list": (b"[9 0 R]", b"", _OFF_ON_SCREEN, b"5 0 R", _HIDDEN),
    "in the page itself": (b"[9 0 R]", b"", _PLAIN, _OFF_ON_SCREEN, _HIDDEN),
    "an expression there": (b"[5 0 R]", b"", _PLAIN, b"<</Type/OCMD/VE[/Not 5 0 R]>>", _SHOWN),
    "shown if another is off": (b"[5 0 R]", b"/OFF[5 0 R]", _PLAIN, _ALL_OFF, _SHOWN),
    "the other is in no list": (b"[9 0 R]", b"", _PLAIN, _ALL_OFF, _HIDDEN),
    "of no type": (b"[5 0 R]", b"/OFF[5 0 R]", b"<</Name(A)>>", b"5 0 R", _SHOWN),
    "its type is elsewhere": (
        b"[5 0 R]", b"/OFF[5 0 R]", b"<</Type 12 0 R/Name(A)>>", b"5 0 R", _HIDDEN
    ),
}  # fmt: skip


def _layered(layer, configuration, member, *, indirect=False, listed=b"[5 0 R]"):
    text = b"/OC /L BDC BT /F1 40 Tf 20 100 Td (LAYER) Tj ET EMC"
    properties = b"<</OCGs %s/D<<%s>>>>" % (listed, configuration)
    return raw(
        [
            b"<</Type/Catalog/Pages 2 0 R/OCProperties %s>>" % (b"8 0 R" if indirect else properties),
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
            b"/Resources<</Font<</F1 6 0 R>>/Properties<</L %s>>>>>>" % member,
            b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
            layer,
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Type/OCMD/OCGs[5 0 R]/VE[/Not 5 0 R]>>",
            properties,
            b"<</Type/OCG/Name(B)>>",
            b"[5 0 R]",
            b"/OFF",
            b"/OCG",
        ]
    )  # fmt: skip


def _is_shown(picture):
    return any(ink(picture, Box(0, 0, 300, 300)))


@pytest.mark.parametrize(
    ("layer", "configuration", "member", "shown"), _CASES.values(), ids=_CASES
)
def test_signers_and_readers_see_the_same_layers(layer, configuration, member, shown, tmp_path):
    _require_alike(_layered(layer, configuration, member), tmp_path, shown=shown)


@pytest.mark.parametrize(
    ("listed", "configuration", "layer", "member", "shown"), _ODD_CASES.values(), ids=_ODD_CASES
)
def test_they_do_where_readers_differ_on_how_layers_are_written(
    listed, configuration, layer, member, shown, tmp_path
):
    _require_alike(_layered(layer, configuration, member, listed=listed), tmp_path, shown=shown)


def _require_alike(pdf, tmp_path, *, shown):
    seen = Image.open(io.BytesIO(page_picture(pdf, 1, dpi=72))).convert("RGB")

    assert _is_shown(seen) is shown
    assert _is_shown(poppler(stamp([pdf], [], title="T"), tmp_path)) is shown
    assert _is_shown(poppler(stamp([paper(), pdf], [], title="T"), tmp_path, page=2)) is shown


def test_layers_of_the_same_name_in_two_files_are_not_mixed_up(tmp_path):
    off = _layered(_PLAIN, b"/OFF[5 0 R]", b"5 0 R", indirect=True)
    on = _layered(b"<</Type/OCG/Name(A)/SygnOff true>>", b"", b"5 0 R", indirect=True)

    pdf = stamp([on, off, on], [], title="T")

    shown = [_is_shown(poppler(pdf, tmp_path, page=page)) for page in (1, 2, 3)]
    assert shown == [True, False, True]


def test_two_layers_that_are_written_alike_stay_two(tmp_path):
    text = b"/OC /L BDC BT /F1 40 Tf 20 100 Td (LAYER) Tj ET EMC"
    alike = b"<</Type/OCG/Name(A)/SygnLayer 1>>"
    pdf = raw(
        [
            b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[5 0 R 6 0 R]/D<</OFF[6 0 R]>>>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
            b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
            b"/Properties<</L 7 0 R/M 5 0 R/N 6 0 R>>>>>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
            alike,
            alike,
            alike,  # in no list, and so always on
        ]
    )

    assert _is_shown(poppler(stamp([pdf], [], title="T"), tmp_path))
    assert _is_shown(poppler(stamp([pdf.replace(b"/L 7", b"/L 5")], [], title="T"), tmp_path))
