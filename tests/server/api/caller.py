"""Programs that call the API: each with a key, or with none."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sygn_cli.domain import mark
from sygn_cli.domain.document import Mode
from sygn_cli.domain.evidence import Evidence
from sygn_cli.domain.field import FieldType
from sygn_cli.server.app import create_app
from sygn_cli.services import apikeys, links, signing
from sygn_cli.services.runtime import Settings
from sygn_cli.services.signing import Submission
from sygn_cli.store.answers import FileAnswers
from tests.runtimes import FixedClock, memory_runtime, sample
from tests.webhook_fakes import ScriptedHttp, on_disk

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from sygn_cli.services.runtime import Runtime

ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "order": 0}
ALAN = {"name": "Alan Turing", "email": "alan@example.com", "order": 1}
UNCOUNTED: dict[str, Any] = {
    "api_per_minute": 10**9,
    "api_burst": 10**9,
    "stranger_per_minute": 10**9,
}


def pdf(name: str = "nda.pdf") -> str:
    return base64.b64encode(sample(name)).decode()


def a_body(**changes: object) -> dict[str, object]:
    body = {
        "title": "Mutual NDA",
        "pdf_base64": pdf(),
        "signers": [ADA, ALAN],
        "signing_order": "sequential",
    }
    return {**body, **changes}


@dataclass
class Caller:
    """A program with a key."""

    client: FlaskClient
    runtime: Runtime
    secret: str
    clock: FixedClock

    def __call__(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> TestResponse:
        own = {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(
            f"/api/v1{path}", method=method, headers={**own, **headers}, **more
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        return self("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> TestResponse:
        return self("POST", path, body, **headers)

    def create(self, **changes: object) -> str:
        answer = self.post("/documents", a_body(**changes))
        assert answer.status_code == 201, answer.text
        return answer.get_json()["id"]

    def with_key(self, secret: str) -> Caller:
        return Caller(self.client, self.runtime, secret, self.clock)

    def another(self, *, mode: Mode = Mode.LIVE, label: str = "", partner: bool = False) -> Caller:
        _, secret = apikeys.create(self.runtime, mode=mode, label=label, partner=partner)
        return self.with_key(secret)

    def tenant(self, tenant: str, *, partner: str = "acme") -> Caller:
        master = self.another(label=partner, partner=True)
        answer = master.post("/keys", {"tenant_id": tenant})
        return self.with_key(answer.get_json()["key"])

    def sign(self, document_id: str, *signers: str) -> None:
        """Let signers sign as their browsers would."""
        for signer_id in signers:
            document = self.runtime.store.load(document_id)
            url = links.signing_url(self.runtime, document, document.signer(signer_id))
            token = url.partition("?t=")[2]
            browser = Evidence(via="browser", ip="192.0.2.7", ip_source="direct")
            signing.give_consent(self.runtime, token, locale="en", evidence=browser)
            marks = {
                one.id: mark.Typed("A L")
                for one in document.fields_of(signer_id)
                if one.type in {FieldType.SIGNATURE, FieldType.INITIALS}
            }
            signing.submit(self.runtime, token, Submission(marks), browser)

    def completed(self, **changes: object) -> str:
        document_id = self.create(**changes)
        self.sign(document_id, "s1", "s2")
        return document_id


def serve(settings: Settings) -> Caller:
    clock = FixedClock()
    runtime = memory_runtime(clock, settings)
    client = create_app(runtime).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    _, secret = apikeys.create(runtime, label="test")
    return Caller(client, runtime, secret, clock)


def partner(folder: Path, **parts: Any) -> Caller:
    """Return a partner, who may do everything, in a server that keeps its answers in files.

    Args:
        folder: Where.
        parts: What of the runtime is to be another.
    """
    clock = FixedClock()
    plain = replace(memory_runtime(clock, Settings(**UNCOUNTED)), **parts)
    return _on_disk(plain, folder, clock)


def beside(one: Caller, folder: Path) -> Caller:
    """Return the same caller in another server of the same workspace."""
    return replace(_on_disk(one.runtime, folder, one.clock), secret=one.secret)


def _on_disk(plain: Runtime, folder: Path, clock: FixedClock) -> Caller:
    kept = folder / "idempotency"
    kept.mkdir(exist_ok=True)
    runtime = replace(on_disk(plain, folder, ScriptedHttp()), answers=FileAnswers(kept))
    client = create_app(runtime).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    _, secret = apikeys.create(runtime, label="acme", partner=True)
    return Caller(client, runtime, secret, clock)
