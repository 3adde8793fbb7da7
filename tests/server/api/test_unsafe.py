"""What all operations that change something have in common, tried for each that is described."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass

import pytest

from sygn_cli.services import webhook_delivery
from sygn_cli.services.runtime import Settings
from tests.server.api.caller import ADA, UNCOUNTED, Caller, a_body, partner, pdf, serve

ONCE = {"Idempotency-Key": "order-17"}
URL = "https://example.com/hook"
# Links, API keys, secrets of webhooks, codes and what an authenticator is set up with.
SECRET = re.compile(r"\?t=|\bcs_(?:live|test)_[\w-]{20}|whsec_|access_code|totp|otpauth")

BODIES: dict[str, dict[str, object]] = {
    "create_document": a_body(),
    "change_document": {"expires": "9d"},
    "delegate_signer": {"name": "Grace", "email": "grace@example.com"},
    "unlock_signer": {"new_secrets": True},
    "detect": {"pdf_base64": pdf("letter.pdf")},
    "mint_key": {"tenant_id": "one"},
    "add_webhook": {"url": URL},
}


@dataclass(frozen=True)
class Operation:
    """One way to change something."""

    name: str
    method: str
    path: str
    statuses: frozenset[int]

    def __str__(self) -> str:
        return self.name


DESCRIBED = serve(Settings(**UNCOUNTED)).client.get("/openapi.json").get_json()


def operations() -> list[Operation]:
    return [
        Operation(
            one["operationId"],
            method.upper(),
            path.removeprefix("/api/v1"),
            frozenset(map(int, one["responses"])),
        )
        for path, methods in DESCRIBED["paths"].items()
        for method, one in methods.items()
        if method not in {"get", "head", "options"}
    ]


each_operation = pytest.mark.parametrize("operation", operations(), ids=str)


@pytest.fixture
def api(tmp_path) -> Caller:
    """Return a partner, who may do everything, in a server that keeps its answers in files."""
    return partner(tmp_path)


def request(api: Caller, operation: Operation) -> tuple[str, dict[str, object] | None]:
    """Return the address and the body of a request that will succeed."""
    path = operation.path
    if "{webhook_id}" in path:
        path = path.replace("{webhook_id}", api.post("/webhooks", {"url": URL}).get_json()["id"])
    if "{document_id}" in path:
        person = {**ADA, "auth": ["code"]} if operation.name == "unlock_signer" else ADA
        made = api.create(signers=[person], draft=operation.name == "send_document")
        path = path.replace("{document_id}", made).replace("{signer_id}", "s1")
    if "{delivery_id}" in path:
        api.create()
        list(webhook_delivery.deliver_due(api.runtime))
        deliveries = api.get(path.partition("/{delivery_id}")[0]).get_json()["data"]
        path = path.replace("{delivery_id}", deliveries[0]["id"])
    return path, body(api, operation)


def body(api: Caller, operation: Operation) -> dict[str, object] | None:
    if operation.name == "revoke_key":
        return {"key_id": api.post("/keys", {"tenant_id": "one"}).get_json()["key_id"]}
    return BODIES.get(operation.name)


def kept(tmp_path) -> list[bytes]:
    """Return all that is kept of answers, as it was answered."""
    files = (tmp_path / "idempotency").iterdir()
    return [base64.b64decode(json.loads(one.read_bytes())["body"]) for one in files]


@each_operation
def test_no_answer_with_a_link_or_a_secret_is_kept(api, tmp_path, operation):
    path, sent = request(api, operation)
    answer = api(operation.method, path, sent, **ONCE)
    assert answer.status_code < 300, answer.text
    for one in kept(tmp_path):
        assert not SECRET.search(one.decode())
        assert one in {b"", answer.get_data()}


@each_operation
def test_what_is_answered_to_a_key_with_another_body_is_described(api, operation):
    path, sent = request(api, operation)
    assert api(operation.method, path, sent, **ONCE).status_code < 300
    answer = api(operation.method, path, {"another": True}, **ONCE)
    assert answer.status_code in operation.statuses, answer.text


@each_operation
def test_what_is_answered_to_a_body_that_is_too_long_is_described(operation):
    api = serve(Settings(**UNCOUNTED))
    api.client.application.config["MAX_CONTENT_LENGTH"] = 1000
    path = re.sub(r"{\w+}", "x", operation.path)
    answer = api(operation.method, path, {"x": "x" * 1000})
    assert answer.status_code == 413
    assert answer.status_code in operation.statuses


@each_operation
def test_what_every_operation_may_answer_is_described(operation):
    assert operation.statuses >= {400, 401, 403, 409, 413, 415, 422, 429, 500, 503}


def looked_up(one):
    """Return what a part of the description says, also where it only refers to it."""
    if "$ref" not in one:
        return one
    found = DESCRIBED
    for step in one["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def described(operation: Operation):
    return DESCRIBED["paths"][f"/api/v1{operation.path}"][operation.method.lower()]


@each_operation
def test_the_idempotency_key_is_a_parameter_and_is_honoured(api, operation):
    headers = [
        one for one in map(looked_up, described(operation)["parameters"]) if one["in"] == "header"
    ]
    assert [one["name"] for one in headers] == ["Idempotency-Key"]
    pattern = headers[0]["schema"]["pattern"]
    path, sent = request(api, operation)
    for key in ("two words", "x" * 201):
        assert not re.search(pattern, key)
        refused = api(operation.method, path, sent, **{"Idempotency-Key": key})
        assert refused.status_code == 400
    assert api(operation.method, path, sent, **{"Idempotency-Key": "!~" * 100}).status_code < 300
    assert re.search(pattern, "!~" * 100)


@each_operation
def test_the_headers_that_are_sent_are_described(api, operation):
    path, sent = request(api, operation)
    for _ in range(2):
        answer = api(operation.method, path, sent, **ONCE)
        told = described(operation)["responses"][str(answer.status_code)]["headers"]
        own = {
            name
            for name, _ in answer.headers
            if name.startswith(("X-Ra", "X-Re", "Idem", "Retry"))
        }
        assert own <= told.keys()
        assert {"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining"} <= own


def test_no_operation_that_only_shows_has_the_idempotency_key():
    for methods in DESCRIBED["paths"].values():
        for one in methods.get("get", {}).get("parameters", []):
            assert looked_up(one)["in"] != "header"


def test_who_asks_too_often_is_told_how_long_to_wait_as_described():
    api = serve(Settings(api_per_minute=1, api_burst=1))
    answers = [api.get("/me") for _ in range(2)]
    assert answers[1].headers["Retry-After"]
    for methods in DESCRIBED["paths"].values():
        for one in methods.values():
            header = looked_up(one["responses"]["429"]["headers"]["Retry-After"])
            assert header["schema"]["type"] == "integer"
