"""One shape for every error, and a status for each."""

from __future__ import annotations

import html
import logging
from dataclasses import replace

import pytest

from sygn_cli.domain import errors as domain
from sygn_cli.domain.document import Document
from sygn_cli.domain.errors import SygnError
from sygn_cli.server.app import create_app
from sygn_cli.server.errors import STATUS
from sygn_cli.store.memory import MemoryStore
from tests.server.site import BROWSER


def classes(base: type[SygnError] = SygnError) -> list[type[SygnError]]:
    below = base.__subclasses__()
    return below + [one for direct in below for one in classes(direct)]


def test_every_error_code_has_a_status():
    codes = {one.code for one in classes() if one.code}
    assert codes - STATUS.keys() == set()


def test_the_table_names_no_code_that_does_not_exist():
    assert STATUS.keys() - {one.code for one in classes()} == set()


def test_states_are_conflicts_and_what_is_over_for_good_is_gone():
    codes = {one.code for one in classes(domain.StateConflict)}
    gone = {"voided", "expired"}
    assert {STATUS[code] for code in codes - gone} == {409}
    assert {STATUS[code] for code in gone} == {410}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/x/sign", 405, "method_not_allowed"),
        ("DELETE", "/x", 405, "method_not_allowed"),
        ("POST", "/x/sign", 415, "unsupported_media_type"),
        ("GET", "/x/document.pdf", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
    ],
)
def test_programs_get_json(site, method, path, status, code):
    answer = site.client.open(path, method=method, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.json["error"] == code
    assert answer.json["message"].endswith(".")


def test_people_get_a_page(site):
    answer = site.get("/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "There is nothing here" in answer.text


def test_an_unfinished_document_is_no_error_page_of_a_machine(site):
    answer = site.get("/x/certificate.pdf")
    assert answer.status_code == 409
    assert "Not finished yet" in answer.text


@pytest.mark.parametrize(
    ("path", "headers", "said", "code"),
    [
        ("/x/sign", {}, "Please open the link from your invitation", "method_not_allowed"),
        ("/x/document.pdf?file=x", {}, "Please check what you entered", "invalid_request"),
        ("/x/document.pdf?file=x", {"Accept-Language": "de"}, "Absender", "invalid_request"),
    ],
)
def test_the_page_says_what_is_wrong_in_words_and_keeps_the_code_for_those_who_help(
    site, path, headers, said, code
):
    query = f"{'&' if '?' in path else '?'}t={site.token()}"
    answer = site.client.get(path + query, headers={**BROWSER, **headers})
    text = html.unescape(answer.text)
    assert said in text
    assert text.count(code) == 1
    assert f'<code dir="ltr">{code}</code>' in text


class LockedStore(MemoryStore):
    def load(self, document_id: str) -> Document:
        raise domain.WorkspaceUnusable("/home/ada/.sygn is locked.", hint="Look with: sygn doctor")


def test_a_signer_is_not_told_where_the_workspace_lies(site, caplog):
    client = create_app(replace(site.runtime, store=LockedStore())).test_client()
    headers = {"Accept": "application/json", "X-Signing-Token": site.token()}
    answer = client.get("/x/state", headers=headers)
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"] == "workspace_unusable"
    assert "/home/ada" not in answer.text
    assert "doctor" not in answer.text
    assert "/home/ada" in caplog.text


class FailingStore(MemoryStore):
    def load(self, document_id: str) -> Document:
        raise RuntimeError("secret detail")


def test_an_unexpected_failure_is_logged_and_not_shown(site, caplog):
    runtime = replace(site.runtime, store=FailingStore())
    client = create_app(runtime).test_client()
    with caplog.at_level(logging.ERROR):
        answer = client.get(
            "/x", query_string={"t": site.token()}, headers={"Accept": "application/json"}
        )
    assert answer.status_code == 500
    assert answer.json is not None
    assert answer.json["error"] == "internal_error"
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text
