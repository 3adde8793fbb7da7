"""A served workspace with one document, as its signers' browsers see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sygn_cli.server.app import create_app
from tests.server import stage

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

BROWSER = {"Accept": "text/html,application/xhtml+xml", "User-Agent": "Mozilla/5.0 (Test)"}
SIGNATURE = {"kind": "typed", "text": "Ada Lovelace"}


@dataclass
class Site:
    runtime: Runtime
    document: Document
    client: FlaskClient

    def token(self, signer: str = "s1") -> str:
        return stage.token(self.runtime, self.now(), signer)

    def get(self, path: str, signer: str = "s1", **headers: str) -> TestResponse:
        query = {"t": self.token(signer)}
        return self.client.get(path, query_string=query, headers={**BROWSER, **headers})

    def open(self, signer: str = "s1", **headers: str) -> TestResponse:
        return self.get("/x", signer, **headers)

    def post(self, path: str, body: object, signer: str = "s1", **headers: str) -> TestResponse:
        own = {"X-Signing-Token": self.token(signer), "User-Agent": BROWSER["User-Agent"]}
        return self.client.post(path, json=body, headers={**own, **headers})

    def consent(self, signer: str = "s1") -> TestResponse:
        return self.post("/x/consent", {"time_zone": "Europe/Berlin"}, signer)

    def sign(self, signer: str = "s1", marks: object = None) -> TestResponse:
        field = {"s1": "f1", "s2": "f2"}[signer]
        marks = {field: SIGNATURE} if marks is None else marks
        return self.post("/x/sign", {"marks": marks, "time_zone": "Europe/Berlin"}, signer)

    def keep(self, marks: object, revision: int = 0, signer: str = "s1") -> TestResponse:
        own = {"X-Signing-Token": self.token(signer)}
        body = {"marks": marks, "revision": revision}
        return self.client.put("/x/draft", json=body, headers=own)

    def now(self) -> Document:
        return self.runtime.store.load(self.document.id)

    def events(self) -> list[str]:
        return [str(event.type) for event in self.runtime.store.trail(self.document.id)]

    def last_event(self) -> dict[str, object]:
        return dict(self.runtime.store.trail(self.document.id)[-1].data)


def serve(contract: stage.Contract | None = None, **settings) -> Site:
    runtime = stage.runtime(**settings)
    document = stage.put(runtime, contract)
    client = create_app(runtime).test_client()
    client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    return Site(runtime, document, client)
