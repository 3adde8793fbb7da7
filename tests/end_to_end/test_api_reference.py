"""The reference page: whole, readable, under our policy, and every example on it runs."""

from __future__ import annotations

import html
import re
import subprocess
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped] # no stubs
    Axe,
)

from sygn_cli.domain.errors import SygnError
from sygn_cli.server import docs, errors
from sygn_cli.server.app import create_app
from sygn_cli.services import apikeys
from sygn_cli.services.runtime import Settings
from tests.end_to_end.browser import chromium, serving
from tests.runtimes import FixedClock, memory_runtime
from tests.server.api.caller import ADA, ALAN, UNCOUNTED, Caller, pdf

CURL = 'silent\nshow-error\nwrite-out = "\\n%{http_code}"\noutput = "answer"\n'


def described() -> dict[str, dict[str, dict[str, str]]]:
    client = create_app(memory_runtime()).test_client()
    return client.get("/openapi.json", headers={"Host": "127.0.0.1"}).get_json()["paths"]


NAMES = sorted(one["operationId"] for path in described().values() for one in path.values())


@pytest.fixture(scope="module")
def world():
    clock = FixedClock()
    runtime = memory_runtime(clock, Settings(**UNCOUNTED))
    with serving(runtime) as base:
        client = create_app(runtime).test_client()
        client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
        _, secret = apikeys.create(runtime)
        _, partner = apikeys.create(runtime, label="acme", partner=True)
        caller = Caller(client, runtime, secret, clock)
        page = client.get("/docs", headers={"Accept": "text/html"})
        yield SimpleNamespace(base=base, caller=caller, partner=partner, page=page)


def test_every_route_is_on_the_page_once(world):
    sections = re.findall(r'<section class="route" id="([a-z_]+)"', world.page.text)
    assert sorted(sections) == NAMES


def test_ids_in_the_examples_begin_as_real_ones_do(world):
    begun = {
        one.removesuffix("abc123") for one in re.findall(r"[a-z_.0-9]*_abc123", world.page.text)
    }
    assert begun == {"doc_", "key_", "we_", "we_abc123.evt_"}


def codes(kind: type[SygnError] = SygnError) -> set[str]:
    own = {kind.code} if kind.code else set()
    return own.union(*(codes(one) for one in kind.__subclasses__()))


def test_the_table_of_errors_says_what_the_server_answers():
    for status, code, meaning in docs.ERRORS:
        assert errors.STATUS.get(code, status) == status
        assert meaning
    framework = {"method_not_allowed", "unsupported_media_type", "rate_limited", "internal_error"}
    assert {code for _, code, _ in docs.ERRORS} <= codes() | framework


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_example_runs_as_it_stands(name, world, tmp_path, judge):
    """Changed are the key and what stands for ids and the PDF."""
    judge("curl")
    section = world.page.text.split(f'<section class="route" id="{name}"')[1]
    printed = html.unescape(re.findall(r"<code data-example>(.*?)</code>", section, re.DOTALL)[0])
    draft = name == "send_document"
    people = [{**ADA, "auth": ["code"]}, ALAN] if name == "unlock_signer" else [ADA, ALAN]
    document = world.caller.create(draft=draft, signers=people)
    if name in {"download_document", "audit_document"}:
        world.caller.sign(document, "s1", "s2")
    key = world.partner if name.endswith(("_key", "_keys")) else world.caller.secret
    for old, new in (
        ("http://127.0.0.1:7447", world.base),
        (docs.KEY, key),
        ("doc_abc123", document),
        ("JVBERi0xLjcK...", pdf()),
    ):
        printed = printed.replace(old, new)
    (tmp_path / ".curlrc").write_text(CURL)
    done = subprocess.run(
        ["bash", "-c", printed],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "CURL_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    status = int(done.stdout)
    needs_a_real_id = name == "revoke_key" or ("webhook" in printed and "_abc123" in printed)
    wanted = {404} if needs_a_real_id else {200, 201}
    assert status in wanted, (tmp_path / "answer").read_text()


@pytest.mark.browser
def test_the_page_works_in_a_browser_and_for_everybody(world):
    with chromium() as browser:
        page = browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{world.base}/docs")
        page.fill("#key", world.caller.secret)
        assert world.caller.secret in page.inner_text("#create_document pre >> nth=0")
        page.click('[data-run="/api/v1/me"]')
        page.wait_for_function(
            "document.querySelector('#me .outcome').textContent.startsWith('200')"
        )
        assert '"account": "local"' in page.inner_text("#me .outcome")
        assert Axe().run(page).response["violations"] == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert complaints == []
        page.close()
