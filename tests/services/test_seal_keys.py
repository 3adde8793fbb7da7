"""The seal's credential can be replaced, and what was sealed before stays good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from sygn_cli.delivery.keys import WorkspaceKeys
from sygn_cli.domain.errors import InvalidRequest, Unauthorized
from sygn_cli.engine import credential, seal, verify
from sygn_cli.engine.credential import Credential
from sygn_cli.engine.keyfile import is_protected
from sygn_cli.engine.token import TokenKey
from sygn_cli.services import seal_keys
from tests.life import NOW
from tests.runtimes import FixedClock, MemoryKeyFiles, sample

PASSPHRASE = "Schlüssel".encode()


@pytest.fixture
def files() -> MemoryKeyFiles:
    return MemoryKeyFiles()


@pytest.fixture
def keys(files) -> WorkspaceKeys:
    return opened(files)


def opened(files, passphrase: bytes = PASSPHRASE) -> WorkspaceKeys:
    return WorkspaceKeys(files, FixedClock(), "Test workspace", lambda: passphrase)


def sealed(keys: WorkspaceKeys) -> bytes:
    return seal.seal(sample("letter.pdf"), keys.credential(), at=NOW, reason="A test").pdf


def is_valid(keys: WorkspaceKeys, pdf: bytes) -> bool:
    return verify.verify(pdf, trust=keys.roots()).status is verify.Status.VALID


def test_after_a_rotation_old_and_new_seals_are_good_under_the_same_root(keys):
    before, root, fingerprint = sealed(keys), keys.root_pem(), keys.certificate()
    seal_keys.rotate(keys, FixedClock())
    assert keys.certificate() != fingerprint
    assert keys.roots() == (root,)
    assert is_valid(keys, before)
    assert is_valid(keys, sealed(keys))


def test_a_rotation_by_another_process_is_noticed(files, keys):
    old = keys.credential()
    opened(files).rotate()
    assert keys.credential() != old


def test_what_is_shown_needs_no_passphrase_and_warns_in_time(files, keys):
    keys.protect(PASSPHRASE)
    clock = FixedClock()
    locked = opened(files, b"wrong")
    shown = seal_keys.show(locked, clock)
    assert (shown.name, shown.protected, shown.imported) == ("Test workspace", True, False)
    assert not shown.ends_soon
    clock.at = shown.expires_at - timedelta(days=89)
    assert seal_keys.show(locked, clock).ends_soon


def test_protected_keys_open_with_their_passphrase_only(files, keys):
    before = keys.credential()
    keys.protect(PASSPHRASE)
    for name in ("seal.pem", "ca.pem"):
        assert is_protected(files.files[name])
        assert b"BEGIN PRIVATE KEY" not in files.files[name]
    assert opened(files).credential() == before
    with pytest.raises(Unauthorized):
        opened(files, b"wrong").credential()
    with pytest.raises(Unauthorized):
        WorkspaceKeys(files, FixedClock(), "Test workspace").credential()


def test_a_passphrase_is_changed_and_removed_by_whoever_knows_it(files, keys):
    keys.protect(PASSPHRASE)
    with pytest.raises(Unauthorized):
        opened(files, b"wrong").protect(None)
    opened(files).protect(b"another")
    opened(files, b"another").protect(None)
    assert opened(files, b"wrong").credential() == keys.credential()


def stopped_between_the_two(files: MemoryKeyFiles, monkeypatch, passphrase: bytes | None) -> None:
    """Begin to change the passphrase; one of the two files is left as it was."""
    replace = MemoryKeyFiles.replace
    replaced: list[str] = []

    def once(self: MemoryKeyFiles, name: str, content: bytes) -> None:
        if replaced:
            raise KeyboardInterrupt
        replaced.append(name)
        replace(self, name, content)

    with monkeypatch.context() as patched:
        patched.setattr(MemoryKeyFiles, "replace", once)
        with pytest.raises(KeyboardInterrupt):
            opened(files).protect(passphrase)
    assert replaced


def test_a_change_of_passphrase_that_was_stopped_is_finished_by_the_same_again(
    files, keys, monkeypatch
):
    before = keys.credential()
    keys.protect(PASSPHRASE)
    stopped_between_the_two(files, monkeypatch, b"another")
    opened(files).protect(b"another")
    changed = opened(files, b"another")
    assert changed.credential() == before
    assert changed.rotate() != before
    with pytest.raises(Unauthorized):
        opened(files).protect(None)


@pytest.mark.parametrize("first", [b"another", PASSPHRASE])
def test_a_change_of_passphrase_that_was_stopped_may_as_well_be_taken_back(
    files, keys, monkeypatch, first
):
    keys.protect(PASSPHRASE)
    stopped_between_the_two(files, monkeypatch, b"another")
    second = PASSPHRASE if first == b"another" else b"another"
    opened(files, first).protect(second)
    opened(files, second).rotate()


def test_whoever_meets_two_passphrases_is_told_how_to_go_on(files, keys, monkeypatch):
    keys.protect(PASSPHRASE)
    stopped_between_the_two(files, monkeypatch, b"another")
    for one in (PASSPHRASE, b"another"):
        for deed in (WorkspaceKeys.rotate, lambda keys: keys.protect(None)):
            with pytest.raises(Unauthorized) as refused:
                deed(opened(files, one))
            assert "two passphrases" in refused.value.message
            assert "sygn keys protect" in (refused.value.hint or "")
    with pytest.raises(Unauthorized) as refused:
        opened(files, b"neither").protect(None)
    assert "two passphrases" not in refused.value.message


def test_keys_that_were_half_put_under_a_first_passphrase_are_finished_without_asking(
    files, keys, monkeypatch
):
    keys.credential()
    stopped_between_the_two(files, monkeypatch, b"another")
    WorkspaceKeys(files, FixedClock(), "Test workspace").protect(b"another")
    assert all(is_protected(files.files[name]) for name in ("seal.pem", "ca.pem"))
    opened(files, b"another").rotate()


def test_a_rotation_keeps_the_passphrase(files, keys):
    keys.protect(PASSPHRASE)
    opened(files).rotate()
    assert is_protected(files.files["seal.pem"])
    with pytest.raises(Unauthorized):
        opened(files, b"wrong").rotate()


def test_an_empty_passphrase_is_refused(keys):
    with pytest.raises(InvalidRequest):
        keys.protect(b"")


def authority() -> Credential:
    return credential.make_ca("Acme Root", now=NOW)


def certified(issuer: Credential | None = None, *, key=None, **changes) -> Credential:
    """Return a credential as another authority would make it."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme Ltd")])
    issuer_cert = credential.certificate(issuer.cert_pem) if issuer else None
    usage = {"digital_signature": True, "content_commitment": True, **changes.pop("usage", {})}
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer_cert.subject if issuer_cert else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(changes.pop("until", NOW + timedelta(days=400)))
        .add_extension(
            x509.KeyUsage(**{one: usage.get(one, False) for one in names}), critical=True
        )
        .sign(own_key(issuer) if issuer else key, hashes.SHA256())
    )
    assert not changes
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain = (issuer.cert_pem, *issuer.chain_pem) if issuer else ()
    return Credential(key_pem, cert.public_bytes(serialization.Encoding.PEM), chain)


def own_key(made: Credential):
    """Return a private key that lies in a file, and not on a token."""
    found = credential.signing_key(made)
    assert not isinstance(found, TokenKey)
    return found


def packed(made: Credential, passphrase: bytes = PASSPHRASE) -> bytes:
    stranger = credential.certificate(authority().cert_pem)
    return pkcs12.serialize_key_and_certificates(
        b"seal",
        own_key(made),
        credential.certificate(made.cert_pem),
        [stranger, *map(credential.certificate, reversed(made.chain_pem))],
        serialization.BestAvailableEncryption(passphrase),
    )


def brought(keys: WorkspaceKeys, made: Credential) -> seal_keys.SealKey:
    return seal_keys.import_pkcs12(keys, FixedClock(), packed(made), PASSPHRASE)


@pytest.mark.parametrize("kind", ["ec", "rsa", "self-signed"])
def test_an_imported_credential_seals_and_its_root_is_trusted(keys, kind):
    root = None if kind == "self-signed" else authority()
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else None
    before, own_root = sealed(keys), keys.root_pem()
    made = certified(root, key=key)
    shown = brought(keys, made)
    assert (shown.name, shown.imported) == ("Acme Ltd", True)
    assert keys.root_pem() == (root.cert_pem if root else made.cert_pem)
    assert keys.roots() == (keys.root_pem(), own_root)
    assert is_valid(keys, before)
    assert is_valid(keys, sealed(keys))


def test_roots_of_replaced_credentials_stay_trusted(keys):
    before = []
    for _ in range(2):
        brought(keys, certified(authority()))
        before.append(sealed(keys))
    with pytest.raises(InvalidRequest, match="imported"):
        seal_keys.rotate(keys, FixedClock())
    assert not seal_keys.rotate(keys, FixedClock(), back_to_own=True).imported
    assert all(is_valid(keys, pdf) for pdf in before)
    assert len(keys.roots()) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"usage": {"digital_signature": False, "content_commitment": False}}, "not for signing"),
        ({"usage": {"content_commitment": False}}, "non-repudiation"),
        ({"until": NOW - timedelta(days=1)}, "expired on"),
    ],
    ids=["no signing", "digital signature only", "expired"],
)
def test_only_a_credential_that_can_seal_replaces_the_old_one(keys, changes, words):
    old = keys.credential()
    made = certified(**{"issuer": authority(), **changes})
    with pytest.raises(InvalidRequest, match=words):
        brought(keys, made)
    assert keys.credential() == old


@pytest.mark.parametrize("secret", [b"wrong", b"", None])
def test_a_wrong_passphrase_is_an_error_of_its_own(keys, secret):
    content = packed(certified(authority()))
    with pytest.raises(Unauthorized, match="passphrase of the PKCS #12 file is wrong"):
        seal_keys.import_pkcs12(keys, FixedClock(), content, secret)


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n", b"\x30\x03\x02\x01\x03"])
def test_something_else_than_pkcs12_is_refused(keys, content):
    with pytest.raises(InvalidRequest, match=r"no PKCS #12 file"):
        seal_keys.import_pkcs12(keys, FixedClock(), content, PASSPHRASE)
