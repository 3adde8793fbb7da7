"""The owner at a browser of their own, without a browser."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sygn_cli.server.app import create_app
from sygn_cli.services import owner
from tests.server import stage

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

HOST = "127.0.0.1:7447"
HTML = {"Host": HOST, "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
FORM = {**HTML, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
SCRIPT = {
    "Host": HOST,
    "Accept": "application/json",
    "Origin": f"http://{HOST}",
    "Sec-Fetch-Site": "same-origin",
}


@dataclass
class Office:
    """A served workspace and its owner.

    Attributes:
        home: Where the owner's pages lie, "" before the link is opened.
    """

    runtime: Runtime
    client: FlaskClient
    home: str = ""
    proof: str = ""

    @property
    def token(self) -> str:
        return owner.url(self.runtime, f"http://{HOST}").partition("?t=")[2]

    def enter(self) -> None:
        page = self.client.get(f"/owner?t={self.token}", headers=HTML)
        assert page.status_code == 200
        found = re.search(r'url=(/owner/[^"/]+)/"', page.text)
        assert found
        self.home = found[1]
        proof = re.search(r'name="proof" value="([\w-]{65})"', self.get("/").text)
        assert proof
        self.proof = proof[1]

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"{self.home}{path}", headers={**HTML, **headers})

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **more,
    ):
        body = {"proof": self.proof, **(data or {})}
        return self.client.post(f"{self.home}{path}", data=body, headers=headers or FORM, **more)

    def put_fields(self, document: Document, fields: list[Any], head: str = "") -> TestResponse:
        return self.client.post(
            f"{self.home}/documents/{document.id}/fields",
            json={"head": head or document.head, "fields": fields},
            headers={**SCRIPT, "X-Owner-Proof": self.proof},
        )

    def upload(self, pdf: bytes | None = None, **changes) -> TestResponse:
        form = {
            "name": ["Ada Lovelace", "Alan Turing", ""],
            "email": ["ada@example.com", "alan@example.com", ""],
            "title": "",
            "expires": "2026-12-31",
            **changes,
        }
        if pdf is None:
            pdf = stage.agreement("Lease")
        if "template" not in changes:
            form["pdf"] = (io.BytesIO(pdf), "lease.pdf")
        return self.post("/new", form, content_type="multipart/form-data")

    def draft(self) -> Document:
        answer = self.upload()
        assert answer.status_code == 303, answer.text
        return self.runtime.store.load(answer.location.split("/")[-2])


def office(**settings) -> Office:
    runtime = stage.runtime(**settings)
    client = create_app(runtime).test_client()
    client.environ_base["HTTP_HOST"] = HOST
    return Office(runtime, client)
