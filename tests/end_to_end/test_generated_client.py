"""A client that openapi-python-client writes from our description drives the whole job.

The generator needs another Typer than we do, so it lives in ``.venv-openapi``, which the first run
makes and later runs reuse.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from sygn_cli.server.app import create_app
from sygn_cli.services import apikeys
from sygn_cli.services.runtime import Runtime
from tests.end_to_end.browser import serving
from tests.runtimes import memory_runtime, sample

ROOT = Path(__file__).parents[2]
PLACE = ROOT / ".venv-openapi"
GENERATOR = "openapi-python-client==0.29.1"
CONFIG = """
project_name_override: sygn_client
package_name_override: sygn_client
content_type_overrides: {application/pdf: application/octet-stream}
post_hooks: []
"""


@pytest.fixture(scope="module")
def generator() -> Path:
    """Return the folder of the interpreter that holds the generator; skip where there is none."""
    programs = PLACE / "bin"
    if not (programs / "openapi-python-client").exists():
        venv.create(PLACE, clear=True)
        pip = [sys.executable, "-m", "pip", "--python", str(programs / "python")]
        done = subprocess.run(
            [*pip, "install", "--quiet", "--no-compile", GENERATOR],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            why = f"{GENERATOR} could not be installed: {done.stderr[-300:]}"
            pytest.fail(why) if os.environ.get("SYGN_REQUIRE_TOOLS") else pytest.skip(why)
    return programs


@pytest.mark.slow
def test_a_generated_client_takes_a_document_from_creation_to_completion(generator, tmp_path):
    runtime = memory_runtime()
    _, key = apikeys.create(runtime)
    (tmp_path / "config.yml").write_text(CONFIG)
    (tmp_path / "nda.pdf").write_bytes(sample("nda.pdf"))
    with serving(runtime) as base:
        described = tmp_path / "openapi.json"
        described.write_bytes(described_by(runtime))
        generated = run(
            generator / "openapi-python-client", "generate", "--path", described, "--meta", "none",
            "--output-path", tmp_path / "sygn_client", "--config", tmp_path / "config.yml",
            "--fail-on-warning",
        )  # fmt: skip
        assert generated.returncode == 0, generated.stdout + generated.stderr
        driver = Path(__file__).with_name("generated_client.py")
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        done = run(generator / "python", driver, base, key, tmp_path / "nda.pdf", env=environment)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("detected") > 0
    assert told == {
        "statuses": ["sent", "partially_signed", "completed"],
        "signed": "%PDF-",
        "audit": "%PDF-",
        "listed": ["voided", "completed"],
        "voided": "voided",
        "webhooks": {
            "secret": "whsec_",
            "added": ["https://example.com/hook", ["signer.locked"]],
            "listed": 2,
            "own": ["https://example.com/of-a-document", "named", "live"],
            "deliveries": 0,
        },
        "account": "local",
        "missing": "not_found",
    }


def described_by(runtime: Runtime) -> bytes:
    client = create_app(runtime).test_client()
    return client.get("/openapi.json", headers={"Host": "127.0.0.1"}).data


def run(*command: object, **more) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        **more,
    )
