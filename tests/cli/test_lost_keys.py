"""A CA or a seal's credential that is gone is named, and nothing takes its place unasked."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_seal_keys import p12

PAIR = ("ca.pem", "seal.pem")


@pytest.fixture
def sealed(completed, tmp_path):
    """Return a terminal with a sealed document, in a copy that may be harmed."""
    shutil.copytree(completed.folder, tmp_path / "copy")
    return Terminal(tmp_path / "copy")


def keys(terminal):
    return terminal.folder / ".sygn" / "keys"


def lose(terminal, *names):
    kept = {name: (keys(terminal) / name).read_bytes() for name in names}
    for name in names:
        (keys(terminal) / name).unlink()
    return kept


def there(terminal):
    return {path.name for path in keys(terminal).iterdir()}


def test_a_copy_without_keys_judges_seals_and_makes_no_keys(sealed):
    sealed.ok("keys", "rotate")
    sealed.ok("seal", "nda.pdf", "-o", "revoked.pdf")
    sealed.ok("keys", "revoke", "seal", "--yes")
    sealed.ok("backup", "b.tar", "--without-keys")
    shutil.rmtree(sealed.folder / ".sygn")
    sealed.ok("restore", "b.tar", "-w", ".sygn")
    before = there(sealed)
    assert not [one for one in before if b"PRIVATE" in (keys(sealed) / one).read_bytes()]
    assert sealed.ok("verify", "signed.pdf").text.startswith("VALID")
    assert "revoked" in sealed("verify", "revoked.pdf").text
    for command in (["doctor"], ["keys", "show"], ["keys", "export-root"]):
        answer = sealed(*command)
        assert answer.code == 13, command
        assert "seal.pem are gone" in answer.text + answer.err
    assert there(sealed) == before


@pytest.mark.parametrize("names", [PAIR, ("seal.pem",)])
def test_lost_keys_are_named_and_nothing_takes_their_place(sealed, names):
    kept = lose(sealed, *names)
    before = there(sealed)
    for command in (
        ["doctor"],
        ["fsck"],
        ["keys", "show"],
        ["keys", "export-root"],
        ["keys", "rotate"],
        ["seal", "nda.pdf", "-o", "another.pdf"],
        ["create", "nda.pdf", "--signer", "Ada <ada@example.com>"],
        ["init"],
    ):
        answer = sealed(*command)
        assert answer.code == 13, command
        told = answer.text + answer.err
        assert f"{names[-1]} {'are' if len(names) > 1 else 'is'} gone" in told, command
        assert "fsck --repair" in told, command
    sealed("verify", "signed.pdf")
    assert there(sealed) == before
    for name, content in kept.items():
        (keys(sealed) / name).write_bytes(content)
    assert sealed.ok("fsck").text == "nothing is wrong\n"
    assert sealed.ok("verify", "signed.pdf").text.startswith("VALID")


def test_a_ca_that_is_lost_alone_is_named_while_the_seal_goes_on(sealed):
    lose(sealed, "ca.pem")
    assert "ca.pem is gone" in sealed("fsck").text
    for command in (["keys", "rotate", "--force"], ["keys", "export-crl"]):
        answer = sealed(*command)
        assert answer.code == 13, command
        assert "ca.pem is gone" in answer.err
    assert "ca.pem" not in there(sealed)
    sealed.ok("seal", "nda.pdf", "-o", "another.pdf")
    assert sealed.ok("verify", "another.pdf").text.startswith("VALID")


def test_a_repair_makes_others_and_trusts_the_root_that_sealed_files_carry(sealed):
    root = sealed.ok("keys", "export-root").text.strip()
    lose(sealed, *PAIR)
    answer = sealed.ok("fsck", "--repair")
    assert "export-root --all" in answer.text
    assert sealed.ok("fsck").text == "nothing is wrong\n"
    assert sealed.ok("doctor").code == 0
    assert sealed.ok("keys", "export-root").text.strip() != root
    assert root in sealed.ok("keys", "export-root", "--all").text
    sealed.ok("seal", "nda.pdf", "-o", "another.pdf")
    for name in ("signed.pdf", "another.pdf"):
        assert sealed.ok("verify", name).text.startswith("VALID"), name


def test_a_repair_of_a_lost_ca_replaces_the_seal_that_it_issued(sealed):
    before = sealed.ok("keys", "show", "--json").json
    lose(sealed, "ca.pem")
    assert "another root" in sealed.ok("fsck", "--repair").text
    assert sealed.ok("fsck").text == "nothing is wrong\n"
    after = sealed.ok("keys", "show", "--json").json
    assert not after["imported"]
    assert after["root"]["sha256"] != before["root"]["sha256"]
    sealed.ok("seal", "nda.pdf", "-o", "another.pdf")
    for name in ("signed.pdf", "another.pdf"):
        assert sealed.ok("verify", name).text.startswith("VALID"), name
    sealed.ok("keys", "rotate")
    sealed.ok("keys", "revoke", before["sha256"], "--yes")
    assert "revoked since" in sealed("verify", "signed.pdf").text
    assert sealed.ok("verify", "another.pdf").text.startswith("VALID")
    sealed.ok("keys", "revoke", "seal", "--yes")


def test_a_repair_of_a_lost_ca_spares_what_another_authority_issued(sealed, judge):
    p12(sealed, judge, "acme.p12")
    sealed.ok("keys", "import", "acme.p12", "--passphrase-file", "secret.txt")
    kept = lose(sealed, "ca.pem") | {"seal.pem": (keys(sealed) / "seal.pem").read_bytes()}
    former = (keys(sealed) / "former-seals.pem").read_bytes()
    told = sealed.ok("fsck", "--repair").text
    assert "keeps its credential" in told
    assert "another root" not in told
    assert (keys(sealed) / "seal.pem").read_bytes() == kept["seal.pem"]
    assert (keys(sealed) / "ca.pem").read_bytes() != kept["ca.pem"]
    assert (keys(sealed) / "former-seals.pem").read_bytes() == former
    assert sealed.ok("keys", "show", "--json").json["imported"]
    assert sealed.ok("verify", "signed.pdf").text.startswith("VALID")


def test_a_repair_of_a_lost_seal_keeps_ca_and_passphrase(sealed):
    secret = {"SYGN_PASSPHRASE": "correct horse"}
    sealed.ok("keys", "protect", **secret)
    root = sealed.ok("keys", "export-root").text
    lose(sealed, "seal.pem")
    assert sealed("fsck", "--repair", SYGN_PASSPHRASE="wrong").code == 4
    assert "seal.pem" not in there(sealed)
    assert "of the same CA" in sealed.ok("fsck", "--repair", **secret).text
    assert b"ENCRYPTED" in (keys(sealed) / "seal.pem").read_bytes()
    assert sealed.ok("keys", "export-root").text == root
    assert sealed.ok("verify", "signed.pdf").text.startswith("VALID")
