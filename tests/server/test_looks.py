"""Names in handwriting, as the signing page asks for them."""

from __future__ import annotations

import gzip
import json

import pytest

from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Look, Typed
from sygn_cli.engine import handwriting


def ask(site, text: str, **headers: str):
    own = {"X-Signing-Token": site.token(), **headers}
    return site.client.get("/x/looks", query_string={"text": text}, headers=own)


def test_a_name_comes_in_every_look_as_the_shapes_that_are_stamped(site):
    answer = ask(site, "Ada Lovelace").json
    assert set(answer["looks"]) == set(Look)
    for look in Look:
        outline = handwriting.write("Ada Lovelace", look).outline
        assert outline is not None
        assert answer["looks"][look] == {"shown_in": look, "missing": ""}
        assert answer["outlines"][look]["path"] == outline.path


def test_what_a_look_cannot_write_is_told(site):
    looks = ask(site, "Ольга").json["looks"]
    assert looks["round"] == {"shown_in": "flowing", "missing": "Ольга"}
    nobody = ask(site, "山田").json
    assert nobody["outlines"] == {}
    assert nobody["looks"]["quick"] == {"shown_in": None, "missing": "山田"}


def test_a_name_of_any_length_that_a_signer_may_have_is_written(site):
    answer = ask(site, "Wolfeschlegelsteinhausen " * 4 + "x" * 20)
    assert answer.status_code == 200
    assert ask(site, "x" * 121).status_code == 400


def test_only_a_signer_can_ask(site):
    assert site.client.get("/x/looks?text=Ada").status_code == 404
    assert ask(site, "Ada", **{"X-Signing-Token": site.token()[:-1] + "?"}).status_code == 404


def test_the_browser_may_keep_the_answer_and_ask_whether_it_still_holds(site):
    first = ask(site, "Ada")
    assert first.headers["Cache-Control"] == "private, max-age=3600"
    assert first.headers["Vary"].startswith("X-Signing-Token")
    again = ask(site, "Ada", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_answer_travels_compressed(site):
    packed = ask(site, "Ada Lovelace", **{"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.data)) == ask(site, "Ada Lovelace").json
    assert len(packed.data) < 20_000


def test_a_script_that_asks_without_end_is_slowed_down(site):
    answers = [ask(site, str(n)).status_code for n in range(140)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_the_chosen_look_is_recorded(site):
    site.consent()
    site.sign(marks={"f1": {"kind": "typed", "text": "Ada Lovelace", "look": "quick"}})
    assert site.now().marks["f1"] == Typed("Ada Lovelace", Look.QUICK)


@pytest.mark.parametrize("look", ["comic", "", None, 7])
def test_a_look_that_does_not_exist_is_refused(site, look):
    site.consent()
    marks = {"f1": {"kind": "typed", "text": "Ada", "look": look}}
    assert site.sign(marks=marks).status_code == 400


def test_the_box_of_the_page_and_of_the_pdf_hold_the_name_alike():
    """The page's script has the same three rules; the figures here are its own."""
    outline = handwriting.write("Ada Lovelace", Look.FLOWING).outline
    assert outline is not None
    at = handwriting.place(outline, Box(0, 0, 200, 34))
    scale = min(
        44 / 1000,
        200 * 0.94 / (outline.right - outline.left),
        34 * 0.94 / (outline.up + outline.down),
    )
    assert (at.scale, at.x, at.baseline) == pytest.approx(
        (scale, 200 * 0.03 - outline.left * scale, 34 * 0.97 - outline.down * scale)
    )
