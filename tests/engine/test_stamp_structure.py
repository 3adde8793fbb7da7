"""Page trees that are allowed, forgivable or hostile: marks land on the one page they are for."""

import pymupdf
import pytest

from sygn_cli.domain.errors import PdfRefused
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Typed
from sygn_cli.engine.signable import is_signable
from sygn_cli.engine.stamp import Stamp, stamp
from tests.engine.papers import paper, raw

_CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_WORDS = b"<</Length 40>>stream\nBT /F1 12 Tf 20 20 Td (Old words) Tj ET  \nendstream"


def _pages(entries=b"", kids=b"3 0 R", count=1):
    return b"<</Type/Pages/Kids[%s]/Count %d%s>>" % (kids, count, entries)


def _mark(page=1):
    return Stamp(Field("f", FieldType.TEXT, page, Box(20, 20, 100, 20)), Typed("Mine"))


def _words(pdf):
    document = pymupdf.open(stream=pdf)
    return [" ".join(document[index].get_text().split()) for index in range(document.page_count)]


_TREES = {
    "no types": [b"<</Pages 2 0 R>>", b"<</Kids[3 0 R]/Count 1>>", _PAGE],
    "no parent": [_CATALOG, _pages(), b"<</MediaBox[0 0 200 200]>>"],
    "pages inside the catalog": [
        b"<</Type/Catalog/Pages<</Type/Pages/Kids[2 0 R]/Count 1>>>>",
        b"<</Type/Page/MediaBox[0 0 200 200]>>",
    ],
    "an untyped node between": [
        _CATALOG,
        _pages(),
        b"<</Kids[4 0 R]/Count 1/Parent 2 0 R>>",
        b"<</Type/Page/MediaBox[0 0 200 200]/Parent 3 0 R>>",
    ],
    "kids by reference": [_CATALOG, b"<</Type/Pages/Kids 4 0 R/Count 1>>", _PAGE, b"[3 0 R]"],
    "a box that is inherited": [
        _CATALOG,
        _pages(b"/MediaBox[0 0 200 200]/Rotate 90"),
        b"<</Type/Page/Parent 2 0 R>>",
    ],
    "no box at all": [_CATALOG, _pages(), b"<</Type/Page/Parent 2 0 R>>"],
    "a null for annotations": [_CATALOG, _pages(), _PAGE[:-2] + b"/Annots null>>"],
}


@pytest.mark.parametrize("objects", _TREES.values(), ids=_TREES)
def test_odd_page_trees_can_be_marked_and_sealed(objects):
    pdf = stamp([raw(objects)], [_mark()], title="T")

    assert _words(pdf) == ["Mine"]
    assert is_signable(pdf, pages=1)


@pytest.mark.parametrize("resources", [b"<</Font<</F1 5 0 R>>>>", b"6 0 R"])
def test_resources_that_are_inherited_are_kept(resources):
    objects = [
        _CATALOG,
        _pages(b"/Resources " + resources),
        _PAGE[:-2] + b"/Contents 4 0 R>>",
        _WORDS,
        _FONT,
        b"<</Font<</F1 5 0 R>>>>",
    ]

    assert _words(stamp([raw(objects)], [_mark()], title="T")) == ["Old words Mine"]


def test_a_page_listed_twice_is_marked_only_where_it_should_be():
    pdf = raw([_CATALOG, _pages(kids=b"3 0 R 3 0 R", count=2), _PAGE])

    assert _words(stamp([pdf], [_mark(page=2)], title="T")) == ["", "Mine"]
    assert _words(stamp([paper(), pdf], [_mark()], title="T")) == ["A page 1 Mine", "", ""]


def test_resources_shared_by_pages_do_not_mix_their_marks():
    objects = [
        _CATALOG,
        _pages(b"/Resources<</XObject<<>>>>", kids=b"3 0 R 4 0 R", count=2),
        _PAGE,
        _PAGE,
    ]

    assert _words(stamp([raw(objects)], [_mark(page=2)], title="T")) == ["", "Mine"]


def test_bookmarks_survive_a_rebuild():
    objects = [
        b"<</Type/Catalog/Pages<</Type/Pages/Kids[2 0 R]/Count 1>>/Outlines 3 0 R>>",
        b"<</Type/Page/MediaBox[0 0 200 200]>>",
        b"<</First 4 0 R/Last 4 0 R/Count 1>>",
        b"<</Title(Here)/Parent 3 0 R/Dest[2 0 R/Fit]>>",
    ]

    assert pymupdf.open(stream=stamp([raw(objects)], [], title="T")).get_toc() == [[1, "Here", 1]]


def test_bookmarks_in_a_circle_do_no_harm():
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>",
        _pages(),
        _PAGE,
        b"<</First 5 0 R/Last 5 0 R/Count 1>>",
        b"<</Title(Round)/Parent 4 0 R/Next 5 0 R/First 5 0 R/Dest[3 0 R/Fit]>>",
    ]

    assert _words(stamp([raw(objects), paper()], [_mark()], title="T"))[0] == "Mine"


def test_a_page_that_is_no_object_is_refused():
    objects = [_CATALOG, b"<</Type/Pages/Kids[<</Type/Page/MediaBox[0 0 9 9]>>]/Count 1>>"]

    with pytest.raises(PdfRefused):
        stamp([raw(objects)], [], title="T")
