"""The main job as people do it: a shell, a server, two links in a real browser, and the judges."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from sygn_cli.engine import verify
from tests import judges
from tests.cli.terminal import SYGN, Terminal
from tests.end_to_end.browser import DESKTOP, PHONE, chromium, visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "Mutual NDA"
NAME = "José Núñez-Łuczak"


@contextlib.contextmanager
def serving(terminal: Terminal) -> Iterator[str]:
    """Run ``sygn serve`` as a user does and yield the address it says it is ready at."""
    ready = terminal.folder / "ready"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
    process = subprocess.Popen(
        [SYGN, "serve", "--port", "0", "--ready-file", ready],
        cwd=terminal.folder, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < deadline, "the server did not become ready"
            time.sleep(0.02)
        yield ready.read_text().strip()
        process.send_signal(signal.SIGTERM)
        log = process.communicate(timeout=60)[1]
        assert process.returncode == 0, log
        assert "/x?t=" not in log
    finally:
        process.kill()
        process.wait()


def test_two_people_sign_in_a_browser_and_everybody_can_check_it(tmp_path, judge):
    terminal = Terminal(tmp_path, cold=True)
    terminal.draw("nda.pdf")
    created = terminal.ok(
        "create", "--pdf", "nda.pdf", "--sequential", "--title", TITLE,
        "--signer", f"{NAME} <jose@example.com>", "--signer", "李小龙 <lee@example.com>", "--json",
    ).json  # fmt: skip
    links = [one["signing_url"].partition("/x?")[2] for one in created["signers"]]
    with chromium() as browser, serving(terminal) as base:
        for number, (link, device) in enumerate(zip(links, (DESKTOP, PHONE), strict=True)):
            with visitor(browser, **device) as person:  # type: ignore[arg-type]  # Playwright's own
                person.page.goto(f"{base}/x?{link}")
                person.agree()
                while not person.part("#finish").is_visible():
                    _fill(person, draw=number == 0)
                person.part("#finish").click()
                last = "Everyone has signed" if number else "You have signed"
                person.part("h1").filter(has_text=last).wait_for(timeout=60_000)
    assert terminal.ok("status", "@last", "--wait", "--timeout", "60s", "--json").json[
        "status"
    ] == ("completed")
    terminal.ok("download", "@last", "-o", "signed.pdf")
    terminal.ok("audit", "@last", "-o", "certificate.pdf")
    terminal.ok("keys", "export-root", "-o", "root.pem")
    root = tmp_path / "root.pem"
    for name in ("signed.pdf", "certificate.pdf"):
        pdf = tmp_path / name
        terminal.ok("verify", name)
        judges.qpdf_finds_nothing(judge, pdf)
        judges.pdfsig_says_valid(judge, pdf)
        judges.openssl_verifies(judge, pdf, root)
        verdict = verify.verify(pdf.read_bytes(), trust=[root.read_bytes()], signers=2)
        assert verdict.status is verify.Status.VALID, verdict.reasons
    told = judges.pdftotext(judge, tmp_path / "certificate.pdf")
    for words in (NAME, "李小龙", "drawn", "typed", "127.0.0.1", created["id"]):
        assert words in told, words
    assert "李小龙" in judges.pdftotext(judge, tmp_path / "signed.pdf")


def _fill(person, *, draw: bool) -> None:
    """Fill the field that is asked for, whatever it is, and go on."""
    if person.part("#tab-draw").is_visible():
        if draw:
            person.draw()
        else:
            person.part("#tab-type").click()
    elif person.part("#line").is_visible():
        person.part("#line").fill("Analytical Engines Ltd")
    person.next()
