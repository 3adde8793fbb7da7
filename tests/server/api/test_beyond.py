"""What goes beyond the contract, in its manners."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import Mode
from sygn_cli.services import templates
from sygn_cli.services.creation import GivenFile
from sygn_cli.services.runtime import Settings
from tests.runtimes import sample
from tests.server.api.caller import ADA, ALAN, a_body, pdf, serve


def test_documents_are_listed_newest_first_in_stretches(api):
    made = [api.create() for _ in range(3)]
    first = api.get("/documents?limit=2").json
    assert [one["id"] for one in first["data"]] == [made[2], made[1]]
    assert first["has_more"] is True
    rest = api.get(f"/documents?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in rest["data"]] == [made[0]]
    assert (rest["has_more"], rest["next_cursor"]) == (False, None)
    assert "signing_url" not in api.get("/documents").text


def test_a_list_can_be_narrowed_by_status_and_age(api):
    old = api.create()
    api.post(f"/documents/{old}/void")
    api.clock.sleep(3600)
    new = api.create()
    assert [d["id"] for d in api.get("/documents?status=voided").json["data"]] == [old]
    since = "/documents?since=2026-11-21T12:30:00Z"
    assert [d["id"] for d in api.get(since).json["data"]] == [new]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "cursor=nonsense", "status=lost", "since=soon", "page=2"],
)
def test_a_list_that_cannot_be_given_says_why(api, query):
    answer = api.get(f"/documents?{query}")
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_a_draft_is_sent_later(api):
    made = api.post("/documents", a_body(draft=True)).json
    assert made["status"] == "draft"
    assert "signing_url" not in made["signers"][0]
    refused = api.post(f"/documents/{made['id']}/remind")
    assert refused.status_code == 404
    sent = api.post(f"/documents/{made['id']}/send")
    assert sent.status_code == 200
    assert sent.json["status"] == "sent"
    assert sent.json["signers"][0]["signing_url"].startswith("http://127.0.0.1:7447/x?t=")
    assert api.post(f"/documents/{made['id']}/send").json == sent.json


def test_a_draft_whose_deadline_has_passed_is_not_sent_until_it_has_another(api):
    document = api.create(draft=True, expires="1d")
    api.clock.sleep(2 * 86400)
    late = api.post(f"/documents/{document}/send")
    assert (late.status_code, late.json["error"]) == (410, "expired")
    assert api("PATCH", f"/documents/{document}", {"expires": "7d"}).status_code == 200
    assert api.post(f"/documents/{document}/send").status_code == 200


def test_the_deadline_moves_and_the_move_is_on_record(api):
    document = api.create(expires="2d")
    moved = api("PATCH", f"/documents/{document}", {"expires": "2027-01-31"})
    assert moved.status_code == 200
    assert moved.json["expires_at"] == "2027-01-31T23:59:59.000Z"
    never = api("PATCH", f"/documents/{document}", {"expires": "never"})
    assert never.json["expires_at"] is None
    key = api.get("/me").json["key_id"]
    event = api.runtime.store.trail(document)[-1]
    assert event.type is EventType.DEADLINE_CHANGED
    assert event.actor == {"kind": "operator", "key": key}


def test_an_expired_document_says_so_and_stays_expired(api):
    document = api.create(expires="1d")
    api.clock.sleep(2 * 86400)
    assert api.get(f"/documents/{document}").json["status"] == "expired"
    late = api("PATCH", f"/documents/{document}", {"expires": "9d"})
    assert (late.status_code, late.json["error"]) == (410, "expired")
    assert api.get(f"/documents/{document}/download").status_code == 410


@pytest.mark.parametrize(
    "body", [{"expires": "soon"}, {"expires": "2020-01-01"}, {"expires": 3}, {}]
)
def test_a_deadline_that_is_none_is_refused(api, body):
    assert api("PATCH", f"/documents/{api.create()}", body).status_code == 400


@pytest.mark.parametrize(("is_mailed", "channel"), [(True, "email"), (False, "operator")])
def test_a_reminder_names_whose_turn_it_is_and_hides_nothing_about_its_channel(
    api, is_mailed, channel
):
    api.runtime.mails.mailer.delivers = is_mailed
    document = api.create()
    answer = api.post(f"/documents/{document}/remind")
    assert answer.status_code == 200
    assert answer.json["channel"] == channel
    (waiting,) = answer.json["signers"]
    assert waiting["id"] == "s1"
    assert waiting["signing_url"]
    assert api.runtime.store.trail(document)[-1].data == {
        "signers": ["s1"],
        "channel": channel,
    }


def test_a_renewed_link_kills_the_old_one(api):
    created = api.post("/documents", a_body()).json
    old = created["signers"][0]["signing_url"]
    answer = api.post(f"/documents/{created['id']}/signers/s1/link")
    assert answer.status_code == 200
    new = answer.json["signing_url"]
    assert api.client.get(old).status_code == 404
    assert api.client.get(new).status_code == 200
    revealed = api.runtime.store.trail(created["id"])[-1]
    assert revealed.data["via"] == "api"
    assert revealed.data["ip"] == "127.0.0.1"
    assert api.post(f"/documents/{created['id']}/signers/s9/link").status_code == 404


def test_several_files_are_one_document(api):
    files = [{"name": f"{n}.pdf", "pdf_base64": pdf("letter.pdf")} for n in (1, 2, 3)]
    body = a_body(files=files, signers=[ADA])
    del body["pdf_base64"], body["title"]
    answer = api.post("/documents", body)
    assert answer.status_code == 201
    assert [one["name"] for one in answer.json["files"]] == ["1.pdf", "2.pdf", "3.pdf"]
    assert answer.json["title"] == "1"


def add_template(api, slug: str = "non-disclosure-agreement", **changes) -> None:
    file = GivenFile("nda.pdf", sample("nda.pdf"))
    templates.add(api.runtime, file, slug=slug, title="Non-Disclosure Agreement", **changes)


def test_a_template_is_listed_and_makes_documents(api):
    add_template(api, group="Confidentiality & IP")
    listed = api.get("/templates").json
    assert listed["count"] == 1
    assert listed["templates"][0].items() >= {
        ("slug", "non-disclosure-agreement"),
        ("title", "Non-Disclosure Agreement"),
        ("group", "Confidentiality & IP"),
    }
    body = a_body(template="non-disclosure-agreement")
    del body["pdf_base64"], body["title"]
    answer = api.post("/documents", body)
    assert answer.status_code == 201
    assert answer.json["title"] == "Non-Disclosure Agreement"
    kept = api.runtime.templates.get("non-disclosure-agreement")
    assert answer.json["field_count"] == len(kept.fields)


def test_templates_of_the_workspace_are_for_tenants_only_if_they_are_shared(api):
    add_template(api)
    add_template(api, "for-all", shared=True)
    tenant = api.tenant("one")
    assert [one["slug"] for one in tenant.get("/templates").json["templates"]] == ["for-all"]
    body = a_body(template="non-disclosure-agreement")
    del body["pdf_base64"]
    assert tenant.post("/documents", body).status_code == 404
    assert tenant.post("/documents", {**body, "template": "for-all"}).status_code == 201


def test_the_record_names_the_key_that_acted(api):
    document = api.create()
    key = api.get("/me").json["key_id"]
    assert api.runtime.store.trail(document)[0].actor == {"kind": "operator", "key": key}


def test_errors_have_the_members_of_rfc_9457_when_asked(api):
    answer = api.get("/documents/doc_abc123", Accept="application/problem+json")
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["status"] == 404
    assert answer.get_json().keys() >= {
        "type", "title", "status", "detail", "instance", "error", "message",
    }  # fmt: skip
    plain = api.get("/documents/doc_abc123")
    assert plain.mimetype == "application/json"
    assert plain.json.keys() <= {"error", "message", "hint"}


def test_every_answer_has_a_request_id_and_takes_the_callers(api):
    first = api.get("/me").headers["X-Request-Id"]
    assert first.startswith("req_")
    assert api.get("/me").headers["X-Request-Id"] != first
    assert api.get("/me", **{"X-Request-Id": "job-17"}).headers["X-Request-Id"] == "job-17"
    odd = api.get("/me", **{"X-Request-Id": "a b<script>"}).headers["X-Request-Id"]
    assert odd.startswith("req_")
    assert api.get("/nowhere").headers["X-Request-Id"]


def test_pages_of_other_origins_are_refused(api):
    for origin in ("https://evil.example", "http://[::1"):
        refused = api.post("/documents", a_body(), Origin=origin)
        assert (refused.status_code, refused.json["error"]) == (403, "forbidden")
    own = api.post("/documents", a_body(), Origin="http://127.0.0.1:7447")
    assert own.status_code == 201


def limited(**changes):
    return serve(Settings(api_per_minute=5, api_burst=5, **changes))


def test_a_key_that_asks_too_often_is_told_when_to_come_back():
    api = limited()
    left = [api.get("/me").headers["X-RateLimit-Remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    refused = api.get("/me")
    assert (refused.status_code, refused.json["error"]) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    assert api.another().get("/me").status_code == 200


def test_an_address_without_a_good_key_gets_sixty_tries_a_minute():
    api = serve(Settings())
    stranger = api.with_key("")
    first = [stranger.get("/me").status_code for _ in range(60)]
    assert first == [401] * 60
    guesses = {api.with_key("cs_live_" + "x" * 43).get("/me").status_code for _ in range(20)}
    assert 429 in guesses
    assert api.get("/me").status_code == 200


def test_the_usual_limits_let_a_burst_of_two_hundred_pass_and_not_much_more():
    api = serve(Settings())
    answers = [api.get("/me").status_code for _ in range(300)]
    assert answers[:200] == [200] * 200
    assert 429 in answers


def test_one_link_submits_five_times_a_minute(api):
    url = api.post("/documents", a_body()).json["signers"][0]["signing_url"]
    token = {"X-Signing-Token": url.partition("?t=")[2]}
    answers = [
        api.client.post("/x/sign", json={"marks": {}}, headers=token).status_code for _ in range(6)
    ]
    assert answers == [409] * 5 + [429]


IDEMPOTENT = {"Idempotency-Key": "order-17"}


def test_the_same_key_and_body_make_one_document_and_get_the_first_answer(api):
    first = api.post("/documents", a_body(), **IDEMPOTENT)
    document = first.json["id"]
    api.clock.sleep(60)
    api.sign(document, "s1")
    again = api.post("/documents", a_body(), **IDEMPOTENT)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(api.get("/documents").json["data"]) == 1


def test_the_same_key_with_another_body_is_refused(api):
    api.post("/documents", a_body(), **IDEMPOTENT)
    other = api.post("/documents", a_body(title="Other"), **IDEMPOTENT)
    assert (other.status_code, other.json["error"]) == (422, "idempotency_key_reused")


def test_keys_of_different_accounts_do_not_meet(api):
    one = api.post("/documents", a_body(), **IDEMPOTENT).json["id"]
    two = api.tenant("x").post("/documents", a_body(), **IDEMPOTENT).json["id"]
    assert one != two


def test_a_test_key_is_not_told_what_a_live_one_was_answered(api):
    path, body = f"/documents/{api.create()}", {"expires": "40d"}
    assert api("PATCH", path, body, **IDEMPOTENT).status_code == 200
    assert api("PATCH", path, body, **IDEMPOTENT).headers["Idempotent-Replayed"] == "true"

    assert api.another(mode=Mode.TEST)("PATCH", path, body, **IDEMPOTENT).status_code == 403


def test_a_request_that_failed_may_be_sent_again_with_the_same_key(api):
    refused = api.post("/documents", a_body(signers=[]), **IDEMPOTENT)
    assert refused.status_code == 400
    assert api.post("/documents", a_body(), **IDEMPOTENT).status_code == 201


def test_a_secret_is_made_once_and_never_repeated(api):
    master = api.another(label="acme", partner=True)
    assert master.post("/keys", {"tenant_id": "a"}, **IDEMPOTENT).status_code == 201
    again = master.post("/keys", {"tenant_id": "a"}, **IDEMPOTENT)
    assert (again.status_code, again.json["error"]) == (409, "conflict")
    other = master.post("/keys", {"tenant_id": "b"}, **IDEMPOTENT)
    assert (other.status_code, other.json["error"]) == (422, "idempotency_key_reused")
    assert master.get("/keys").json["count"] == 1


def test_while_a_request_runs_its_twin_has_to_wait(api, monkeypatch):
    from sygn_cli.services import once

    inner: list[TestResponse] = []
    create = once.create

    def slow(*args, **kwargs):
        if not inner:
            inner.append(
                api.client.application.test_client().post(
                    "/api/v1/documents",
                    json=a_body(),
                    headers={"Authorization": f"Bearer {api.secret}", **IDEMPOTENT},
                    environ_base=api.client.environ_base,
                )
            )
        return create(*args, **kwargs)

    monkeypatch.setattr(once, "create", slow)
    assert api.post("/documents", a_body(), **IDEMPOTENT).status_code == 201
    assert (inner[0].status_code, inner[0].get_json()["error"]) == (409, "conflict")


@pytest.mark.parametrize("key", ["two words", "ü", "x" * 201])
def test_a_key_that_is_none_is_refused(api, key):
    answer = api.post("/documents", a_body(), **{"Idempotency-Key": key})
    assert answer.status_code == 400


def test_a_revoked_or_expired_key_opens_nothing(api):
    from sygn_cli.services import apikeys

    key, secret = apikeys.create(api.runtime, expires="1d")
    short = api.with_key(secret)
    assert short.get("/me").status_code == 200
    api.clock.sleep(timedelta(days=1).total_seconds())
    assert short.get("/me").status_code == 401
    apikeys.revoke(api.runtime, api.get("/me").json["key_id"])
    assert api.get("/me").status_code == 401
    assert key.id


def test_signers_and_their_names_reach_the_document_unchanged(api):
    people = [{**ADA, "name": "Ада Лавлейс", "role": "Recipient"}, {**ALAN, "name": "图灵"}]
    state = api.get(f"/documents/{api.create(signers=people)}").json
    assert [(s["name"], s["role"]) for s in state["signers"]] == [
        ("Ада Лавлейс", "Recipient"),
        ("图灵", None),
    ]


def test_every_signer_may_have_a_signature_of_their_own(api):
    made = api.post("/documents", a_body(signatures="each")).json
    assert made["signatures"] == "each"
    assert api.get(f"/documents/{made['id']}").json["signatures"] == "each"
    assert api.post("/documents", a_body(signatures="all")).status_code == 400


def test_identity_steps_are_chosen_per_signer_and_their_secrets_told_once(api):
    ada = {**ADA, "auth": ["totp", "code"]}
    alan = {**ALAN, "auth": ["email"]}
    made = api.post("/documents", a_body(signers=[ada, alan])).json
    first, second = made["signers"]
    assert (first["auth"], second["auth"]) == (["code", "totp"], ["email"])
    assert first["totp_uri"].startswith("otpauth://totp/")
    assert "access_code" not in second
    later = api.get(f"/documents/{made['id']}")
    assert first["access_code"] not in later.text
    assert "otpauth" not in later.text
    assert later.json["signers"][0]["locked"] is False


def test_an_access_code_of_the_caller_is_taken_and_not_told_back(api):
    ada = {**ADA, "auth": ["code"], "access_code": "blue whale"}
    made = api.post("/documents", a_body(signers=[ada]))
    assert made.status_code == 201
    assert "whale" not in made.text


@pytest.mark.parametrize(
    "changes",
    [{"auth": ["pin"]}, {"auth": ["code", "code"]}, {"access_code": "1234"}, {"auth": "code"}],
)
def test_identity_steps_that_are_none_are_refused(api, changes):
    answer = api.post("/documents", a_body(signers=[{**ADA, **changes}]))
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_a_locked_signer_is_seen_and_unlocked(api):
    made = api.post("/documents", a_body(signers=[{**ADA, "auth": ["code"]}])).json
    token = made["signers"][0]["signing_url"].partition("?t=")[2]
    for _ in range(5):
        api.client.post(
            "/x/identity", query_string={"t": token}, data={"step": "code", "code": "wrong"}
        )
    path = f"/documents/{made['id']}"
    assert api.get(path).json["signers"][0]["locked"] is True
    answer = api.post(f"{path}/signers/s1/unlock", {})
    assert answer.json == {"document": made["id"], "signer": "s1", "locked": False}
    assert api.get(path).json["signers"][0]["locked"] is False
    renewed = api.post(f"{path}/signers/s1/unlock", {"new_secrets": True}).json
    assert renewed["access_code"] != made["signers"][0]["access_code"]
    assert api.post(f"{path}/signers/s9/unlock", {}).status_code == 404
    event = api.runtime.store.trail(made["id"])[-1]
    assert event.actor["key"]
