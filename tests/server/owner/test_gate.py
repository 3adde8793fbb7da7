"""Nobody but the owner opens the owner's pages."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest

from sygn_cli.domain import owner_link
from sygn_cli.domain.apikey import ApiKey
from sygn_cli.server.app import create_app
from sygn_cli.services import apikeys
from sygn_cli.services import owner as owners
from tests.server import stage
from tests.server.owner.office import FORM, HOST, HTML, office

INSIDE = ["/", "/new", "/templates", "/documents/doc_x"]


def test_the_link_is_exchanged_for_a_cookie_and_the_address_holds_no_token(owner):
    page = owner.client.get(f"/owner?t={owner.token}", headers=HTML)
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert f"Path={owner.home}" in cookie
    assert owner.token not in cookie
    assert owner.token not in page.text
    assert owner.token not in owner.home
    assert owner.get("/").status_code == 200


def test_the_token_has_256_bits_and_stays_over_a_restart(owner):
    assert re.fullmatch(r"[\w-]{43}", owner.token)
    again = create_app(owner.runtime).test_client()
    assert again.get(f"/owner?t={owner.token}", headers=HTML).status_code == 200


@pytest.mark.parametrize("path", INSIDE)
@pytest.mark.parametrize("cookie", ["", "x", "9999999999.aaaaaaaaaaaaaaaaaaaaaa." + "a" * 43])
def test_without_a_good_session_nothing_opens(lasting, path, cookie):
    stranger = lasting.client.application.test_client()
    headers = {**HTML, "Cookie": f"sygn_owner={cookie}"}
    answer = stranger.get(f"{lasting.home}{path}", headers=headers)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert "This page is locked" in answer.text


def the_signers_token(owner) -> str:
    return stage.token(owner.runtime, stage.put(owner.runtime))


def an_api_key(owner) -> str:
    made: tuple[ApiKey, str] = apikeys.create(owner.runtime, label="n8n")
    return made[1]


def another_workspaces_token(_owner) -> str:
    return owner_link.token(b"p" * 32)


def an_old_token(owner) -> str:
    token = owner.token
    owners.renew(owner.runtime)
    return token


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _: "",
        lambda _: "a" * 43,
        lambda owner: owner.token[:-1],
        lambda owner: owner.token + "a",
        lambda owner: owner.token.swapcase(),
        lambda _: "\u00e9" * 43,
        lambda owner: owner.home.rpartition("/")[2],
        the_signers_token,
        an_api_key,
        another_workspaces_token,
        an_old_token,
    ],
    ids=[
        "none",
        "form",
        "shorter",
        "longer",
        "case",
        "letters",
        "place",
        "signer",
        "api key",
        "another workspace",
        "old",
    ],
)
def test_a_token_of_anything_else_opens_nothing(owner, wrong):
    stranger = owner.client.application.test_client()
    answer = stranger.get("/owner", query_string={"t": wrong(owner)}, headers=HTML)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_a_new_link_kills_the_old_one_and_all_sessions(owner):
    owners.renew(owner.runtime)
    assert owner.get("/").status_code == 401
    owner.enter()
    assert owner.get("/").status_code == 200


def test_a_session_ends_after_twelve_hours_without_use_and_goes_on_with_it(owner):
    clock = owner.runtime.clock
    for _ in range(3):
        clock.at += timedelta(hours=8)
        assert owner.get("/").status_code == 200
    clock.at += timedelta(hours=12, seconds=1)
    assert owner.get("/").status_code == 401


def test_a_session_from_the_future_is_none():
    key, now = b"k" * 32, stage.START
    session = owner_link.session(key, now=now, entropy=b"e" * 16)
    assert owner_link.seconds_left(session, key, now=now - timedelta(days=1)) == 0
    assert owner_link.seconds_left(session, b"l" * 32, now=now) == 0


def test_leaving_locks_the_page(owner):
    assert owner.post("/leave").status_code == 303
    assert owner.get("/").status_code == 401


def without(*names: str, **changes: str) -> dict[str, str]:
    return {k: v for k, v in {**FORM, **changes}.items() if k not in names}


@pytest.mark.parametrize(
    "headers",
    [
        without(Origin="http://evil.example"),
        without(Origin="http://127.0.0.1:9999"),
        without(Origin="http://[::1"),
        without(Origin="https://127.0.0.1:7447.evil.example"),
        without("Sec-Fetch-Site", Origin="null"),
        without("Sec-Fetch-Site", "Origin"),
        without(Origin="null", **{"Sec-Fetch-Site": "cross-site"}),
        without(Origin="null", **{"Sec-Fetch-Site": "same-site"}),
        without(**{"Sec-Fetch-Site": "cross-site"}),
    ],
    ids=str,
)
def test_what_another_page_posts_is_refused(lasting, headers):
    document = lasting.draft()
    answer = lasting.post(f"/documents/{document.id}/void", headers=headers)
    assert answer.status_code == 403
    assert lasting.runtime.store.load(document.id) == document


@pytest.mark.parametrize("headers", [FORM, without(Origin="null"), without("Sec-Fetch-Site")])
def test_our_own_forms_are_taken(owner, headers):
    document = owner.draft()
    answer = owner.post(f"/documents/{document.id}/void", headers=headers)
    assert answer.status_code == 303


def test_a_form_outlives_its_session(owner):
    document, proof = owner.draft(), owner.proof
    owner.enter()
    assert proof != owner.proof
    answer = owner.post(f"/documents/{document.id}/void", {"proof": proof})
    assert answer.status_code == 303


@pytest.mark.parametrize("proof", ["", "a" * 65, "\u00e9"])
def test_a_form_without_its_proof_is_refused(lasting, proof):
    document = lasting.draft()
    path = f"/documents/{document.id}/void"
    assert lasting.post(path, {"proof": proof}).status_code == 403
    assert lasting.runtime.store.load(document.id) == document


def test_every_way_to_change_something_asks_for_the_proof(lasting):
    rules = [
        rule
        for rule in lasting.client.application.url_map.iter_rules()
        if rule.endpoint.startswith("owner.") and "POST" in (rule.methods or ())
    ]
    assert len(rules) >= 10
    for rule in rules:
        path = rule.rule.replace("<document_id>", "doc_x").replace("<signer_id>", "s1")
        path = path.replace("<place>", lasting.home.rpartition("/")[2]).replace("<slug>", "x")
        assert lasting.client.post(path, headers=FORM).status_code == 403, path


@pytest.mark.parametrize("path", ["/owner", "{home}/"])
@pytest.mark.parametrize("host", ["evil.example", "owner.localhost.evil.example", ""])
def test_another_host_is_not_answered(lasting, path, host):
    answer = lasting.client.get(path.format(home=lasting.home), headers={**HTML, "Host": host})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "far",
    [
        {"environ_base": {"REMOTE_ADDR": "192.168.1.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=1.2.3.4"}},
        {"headers": {"X-Real-IP": "1.2.3.4"}},
        {"headers": {"X-Forwarded-Proto": "https"}},
        {"headers": {"CF-Connecting-IP": "1.2.3.4"}},
        {"headers": {"Host": "sign.example.org"}},
    ],
    ids=str,
)
def test_whoever_is_elsewhere_finds_nothing_even_with_the_link(far):
    inside = office(public_url="https://sign.example.org")
    inside.enter()
    far = {**far, "headers": {**HTML, **far.get("headers", {})}}
    for path in (f"/owner?t={inside.token}", f"{inside.home}/"):
        answer = inside.client.get(path, **far)
        assert answer.status_code == 404
        assert "Set-Cookie" not in answer.headers


def test_the_settings_can_let_the_owner_be_elsewhere():
    inside = office(public_url="https://sign.example.org", owner_page="remote")
    far = {"environ_base": {"REMOTE_ADDR": "192.168.1.7"}}
    headers = {**HTML, "Host": "sign.example.org"}
    answer = inside.client.get(f"/owner?t={inside.token}", headers=headers, **far)
    assert answer.status_code == 200
    # TLS ends at a proxy, and the session must never leave by another way.
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_the_settings_can_switch_it_off():
    inside = office(owner_page="off")
    assert inside.client.get(f"/owner?t={inside.token}", headers=HTML).status_code == 404


def test_pages_are_not_kept_not_framed_and_tell_nobody_where_they_are(owner):
    headers = owner.get("/").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy


def test_signers_pages_are_as_before(owner):
    document = stage.put(owner.runtime)
    token = stage.token(owner.runtime, document)
    page = owner.client.get("/x", query_string={"t": token}, headers=HTML)
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers


def test_neither_token_nor_place_nor_session_is_logged(owner, caplog):
    caplog.set_level(logging.DEBUG)
    document = owner.draft()
    owner.client.get(f"/owner?t={owner.token}", headers=HTML)
    owner.client.get("/owner?t=wrong", headers=HTML)
    owner.get(f"/documents/{document.id}")
    link = owner.post(f"/documents/{document.id}/send")
    assert link.status_code == 303
    owner.post(f"/documents/{document.id}/signers/s1/link")
    assert len(caplog.messages) >= 5
    said = "\n".join(caplog.messages)
    secrets = [owner.token, owner.home.rpartition("/")[2], owner.proof]
    assert not any(secret in said for secret in secrets)
    assert "/x?t=" not in said


def test_the_address_of_the_server_is_in_the_link(owner):
    assert owners.url(owner.runtime, f"http://{HOST}/").startswith(f"http://{HOST}/owner?t=")
