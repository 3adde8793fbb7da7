"""A key and a body that were sent before get the first answer, whatever has changed meanwhile."""

from __future__ import annotations

import json

import pytest

from sygn_cli.domain.document import Mode
from sygn_cli.services import templates
from sygn_cli.services.creation import GivenFile
from tests.runtimes import sample
from tests.server.api.caller import ADA, ALAN, Caller, a_body

ONCE = {"Idempotency-Key": "order-17"}
FROM_TEMPLATE = {"template": "nda", "signers": [ADA, ALAN]}


@pytest.fixture
def kept(api) -> Caller:
    """Return a caller whose account may use the template `nda`."""
    templates.add(api.runtime, GivenFile("nda.pdf", sample("nda.pdf")), slug="nda", shared=True)
    return api


def test_the_answer_stays_when_the_template_is_removed(kept):
    first = kept.post("/documents", FROM_TEMPLATE, **ONCE)
    kept.runtime.templates.remove("nda")
    again = kept.post("/documents", FROM_TEMPLATE, **ONCE)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_answer_stays_when_the_template_changes(kept):
    first = kept.post("/documents", FROM_TEMPLATE, **ONCE)
    kept.runtime.templates.remove("nda")
    letter = GivenFile("letter.pdf", sample("letter.pdf"))
    templates.add(kept.runtime, letter, slug="nda", shared=True)
    again = kept.post("/documents", FROM_TEMPLATE, **ONCE)
    assert (again.status_code, again.json) == (201, first.json)


def test_names_may_come_in_another_order(api):
    fields = [
        {
            "id": f"f{n}",
            "type": "signature",
            "page": 1,
            "x": 72,
            "y": 90 * n,
            "width": 90,
            "height": 36,
        }
        for n in (1, 2)
    ]
    body = a_body(fields=fields, assignments={"f1": "s1", "f2": "s2"})
    first = api.post("/documents", body, **ONCE)
    turned = dict(reversed(list(body.items()))) | {"assignments": {"f2": "s2", "f1": "s1"}}
    again = api.client.post(
        "/api/v1/documents",
        data=json.dumps(turned, indent=2),
        content_type="application/json",
        headers={"Authorization": f"Bearer {api.secret}", **ONCE},
    )
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)


def test_live_and_test_keys_of_one_account_do_not_meet(api):
    live = api.post("/documents", a_body(), **ONCE)
    test = api.another(mode=Mode.TEST).post("/documents", a_body(), **ONCE)
    assert (live.status_code, test.status_code) == (201, 201)
    assert live.json["id"] != test.json["id"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"expires": "nonsense"},
        {"template": "nda"},  # beside a PDF
        {"pdf_base64": "no base64"},
        {"pdf_base64": "aGVsbG8="},
        {"pdf_base64": None, "template": "unknown"},
        {"signers": [{**ADA, "auth": ["code"], "access_code": "123"}]},
        {"webhook_url": "http://127.0.0.1/"},
    ],
)
def test_a_request_that_made_nothing_can_be_corrected(api, wrong):
    assert 400 <= api.post("/documents", a_body(**wrong), **ONCE).status_code < 500
    made = api.post("/documents", a_body(), **ONCE)
    assert made.status_code == 201, made.text
    assert api.post("/documents", a_body(**wrong), **ONCE).status_code == 422
    assert api.get("/documents").json["data"][0]["id"] == made.json["id"]


def test_a_key_that_an_older_version_bound_gives_its_document_and_to_its_mode_only(
    api, monkeypatch
):
    made = api.create()
    old = {("local", "order-17"): made}
    monkeypatch.setattr(
        type(api.runtime.store), "bound_formerly", lambda _, *place: old.get(place)
    )
    assert api.post("/documents", a_body(), **ONCE).json["id"] == made
    test = api.another(mode=Mode.TEST).post("/documents", a_body(), **ONCE)
    assert test.status_code == 201
    assert test.json["id"] != made
