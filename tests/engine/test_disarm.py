"""What acts in disguise: by a name that is more than one, by reference, where nobody looks."""

import pymupdf
import pytest

from sygn_cli.engine.stamp import stamp
from tests.engine.papers import changed, paper

SCRIPT = "<</S/JavaScript/JS(app.alert\\(1\\))>>"


def _name(words):
    """Return a PDF name that holds any characters (ISO 32000-2, 7.3.5)."""
    return "/" + "".join(f"#{ord(one):02X}" for one in words)


def _with_link(action, *others, entries=""):
    """Return a PDF with a link whose action is PDF text, and objects 900, 901, ... to refer to."""
    document = pymupdf.open(stream=paper())
    while document.xref_length() < 900:
        document.update_object(document.get_new_xref(), "null")
    for text in others:
        document.update_object(document.get_new_xref(), text)
    link = document.get_new_xref()
    document.update_object(link, f"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A {action}{entries}>>")
    document.xref_set_key(document[0].xref, "Annots", f"[{link} 0 R]")
    return document.tobytes(garbage=0)


@pytest.mark.parametrize("key", ["PageLayout", "Version"])
def test_a_name_does_not_become_entries_of_the_catalog(key):
    smuggled = "X /OpenAction " + SCRIPT + " /Names <</EmbeddedFiles <</Names []>>>>"
    pdf = changed(paper(), (key, _name(smuggled)))

    result = pymupdf.open(stream=stamp([pdf], [], title="T"))

    keys = set(result.xref_get_keys(result.pdf_catalog()))
    assert keys.isdisjoint({"OpenAction", "Names", key})


def test_an_ordinary_page_layout_is_kept():
    result = pymupdf.open(
        stream=stamp([changed(paper(), ("PageLayout", "/TwoPageLeft"))], [], title="T")
    )

    assert result.xref_get_key(result.pdf_catalog(), "PageLayout") == ("name", "/TwoPageLeft")


@pytest.mark.parametrize(
    "link",
    [
        _with_link("<</S 900 0 R/JS(app.alert\\(1\\))>>", "/JavaScript"),
        _with_link("900 0 R", "<</S 901 0 R/JS(app.alert\\(1\\))>>", "/JavaScript"),
        _with_link("900 0 R", "901 0 R", SCRIPT),
        _with_link("<</S/URI/URI 900 0 R>>", "(javascript:app.alert\\(1\\))"),
        _with_link("<</S/URI/URI(https://example.com)/Next 900 0 R>>", SCRIPT),
        _with_link("<</S/GoTo/D[0/Fit]>>", entries=f"/AA<</E {SCRIPT}/Mine 1>>"),
        _with_link("<</S/GoTo/D[0/Fit]>>", f"<</E {SCRIPT}/Mine 1>>", entries="/AA 900 0 R"),
    ],
    ids=["kind", "action and kind", "twice", "address", "next", "trigger", "trigger apart"],
)  # fmt: skip
def test_no_detour_leads_to_a_script(link):
    document = pymupdf.open(stream=link)
    assert any("alert" in document.xref_object(n) for n in range(900, document.xref_length()))

    assert b"alert" not in stamp([link], [], title="T")


@pytest.mark.parametrize("top", [True, False], ids=["in the catalog", "under the first"])
def test_bookmarks_that_are_no_objects_do_not_survive(top):
    document = pymupdf.open(stream=paper())
    document.set_toc([[1, "Harmless", 1]])
    (item,) = document.get_outline_xrefs()
    inner = f"<</Title(Bad)/A {SCRIPT}>>"
    if top:
        document.xref_set_key(
            document.pdf_catalog(), "Outlines", f"<</First {inner}/Last {inner}>>"
        )
    else:
        document.xref_set_key(item, "First", inner)

    assert b"alert" not in stamp([document.tobytes()], [], title="T")


def test_nor_do_they_behind_one_that_has_no_title():
    document = pymupdf.open(stream=paper())
    document.set_toc([[1, "Harmless", 1]])
    (item,) = document.get_outline_xrefs()
    document.update_object(item, f"<</Next <</Title(Bad)/A {SCRIPT}>>>>")

    assert b"alert" not in stamp([document.tobytes()], [], title="T")


def test_a_resource_may_be_called_like_a_bookmark():
    document = pymupdf.open(stream=paper())
    states = document.get_new_xref()
    document.update_object(states, "<</Next <</ca 0.5>>/A <</ca 0.25>>>>")
    document.xref_set_key(document[0].xref, "Resources", f"<</ExtGState {states} 0 R>>")

    assert b"/ca .25" in (stamped := stamp([document.tobytes()], [], title="T"))
    assert b"/ca .5" in stamped


@pytest.mark.parametrize("key", ["A", "PA", "AA"])
def test_what_refers_to_no_object_of_the_file_is_dropped(key):
    """Later on that number would be the one of an object of ours."""
    document = pymupdf.open(stream=_with_link("<</S/GoTo/D[0/Fit]>>", entries=f"/{key} 5000 0 R"))
    for name in ("Outlines", "Names", "Dests"):
        document.xref_set_key(document.pdf_catalog(), name, "5000 0 R")

    stamped = stamp([document.tobytes()], [], title="T")

    result = pymupdf.open(stream=stamped)
    assert result.page_count == 1
    assert b"5000 0 R" not in stamped
    assert {"Outlines", "Names", "Dests"}.isdisjoint(result.xref_get_keys(result.pdf_catalog()))


@pytest.mark.parametrize(
    "entry",
    ["F(other.bin)", "F<</FS/URL/F(https://example.com/x)>>/FFilter/FlateDecode", "OPI<<>>",
     "Alternates[<</Image {other} 0 R/DefaultForPrinting true>>]",
     "Ref<</F(other.pdf)/Page 0>>"],
    ids=["a file", "an address", "a proxy", "another picture", "a page elsewhere"],
)  # fmt: skip
def test_what_is_shown_is_what_is_in_the_file(entry):
    document = pymupdf.open(stream=paper())
    red, green = (pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 20, 20)) for _ in range(2))
    red.set_rect(red.irect, (255, 0, 0))
    green.set_rect(green.irect, (0, 255, 0))
    shown = document[0].insert_image(pymupdf.Rect(100, 100, 200, 200), pixmap=red)
    other = document[0].insert_image(pymupdf.Rect(300, 300, 400, 400), pixmap=green)
    written = document.xref_object(shown, compressed=True).removesuffix(">>")
    document.update_object(shown, f"{written}/{entry.format(other=other)}>>")
    assert document.xref_is_stream(shown)

    result = pymupdf.open(stream=stamp([document.tobytes()], [], title="T"))

    assert result[0].get_pixmap().pixel(150, 150) == (255, 0, 0)
    streams = [one for one in range(1, result.xref_length()) if result.xref_is_stream(one)]
    for key in ("F", "FFilter", "Alternates", "OPI", "Ref"):
        assert {result.xref_get_key(one, key)[0] for one in streams} == {"null"}
