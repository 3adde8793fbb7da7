"""``sygn serve`` shows the owner's link, once and to nobody else."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
import urllib.error
import urllib.request
import webbrowser
from contextlib import ExitStack
from pathlib import Path

import pytest

from sygn_cli.cli.browser import open_privately
from tests.cli.terminal import SYGN


@contextlib.contextmanager
def served(folder, *options: str):
    """Serve a workspace until the block ends; yield a list that then holds stdout and stderr."""
    ready = folder / "ready"
    ready.unlink(missing_ok=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    process = subprocess.Popen(
        [SYGN, "serve", "--port", "0", "--ready-file", ready, *options],
        cwd=folder,
        env={**clean, "SYGN_WORKSPACE": str(folder / ".sygn")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    printed: list[str] = []
    try:
        if "--no-owner" in options:
            deadline = time.monotonic() + 60
            while not ready.exists():
                assert time.monotonic() < deadline, "the server did not become ready"
                time.sleep(0.02)
            printed.append(ready.read_text().strip())
        else:
            printed.append(process.stdout.readline().strip())
        yield printed
    finally:
        process.terminate()
        printed.extend(process.communicate(timeout=60))


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - our own server
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.slow
def test_the_link_opens_survives_a_restart_and_dies_when_a_new_one_is_made(tmp_path):
    with served(tmp_path) as first:
        assert status(first[0]) == 200
        assert status(first[0] + "x") == 401
    token = first[0].partition("?t=")[2]
    assert len(token) == 43
    assert token not in first[2]
    assert first[1] == ""
    with served(tmp_path, "--new-owner-link") as second:
        assert status(second[0]) == 200
        assert status(second[0].replace(second[0].partition("?t=")[2], token)) == 401


@pytest.mark.slow
def test_a_server_elsewhere_tells_once_how_links_of_other_commands_lead_to_it(tmp_path):
    with served(tmp_path, "--no-owner") as printed:
        pass
    hint = f"export SYGN_PUBLIC_URL={printed[0]} "
    assert printed[2].count(hint) == 1
    (tmp_path / ".sygn" / "sygn.toml").write_text('public_url = "https://sign.example.com"\n')
    with served(tmp_path, "--no-owner") as printed:
        pass
    assert "SYGN_PUBLIC_URL" not in printed[2], "all links name that already"
    with served(tmp_path, "--no-owner", "--public-url", "https://other.example.com") as printed:
        pass
    assert printed[2].count("export SYGN_PUBLIC_URL=https://other.example.com ") == 1


def test_links_cannot_begin_with_what_is_no_url(terminal):
    for wrong in ("sign.example.com", "ftp://sign.example.com", "https://a b"):
        answer = terminal("serve", "--port", "0", "--public-url", wrong)
        assert answer.code == 2
        assert "--public-url https://" in answer.err


@pytest.mark.slow
def test_the_owners_page_can_be_left_away(tmp_path):
    with served(tmp_path, "--no-owner") as printed:
        assert status(f"{printed[0]}/owner?t={'a' * 43}") == 404
    assert printed[1] == ""


def test_the_browser_is_shown_the_link_by_a_file_that_nobody_else_can_read(monkeypatch):
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    with ExitStack() as until:
        assert open_privately("http://127.0.0.1:7447/owner?t=secret&x=1", until)
        page = Path(opened[0].removeprefix("file://"))
        assert "secret" not in opened[0]
        assert page.parent.stat().st_mode & 0o077 == 0
        assert "url=http://127.0.0.1:7447/owner?t=secret&amp;x=1" in page.read_text()
    assert not page.exists()
