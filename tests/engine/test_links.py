"""Links lead somewhere and show nothing: signers saw pages on which no link was drawn."""

import io

import pymupdf
import pytest
from PIL import Image

from sygn_cli.domain.geometry import Box
from sygn_cli.engine.render import page_picture
from sygn_cli.engine.stamp import stamp
from tests.engine.papers import changed, ink, paper, poppler

_TEXT = Box(0, 0, 300, 200)
_LOOKS = {
    "a look": "/AP<</N {look} 0 R>>",
    "a border": "/C[1 1 1]/Border[0 0 60]",
    "a border in a style": "/C[1 0 0]/BS<</Type/Border/W 30/S/S>>",
    "a border by default": "",
}
_AWAY = "/A<</S/URI/URI(https://example.com/)>>"


def _with_link(entries):
    document = pymupdf.open(stream=paper(width=300, height=200, words="Pay 100 EUR"))
    look, link = document.get_new_xref(), document.get_new_xref()
    document.update_object(look, "<</Type/XObject/Subtype/Form/BBox[0 0 200 40]>>")
    document.update_stream(look, b"1 1 1 rg 0 0 200 40 re f 0 g 0 0 100 9 re f", new=True)
    document.update_object(
        link,
        f"<</Type/Annot/Subtype/Link/Rect[30 120 230 160]/F 4{entries.format(look=look)}>>",
    )
    document.xref_set_key(document[0].xref, "Annots", f"[{link} 0 R]")
    return bytes(document.tobytes())


def _links(pdf):
    with pymupdf.open(stream=pdf) as document:
        return [link["uri"] for page in document for link in page.get_links()]


@pytest.mark.parametrize("look", _LOOKS.values(), ids=_LOOKS)
def test_a_link_shows_nothing_that_signers_did_not_see(look, tmp_path):
    pdf = _with_link(_AWAY + look)
    seen = Image.open(io.BytesIO(page_picture(pdf, 1, dpi=72))).convert("RGB")
    plain = stamp([paper(width=300, height=200, words="Pay 100 EUR")], [], title="T")

    for sealed, page in (
        (stamp([pdf], [], title="T"), 1),
        (stamp([paper(), pdf], [], title="T"), 2),
    ):
        shown = poppler(sealed, tmp_path, page=page)
        assert shown.tobytes() == poppler(plain, tmp_path).tobytes()
        assert all(
            abs(a - b) <= 1 for a, b in zip(ink(shown, _TEXT), ink(seen, _TEXT), strict=True)
        )
        assert _links(sealed) == ["https://example.com/"]


def test_a_link_keeps_where_it_leads_and_what_it_says():
    entries = (
        "/Dest[{look} 0 R/Fit]/QuadPoints[1 2 3 4 5 6 7 8]/Contents(Terms)/StructParent 3/NM(x)"
    )

    with pymupdf.open(stream=stamp([_with_link(entries)], [], title="T")) as result:
        _, link = result.xref_get_key(result[0].xref, "Annots")
        xref = int(link.strip("[]").split()[0])
        assert sorted(result.xref_get_keys(xref)) == sorted(
            ["Type", "Subtype", "Rect", "Dest", "QuadPoints", "Contents", "StructParent", "Border"]
        )


def test_what_is_drawn_stays_though_it_is_called_a_link_too():
    document = pymupdf.open(stream=paper())
    kind, fonts = document.xref_get_key(document[0].xref, "Resources")
    if kind == "xref":
        fonts = document.xref_object(int(fonts.split()[0]), compressed=True)
    shared = document.get_new_xref()
    document.update_object(shared, f"{fonts[:-2]}/Subtype/Link/Rect[0 0 9 9]{_AWAY}>>")
    document.xref_set_key(document[0].xref, "Resources", f"{shared} 0 R")
    document.xref_set_key(document[0].xref, "Annots", f"[{shared} 0 R]")

    with pymupdf.open(stream=stamp([document.tobytes()], [], title="T")) as result:
        assert "Helvetica" in str(result.get_page_fonts(0))


def test_tags_go_on_referring_to_their_links():
    document = pymupdf.open(stream=_with_link(_AWAY))
    _, link = document.xref_get_key(document[0].xref, "Annots")
    tag = document.get_new_xref()
    document.update_object(tag, f"<</S/Link/K[1<</Type/OBJR/Obj {link.strip('[]')}>>]>>")
    document.xref_set_key(
        document.pdf_catalog(), "StructTreeRoot", f"<</Type/StructTreeRoot/K {tag} 0 R>>"
    )

    with pymupdf.open(stream=stamp([document.tobytes()], [], title="T")) as result:
        _, link = result.xref_get_key(result[0].xref, "Annots")
        tags = [result.xref_object(n, compressed=True) for n in range(1, result.xref_length())]
        assert any(f"/Obj {link.strip('[]')}" in text for text in tags if "/OBJR" in text)


@pytest.mark.parametrize("apart", [True, False])
def test_preferences_keep_what_shows_no_page_otherwise(apart):
    wanted = "<</DisplayDocTitle true/Direction/R2L/ViewArea/MediaBox/PrintClip/BleedBox>>"
    document = pymupdf.open(stream=paper())
    if apart:
        xref = document.get_new_xref()
        document.update_object(xref, wanted)
        wanted = f"{xref} 0 R"
    pdf = changed(document.tobytes(), ("ViewerPreferences", wanted))

    with pymupdf.open(stream=stamp([pdf], [], title="T")) as result:
        _, kept = result.xref_get_key(result.pdf_catalog(), "ViewerPreferences")

    assert kept == "<</DisplayDocTitle true/Direction/R2L>>"
