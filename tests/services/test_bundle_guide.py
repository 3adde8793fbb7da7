"""The commands of VERIFY.md hold for seals of every level, an archive timestamp included."""

from __future__ import annotations

import re
import subprocess

import pytest

from sygn_cli.engine import credential, seal
from sygn_cli.engine.crl import make_crl
from sygn_cli.engine.level import Level
from sygn_cli.engine.signatures import TIMESTAMP, signatures
from sygn_cli.services import bundle_guide
from sygn_cli.services.bundle_guide import Guide, SignedFile
from tests.engine import timestamping
from tests.engine.timestamping import Authority, served
from tests.life import NOW
from tests.runtimes import sample

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STAMPED = re.compile(r"`(openssl ts -verify .*)`")


@pytest.fixture(scope="module")
def authority():
    return Authority(NOW)


def laid_out(folder, level, authority) -> str:
    """Put a file of that level and its signatures down; return the part of the guide about them."""
    ca = credential.make_ca("Test CA", now=NOW)
    held = credential.make_seal_credential(ca, "Test", now=NOW)
    with served(authority, timestamping.good) as url:
        sealed = seal.seal(
            sample("letter.pdf"), held, at=NOW, reason="A test", tsa_urls=[url], level=level,
            crls=[make_crl(ca, now=NOW)],
        )  # fmt: skip
    assert sealed.level == level
    found = tuple(signatures(sealed.pdf))
    file = SignedFile("signed.pdf", len(sealed.pdf), int(NOW.timestamp()), 0, found)
    (folder / "signatures").mkdir()
    (folder / "signed.pdf").write_bytes(sealed.pdf)
    (folder / "root.pem").write_bytes(ca.cert_pem)
    (folder / "tsa-root.pem").write_bytes(authority.cert_pem)
    for number, one in enumerate(found, start=1):
        (folder / bundle_guide.der_name(file, number)).write_bytes(one.der)
    text = bundle_guide.text(Guide("doc_0", ("original.pdf",), (file,), 0, "0" * 64))
    return text[text.index("## 2.") : text.index("## 3.")]


def follow(judge, folder, commands: list[str]) -> subprocess.CompletedProcess[str]:
    judge("openssl")
    return subprocess.run(
        [judge("sh")], input="set -eu\n" + "\n".join(commands), cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("level", list(Level))
def test_seals_of_every_level_pass(judge, tmp_path, authority, level):
    part = laid_out(tmp_path, level, authority)
    done = follow(judge, tmp_path, BLOCK.findall(part))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("CMS Verification successful") == 1


def test_an_archive_timestamp_passes_under_its_own_root(judge, tmp_path, authority):
    part = laid_out(tmp_path, Level.B_LTA, authority)
    assert TIMESTAMP in part
    done = follow(judge, tmp_path, [*BLOCK.findall(part), *STAMPED.findall(part)])
    assert "Verification: OK" in done.stdout, done.stderr


@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
def test_what_is_appended_is_found_at_every_level(judge, tmp_path, authority, level):
    part = laid_out(tmp_path, level, authority)
    with (tmp_path / "signed.pdf").open("ab") as file:
        file.write(b"x")
    assert follow(judge, tmp_path, BLOCK.findall(part)).returncode != 0


@pytest.mark.parametrize("place", ["first", "last"])
def test_what_is_hidden_in_the_gap_is_found(judge, tmp_path, authority, place):
    """The zeros behind a signature are covered by nothing: there must be nothing but zeros."""
    part = laid_out(tmp_path, Level.B_B, authority)
    content = bytearray((tmp_path / "signed.pdf").read_bytes())
    (one,) = signatures(bytes(content))
    _, before, behind, _ = one.byte_range
    where = {"first": before + 1 + 2 * len(one.der), "last": behind - 2}[place]
    assert content[where : where + 1] == b"0"
    content[where] = ord("a")
    (tmp_path / "signed.pdf").write_bytes(content)
    assert follow(judge, tmp_path, BLOCK.findall(part)).returncode != 0
