"""The key that seals is on a token: it seals there, and what goes wrong is told without its PIN."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.engine import credential
from sygn_cli.engine.credential import Credential
from tests import judges
from tests.cli.conftest import PEOPLE
from tests.softhsm import PIN, SoftToken

NOW = SystemClock().now()


def issued(*, age: timedelta = timedelta(), name: str = "Acme Ltd") -> Credential:
    made = NOW - age
    return credential.make_seal_credential(credential.make_ca("Acme CA", now=made), name, now=made)


def rsa_credential() -> Credential:
    """A credential as older authorities issue them."""
    ca = credential.make_ca("Acme CA", now=NOW)
    key = rsa.generate_private_key(65537, 2048)
    builder = credential._builder(
        credential._name("Acme Ltd"),
        credential.certificate(ca.cert_pem).subject,
        key,  # type: ignore[arg-type]  # its public key is all that is looked at
        NOW,
        until=NOW + timedelta(days=900),
    ).add_extension(credential._usage(content_commitment=True), critical=True)
    signed = builder.sign(credential.signing_key(ca), hashes.SHA256())  # type: ignore[arg-type]
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    cert = signed.public_bytes(serialization.Encoding.PEM)
    return Credential(pem, cert, (ca.cert_pem,))


@pytest.fixture
def settled(terminal, tmp_path_factory, judge):
    """Return how to give the workspace a token with a credential; then run with or without a PIN."""
    program = judge("softhsm2-util")

    def settle(held: Credential, **changes: str):
        token = SoftToken(tmp_path_factory.mktemp("token") / "hsm", program)
        token.put(held)
        named = {"module": token.module, "token": "Acme", "label": "seal", **changes}
        lines = "".join(f'{name} = "{value}"\n' for name, value in named.items())
        terminal.ok("keys", "create")  # a workspace, and no key of the seal's own
        (terminal.folder / ".sygn" / "sygn.toml").write_text(f"[pkcs11]\n{lines}")
        return token.environment

    return settle


@pytest.mark.parametrize("make", [issued, rsa_credential], ids=["P-256", "RSA"])
def test_the_token_seals_and_everybody_finds_it_valid(make, terminal, settled, judge):
    terminal.ok("seal", "nda.pdf", "-o", "before.pdf")
    held = make()
    env = settled(held)
    answer = terminal.ok("seal", "nda.pdf", "-o", "sealed.pdf", SYGN_PKCS11_PIN=PIN, **env)
    assert PIN not in answer.err + answer.text
    (terminal.folder / "root.pem").write_bytes(held.chain_pem[-1])
    judges.openssl_verifies(judge, terminal.folder / "sealed.pdf", terminal.folder / "root.pem")
    judges.pdfsig_says_valid(judge, terminal.folder / "sealed.pdf")
    # Judging needs neither PIN nor token, neither now nor when the token has been given up.
    for name in ("before.pdf", "sealed.pdf"):
        assert terminal.ok("verify", name).text.startswith("VALID")
    assert terminal.ok("keys", "show", "--json").json["token"] == "Acme"
    (terminal.folder / ".sygn" / "sygn.toml").write_text("")
    for name in ("before.pdf", "sealed.pdf"):
        assert terminal.ok("verify", name).text.startswith("VALID")


def test_a_document_is_completed_with_the_token_and_own_signatures(terminal, settled):
    env = settled(issued())
    (terminal.folder / "pin").write_text(f"{PIN}\n")
    env |= {"SYGN_PKCS11_PIN_FILE": "pin"}
    assert terminal.ok("doctor", "--json", **env).json["ok"]
    terminal.ok("create", "--pdf", "nda.pdf", *PEOPLE, "--signatures", "each", **env)
    terminal.ok("sign", "@last", "s1", "--type", "Ada Lovelace", **env)
    terminal.ok("sign", "@last", "s2", "--type", "Alan Turing", **env)
    terminal.ok("download", "@last", "-o", "signed.pdf")
    verdict = terminal.ok("verify", "signed.pdf", "--json").json
    assert [one["signer"] for one in verdict["signatures"]] == [
        "Acme Ltd", "Ada Lovelace", "Alan Turing",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "pin", "code", "told"),
    [
        ({}, "00000", 4, "PIN of the token 'Acme' is wrong"),
        ({}, "", 4, "wants a PIN"),
        ({"token": "Other"}, PIN, 13, "no token 'Other'"),
        ({"label": "other"}, PIN, 13, "no certificate labelled 'other'"),
        ({"module": "/nowhere.so"}, PIN, 13, "module '/nowhere.so' cannot be loaded"),
    ],
    ids=["wrong PIN", "no PIN", "no token", "no label", "no module"],
)
def test_what_is_wrong_is_told_and_never_the_pin(changes, pin, code, told, terminal, settled):
    env = settled(issued(), **changes)
    for command in (
        ("seal", "nda.pdf", "-o", "x.pdf"),
        ("create", "--pdf", "nda.pdf", *PEOPLE),
    ):
        answer = terminal(*command, "--json", SYGN_PKCS11_PIN=pin, **env)
        assert answer.code == code, answer.err
        assert told in answer.error["message"]
        assert answer.error["hint"]
        assert not pin or pin not in answer.err + answer.text
    assert not (terminal.folder / "x.pdf").exists()


def test_a_credential_on_a_token_ends_like_any_other(terminal, settled):
    env = settled(issued(age=timedelta(days=3652 - 30)))
    answer = terminal.ok("seal", "nda.pdf", "-o", "x.pdf", SYGN_PKCS11_PIN=PIN, **env)
    assert "warning: the credential that seals ends on" in answer.err


def test_what_is_on_a_token_is_not_replaced_here(terminal, settled):
    env = settled(issued())
    assert terminal("keys", "rotate", "--force", **env).code == 2
    assert "another authority" in terminal("keys", "revoke", "seal", "--yes", **env).err
    assert "the token's PIN" in terminal.ok("keys", "show", **env).text


def test_a_pin_in_the_settings_is_refused(terminal):
    terminal.ok("init")
    (terminal.folder / ".sygn" / "sygn.toml").write_text(
        '[pkcs11]\nmodule = "/x.so"\ntoken = "Acme"\npin = "73501"\n'
    )
    answer = terminal("list")
    assert answer.code == 13
    assert "does not belong into" in answer.err
    assert PIN not in answer.err
