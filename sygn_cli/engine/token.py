"""A seal key on a PKCS #11 token: it signs there and never leaves it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from sygn_cli.domain.errors import SealFailed, SygnError, Unauthorized
from sygn_cli.engine.issuers import issuers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sygn_cli.domain.token import Token

    Pin = Callable[[], bytes]

# The library of a token is one for the whole process, and few of them stand two threads.
_ONE_AT_A_TIME: Final = threading.RLock()


class TokenKey:
    """A private key on a token.

    Each signature opens a session of its own, so that a token may be taken out and put back.

    Args:
        where: The token, and which key on it.
        cert_pem: The key's certificate.
        pin: Gives the PIN; asked once.
    """

    def __init__(self, where: Token, cert_pem: bytes, pin: Pin) -> None:
        self._where, self._pin = where, pin
        self._public = x509.load_pem_x509_certificate(cert_pem).public_key()
        self._refused = False

    def __repr__(self) -> str:
        """Return words without a secret."""
        return f"<key {self._where.label!r} on token {self._where.token!r}>"

    def public_key(self) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
        """Return the public key, as the certificate has it."""
        if not isinstance(self._public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
            raise SealFailed("The key on the token is of a kind that cannot seal.")
        return self._public

    def sign(self, data: bytes, digest: hashes.HashAlgorithm) -> bytes:
        """Return the raw signature of the data.

        Raises:
            Unauthorized: The PIN is missing or wrong; a wrong one is not tried twice.
            SealFailed: The token or the key is not there, or refuses.
        """
        if self._refused:
            # Three wrong PINs lock most tokens for good.
            raise _wrong_pin(self._where)
        pin = self._pin().decode()
        try:
            with _ONE_AT_A_TIME, _errors(self._where), _session(self._where, pin) as session:
                return self._signed(session, data, digest)
        except Unauthorized:
            self._refused = True
            raise

    def _signed(self, session: Any, data: bytes, digest: hashes.HashAlgorithm) -> bytes:  # noqa: ANN401 - python-pkcs11 has no types
        from pkcs11 import Attribute, Mechanism, ObjectClass  # noqa: PLC0415

        wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, **_labelled(self._where)}
        key = _only(list(session.get_objects(wanted)), self._where, "private key")
        if isinstance(self.public_key(), rsa.RSAPublicKey):
            mechanisms = {"sha256": Mechanism.SHA256_RSA_PKCS, "sha512": Mechanism.SHA512_RSA_PKCS}
            return bytes(key.sign(data, mechanism=mechanisms[digest.name]))
        hashed = hashes.Hash(digest)
        hashed.update(data)
        raw = bytes(key.sign(hashed.finalize(), mechanism=Mechanism.ECDSA))
        half = len(raw) // 2
        # PKCS #11 gives two numbers side by side, CMS wants them in DER (RFC 5753, 2.1.1).
        numbers = (int.from_bytes(part, "big") for part in (raw[:half], raw[half:]))
        return bytes(encode_dss_signature(*numbers))

    def verify(self, signature: bytes, data: bytes, digest: hashes.HashAlgorithm) -> bool:
        """Tell whether a signature fits the certificate."""
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

        public = self.public_key()
        try:
            if isinstance(public, rsa.RSAPublicKey):
                public.verify(signature, data, padding.PKCS1v15(), digest)
            else:
                public.verify(signature, data, ec.ECDSA(digest))
        except InvalidSignature:
            return False
        return True


def certificates(where: Token) -> tuple[bytes, ...]:
    """Return the key's certificate and those above it, nearest first, PEM; needs no PIN.

    Raises:
        SealFailed: The token cannot be read, or holds no certificate, or several.
    """
    with _ONE_AT_A_TIME, _errors(where), _session(where, None) as session:
        from pkcs11 import Attribute, ObjectClass  # noqa: PLC0415

        every = {Attribute.CLASS: ObjectClass.CERTIFICATE}
        own = [one[Attribute.VALUE] for one in session.get_objects({**every, **_labelled(where)})]
        others = [one[Attribute.VALUE] for one in session.get_objects(every)]
    cert = x509.load_der_x509_certificate(_own(own, where))
    given = [pem for chain in where.chain for pem in x509.load_pem_x509_certificates(chain)]
    above = [*given, *map(x509.load_der_x509_certificate, others)]
    return tuple(one.public_bytes(Encoding.PEM) for one in (cert, *issuers(cert, above)))


def _own(found: Sequence[bytes], where: Token) -> bytes:
    """Return the certificate of the key among those of that label: the one that is no CA."""
    leaves = [one for one in found if not _is_authority(x509.load_der_x509_certificate(one))]
    own: bytes = _only(leaves or list(found), where, "certificate")
    return own


def _is_authority(cert: x509.Certificate) -> bool:
    try:
        return cert.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _labelled(where: Token) -> dict[Any, str]:
    from pkcs11 import Attribute  # noqa: PLC0415

    return {Attribute.LABEL: where.label} if where.label else {}


def _only(found: Sequence[Any], where: Token, what: str) -> Any:  # noqa: ANN401 - objects of python-pkcs11
    named = f" labelled {where.label!r}" if where.label else ""
    if not found:
        raise SealFailed(
            f"There is no {what}{named} on the token {where.token!r}.",
            hint="Set label under [pkcs11] in sygn.toml to that of key and certificate.",
        )
    if len(found) > 1:
        raise SealFailed(
            f"There are {len(found)} {what}s{named} on the token {where.token!r}.",
            hint="Set label under [pkcs11] in sygn.toml to that of key and certificate.",
        )
    return found[0]


@contextmanager
def _session(where: Token, pin: str | None) -> Iterator[Any]:
    import pkcs11  # noqa: PLC0415

    try:
        library = pkcs11.lib(where.module)
    except (RuntimeError, OSError) as error:
        raise SealFailed(
            f"The PKCS #11 module {where.module!r} cannot be loaded.",
            hint="Set module under [pkcs11] in sygn.toml to the library of the token's maker.",
        ) from error
    with library.get_token(token_label=where.token).open(user_pin=pin) as session:
        yield session


@contextmanager
def _errors(where: Token) -> Iterator[None]:
    """Turn what goes wrong with a token into an error of ours, without the PIN in it."""
    try:
        from pkcs11 import exceptions  # noqa: PLC0415
    except ImportError as error:
        raise SealFailed(
            "The seal's key is on a token, but support for tokens is not installed.",
            hint="Install python-pkcs11 beside sygn; with pipx: pipx inject sygn python-pkcs11",
        ) from error
    wrong = (exceptions.PinIncorrect, exceptions.PinInvalid, exceptions.PinLenRange)
    try:
        yield
    except SygnError:
        raise
    except wrong as error:
        raise _wrong_pin(where) from error
    except exceptions.PinLocked as error:
        raise Unauthorized(
            f"The token {where.token!r} is locked after too many wrong PINs.",
            hint="Unlock it with its maker's tool.",
        ) from error
    except (exceptions.NoSuchToken, exceptions.TokenNotPresent) as error:
        raise SealFailed(
            f"There is no token {where.token!r}.",
            hint="Plug it in, or set token under [pkcs11] in sygn.toml to its label.",
        ) from error
    except exceptions.PKCS11Error as error:
        words = str(error) or type(error).__name__
        raise SealFailed(f"The token {where.token!r} refuses: {words}.") from error


def _wrong_pin(where: Token) -> Unauthorized:
    return Unauthorized(
        f"The PIN of the token {where.token!r} is wrong; it is not tried again.",
        hint="Set SYGN_PKCS11_PIN, or SYGN_PKCS11_PIN_FILE to a file that holds it.",
    )
