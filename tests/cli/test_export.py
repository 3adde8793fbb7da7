"""The evidence bundle convinces somebody who has openssl, qpdf, sha256sum and a shell."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.audit import sha256
from sygn_cli.engine import credential
from tests.cli.conftest import PEOPLE
from tests.cli.terminal import Terminal

# What VERIFY.md asks for, and the small commands that come with every shell.
TOOLS = ("openssl", "qpdf", "sha256sum", "head", "tail", "cat", "cmp", "od", "tr")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def archive(completed) -> bytes:
    completed.ok("export", "@last", "-o", "bundle.zip", "--force")
    return (completed.folder / "bundle.zip").read_bytes()


@pytest.fixture
def bundle(archive, tmp_path) -> Path:
    folder = tmp_path / "bundle"
    zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
    return folder


@pytest.fixture
def follow(judge, tmp_path):
    """Return a function that runs every command of a bundle's VERIFY.md, as it stands there."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(judge(tool))
    shell = judge("sh")

    def run(folder: Path) -> subprocess.CompletedProcess[str]:
        commands = "".join(BLOCK.findall((folder / "VERIFY.md").read_text()))
        assert "python" not in commands
        assert "sygn " not in commands
        return subprocess.run(
            [shell], input=commands, cwd=folder, env={"PATH": str(tools)},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    return run


def sum_up(folder: Path) -> None:
    """Make the sums right again, as a forger would."""
    names = [line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = [f"{sha256((folder / name).read_bytes())}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums))


def test_the_commands_of_the_guide_find_nothing_wrong(bundle, follow):
    done = follow(bundle)
    assert done.returncode == 0, done.stdout + done.stderr
    head = sha256(b"\x00" + (bundle / "audit.jsonl").read_bytes().splitlines()[-1])
    assert f"head of the chain: {head}" in done.stdout
    assert done.stderr.count("CMS Verification successful") == 2
    assert "Signature Verified Successfully" in done.stdout


def replaced(name: str, old: bytes, new: bytes):
    def change(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new, 1))

    return change


def longer(name: str):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes() + b"\n%more\n")


def without_its_last_line(folder: Path) -> None:
    lines = (folder / "audit.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "audit.jsonl").write_bytes(b"".join(lines[:-1]))


def copied(source: str, target: str):
    return lambda folder: shutil.copy(folder / source, folder / target)


def another_root(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", folder / "key", "-subj", "/CN=sygn workspace CA", "-out", folder / "root.pem"],
        check=True, capture_output=True,
    )  # fmt: skip


FORGERIES = {
    "the original": longer("original.pdf"),
    "a byte under the seal": replaced("signed.pdf", b"%PDF-1.7", b"%PDF-1.6"),
    "bytes behind the seal": longer("signed.pdf"),
    "the certificate": replaced("certificate.pdf", b"%PDF-1.7", b"%PDF-1.6"),
    "another seal": copied("signatures/certificate.pdf-1.der", "signatures/signed.pdf-1.der"),
    "another file": copied("certificate.pdf", "signed.pdf"),
    "a root of the same name": another_root,
    "a name in the trail": replaced("audit.jsonl", b"Ada Lovelace", b"Eve Lovelace"),
    "the last event cut off": without_its_last_line,
    "an entry of the log": replaced("proofs/2.txt", b'"head":"', b'"head":"0'),
    "a step of a proof": replaced("proofs/2.txt", b"\nright ", b"\nleft "),
    "the checkpoint's size": replaced("checkpoint", b"\n7\n", b"\n8\n"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_the_commands_of_the_guide_find_a_forgery(bundle, follow, forge):
    forge(bundle)
    sum_up(bundle)
    done = follow(bundle)
    assert done.returncode != 0, done.stdout + done.stderr


def test_a_damaged_copy_is_found_by_its_sums(bundle, follow):
    longer("log.pub")(bundle)
    assert "log.pub: FAILED" in follow(bundle).stdout


def test_the_same_evidence_gives_the_same_archive(completed, archive):
    assert completed.ok("export", "@last", "-o", "-").out == archive


def test_the_bundle_describes_which_bytes_are_signed(bundle):
    told = json.loads((bundle / "signatures" / "signatures.json").read_bytes())["signatures"]
    assert [one["file"] for one in told] == ["signed.pdf", "certificate.pdf"]
    for one in told:
        content = (bundle / one["file"]).read_bytes()
        start, before, behind, rest = one["byte_range"]
        covered = content[start : start + before] + content[behind : behind + rest]
        assert one["signed_sha256"] == sha256(covered)
        assert behind + rest == len(content)


def test_every_source_file_is_in_the_bundle(terminal):
    people = ["--signer", "Ada <ada@example.com>"]
    terminal.ok("create", "--pdf", "nda.pdf", "--pdf", "letter.pdf", *people)
    for name, value in (("s1", "Ada"),):
        terminal.ok("sign", "@last", name, "--type", value)
    told = terminal.ok("export", "@last", "-o", "two.zip", "--json").json
    assert {"original-1.pdf", "original-2.pdf"} <= set(told["files"])
    inside = zipfile.ZipFile(terminal.folder / "two.zip")
    assert inside.read("original-2.pdf") == (terminal.folder / "letter.pdf").read_bytes()


def test_an_unfinished_document_has_no_bundle(terminal):
    terminal.ok("create", "--pdf", "nda.pdf", "--signer", "Ada <ada@example.com>")
    answer = terminal("export", "@last", "-o", "bundle.zip", "--json")
    assert answer.code == 5
    assert answer.error["error"] == "not_completed"
    assert not (terminal.folder / "bundle.zip").exists()


def test_a_bundle_with_signatures_of_two_authorities_convinces_as_well(terminal, follow):
    """The seal's credential was imported; the signers' come from the workspace's own CA."""
    terminal.ok("init")
    now = SystemClock().now()
    other = credential.make_seal_credential(
        credential.make_ca("Other CA", now=now), "Acme", now=now
    )
    (terminal.folder / ".sygn" / "keys" / "seal.pem").write_bytes(credential.dump(other))
    terminal.ok("create", "--pdf", "nda.pdf", *PEOPLE, "--signatures", "each")
    terminal.ok("sign", "@last", "s1", "--type", "Ada Lovelace")
    terminal.ok("sign", "@last", "s2", "--type", "Alan Turing")
    terminal.ok("export", "@last", "-o", "bundle.zip")
    folder = terminal.folder / "bundle"
    zipfile.ZipFile(terminal.folder / "bundle.zip").extractall(folder)
    done = follow(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("CMS Verification successful") == 4

    terminal.ok("keys", "export-root", "-o", "one.pem")
    terminal.ok("keys", "export-root", "--all", "-o", "all.pem")
    (folder / ".sygn").mkdir()
    for root, code in (("one.pem", 11), ("all.pem", 0)):
        trusted = ["verify", "signed.pdf", "--trust", f"../{root}"]
        assert Terminal(folder)(*trusted).code == code
