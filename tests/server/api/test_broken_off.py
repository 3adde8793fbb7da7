"""A key keeps its promise where a server dies before it answers, and where there are two of them."""

from __future__ import annotations

import errno
import os
import threading
from datetime import timedelta

import pytest

from sygn_cli.domain.audit import EventType, sha256
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.services import apikeys, wire
from sygn_cli.store import durable
from sygn_cli.store.answers import WORKING, FileAnswers
from sygn_cli.store.apikeys import FileApiKeys
from tests.server.api.caller import Caller, beside, partner
from tests.server.api.test_unsafe import Operation, operations, request

ONCE = {"Idempotency-Key": "order-17"}
DAY = timedelta(days=1)
BY_THEMSELVES = {"create_document", "void_document", "send_document", "detect", "remind_signers"}
REPEATABLE = {
    "change_document": 200,
    "revoke_key": 200,
    "remove_webhook": 404,
    "enable_webhook": 200,
}
KEPT = [one for one in operations() if one.name not in BY_THEMSELVES]
MINT = {"tenant_id": "one"}


@pytest.fixture
def api(tmp_path) -> Caller:
    """Return a partner in a server of a workspace."""
    return partner(tmp_path)


@pytest.fixture
def other(api, tmp_path) -> Caller:
    """Return the same partner in another server of the same workspace."""
    return beside(api, tmp_path)


def dies(*_: object) -> None:
    raise KeyboardInterrupt


def reminders(caller: Caller, document: str) -> int:
    events = caller.runtime.store.trail(document)
    return sum(event.type is EventType.REMINDED for event in events)


@pytest.mark.parametrize("operation", KEPT, ids=str)
def test_what_was_broken_off_is_done_again_only_where_that_changes_nothing(
    api, other, monkeypatch, operation: Operation
):
    path, sent = request(api, operation)
    with monkeypatch.context() as patched:
        patched.setattr(FileAnswers, "put", dies)
        with pytest.raises(KeyboardInterrupt):
            api(operation.method, path, sent, **ONCE)
    for server in (other, api):
        answer = server(operation.method, path, sent, **ONCE)
        told = answer.get_json()
        if operation.name in REPEATABLE:
            assert answer.status_code == REPEATABLE[operation.name], answer.text
            continue
        assert (answer.status_code, told["error"]) == (409, "conflict")
        assert "not known whether" in told["message"]
        looked = told["hint"].partition("GET /api/v1")[2].partition(";")[0]
        assert server.get(looked).status_code == 200
        assert path.startswith(looked)
    another = other(operation.method, path, {**(sent or {}), "x": 1}, **ONCE)
    assert another.status_code in {422, 404, 400}


def test_a_key_is_minted_once_by_two_servers(api, other, monkeypatch):
    mint = apikeys.mint_tenant
    inner: list[int] = []

    def slow(*args, **kwargs):
        if not inner:
            inner.append(0)
            twin = threading.Thread(
                target=lambda: inner.append(other.post("/keys", MINT, **ONCE).status_code)
            )
            twin.start()
            twin.join()
        return mint(*args, **kwargs)

    monkeypatch.setattr(apikeys, "mint_tenant", slow)
    assert api.post("/keys", MINT, **ONCE).status_code == 201
    assert inner == [0, 409]
    assert api.get("/keys").get_json()["count"] == 1


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(api, other, monkeypatch):
    def full(*_: object) -> None:
        raise WorkspaceUnusable("There is no space left.")

    with monkeypatch.context() as patched:
        patched.setattr(FileAnswers, "put", full)
        answer = api.post("/keys", MINT, **ONCE)
    assert (answer.status_code, "key" in answer.get_json()) == (201, True)
    assert other.post("/keys", MINT, **ONCE).status_code == 409
    assert other.get("/keys").get_json()["count"] == 1


def test_after_an_error_of_ours_a_secret_is_not_made_again(api, other, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(wire, "minted", broken)
        assert api.post("/keys", MINT, **ONCE).status_code == 500
    assert other.post("/keys", MINT, **ONCE).status_code == 409
    assert other.get("/keys").get_json()["count"] == 1


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def on_a_disk_that_fills(patched, *, keeps: bool) -> None:
    """Let writing a record of a key fail, before or after the record has its name."""
    put = durable.put_if_absent

    def fails(path, content):
        if b"can_provision" in content:
            if keeps:
                put(path, content)
            full_disk()
        return put(path, content)

    patched.setattr(durable, "put_if_absent", fails)


@pytest.mark.parametrize(("keeps", "again"), [(False, 201), (True, 409)])
def test_a_key_is_minted_under_the_same_key_unless_it_may_be_there(
    tmp_path, monkeypatch, keeps, again
):
    (tmp_path / "api").mkdir()
    api = partner(tmp_path, api_keys=FileApiKeys(tmp_path / "api"))
    with monkeypatch.context() as patched:
        on_a_disk_that_fills(patched, keeps=keeps)
        refused = api.post("/keys", MINT, **ONCE)
    assert (refused.status_code, refused.get_json()["error"]) == (503, "workspace_unusable")
    server = beside(api, tmp_path)
    assert server.post("/keys", MINT, **ONCE).status_code == again
    assert server.get("/keys").get_json()["count"] == 1


def test_a_link_is_renewed_under_the_same_key_once_its_key_is_back(api, other, monkeypatch):
    def lost(_: object) -> bytes:
        raise WorkspaceUnusable("The key of all links is lost.")

    path = f"/documents/{api.create()}/signers/s1/link"
    with monkeypatch.context() as patched:
        patched.setattr(type(api.runtime.keys), "link_key", lost)
        assert api.post(path, **ONCE).status_code == 503
    assert other.post(path, **ONCE).status_code == 200


@pytest.mark.parametrize(("fails_at", "again"), [(1, 200), (2, 409)])
def test_a_link_is_made_under_the_same_key_unless_the_old_one_died(
    api, other, monkeypatch, fails_at, again
):
    document = api.create()
    path = f"/documents/{document}/signers/s1/link"
    write, written = durable._write_all, []

    def runs_full(handle, content):
        if b'"type":"link.' in bytes(content):
            written.append(content)
            if len(written) == fails_at:
                os.write(handle, content[:20])
                full_disk()
        write(handle, content)

    with monkeypatch.context() as patched:
        patched.setattr(durable, "_write_all", runs_full)
        assert api.post(path, **ONCE).status_code == 503
    assert other.post(path, **ONCE).status_code == again


def test_what_cannot_be_begun_is_not_done_and_frees_its_key(api, other, monkeypatch):
    def full(*_: object) -> None:
        raise WorkspaceUnusable("There is no space left.")

    with monkeypatch.context() as patched:
        patched.setattr(FileAnswers, "begin", full)
        assert api.post("/keys", MINT, **ONCE).status_code == 503
    assert other.get("/keys").get_json()["count"] == 0
    assert other.post("/keys", MINT, **ONCE).status_code == 201


def test_a_refused_request_is_corrected_under_the_same_key(api, other):
    assert api.post("/keys", {"tenant_id": ""}, **ONCE).status_code == 400
    assert other.post("/keys", MINT, **ONCE).status_code == 201


def test_what_a_dead_process_locked_is_open(api, other, monkeypatch, tmp_path):
    document = api.create()
    assert api.post(f"/documents/{document}/remind", **ONCE).status_code == 200
    assert list((tmp_path / "idempotency").iterdir()) == []
    path = f"/documents/{document}"
    with monkeypatch.context() as patched:
        patched.setattr(FileAnswers, "put", dies)
        with pytest.raises(KeyboardInterrupt):
            api("PATCH", path, {"expires": "9d"}, **ONCE)
    (begun,) = (tmp_path / "idempotency").iterdir()
    begun.with_suffix(WORKING).touch()
    assert other("PATCH", path, {"expires": "9d"}, **ONCE).status_code == 200
    again = api("PATCH", path, {"expires": "9d"}, **ONCE)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert list((tmp_path / "idempotency").iterdir()) == [begun]


def test_a_reminder_is_recorded_once_though_nobody_got_an_answer(api, other, monkeypatch):
    document = api.create()
    path = f"/documents/{document}/remind"
    with monkeypatch.context() as patched:
        patched.setattr(wire, "reminded", dies)
        with pytest.raises(KeyboardInterrupt):
            api.post(path, **ONCE)
    again = other.post(path, **ONCE)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert [one["id"] for one in again.get_json()["signers"]] == ["s1"]
    assert again.get_json()["signers"][0]["signing_url"]
    assert reminders(api, document) == 1


def test_a_reminder_with_another_key_or_a_day_later_is_another(api, other):
    document = api.create()
    path = f"/documents/{document}/remind"
    first = api.post(path, **ONCE)
    assert "Idempotent-Replayed" not in first.headers
    assert api.post(path, **{"Idempotency-Key": "order-18"}).status_code == 200
    assert reminders(api, document) == 2
    api.clock.sleep(DAY.total_seconds())
    assert other.post(path, **ONCE).get_json() == first.get_json()
    assert reminders(api, document) == 2
    api.clock.sleep(1)
    assert "Idempotent-Replayed" not in other.post(path, **ONCE).headers
    assert reminders(api, document) == 3
    api.post(f"/documents/{document}/void")
    assert api.post(path, **ONCE).status_code == 410


def test_two_servers_that_are_asked_at_once_remind_once(api, other):
    document = api.create()
    start = threading.Barrier(2)
    statuses: list[int] = []

    def ask(caller: Caller) -> None:
        start.wait()
        statuses.append(caller.post(f"/documents/{document}/remind", **ONCE).status_code)

    threads = [threading.Thread(target=ask, args=(one,)) for one in (api, other)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(statuses) in ([200, 200], [200, 409])
    assert reminders(api, document) == 1


def test_names_may_come_in_another_order_as_for_creations(api):
    made = {"tenant_id": "one", "label": "first"}
    assert api.post("/keys", made, **ONCE).status_code == 201
    turned = api.post("/keys", dict(reversed(made.items())), **ONCE)
    assert (turned.status_code, turned.get_json()["error"]) == (409, "conflict")


def test_an_answer_that_an_older_version_kept_is_repeated(api):
    document = api.create()
    account = apikeys.authenticate(api.runtime, api.secret).account
    place = f"{account}\nPATCH /api/v1/documents/{document}"
    sent = b'{"expires":  "9d"}'
    api.runtime.answers.put(place, "order-17", (sha256(sent), 200, b'{"kept":1}'))
    again = api.client.patch(
        f"/api/v1/documents/{document}",
        data=sent,
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.secret}", **ONCE},
    )
    assert (again.status_code, again.get_json()) == (200, {"kept": 1})
