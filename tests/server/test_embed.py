"""The script that other sites load, and signing a PDF of such a site without an invitation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sygn_cli.server.app import create_app
from sygn_cli.services.certificate_view import certificate_view
from sygn_cli.services.self_signing import file_name
from tests.runtimes import sample
from tests.server import stage
from tests.webhook_fakes import ScriptedHttp, memory_webhooks

SITE = "https://your-site.example"
PDF = f"{SITE}/files/Lease%20of%20land.pdf"
ADA = {"name": "Ada Lovelace", "email": "ada@example.com"}


@pytest.fixture
def http() -> ScriptedHttp:
    return ScriptedHttp(files={PDF: sample("letter.pdf")})


@pytest.fixture
def runtime(http):
    made = stage.runtime(embed_origins=(SITE,))
    return replace(made, webhooks=memory_webhooks(http))


@pytest.fixture
def client(runtime):
    made = create_app(runtime).test_client()
    made.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
    return made


def test_a_visitor_signs_a_pdf_of_the_site_alone(client, runtime, http):
    answer = client.post("/embed/start", json={"pdf": PDF, **ADA, "source": "your-app"})
    assert answer.status_code == 200, answer.text
    assert answer.json["signing_url"].startswith(f"{stage.BASE}/x?t=")
    assert http.fetched == [(PDF, False)]
    document = runtime.store.load(answer.json["document"])
    assert [one.name for one in document.signers] == ["Ada Lovelace"]
    assert document.title == "Lease of land"
    created = runtime.store.trail(document.id)[0]
    assert created.actor == {"kind": "embed", "origin": SITE, "source": "your-app"}
    shown = certificate_view(document, [created], fingerprint="f" * 64, sealed_by="Test")
    assert "nobody checked" in shown.signers[0].delivery
    assert SITE in shown.events[0].actor


@pytest.mark.parametrize(
    "pdf",
    [
        "https://elsewhere.example/files/Lease.pdf",
        "http://your-site.example/files/Lease.pdf",
        "https://your-site.example:8443/files/Lease.pdf",
        "https://your-site.example@elsewhere.example/x.pdf",
        "https://your-site.example.elsewhere.example/x.pdf",
        "https://user@your-site.example/x.pdf",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//your-site.example/x.pdf",
        "https://[",
        "",
    ],
)
def test_only_files_of_named_origins_are_fetched(client, http, pdf):
    assert client.get("/embed/sign", query_string={"pdf": pdf}).status_code == 403
    answer = client.post("/embed/start", json={"pdf": pdf, **ADA})
    assert (answer.status_code, answer.json["error"]) == (403, "forbidden")
    assert http.fetched == []


def test_looking_at_the_page_fetches_and_makes_nothing(client, http):
    page = client.get("/embed/sign", query_string={"pdf": PDF, "name": '"><script>x</script>'})
    assert page.status_code == 200
    assert b"<script>x" not in page.data
    assert f"frame-ancestors 'self' {SITE}" in page.headers["Content-Security-Policy"]
    assert http.fetched == []


def test_pages_of_others_cannot_start_it(client, http):
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post("/embed/start", json={"pdf": PDF, **ADA}, headers=headers)
        assert answer.status_code == 403
    assert client.post("/embed/start", data="pdf=x").status_code == 415
    assert http.fetched == []


def test_what_cannot_be_signed_is_said_in_words(client, http):
    http.files[f"{SITE}/page"] = b"<html>not a PDF</html>"
    refused = client.post("/embed/start", json={"pdf": f"{SITE}/page", **ADA})
    assert (refused.status_code, refused.json["error"]) == (422, "detection_failed")
    missing = client.post("/embed/start", json={"pdf": f"{SITE}/gone.pdf", **ADA})
    assert (missing.status_code, missing.json["error"]) == (502, "network_failed")
    nobody = client.post("/embed/start", json={"pdf": PDF, "name": "", "email": "x"})
    assert nobody.status_code == 400


def test_nobody_starts_more_than_a_few_in_a_minute(client):
    answers = [client.post("/embed/start", json={"pdf": "", **ADA}) for _ in range(12)]
    assert [one.status_code for one in answers] == [403] * 10 + [429] * 2


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (PDF, "Lease of land.pdf"),
        (f"{SITE}/contract", "contract.pdf"),
        (f"{SITE}/", "document.pdf"),
        (f"{SITE}/a%2Fb%0A.pdf?x=1", "b\\n.pdf"),
    ],
)
def test_the_file_is_called_what_its_address_ends_with(url, name):
    assert file_name(url) == name


def test_any_site_may_load_it_and_asks_again_for_little(site):
    answer = site.client.get("/embed.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(answer.data) < 10_000
    again = site.client.get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_everything_else_stays_on_our_own_pages(site):
    assert site.client.get("/source").headers["Cross-Origin-Resource-Policy"] == "same-origin"
