"""``sygn keys show|rotate|import|protect``: the credential that seals, looked after from a shell."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests import judges


@pytest.fixture
def sealed(terminal):
    """A file that the first credential sealed."""
    terminal.ok("seal", "nda.pdf", "-o", "before.pdf")
    return terminal


def p12(terminal, judge, name: str, *options: str) -> None:
    """Make a PKCS #12 file as authorities do, passphrase "secret"."""

    def openssl(*words: str) -> None:
        command = [judge("openssl"), *words]
        subprocess.run(command, cwd=terminal.folder, check=True, capture_output=True)

    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", "k.pem", "-out", "c.pem", "-subj", "/CN=Acme Ltd", "-days", "90",
        "-addext", "keyUsage=critical,digitalSignature,nonRepudiation",
    )  # fmt: skip
    openssl(
        "pkcs12", "-export", *options, "-inkey", "k.pem", "-in", "c.pem",
        "-out", name, "-passout", "pass:secret",
    )  # fmt: skip
    (terminal.folder / "secret.txt").write_text("secret\nnever read\n")


def test_old_seals_verify_after_a_rotation(sealed):
    before = sealed.ok("keys", "show", "--json").json
    after = sealed.ok("keys", "rotate", "--json").json
    assert after["sha256"] != before["sha256"]
    assert after["root"] == before["root"]
    sealed.ok("seal", "nda.pdf", "-o", "after.pdf")
    for name in ("before.pdf", "after.pdf"):
        assert sealed.ok("verify", name).text.startswith("VALID")


@pytest.mark.parametrize("options", [[], ["-legacy"]], ids=["modern", "legacy"])
def test_an_imported_credential_seals_and_warns_that_it_ends(sealed, judge, options):
    p12(sealed, judge, "acme.p12", *options)
    answer = sealed.ok("keys", "import", "acme.p12", "--passphrase-file", "secret.txt", "--json")
    assert answer.json["name"] == "Acme Ltd"
    assert answer.json["ends_soon"]
    assert "warning: the credential ends on" in answer.err
    sealed.ok("seal", "nda.pdf", "-o", "after.pdf")
    sealed.ok("keys", "export-root", "-o", "root.pem")
    judges.openssl_verifies(judge, sealed.folder / "after.pdf", sealed.folder / "root.pem")
    for name in ("before.pdf", "after.pdf"):
        assert sealed.ok("verify", name).text.startswith("VALID")


def test_a_wrong_passphrase_changes_nothing(sealed, judge):
    p12(sealed, judge, "acme.p12")
    before = sealed.ok("keys", "show", "--json").json
    answer = sealed("keys", "import", "acme.p12", "--json", SYGN_PASSPHRASE="wrong")
    assert answer.code == 4
    assert answer.error["error"] == "unauthorized"
    assert sealed("keys", "import", "nda.pdf", SYGN_PASSPHRASE="x").code == 2
    assert sealed.ok("keys", "show", "--json").json == before


def test_keys_under_a_passphrase_seal_for_whoever_knows_it(sealed):
    (sealed.folder / "pass").write_text("open sesame\n")
    assert sealed("keys", "protect").code == 4  # nobody to ask
    sealed.ok("keys", "protect", "--passphrase-file", "pass")
    stored = (sealed.folder / ".sygn" / "keys" / "seal.pem").read_text()
    assert "ENCRYPTED" in stored
    locked = sealed("seal", "nda.pdf", "-o", "x.pdf", "--json")
    assert locked.code == 4
    assert "SYGN_PASSPHRASE" in locked.error["hint"]
    assert sealed("seal", "nda.pdf", "-o", "x.pdf", SYGN_PASSPHRASE="wrong").code == 4
    assert not (sealed.folder / "x.pdf").exists()
    sealed.ok("seal", "nda.pdf", "-o", "x.pdf", SYGN_PASSPHRASE="open sesame")
    sealed.ok("seal", "nda.pdf", "-o", "y.pdf", SYGN_PASSPHRASE_FILE="pass")
    # Judging and showing need no key.
    assert sealed.ok("verify", "x.pdf").text.startswith("VALID")
    assert sealed.ok("keys", "show", "--json").json["protected"]
    sealed.ok("keys", "protect", "--remove", SYGN_PASSPHRASE="open sesame")
    sealed.ok("seal", "nda.pdf", "-o", "z.pdf")


def test_the_steps_for_pdfsig_work_as_they_are_printed(sealed, judge):
    judge("certutil")
    judge("pdfsig")
    told = sealed.ok("keys", "export-root", "-o", "root.pem").err
    steps = re.findall(
        r"^sygn: +(?:pdfsig +)?(mkdir .*|certutil .*|pdfsig -nssdir .*)$", told, re.MULTILINE
    )
    script = "\n".join(steps).replace("signed.pdf", "before.pdf")
    done = subprocess.run(
        ["sh", "-ec", script], cwd=sealed.folder, capture_output=True, text=True, check=False
    )
    assert "Certificate is Trusted" in done.stdout, done.stdout + done.stderr


def test_the_steps_do_not_mix_with_a_root_on_stdout(sealed):
    answer = sealed.ok("keys", "export-root")
    assert answer.text.startswith("-----BEGIN CERTIFICATE-----")
    assert answer.text.endswith("-----END CERTIFICATE-----\n")
    assert "Acrobat" in answer.err


def test_a_server_does_not_start_without_the_passphrase(sealed):
    (sealed.folder / "pass").write_text("open sesame\n")
    sealed.ok("keys", "protect", "--passphrase-file", "pass")
    answer = sealed("serve", "--port", "0")
    assert answer.code == 4
    assert "SYGN_PASSPHRASE" in answer.err


def test_a_revoked_credential_seals_nothing_and_its_seals_are_untrusted(sealed, judge):
    assert sealed("keys", "revoke", "seal", "--reason", "boredom", "--yes").code == 2
    unasked = sealed("keys", "revoke", "seal", "--reason", "key-compromise")
    assert unasked.code == 2
    assert "sygn keys revoke seal --yes" in unasked.err
    told = sealed.ok("keys", "revoke", "seal", "--reason", "key-compromise", "--yes")
    assert "keys rotate" in told.err
    assert sealed("seal", "nda.pdf", "-o", "x.pdf").code == 13
    assert sealed("doctor").code == 13
    assert "revoked" in sealed.ok("keys", "show").err
    judged = sealed("verify", "before.pdf")
    assert judged.code == 11
    assert "revoked since" in judged.text
    sealed.ok("keys", "export-crl", "-o", "list.crl", "--der")
    said = subprocess.run(
        [judge("openssl"), "crl", "-inform", "DER", "-in", "list.crl", "-noout", "-text"],
        cwd=sealed.folder, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Key Compromise" in said
    assert sealed.ok("keys", "export-crl").text.startswith("-----BEGIN X509 CRL-----")
    sealed.ok("keys", "rotate")
    sealed.ok("seal", "nda.pdf", "-o", "after.pdf")
    assert sealed.ok("verify", "after.pdf").text.startswith("VALID")
