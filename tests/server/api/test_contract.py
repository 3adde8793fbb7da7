"""The endpoints that the public contract names: paths, names, statuses and codes, to the letter."""

from __future__ import annotations

import pytest

from sygn_cli.domain.document import Mode
from sygn_cli.services.runtime import Settings
from tests.runtimes import sample
from tests.server.api.caller import ADA, UNCOUNTED, a_body, pdf, serve

CREATED = {
    "id", "status", "title", "signing_order", "field_count", "detected_fields", "signers",
    "created_at", "status_url", "webhook_note",
}  # fmt: skip
STATE = {
    "id", "status", "title", "created_at", "completed_at", "voided_at", "signers", "download_url",
    "audit_url",
}  # fmt: skip


def test_a_document_is_created_and_sent_in_one_call(api):
    answer = api.post("/documents", a_body())
    assert answer.status_code == 201
    assert answer.json.keys() >= CREATED
    assert answer.json["status"] == "sent"
    assert answer.json["detected_fields"] is True
    assert answer.json["field_count"] >= 4
    assert answer.json["created_at"] == "2026-11-21T12:00:00.000Z"
    first = answer.json["signers"][0]
    assert first["id"] == "s1"
    assert first["name"] == "Ada Lovelace"
    assert first["status"] == "pending"
    assert first["signing_url"].startswith("http://127.0.0.1:7447/x?t=")
    assert answer.json["status_url"].endswith(f"/api/v1/documents/{answer.json['id']}")


def test_the_key_may_come_in_either_header(api):
    with_bearer = api.get("/me")
    other = api.with_key("").get("/me", **{"X-API-Key": api.secret})
    assert with_bearer.json == other.json
    assert with_bearer.json.keys() == {"ok", "account", "key_id", "mode"}
    assert with_bearer.json["ok"] is True
    assert with_bearer.json["mode"] == "live"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer cs_live_" + "x" * 43},
        {"Authorization": "Bearer cs_live_short"},
        {"Authorization": "Basic Y3NfbGl2ZV94Og=="},
        {"X-API-Key": "cs_live_" + "x" * 43},
        {"Cookie": "key=cs_live_" + "x" * 43},
    ],
)
def test_without_a_good_key_there_is_nothing(api, headers):
    answer = api.with_key("").get("/me", **headers)
    assert answer.status_code == 401
    assert answer.json["error"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_two_different_keys_at_once_are_refused(api):
    other = api.another()
    assert api.get("/me", **{"X-API-Key": other.secret}).status_code == 401


def test_a_data_url_and_line_breaks_are_understood(api):
    plain = pdf()
    lines = "\r\n".join(plain[n : n + 76] for n in range(0, len(plain), 76))
    for written in (f"data:application/pdf;base64,{plain}", lines):
        assert api.post("/documents", a_body(pdf_base64=written)).status_code == 201


def test_order_cc_and_assignments_are_optional_and_kept(api):
    people = [{"name": "Ada", "email": "ada@example.com"}, {"name": "B", "email": "b@example.com"}]
    fields = [
        {
            "id": "here",
            "type": "signature",
            "page": 1,
            "x": 72,
            "y": 600,
            "width": 200,
            "height": 36,
        },
        {
            "id": "there",
            "type": "initial",
            "page": 1,
            "x": 72,
            "y": 650,
            "width": 60,
            "height": 20,
        },
    ]
    body = a_body(
        signers=people, fields=fields, assignments={"there": "s2"}, cc=["cc@example.com"]
    )
    del body["signing_order"], body["title"]
    answer = api.post("/documents", body)
    assert answer.status_code == 201
    assert answer.json["signing_order"] == "parallel"
    assert answer.json["signatures"] == "seal"
    assert answer.json["detected_fields"] is False
    assert answer.json["field_count"] == 2
    document = api.runtime.store.load(answer.json["id"])
    assert [f.id for f in document.fields_of("s1")] == ["here"]
    assert [f.id for f in document.fields_of("s2")] == ["there"]
    assert document.cc == ("cc@example.com",)


def test_what_detect_gives_can_be_handed_in_again(api):
    found = api.post("/detect", {"pdf_base64": pdf()})
    assert found.status_code == 200
    assert found.json["count"] == len(found.json["fields"]) > 0
    names = {"id", "type", "page", "x", "y", "width", "height", "confidence", "label"}
    assert found.json["fields"][0].keys() >= names
    answer = api.post("/documents", a_body(fields=found.json["fields"]))
    assert answer.status_code == 201, answer.text
    left_out = api.create()
    made = [api.runtime.store.load(one) for one in (answer.json["id"], left_out)]
    assert len({tuple((f.id, f.signer) for f in document.fields) for document in made}) == 1


def test_the_state_tells_who_has_signed(api):
    document = api.create()
    api.sign(document, "s1")
    state = api.get(f"/documents/{document}")
    assert state.status_code == 200
    assert state.json.keys() >= STATE
    assert state.json["status"] == "partially_signed"
    ada, alan = state.json["signers"]
    assert (ada["status"], ada["signed_at"], ada["order"]) == (
        "signed",
        "2026-11-21T12:00:00.000Z",
        0,
    )
    assert (alan["status"], alan["signed_at"], alan["order"]) == ("pending", None, 1)
    assert state.json["download_url"] is None
    assert state.json["audit_url"] is None
    assert "signing_url" not in state.text


@pytest.mark.slow
def test_a_completed_document_gives_its_files_and_cannot_be_voided(api):
    document = api.completed()
    state = api.get(f"/documents/{document}").json
    assert state["status"] == "completed"
    assert state["completed_at"]
    assert state["download_url"].endswith("/download")
    assert state["audit_url"].endswith("/audit")
    for what in ("download", "audit"):
        answer = api.get(f"/documents/{document}/{what}")
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
        assert answer.headers["Content-Disposition"].startswith("attachment")
    late = api.post(f"/documents/{document}/void")
    assert late.status_code == 409
    assert late.json["error"] == "already_completed"


@pytest.mark.parametrize("what", ["download", "audit"])
def test_files_of_an_unfinished_document_are_not_completed(api, what):
    answer = api.get(f"/documents/{api.create()}/{what}")
    assert answer.status_code == 409
    assert answer.json["error"] == "not_completed"
    assert answer.json["message"] == "The document is not fully signed yet."


def test_voiding_twice_is_no_error_and_nothing_else_works_afterwards(api):
    document = api.create()
    first = api.post(f"/documents/{document}/void")
    again = api.post(f"/documents/{document}/void", {"reason": "typo"})
    assert first.status_code == again.status_code == 200
    assert first.json == again.json
    assert first.json["status"] == "voided"
    assert first.json["voided_at"] == "2026-11-21T12:00:00.000Z"
    for method, path in (
        ("GET", "/download"),
        ("GET", "/audit"),
        ("POST", "/remind"),
        ("POST", "/send"),
        ("POST", "/signers/s1/link"),
    ):
        answer = api(method, f"/documents/{document}{path}")
        assert (answer.status_code, answer.json["error"]) == (410, "voided"), path
    changed = api("PATCH", f"/documents/{document}", {"expires": "3d"})
    assert (changed.status_code, changed.json["error"]) == (410, "voided")


def test_the_reason_of_a_void_is_in_the_record(api):
    document = api.create()
    api.post(f"/documents/{document}/void", {"reason": "typo on page 1"})
    assert api.runtime.store.trail(document)[-1].data["reason"] == "typo on page 1"


@pytest.mark.parametrize(
    "path",
    [
        "/documents/doc_abc123",
        "/documents/doc_01jd0000000000000000000000",
        "/documents/doc_01jd0000000000000000000000/download",
        "/documents/..%2f..%2fetc",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_not_found(api, path):
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.json["error"] == "not_found"


def test_a_document_of_another_account_is_forbidden(api):
    document = api.create()
    answer = api.tenant("someone").get(f"/documents/{document}")
    assert answer.status_code == 403
    assert answer.json["error"] == "forbidden"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"pdf_base64": "aGVsbG8="}, 422, "detection_failed"),
        ({"pdf_base64": pdf("without-fields.pdf")}, 422, "no_fields_detected"),
        ({"pdf_base64": "not base64!"}, 400, "invalid_request"),
        ({"pdf_base64": None}, 400, "invalid_request"),
        ({"pdf_base64": 7}, 400, "invalid_request"),
        ({"template": "x"}, 400, "invalid_request"),
        ({"pdf_base64": None, "template": "none-such"}, 404, "not_found"),
        ({"signers": []}, 400, "invalid_request"),
        ({"signers": [ADA] * 21}, 400, "invalid_request"),
        ({"signers": [{"name": "Ada"}]}, 400, "invalid_request"),
        ({"signers": [{"name": "Ada", "email": "nobody"}]}, 400, "invalid_request"),
        ({"signers": [{"name": "A\u202e", "email": "a@example.com"}]}, 400, "invalid_request"),
        ({"signing_order": "backwards"}, 400, "invalid_request"),
        ({"assignments": {"f99": "s1"}}, 400, "invalid_request"),
        ({"fields": [{"type": "signature"}]}, 400, "invalid_request"),
        ({"fields": []}, 400, "invalid_request"),
        ({"cc": ["x"]}, 400, "invalid_request"),
        ({"expires": "yesterday"}, 400, "invalid_request"),
        ({"signing_ordr": "sequential"}, 400, "invalid_request"),
    ],
)
def test_what_cannot_be_sent_says_why(api, changes, status, code):
    answer = api.post("/documents", a_body(**changes))
    assert (answer.status_code, answer.json["error"]) == (status, code), answer.text
    assert answer.json["message"]
    assert api.get("/documents").get_json()["data"] == []


def test_a_pdf_over_the_limit_is_too_large():
    api = serve(Settings(**UNCOUNTED, largest_pdf=len(sample("nda.pdf")) - 1))
    for path, body in (("/documents", a_body()), ("/detect", {"pdf_base64": pdf()})):
        answer = api.post(path, body)
        assert (answer.status_code, answer.get_json()["error"]) == (413, "payload_too_large")


def test_a_body_beyond_all_bounds_is_too_large(api):
    answer = api.client.post(
        "/api/v1/detect",
        data=b'{"pdf_base64": "' + b"A" * (37 * 1024 * 1024),
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.secret}"},
    )
    assert (answer.status_code, answer.json["error"]) == (413, "payload_too_large")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "invalid_request"),
        (b"[]", "application/json", 400, "invalid_request"),
        (b'"x"', "application/json", 400, "invalid_request"),
        (b"[" * 100_000, "application/json", 400, "invalid_request"),
        (b'{"pdf_base64": "\\ud800"}', "application/json", 400, "invalid_request"),
        (b"\xff\xfe", "application/json", 400, "invalid_request"),
        (b"", "application/json", 400, "invalid_request"),
        (b"pdf_base64=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
    ],
)
def test_only_a_json_object_is_taken(api, content, kind, status, code):
    answer = api.client.post(
        "/api/v1/detect",
        data=content,
        content_type=kind,
        headers={"Authorization": f"Bearer {api.secret}"},
    )
    assert (answer.status_code, answer.json["error"]) == (status, code)


def test_a_wrong_method_names_the_right_ones(api):
    answer = api("PUT", "/documents")
    assert (answer.status_code, answer.json["error"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))


def test_a_test_key_makes_documents_that_do_not_count(api):
    test = api.another(mode=Mode.TEST)
    assert test.secret.startswith("cs_test_")
    assert test.get("/me").json["mode"] == "test"
    document = test.create()
    assert api.runtime.store.load(document).mode is Mode.TEST


def test_test_and_live_keys_do_not_touch_each_others_documents(api):
    test = api.another(mode=Mode.TEST)
    live_document, test_document = api.create(), test.create()
    assert test.get(f"/documents/{live_document}").status_code == 403
    assert test.post(f"/documents/{live_document}/void").status_code == 403
    assert api.get(f"/documents/{test_document}").status_code == 403
    assert [d["id"] for d in test.get("/documents").get_json()["data"]] == [test_document]
    assert [d["id"] for d in api.get("/documents").get_json()["data"]] == [live_document]
