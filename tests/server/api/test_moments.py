"""Moments at the edges of what there is, as programs write them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from sygn_cli.services.runtime import Settings
from tests.server.api.caller import UNCOUNTED, a_body, serve

OUTSIDE = (
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-12-31T23:59:60Z",
    "10000-01-01", "-1d", "999999999d", "9" * 5000,
)  # fmt: skip
FARTHEST = "9999-12-31T23:59:59.999Z"


@pytest.mark.parametrize("written", OUTSIDE)
def test_a_deadline_outside_of_time_is_refused_and_nothing_is_stored(api, written):
    answer = api.post("/documents", a_body(expires=written))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert "is not a deadline" in answer.json["message"] or "in the past" in answer.json["message"]
    assert api.get("/documents").json["data"] == []


def test_a_usual_deadline_that_has_passed_is_not_the_callers_mistake():
    api = serve(Settings(**UNCOUNTED, expires="2020-01-01", expires_from="SYGN_EXPIRES"))
    once = {"Idempotency-Key": "one"}
    answer = api.post("/documents", a_body(), **once)
    told = answer.get_json()
    assert (answer.status_code, told["error"]) == (503, "workspace_unusable")
    assert "The setting SYGN_EXPIRES is the deadline '2020-01-01'" in told["message"]
    assert api.get("/documents").get_json()["data"] == []
    assert api.post("/documents", a_body(expires="2020-01-01")).status_code == 400
    corrected = api.post("/documents", a_body(expires="30d"), **once)
    assert corrected.status_code == 201


@pytest.mark.parametrize("written", OUTSIDE)
def test_a_deadline_cannot_be_moved_out_of_time(api, written):
    document = api.create()
    before = api.get(f"/documents/{document}").json
    answer = api("PATCH", f"/documents/{document}", {"expires": written})
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert api.get(f"/documents/{document}").json == before


@pytest.mark.parametrize("written", OUTSIDE)
def test_a_list_cannot_begin_outside_of_time(api, written):
    answer = api.get(f"/documents?since={quote(written)}")
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert answer.json["hint"] == "Write it like 2026-12-31 or 2026-12-31T17:00:00Z."


@pytest.mark.parametrize(
    ("written", "some"),
    [
        ("0001-01-01", True), ("0001-01-01T00:00:00-14:00", True), ("2026-11-21T12:00:00", True),
        ("2026-11-21T13:00:00.001+01:00", False), (FARTHEST, False),
    ],
)  # fmt: skip
def test_a_list_begins_at_any_moment_that_there_is(api, written, some):
    api.create()
    assert bool(api.get(f"/documents?since={quote(written)}").json["data"]) is some


def test_a_document_with_the_farthest_deadline_lives_like_others(api):
    document = api.create(expires=FARTHEST)
    assert api.get(f"/documents/{document}").json["expires_at"] == FARTHEST
    api.sign(document, "s1")
    api.sign(document, "s2")
    assert api.get(f"/documents/{document}").json["status"] == "completed"
