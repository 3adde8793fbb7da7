"""``sygn timestamp``: a chore for cron, against an authority on loopback."""

from __future__ import annotations

import pytest

from sygn_cli.delivery.clock import SystemClock
from tests.engine import timestamping
from tests.engine.timestamping import Authority, served


@pytest.fixture
def archive(terminal):
    """A terminal whose workspace seals for the archive, and the authority that helps."""
    authority = Authority(SystemClock().now())
    with served(authority, timestamping.good) as url:
        root = authority.cert_pem.decode()
        (terminal.folder / ".sygn" / "sygn.toml").write_text(
            f'tsa = "{url}"\nlevel = "B-LTA"\ntsa_trust = """{root}"""\n'
        )
        yield terminal


def test_a_file_is_renewed_when_that_is_asked_for_and_not_before_it_is_due(archive):
    archive.ok("seal", "nda.pdf", "-o", "sealed.pdf")
    told = archive.ok("timestamp", "sealed.pdf", "--check", "--json").json
    assert (told["level"], told["due"], told["authority"]) == ("B-LTA", False, "Test time")
    assert "to be renewed from" in archive.ok("timestamp", "sealed.pdf", "--check").text
    before = (archive.folder / "sealed.pdf").read_bytes()
    assert not archive.ok("timestamp", "sealed.pdf", "--in-place", "--if-due", "--json").json[
        "renewed"
    ]
    assert (archive.folder / "sealed.pdf").read_bytes() == before

    done = archive.ok("timestamp", "sealed.pdf", "--in-place", "--json").json
    assert done["renewed"]
    assert done["file"] == "sealed.pdf"
    assert (archive.folder / "sealed.pdf").read_bytes().startswith(before)
    verdict = archive.ok("verify", "sealed.pdf", "--json").json
    assert (verdict["level"], verdict["sha256"]) == ("B-LTA", done["sha256"])

    assert archive("timestamp", "nda.pdf", "-o", "x.pdf").code == 11
    assert archive("timestamp", "-", "--in-place", stdin=before).code == 2
    assert archive("timestamp", "sealed.pdf", "--check", "-o", "x.pdf").code == 2
    assert not (archive.folder / "x.pdf").exists()
