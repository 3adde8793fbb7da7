"""Every route times every kind of caller: who gets in, who is unknown, who is refused.

The routes come from the application itself, so a new one is judged without being named here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from sygn_cli.domain.document import Mode
from sygn_cli.services import apikeys, links
from sygn_cli.services.runtime import Settings
from tests.server.api.caller import UNCOUNTED, Caller, a_body, pdf, serve

API = serve(Settings(**UNCOUNTED))
BODIES = {
    "create_document": a_body(),
    "change_document": {"expires": "9d"},
    "delegate_signer": {"name": "Grace", "email": "grace@example.com"},
    "unlock_signer": {"new_secrets": False},
    "detect": {"pdf_base64": pdf("letter.pdf")},
    "mint_key": {"tenant_id": "another"},
    "revoke_key": {"key_id": "key_" + "0" * 26},
    "create_webhook": {"url": "https://hooks.example.com/x"},
    "change_webhook": {},
}
STRANGERS = ("none", "bad", "revoked", "expired", "signer", "signer of a voided document")
KEYS = ("live", "test", "partner", "tenant", "foreign tenant")


@dataclass(frozen=True)
class Route:
    """One method at one address."""

    method: str
    path: str
    name: str

    @property
    def kind(self) -> str:
        if "<document_id>" in self.path:
            return "document"
        if self.path.startswith("/keys"):
            return "partner"
        return "thing" if "<" in self.path else "account"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes() -> list[Route]:
    found = [
        Route(method, rule.rule.removeprefix("/api/v1"), rule.endpoint.rpartition(".")[2])
        for rule in API.client.application.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.rule.endswith("/openapi.json")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return sorted(found, key=str)


@dataclass
class World:
    """Everybody who might call, and a document of the live key's account."""

    secrets: dict[str, str] = field(default_factory=dict)

    def secret(self, who: str) -> str:
        if not self.secrets:
            self._make()
        return self.secrets[who]

    def _make(self) -> None:
        runtime = API.runtime
        _, revoked = apikeys.create(runtime)
        apikeys.revoke(runtime, API.with_key(revoked).get("/me").get_json()["key_id"])
        _, expired = apikeys.create(runtime, expires="1d")
        voided = API.create()
        tokens = {one: self._token(one) for one in (API.create(), voided)}
        API.post(f"/documents/{voided}/void")
        API.clock.sleep(2 * 86400)
        self.secrets = {
            "none": "",
            "bad": "cs_live_" + "A" * 43,
            "revoked": revoked,
            "expired": expired,
            "signer": next(iter(tokens.values())),
            "signer of a voided document": tokens[voided],
            "live": API.secret,
            "test": API.another(mode=Mode.TEST).secret,
            "partner": API.another(label="acme", partner=True).secret,
            "tenant": API.tenant("one").secret,
            "foreign tenant": API.tenant("one", partner="other").secret,
        }

    def _token(self, document_id: str) -> str:
        document = API.runtime.store.load(document_id)
        url = links.signing_url(API.runtime, document, document.signer("s1"))
        return url.partition("?t=")[2]


WORLD = World()


def call(route: Route, who: str, owner: Caller):
    path = route.path.replace("<document_id>", owner.create()).replace("<signer_id>", "s1")
    path = re.sub(r"<(?:[a-z]+:)?[a-z_]+>", "whk_00000000000000000000000000", path)
    caller = API.with_key(WORLD.secret(who))
    return caller(route.method, path, BODIES.get(route.name))


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_without_a_good_key_no_route_answers(route, who):
    answer = call(route, who, API)
    assert (answer.status_code, answer.get_json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize("who", KEYS)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_a_good_key_reaches_its_own_account_and_mode_and_no_other(route, who):
    allowed = {
        "document": who == "live",
        "partner": who == "partner",
        "account": True,
        "thing": True,  # there is none of that id: not found for everybody alike
    }[route.kind]
    answer = call(route, who, API)
    if not allowed:
        assert (answer.status_code, answer.get_json()["error"]) == (403, "forbidden")
    else:
        assert answer.status_code not in {401, 403}
        assert answer.status_code < 500
    if route.kind == "thing":
        assert answer.status_code == 404


@pytest.mark.parametrize("who", [*STRANGERS, *KEYS])
def test_no_api_key_opens_a_signing_page_and_no_signer_gets_anothers(who):
    secret = WORLD.secret(who)
    document = API.runtime.store.load(API.create())
    page = API.client.get("/x", query_string={"t": secret})
    if who == "signer":
        assert page.status_code == 200
    elif who == "signer of a voided document":
        assert "withdrawn" in page.text
    else:
        assert page.status_code == 404
    assert document.id not in page.text


ENDED = {"voided": (410, "voided"), "expired": (410, "expired"), "completed": (409, None)}


def ended(state: str) -> str:
    if state == "completed":
        return API.completed()
    document = API.create(expires="1d")
    if state == "voided":
        API.post(f"/documents/{document}/void")
    else:
        API.clock.sleep(2 * 86400)
    return document


@pytest.mark.slow
@pytest.mark.parametrize("state", ENDED)
def test_an_ended_document_is_shown_and_not_changed(state):
    document = ended(state)
    assert API.get(f"/documents/{document}").get_json()["status"] == state
    before = len(API.runtime.store.trail(document))
    for route in routes():
        if route.kind != "document" or route.method == "GET":
            continue
        path = route.path.replace("<document_id>", document).replace("<signer_id>", "s1")
        answer = API(route.method, path, BODIES.get(route.name))
        if state == "voided" and route.name == "void_document":
            assert answer.status_code == 200
        elif route.name == "unlock_signer":  # what was signed is still read behind the lock
            assert answer.status_code == 400, "this signer has no lock"
        else:
            assert answer.status_code == ENDED[state][0], route
    assert len(API.runtime.store.trail(document)) == before


@pytest.mark.parametrize("route", [one for one in routes() if one.kind == "document"], ids=str)
def test_a_document_that_is_not_there_is_not_found_whoever_asks(route):
    for who in KEYS:
        path = route.path.replace("<document_id>", "doc_01jd0000000000000000000000")
        answer = API.with_key(WORLD.secret(who))(
            route.method, path.replace("<signer_id>", "s1"), BODIES.get(route.name)
        )
        assert answer.status_code == 404
