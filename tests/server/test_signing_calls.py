"""What the signing page's script posts, and what comes of it."""

from __future__ import annotations

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image, ImageDraw

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Drawn, Picture, Typed
from sygn_cli.services import documents
from tests.server import stage
from tests.server.site import SIGNATURE, serve

DRAWN = {"kind": "drawn", "height": 4000, "strokes": [[[100, 100, 60], [5000, 2000, 80]]]}


def picture(colour: str = "navy") -> str:
    image = Image.new("RGB", (300, 100), "white")
    ImageDraw.Draw(image).line((20, 80, 280, 20), fill=colour, width=6)
    content = io.BytesIO()
    image.save(content, "JPEG")
    return base64.b64encode(content.getvalue()).decode()


def test_a_look_is_recorded_once_with_where_it_came_from(site):
    for _ in range(2):
        assert site.post("/x/viewed", {"time_zone": "Asia/Tokyo"}).status_code == 204
    assert site.events() == ["created", "viewed"]
    event = site.last_event()
    assert event["ip"] == "127.0.0.1"
    assert event["ip_source"] == "direct"
    assert event["user_agent"] == "Mozilla/5.0 (Test)"
    assert event["time_zone"] == "Asia/Tokyo"


def test_consent_is_recorded_once(site):
    for _ in range(2):
        assert site.consent().status_code == 204
    assert site.events() == ["created", "consent.given"]


def test_a_signature_is_acknowledged_with_the_head_of_the_record(site):
    site.consent()
    answer = site.sign()
    assert answer.status_code == 200
    assert answer.json == {
        "document": site.document.id,
        "signer": "s1",
        "head": site.now().head,
        "completed": False,
    }
    assert site.now().marks["f1"] == Typed("Ada Lovelace")


def test_sending_the_same_again_gives_the_same_receipt_and_signs_once(site):
    site.consent()
    first = site.sign()
    again = site.sign()
    assert again.json == first.json
    assert site.events().count("signed") == 1


def test_sending_something_else_afterwards_is_refused(site):
    site.consent()
    site.sign()
    answer = site.sign(marks={"f1": {"kind": "typed", "text": "Somebody else"}})
    assert answer.status_code == 409
    assert answer.json["error"] == "already_signed"


def test_nobody_signs_without_consent(site):
    answer = site.sign()
    assert answer.status_code == 409
    assert answer.json["error"] == "consent_missing"


def test_nobody_signs_out_of_turn(site):
    assert site.consent("s2").json["error"] == "not_your_turn"
    assert site.sign("s2").json["error"] == "not_your_turn"


def test_a_drawing_is_kept_as_strokes(site):
    site.consent()
    assert site.sign(marks={"f1": DRAWN}).status_code == 200
    mark = site.now().marks["f1"]
    assert isinstance(mark, Drawn)
    assert mark.strokes == (((100, 100, 60), (5000, 2000, 80)),)
    assert site.now().signer("s1").method == "drawn"


def test_an_uploaded_picture_is_kept_as_a_clean_png(site):
    site.consent()
    answer = site.sign(marks={"f1": {"kind": "upload", "data": picture()}})
    assert answer.status_code == 200
    mark = site.now().marks["f1"]
    assert isinstance(mark, Picture)
    kept = site.runtime.store.blob(site.document.id, mark.sha256)
    assert Image.open(io.BytesIO(kept)).mode == "RGBA"
    assert site.now().signer("s1").method == "uploaded"
    assert "clean" in site.runtime.pdf.calls


def test_the_cleaned_picture_can_be_seen_first_and_sent_in_place_of_the_original(site):
    site.consent()
    seen = site.post("/x/picture", {"data": picture()})
    assert seen.mimetype == "image/png"
    data = base64.b64encode(seen.data).decode()
    site.sign(marks={"f1": {"kind": "upload", "data": data}})
    mark = site.now().marks["f1"]
    assert isinstance(mark, Picture)
    assert site.runtime.store.blob(site.document.id, mark.sha256) == seen.data


def test_the_day_is_the_signers_own(site):
    site = serve(stage.Contract(fields=stage.all_kinds()))
    site.runtime.clock.at = stage.START.replace(hour=23, minute=30)
    site.consent()
    marks = {
        "sign": SIGNATURE,
        "initials": {"kind": "typed", "text": "AL"},
        "company": {"kind": "typed", "text": "Engines & Söhne <GmbH>"},
        "agree": {"kind": "ticked", "on": True},
    }
    assert site.sign(marks=marks).status_code == 200
    assert site.now().marks["day"] == Typed("2026-11-22")  # half past midnight in Berlin


def test_a_missing_required_field_is_named(site):
    site = serve(stage.Contract(fields=stage.all_kinds()))
    site.consent()
    answer = site.sign(marks={"sign": SIGNATURE})
    assert answer.status_code == 400
    assert "initials" in answer.json["message"]


def test_declining_needs_a_reason_and_ends_the_document(site):
    assert site.post("/x/decline", {"reason": "  "}).status_code == 400
    assert site.post("/x/decline", {"reason": "Wrong company"}).status_code == 204
    assert site.now().status == "declined"
    assert site.sign().json["error"] == "declined"


@pytest.mark.parametrize("path", ["/x/consent", "/x/sign", "/x/decline"])
def test_a_closed_document_takes_nothing(site, path):
    documents.void(site.runtime, site.document.id)
    answer = site.post(path, {"marks": {"f1": SIGNATURE}, "reason": "late"})
    assert answer.status_code == 410
    assert answer.json["error"] == "voided"


def test_an_overdue_document_takes_nothing(site):
    site.runtime.clock.at += timedelta(days=31)
    assert site.consent().json["error"] == "expired"


@pytest.mark.parametrize(
    "path", ["/x/viewed", "/x/consent", "/x/sign", "/x/decline", "/x/picture"]
)
def test_every_call_needs_the_link(site, path):
    body = {"marks": {"f1": SIGNATURE}, "reason": "no", "data": picture()}
    for token in ("", "nonsense", site.token().replace(".s1.", ".s2.")):
        answer = site.post(path, body, **{"X-Signing-Token": token})
        assert answer.status_code == 404
        assert answer.json["error"] == "not_found"
    assert site.events() == ["created"]


@pytest.mark.parametrize(
    "path", ["/x/viewed", "/x/consent", "/x/sign", "/x/decline", "/x/picture"]
)
def test_no_other_site_can_make_a_browser_call(site, path):
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "http://[::1"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://127.0.0.1:7447.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = site.post(path, {}, **headers)
        assert answer.status_code == 403, headers
        assert answer.json["error"] == "forbidden"
    assert site.events() == ["created"]


def test_the_page_itself_can_make_calls(site):
    headers = {"Origin": stage.BASE, "Sec-Fetch-Site": "same-origin"}
    assert site.post("/x/viewed", {}, **headers).status_code == 204


def test_behind_a_proxy_the_public_address_is_ours_too():
    site = serve(public_url="https://sign.example.org")
    headers = {"Origin": "https://sign.example.org"}
    assert site.post("/x/viewed", {}, **headers).status_code == 204


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken(site, kind):
    answer = site.client.post(
        "/x/viewed", data="{}", content_type=kind, headers={"X-Signing-Token": site.token()}
    )
    assert answer.status_code == 415
    assert answer.json["error"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"[" * 100_000,
        b'{"marks": ' + b'{"a":' * 100_000,
        b"\xff\xfe",
        b'{"marks": []}',
        b'{"marks": {"f1": null}}',
        b'{"marks": {"f1": {"kind": "picture", "sha256": "' + b"0" * 64 + b'"}}}',
        b'{"marks": {"f1": {"kind": "upload"}}}',
        b'{"marks": {"f1": {"kind": "upload", "data": "!!"}}}',
        b'{"marks": {"f1": {"kind": "typed", "text": "\\ud800"}}}',
        b'{"marks": {"f1": {"kind": "typed", "text": "a\\u202eb"}}}',
        b'{"marks": {"f1": {"kind": "drawn", "height": 4000, "strokes": [[[1.5, 1, 1]]]}}}',
        b'{"marks": {"f1": {"kind": "drawn", "height": 4000, "strokes": [[]]}}}',
        b'{"marks": {"f1": {"kind": "drawn", "height": 4000, "strokes": [[[20000, 1, 1]]]}}}',
        b'{"marks": {"f2": {"kind": "typed", "text": "not mine"}}}',
        b'{"marks": {"\\u202e": {"kind": "typed", "text": "x"}}}',
        b'{"marks": {"f1": {"kind": "ticked", "on": true}}}',
    ],
)
def test_nonsense_is_refused_and_nothing_is_written(site, body):
    site.consent()
    before = site.events()
    answer = site.client.post(
        "/x/sign",
        data=body,
        content_type="application/json",
        headers={"X-Signing-Token": site.token()},
    )
    assert answer.status_code == 400, answer.text
    assert answer.json["error"] == "invalid_request"
    assert site.events() == before


def test_a_value_of_ten_thousand_characters_is_refused():
    text = Field("f1", FieldType.TEXT, 1, Box(10, 10, 80, 20), signer="s1")
    site = serve(stage.Contract(fields=(text, stage.SIMPLE_FIELDS[1])))
    site.consent()
    answer = site.sign(marks={"f1": {"kind": "typed", "text": "x" * 10_000}})
    assert answer.status_code == 400
    assert "longer than 4000" in answer.text


def test_a_body_that_is_too_large_is_refused(site):
    site.consent()
    answer = site.sign(marks={"f1": {"kind": "upload", "data": "A" * (13 * 1024 * 1024)}})
    assert answer.status_code == 413
    assert answer.json["error"] == "payload_too_large"


def test_a_time_zone_that_is_none_counts_as_unknown(site):
    site.post("/x/viewed", {"time_zone": "<script>"})
    assert "time_zone" not in site.last_event()


def test_the_state_can_be_asked_without_changing_anything(site):
    def ask(signer: str):
        headers = {"X-Signing-Token": site.token(signer)}
        return site.client.get("/x/state", headers=headers).json

    assert ask("s1") == {"state": "ready", "signed": 0}
    assert ask("s2") == {"state": "waiting", "signed": 0}
    site.consent()
    site.sign()
    assert ask("s1") == {"state": "signed", "signed": 1}
    assert ask("s2") == {"state": "ready", "signed": 1}


def test_the_state_of_a_stranger_is_not_found(site):
    assert site.client.get("/x/state").status_code == 404
