"""What a phone in the same network may ask for."""

from __future__ import annotations

import pytest

from sygn_cli.server.app import create_app
from tests.server import stage

PHONE = "192.168.1.77"


@pytest.fixture(scope="module")
def site():
    runtime = stage.runtime()
    document = stage.put(runtime)
    client = create_app(runtime, lan=True).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    return client, f"/x?t={stage.token(runtime, document)}"


def test_a_signer_signs_from_a_phone(site):
    client, link = site
    page = client.get(link, environ_base={"REMOTE_ADDR": PHONE})
    assert page.status_code == 200
    for path in (
        *(word for word in page.text.split('"') if word.startswith("/assets/")),
        "/source",
    ):
        assert client.get(path, environ_base={"REMOTE_ADDR": PHONE}).status_code == 200, path


def test_of_all_routes_only_those_of_signers_answer_a_phone(site):
    client, _ = site
    rules = {rule.rule for rule in client.application.url_map.iter_rules()}
    opened = {
        rule.split("/")[1]
        for rule in rules
        if client.options(rule, environ_base={"REMOTE_ADDR": PHONE}).status_code != 404
    }
    assert opened <= {"x", "in-person", "assets", "source", "healthz", "favicon.ico", "robots.txt"}
    assert {"api", "owner", "verify"} <= {rule.split("/")[1] for rule in rules}


@pytest.mark.parametrize("path", ["/api/v1/me", "/owner", "/verify", "/xyz", "/in-personal", "/"])
@pytest.mark.parametrize("peer", [PHONE, "10.0.0.9", "fe80::1", "::ffff:192.168.1.77", ""])
def test_everything_else_is_not_there(site, path, peer):
    client, _ = site
    assert client.get(path, environ_base={"REMOTE_ADDR": peer}).status_code == 404


def test_a_phone_cannot_say_that_it_is_this_machine(site):
    client, _ = site
    forged = {"X-Forwarded-For": "127.0.0.1", "Host": "127.0.0.1:7447"}
    answer = client.get("/api/v1/me", headers=forged, environ_base={"REMOTE_ADDR": PHONE})
    assert answer.status_code == 404


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_gets_everything(site, peer):
    client, _ = site
    assert client.get("/api/v1/me", environ_base={"REMOTE_ADDR": peer}).status_code == 401
