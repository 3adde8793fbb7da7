"""Webhooks over the API: an account's own, verified by a judge, sent again, never another's."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook

from sygn_cli.domain.document import Mode
from sygn_cli.server.app import create_app
from sygn_cli.services import apikeys, webhook_delivery
from sygn_cli.services.runtime import Settings
from tests.runtimes import FixedClock, memory_runtime
from tests.server.api.caller import UNCOUNTED, Caller
from tests.webhook_fakes import ScriptedHttp, on_disk, present

URL = "https://example.com/hook"


@pytest.fixture
def http() -> ScriptedHttp:
    return ScriptedHttp()


@pytest.fixture
def api(tmp_path, http) -> Caller:
    clock = FixedClock(present().now())  # the judge looks at the clock on the wall
    runtime = on_disk(memory_runtime(clock, Settings(**UNCOUNTED)), tmp_path, http)
    client = create_app(runtime).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    _, secret = apikeys.create(runtime, label="test")
    return Caller(client, runtime, secret, clock)


def add(api: Caller, **changes):
    answer = api.post("/webhooks", {"url": URL, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json


def deliver(api: Caller):
    return list(webhook_delivery.deliver_due(api.runtime))


def test_the_seeds_three_events_arrive_and_verify(api, http):
    secret = add(api)["secret"]
    document = api.completed()
    deliver(api)
    told = [Webhook(secret).verify(one.body, one.headers) for one in http.received]
    names = [one["event"] for one in told]
    assert names[0] == "doc.created"
    assert names.count("signer.completed") == 2
    assert names[-1] == "doc.completed"
    assert told[-1]["document"]["id"] == document
    assert told[-1]["document"]["status"] == "completed"
    assert told[-1]["document"]["completed_at"]
    status = api.get(f"/documents/{document}").json
    assert told[-1]["audit"]["head"] == status["audit_head"]


def test_a_webhook_is_listed_without_its_secret(api):
    made = add(api, events=["doc.completed"])
    listed = api.get("/webhooks")
    assert [one["id"] for one in listed.json["data"]] == [made["id"]]
    assert listed.json["data"][0]["events"] == ["doc.completed"]
    assert made["secret"] not in listed.text + api.get(f"/webhooks/{made['id']}").text


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/",
        "https://user:pw@example.com/",
        "https://example.com:6379/",
        "javascript:alert(1)",
        "",
    ],
)
def test_inner_and_strange_urls_are_refused(api, url):
    answer = api.post("/webhooks", {"url": url})
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_the_api_gives_no_leave_for_private_networks(api):
    answer = api.post("/webhooks", {"url": URL, "allow_private": True})
    assert answer.status_code == 400


def test_an_unknown_event_is_refused(api):
    assert api.post("/webhooks", {"url": URL, "events": ["doc.opened"]}).status_code == 400


def test_each_account_and_mode_has_its_own_webhooks(api, http):
    made = add(api)
    strangers = (api.tenant("one"), api.another(mode=Mode.TEST))
    for stranger in strangers:
        assert stranger.get("/webhooks").json["data"] == []
        base = f"/webhooks/{made['id']}"
        assert stranger.get(base).status_code == 403
        assert stranger("DELETE", base).status_code == 403
        for action in ("rotate", "enable", "test"):
            assert stranger.post(f"{base}/{action}").status_code == 403
        assert stranger.get(f"{base}/deliveries").status_code == 403
        stranger.create()
    assert deliver(api) == []


def test_a_delivery_is_logged_and_can_be_replayed(api, http):
    made = add(api, events=["doc.created"])
    http.script = [410]
    api.create()
    deliver(api)
    base = f"/webhooks/{made['id']}"
    (failed,) = api.get(f"{base}/deliveries?failed=true").json["data"]
    assert (failed["status"], failed["delivered"], failed["attempt"]) == (410, False, 1)
    assert failed["response"] == "noted"
    assert api.get(base).json["enabled"] is False
    replay = f"{base}/deliveries/{failed['id']}/replay"
    assert api.post(replay).status_code == 400
    assert api.post(f"{base}/enable").json["enabled"] is True
    assert api.post(replay).status_code == 202
    (again,) = deliver(api)
    assert again.is_good
    newest, _ = api.get(f"{base}/deliveries").json["data"]
    assert newest["delivered"] is True
    assert api.get(f"{base}/deliveries?limit=1").json["has_more"] is True
    assert len({one.headers["webhook-id"] for one in http.received}) == 1


def page(api: Caller, base: str, cursor: str | None = None, more: str = ""):
    written = "" if cursor is None else f"&cursor={cursor}"
    answer = api.get(f"{base}/deliveries?limit=2{written}{more}")
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert told["has_more"] is (told["next_cursor"] is not None)
    return told["data"], told["next_cursor"]


@pytest.mark.parametrize("more", ["", "&failed=true"])
def test_deliveries_come_in_pages_each_exactly_once(api, http, more):
    base = f"/webhooks/{add(api)['id']}"
    http.otherwise = 503 if more else 200
    names = []
    for _ in range(5):
        names.append(api.create())
        deliver(api)
    seen, cursor = page(api, base, more=more)
    api.create()  # an attempt arrives between two pages
    deliver(api)
    while cursor is not None:
        found, cursor = page(api, base, cursor, more)
        seen += found
    assert [one["document"] for one in seen] == names[::-1]


def test_attempts_of_one_delivery_are_told_apart_between_pages(api, http):
    base = f"/webhooks/{add(api)['id']}"
    http.otherwise = 503
    api.create()
    for _ in range(5):
        deliver(api)
        api.clock.sleep(86400)
    seen, cursor = page(api, base)
    while cursor is not None:
        found, cursor = page(api, base, cursor)
        seen += found
    assert [one["attempt"] for one in seen] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("kind", ["nonsense", "changed", "of another", "of documents", ""])
def test_a_cursor_that_this_list_did_not_give_is_refused(api, http, kind):
    base, other = (f"/webhooks/{add(api)['id']}" for _ in range(2))
    for _ in range(3):
        api.create()
    deliver(api)
    _, given = page(api, base)
    cursor = {
        "changed": given[:-1] + ("A" if given[-1] != "A" else "B"),
        "of another": page(api, other)[1],
        "of documents": api.get("/documents?limit=1").json["next_cursor"],
    }.get(kind, kind)
    answer = api.get(f"{base}/deliveries?cursor={cursor}")
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


def test_trying_out_tells_what_was_answered(api, http):
    made = add(api)
    http.script = [503]
    answer = api.post(f"/webhooks/{made['id']}/test")
    assert answer.status_code == 200
    assert (answer.json["delivered"], answer.json["status"]) == (False, 503)
    assert json.loads(http.received[0].body)["test"] is True


def test_after_a_rotation_both_secrets_verify(api, http):
    made = add(api)
    turned = api.post(f"/webhooks/{made['id']}/rotate").json
    assert turned["secret"] != made["secret"]
    api.create()
    deliver(api)
    (one,) = http.received
    for secret in (made["secret"], turned["secret"]):
        Webhook(secret).verify(one.body, one.headers)


def test_a_removed_webhook_is_gone(api, http):
    made = add(api)
    assert api("DELETE", f"/webhooks/{made['id']}").json == {"id": made["id"], "removed": True}
    assert api.get(f"/webhooks/{made['id']}").status_code == 404
    assert api.get("/webhooks/nonsense").status_code == 404
    api.create()
    assert deliver(api) == []


def test_a_document_can_have_a_webhook_of_its_own(api, http):
    answer = api.post("/documents", {**_body(), "webhook_url": URL})
    assert answer.status_code == 201, answer.text
    secret = answer.json["webhook"]["secret"]
    other = api.post("/documents", {**_body(), "webhook_url": URL})
    assert "webhook" not in other.json
    api.create()
    deliver(api)
    told = [Webhook(secret).verify(one.body, one.headers) for one in http.received]
    assert {one["document"]["id"] for one in told} == {answer.json["id"], other.json["id"]}


@pytest.mark.parametrize("mode", list(Mode))
def test_a_documents_own_webhook_is_its_accounts_to_change(api, http, mode):
    caller = api.another(mode=mode)
    answer = caller.post("/documents", {**_body(), "webhook_url": URL})
    deliver(api)
    base = f"/webhooks/{answer.json['webhook']['id']}"
    shown = caller.get(base).json
    assert (shown["documents"], shown["mode"], shown["url"]) == ("named", str(mode), URL)
    assert caller.get("/webhooks").json["data"] == [shown]
    assert caller.post(f"{base}/rotate").json["secret"] != answer.json["webhook"]["secret"]
    (told,) = caller.get(f"{base}/deliveries").json["data"]
    assert told["document"] == answer.json["id"]
    assert caller("DELETE", base).status_code == 200
    assert caller.get("/webhooks").json["data"] == []


def test_many_documents_can_have_webhooks_of_their_own(api):
    for number in range(60):
        answer = api.post("/documents", {**_body(), "webhook_url": f"{URL}?order={number}"})
        assert answer.status_code == 201, answer.text
    add(api)
    assert len(api.get("/webhooks").json["data"]) == 61


def test_a_document_is_not_created_with_a_webhook_that_could_never_be_called(api):
    answer = api.post("/documents", {**_body(), "webhook_url": "https://127.0.0.1/"})
    assert answer.status_code == 400
    assert api.get("/documents").json["data"] == []


def _body():
    from tests.server.api.caller import a_body

    return a_body()
