"""The workspace's X.509 credentials: a small CA, and the key that seals.

Keys are ECDSA P-256: sealing takes 20 ms, where RSA-3072 takes 275 ms and 4 kB more a signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID

from sygn_cli.domain.errors import SealFailed
from sygn_cli.engine.token import TokenKey

if TYPE_CHECKING:
    from collections.abc import Sequence

_FileKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
SigningKey: TypeAlias = _FileKey | TokenKey

_CA_LASTS: Final = timedelta(days=365 * 20 + 5)
_SEAL_LASTS: Final = timedelta(days=365 * 10 + 2)
# A clock that is a little behind must not find a fresh credential "not yet valid".
_BACKDATED: Final = timedelta(hours=1)
# RFC 5280, appendix A.1: ub-common-name. `cryptography` counts the bytes of UTF-8.
_LONGEST_NAME: Final = 64
_PROBE: Final = b"sygn signs this to see whether the key works"


@dataclass(frozen=True, slots=True)
class Credential:
    """A private key with its certificate, everything as PEM, or a key on a token.

    Attributes:
        key_pem: PKCS#8, not encrypted; empty where the key is on a token.
        cert_pem: The X.509 certificate of the key.
        chain_pem: The certificates above it, nearest first, the root last; empty for a root.
        token: The key, where it is on a token.
    """

    key_pem: bytes = field(repr=False)
    cert_pem: bytes
    chain_pem: tuple[bytes, ...] = ()
    token: TokenKey | None = field(default=None, repr=False, compare=False)


def make_ca(name: str, *, now: datetime) -> Credential:
    """Return a new certification authority, valid for 20 years from ``now``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = (
        _builder(subject, subject, key, now, until=now + _CA_LASTS)
        # A path length of 0: this authority may issue credentials, but no authorities.
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(_subject_key(key), critical=False)
    )
    return Credential(_key_pem(key), _pem(builder.sign(key, hashes.SHA256())))


def make_seal_credential(ca: Credential, name: str, *, now: datetime) -> Credential:
    """Return a new sealing credential issued by the CA, valid for 10 years from ``now``.

    Raises:
        SealFailed: The CA's own key or certificate is unreadable.
    """
    return _issued(ca, _name(name), now=now, lasts=_SEAL_LASTS)


def is_own_seal(cert_pem: bytes, above: Sequence[bytes]) -> bool:
    """Tell whether a seal's certificate is one that such a CA gives, of whatever name."""
    if len(above) != 1:
        return False
    cert, issuer = certificate(cert_pem), certificate(above[0])
    name, authority = common_name(cert_pem), common_name(above[0])
    return (
        authority.startswith(name)
        and f"{name} CA".startswith(authority)  # a long one is cut
        and cert.subject == _name(name)
        and issuer.subject == issuer.issuer == cert.issuer == _name(authority)
        and issuer.not_valid_after_utc - issuer.not_valid_before_utc == _CA_LASTS + _BACKDATED
    )


def make_signer_credential(
    ca: Credential, name: str, *, email: str, unit: str, now: datetime
) -> Credential:
    """Return a new credential in the name of a signer.

    Its certificate is valid as long as that of a seal, because readers judge old signatures by
    today's date where no timestamp tells them better; it is the key that lives only for one act.

    Args:
        ca: Who issues it.
        name: The signer's.
        email: The signer's.
        unit: Said beside the name, in at most 64 characters: who held the key.
        now: The present moment.

    Raises:
        SealFailed: The CA's own key or certificate is unreadable.
    """
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            *_name(name),
        ]
    )
    return _issued(ca, subject, now=now, lasts=_SEAL_LASTS, email=email)


def _issued(
    ca: Credential, subject: x509.Name, *, now: datetime, lasts: timedelta, email: str = ""
) -> Credential:
    issuer_key, issuer = file_key(ca), certificate(ca.cert_pem)
    # Nobody trusts what outlives its issuer.
    until = min(now + lasts, issuer.not_valid_after_utc)
    key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _builder(subject, issuer.subject, key, now, until=until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(_subject_key(key), critical=False)
        .add_extension(authority, critical=False)
    )
    alternative = _address(email)
    if alternative is not None:
        builder = builder.add_extension(alternative, critical=False)
    signed = builder.sign(issuer_key, _digest_for(issuer_key))
    return Credential(_key_pem(key), _pem(signed), (ca.cert_pem, *ca.chain_pem))


def _address(email: str) -> x509.SubjectAlternativeName | None:
    """Return a mail address as a certificate names it, None for one that it cannot name."""
    try:
        # RFC 5280, 4.2.1.6: beyond ASCII there would be another form of name; cryptography
        # refuses comments too, which a mail address may have.
        return x509.SubjectAlternativeName([x509.RFC822Name(email)])
    except ValueError:
        return None


def _name(common_name: str) -> x509.Name:
    short = common_name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    *,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(until)
    )


def _usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _subject_key(key: ec.EllipticCurvePrivateKey) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _pem(cert: x509.Certificate) -> bytes:
    return cert.public_bytes(serialization.Encoding.PEM)


def dump(credential: Credential) -> bytes:
    """Return key, certificate and chain as one PEM file."""
    parts = (credential.key_pem, credential.cert_pem, *credential.chain_pem)
    return b"".join(part.rstrip(b"\n") + b"\n" for part in parts)


def load(pem: bytes) -> Credential:
    """Return the credential that :func:`dump` wrote.

    Raises:
        SealFailed: It is no such file.
    """
    try:
        certs = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise SealFailed("The credential holds no readable certificate.") from error
    end = b"-----END PRIVATE KEY-----\n"
    key_pem, found, _ = pem.partition(end)
    if not found:
        raise SealFailed("The credential holds no private key in PKCS#8 PEM.")
    credential = Credential(
        key_pem[key_pem.index(b"-----BEGIN") :] + end, _pem(certs[0]), tuple(map(_pem, certs[1:]))
    )
    signing_key(credential)
    return credential


def signing_key(credential: Credential) -> SigningKey:
    """Return the private key, read once and kept: reading an RSA key takes 100 ms.

    Raises:
        SealFailed: It is unreadable or of a kind that cannot seal.
    """
    return credential.token or file_key(credential)


def file_key(credential: Credential) -> _FileKey:
    """Return the private key of a credential that is not on a token, as authorities' are.

    Raises:
        SealFailed: As for ``signing_key``.
    """
    return _load_key(credential.key_pem)


@lru_cache(maxsize=8)
def _load_key(key_pem: bytes) -> _FileKey:
    try:
        key = serialization.load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SealFailed(f"The private key of the seal cannot be read: {error}.") from error
    if not isinstance(key, _FileKey):
        raise SealFailed(f"A {type(key).__name__} cannot seal.", hint="Use EC, RSA or Ed25519.")
    return key


def sign(key: SigningKey, data: bytes, digest: hashes.HashAlgorithm) -> bytes:
    """Return the raw signature of the data."""
    match key:
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, ec.ECDSA(digest))
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), digest)
        case TokenKey():
            return key.sign(data, digest)
        case _:
            return key.sign(data)


def _digest_for(key: SigningKey) -> hashes.SHA256 | None:
    return None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()


def certificate(cert_pem: bytes) -> x509.Certificate:
    """Return the certificate of a PEM text.

    Raises:
        SealFailed: It is none.
    """
    try:
        return x509.load_pem_x509_certificate(cert_pem)
    except ValueError as error:
        raise SealFailed("The certificate of the seal cannot be read.") from error


def common_name(cert_pem: bytes) -> str:
    """Return the name that the certificate was issued to."""
    found = certificate(cert_pem).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def fingerprint(cert_pem: bytes) -> str:
    """Return the SHA-256 of the certificate in hex, as ``openssl x509 -fingerprint -sha256``."""
    return certificate(cert_pem).fingerprint(hashes.SHA256()).hex()


def expires_at(cert_pem: bytes) -> datetime:
    """Return the moment after which the certificate is no longer valid."""
    return certificate(cert_pem).not_valid_after_utc


def test_sign(credential: Credential, *, now: datetime) -> None:
    """Make and check one signature, so that an unusable key is found before it is needed.

    Raises:
        SealFailed: The key is unreadable or not that of the certificate, the certificate is not
            for signing, not valid now, or not issued by its chain, or that is not valid now.
    """
    key, cert = signing_key(credential), certificate(credential.cert_pem)
    if key.public_key() != cert.public_key():
        raise SealFailed("The private key of the seal does not belong to its certificate.")
    signature = sign(key, _PROBE, hashes.SHA256())
    if isinstance(key, TokenKey) and not key.verify(signature, _PROBE, hashes.SHA256()):
        raise SealFailed("The key on the token does not belong to the certificate there.")
    chain = [certificate(pem) for pem in credential.chain_pem]
    _require_valid(cert, now)
    _require_usage(cert)
    _require_issued(cert, chain)
    for issuer in chain:
        _require_valid(issuer, now, whose="The issuer's")


# pytest would otherwise collect it wherever a test imports it.
test_sign.__test__ = False  # type: ignore[attr-defined]


def _require_valid(cert: x509.Certificate, now: datetime, *, whose: str = "The seal's") -> None:
    if now < cert.not_valid_before_utc:
        day = cert.not_valid_before_utc.astimezone(UTC).date()
        raise SealFailed(
            f"{whose} certificate is valid only from {day}.", hint="Is the clock right?"
        )
    if now > cert.not_valid_after_utc:
        day = cert.not_valid_after_utc.astimezone(UTC).date()
        raise SealFailed(
            f"{whose} certificate expired on {day}.",
            hint="Replace it: sygn keys rotate; or import one: sygn keys import.",
        )


def _require_usage(cert: x509.Certificate) -> None:
    try:
        usage = cert.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise SealFailed("The seal's certificate is not for signing documents.")


def _require_issued(cert: x509.Certificate, chain: Sequence[x509.Certificate]) -> None:
    for issuer in chain:
        try:
            cert.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise SealFailed("The seal's certificate was not issued by its chain.") from error
        cert = issuer
