"""The examples of the public contract, as its reference prints them, against our server.

``contract/`` quotes them byte for byte. Changed are the base URL and the key, and what the reference
itself leaves to the reader: the document's id, the PDF after ``JVBERi0xLjcK...``.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from sygn_cli.services import apikeys, templates
from sygn_cli.services.creation import GivenFile
from tests.end_to_end.browser import serving
from tests.runtimes import FixedClock, memory_runtime, sample
from tests.server.api.caller import Caller, pdf

EXAMPLES = Path(__file__).parent / "contract"
TIMEOUT = 60
# How a shell and a program of the reader would say what came of it.
CURL = 'silent\nshow-error\nwrite-out = "\\n%{http_code} %{content_type}"\n'
TELL = """
process.stdout.write("\\n" + JSON.stringify({
  status: res.status, type: res.headers.get("content-type"),
  body: typeof doc !== "undefined" ? doc
    : typeof me !== "undefined" ? me
    : typeof templates !== "undefined" ? { count, templates }
    : typeof fields !== "undefined" ? { count, fields }
    : typeof auditBytes !== "undefined" ? auditBytes.length : null,
}));
"""


@pytest.fixture(scope="module")
def world():
    """Return a running server with a completed document, an open one and two to void."""
    clock = FixedClock()
    runtime = memory_runtime(clock)
    with serving(runtime) as base:
        templates.add(runtime, GivenFile("nda.pdf", sample("nda.pdf")), slug="nda", group="Law")
        _, secret = apikeys.create(runtime)
        _, partner = apikeys.create(runtime, label="yourname", partner=True)
        from sygn_cli.server.app import create_app

        caller = Caller(create_app(runtime).test_client(), runtime, secret, clock)
        caller.client.environ_base["HTTP_HOST"] = "127.0.0.1:7447"
        yield SimpleNamespace(
            base=base,
            secret=secret,
            partner=partner,
            completed=caller.completed(),
            to_void={"sh": caller.create(), "mjs": caller.create()},
        )


def example(name: str, world) -> str:
    what, _, kind = name.partition(".")
    document = world.to_void[kind] if what == "void" else world.completed
    text = (EXAMPLES / name).read_text()
    for printed, ours in (
        ("https://cybersygn.io", world.base),
        ("cs_live_xxx", world.secret),
        ("doc_abc123", document),
        ("JVBERi0xLjcK...", pdf()),
    ):
        text = text.replace(printed, ours)
    return text


def by_curl(name: str, world, folder) -> tuple[int, str, object]:
    (folder / ".curlrc").write_text(CURL)
    done = subprocess.run(
        ["bash", "-c", example(name, world)],
        cwd=folder,
        env={
            "PATH": "/usr/bin:/bin",
            "CURL_HOME": str(folder),
            "CYBERSYGN_PARTNER_KEY": world.partner,
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    body, _, told = done.stdout.rpartition("\n")
    status, kind = told.split(" ", 1)
    return int(status), kind, json.loads(body) if body.strip() else None


def by_node(name: str, world, folder) -> tuple[int, str, object]:
    program = folder / "example.mjs"
    program.write_text(f'const pdfBase64 = "{pdf()}";\n' + example(name, world) + TELL)
    done = subprocess.run(
        [world.node, program], capture_output=True, text=True, timeout=TIMEOUT, check=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return told["status"], told["type"], told["body"]


JSON, PDF = "application/json", "application/pdf"
EXPECTED = {
    "create": (201, JSON, {"id", "status", "signers", "status_url", "webhook_note"}),
    "get": (200, JSON, {"id", "status", "signers", "download_url", "audit_url"}),
    "download": (200, PDF, None),
    "audit": (200, PDF, None),
    "void": (200, JSON, {"id", "status", "voided_at"}),
    "templates": (200, JSON, {"count", "templates"}),
    "detect": (200, JSON, {"count", "fields"}),
    "me": (200, JSON, {"ok", "account", "key_id", "mode"}),
    "keys": (201, JSON, {"key", "key_id", "tenant_id", "account", "unmetered"}),
}


def test_no_example_is_left_out():
    names = {path.name for path in EXAMPLES.iterdir()}
    assert names == {f"{what}.sh" for what in EXPECTED} | {f"{w}.mjs" for w in EXPECTED} - {
        "keys.mjs"  # the reference has none
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir()))
def test_an_example_of_the_reference_works_as_it_stands(name, world, tmp_path, judge):
    if name.endswith(".sh"):
        judge("curl")
        status, kind, body = by_curl(name, world, tmp_path)
    else:
        world.node = judge("node")
        status, kind, body = by_node(name, world, tmp_path)
    wanted_status, wanted_kind, names = EXPECTED[name.partition(".")[0]]
    assert (status, kind) == (wanted_status, wanted_kind), body
    if names is not None:
        assert isinstance(body, dict)
        assert names <= body.keys()
    if name.startswith("void"):
        assert isinstance(body, dict)
        assert body["status"] == "voided"
    for written in tmp_path.glob("*.pdf"):
        assert written.read_bytes().startswith(b"%PDF-")


def test_the_placeholder_for_a_pdf_is_refused_and_not_a_failure(world, tmp_path, judge):
    """Whoever pastes the first example without a PDF learns what is missing."""
    judge("curl")
    broken = SimpleNamespace(**vars(world))
    text = example("create.sh", broken).replace(pdf(), "JVBERi0xLjcK...")
    (tmp_path / ".curlrc").write_text(CURL)
    done = subprocess.run(
        ["bash", "-c", text],
        env={"PATH": "/usr/bin:/bin", "CURL_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=True,
    )
    body, _, told = done.stdout.rpartition("\n")
    assert told.startswith("400 ")
    assert json.loads(body)["message"] == "pdf_base64 is not base64."
