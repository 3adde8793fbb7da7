"""The page /verify judges what a stranger uploads, and keeps nothing."""

from __future__ import annotations

import threading

import pytest

from sygn_cli.server.app import create_app
from sygn_cli.services import sealing
from tests.runtimes import sample
from tests.server import stage
from tests.server.site import BROWSER, serve

PDF = {"Content-Type": "application/pdf", "Accept": "application/json"}


@pytest.fixture
def runtime():
    return stage.runtime()


@pytest.fixture
def client(runtime):
    return create_app(runtime).test_client()


@pytest.fixture
def sealed(runtime) -> bytes:
    return sealing.seal_pdf(runtime, sample("letter.pdf")).pdf


def judged(client, content: bytes, **headers: str):
    return client.post("/verify", data=content, headers={**PDF, **headers})


def test_the_page_asks_for_a_file(client):
    answer = client.get("/verify", headers=BROWSER)
    assert answer.status_code == 200
    assert 'type="file"' in answer.text
    assert "nothing of it is kept" in answer.text


def test_files_get_the_verdict_of_the_command_line(client, sealed):
    changed = bytearray(sealed)
    changed[len(sealed) // 2] ^= 1
    files = {
        "valid": sealed,
        "tampered": bytes(changed),
        "unsigned": sample("letter.pdf"),
    }
    for status, content in files.items():
        told = judged(client, content).get_json()
        assert told["status"] == status
        assert told["reasons"]
    assert judged(client, b"hello").get_json()["status"] == "unsigned"


def test_the_verdict_is_in_the_language_of_the_browser(client, sealed):
    german = judged(client, sealed, **{"Accept-Language": "de-AT"})
    assert german.headers["Content-Language"] == "de-AT"
    told = german.get_json()
    assert told["headline"].endswith("seitdem unverändert")
    assert "seitdem unverändert" in told["reasons"][0]
    assert "Kein vertrauenswürdiger Zeitstempel" in told["reasons"][-1]
    english = judged(client, sealed).get_json()
    assert "unchanged since" in english["reasons"][0]
    unread = judged(client, b"hello", **{"Accept-Language": "pl"}).get_json()
    assert unread["reasons"] == ["Plik nie jest czytelnym plikiem PDF."]


def test_the_story_in_the_file_is_told_in_words():
    site = serve()
    for signer in ("s1", "s2"):
        site.consent(signer)
        site.sign(signer)
    content = site.get("/x/document.pdf").data
    told = judged(site.client, content, **{"Accept-Language": "fr"}).get_json()
    assert told["status"] == "valid"
    assert told["events"][0]["text"] == "Le document a été créé"
    assert {"Ada Lovelace", "Expéditeur"} <= {one["who"] for one in told["events"]}


def test_a_seal_of_another_workspace_is_not_trusted(client):
    clock = stage.StoppedClock()
    other = stage.runtime(keys=stage.MemoryKeys(clock.now().replace(year=2025)))
    content = sealing.seal_pdf(other, sample("letter.pdf")).pdf
    assert judged(client, content).get_json()["status"] == "untrusted"


def test_the_file_is_read_in_a_worker(client, runtime, sealed):
    runtime.pdf.calls.clear()
    judged(client, sealed)
    assert runtime.pdf.calls == ["verify"]


def test_only_pdfs_of_our_own_page_are_taken(client, sealed):
    assert judged(client, sealed, Origin="https://evil.example").status_code == 403
    assert judged(client, sealed, **{"Content-Type": "text/plain"}).status_code == 400


def test_one_file_at_a_time_so_that_signers_do_not_wait(runtime, client, sealed):
    started, go_on = threading.Event(), threading.Event()
    judge = runtime.pdf.call

    def slow(*arguments, **options):
        started.set()
        assert go_on.wait(30)
        return judge(*arguments, **options)

    runtime.pdf.call = slow
    answers: list[int] = []
    first = threading.Thread(target=lambda: answers.append(judged(client, sealed).status_code))
    first.start()
    assert started.wait(30)
    assert judged(client.application.test_client(), sealed).status_code == 429
    go_on.set()
    first.join(30)
    assert answers == [200]
    assert judged(client, sealed).status_code == 200
