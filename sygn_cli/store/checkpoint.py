"""The signed head of the workspace log: a C2SP tlog-checkpoint in a C2SP signed-note.

See https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note. Three lines (origin, number
of entries, root hash), an empty line, and a line with an Ed25519 signature; other programs that
know these formats can check it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import Tampered, WorkspaceUnusable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519: Final = b"\x01"  # signed-note, "Signature types"
_NOTE: Final = re.compile(
    r"(?P<body>(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]{0,15})\n(?P<root>[A-Za-z0-9+/]{43}=)\n)\n"
    "\u2014 (?P<name>[^\\s+]+) (?P<signature>[A-Za-z0-9+/=]{91,92})\n"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at some time.

    Attributes:
        origin: Name of the log.
        size: Number of entries.
        root: Root hash over them (RFC 6962).
    """

    origin: str
    size: int
    root: bytes

    def body(self) -> bytes:
        """Return the bytes that are signed."""
        return f"{self.origin}\n{self.size}\n{_encoded(self.root)}\n".encode()


@dataclass(frozen=True, slots=True)
class Signer:
    """The key of a log.

    Attributes:
        name: Equals the origin of the log.
    """

    name: str
    private: Ed25519PrivateKey

    def sign(self, checkpoint: Checkpoint) -> bytes:
        """Return the signed note."""
        signature = key_id(self.name, self._public()) + self.private.sign(checkpoint.body())
        return checkpoint.body() + f"\n\u2014 {self.name} {_encoded(signature)}\n".encode()

    def verifier(self) -> str:
        """Return the public key as signed-note writes it: name, key id and key."""
        public = self._public()
        return f"{self.name}+{key_id(self.name, public).hex()}+{_encoded(_ED25519 + public)}"

    def _public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes that tell keys of one name apart."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def new_key() -> bytes:
    """Return a fresh private key in PEM (PKCS #8)."""
    # cryptography is imported where it is used: reading documents does without it.
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    return ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load_key(pem: bytes, *, name: str) -> Signer:
    """Return the key of a log.

    Raises:
        WorkspaceUnusable: The bytes are no Ed25519 key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key() from error
    if not isinstance(private, ed25519.Ed25519PrivateKey):
        raise _no_key()
    return Signer(name, private)


def _no_key() -> WorkspaceUnusable:
    return WorkspaceUnusable(
        "The key of the workspace log (keys/log.key) is damaged.", hint="Restore it from a backup."
    )


def open_note(note: bytes, *, verifier: str) -> Checkpoint:
    """Return what a signed note says, if that key signed it.

    Args:
        verifier: A public key as :meth:`Signer.verifier` writes it.

    Raises:
        Tampered: It is not signed by that key.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        name, _, encoded = verifier.split("+", 2)
        public = base64.b64decode(encoded, validate=True).removeprefix(_ED25519)
        found = _NOTE.fullmatch(note.decode())
        if found is None:
            raise Tampered("The checkpoint of the workspace log is not a signed note.")
        signature = base64.b64decode(found["signature"], validate=True)
        if (found["name"], found["origin"]) != (name, name) or signature[:4] != key_id(
            name, public
        ):
            raise Tampered("The checkpoint of the workspace log is signed by another key.")
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(
            signature[4:], found["body"].encode()
        )
        tree = base64.b64decode(found["root"], validate=True)
        if _encoded(tree) != found["root"] or _encoded(signature) != found["signature"]:
            raise Tampered("The checkpoint of the workspace log is not written as it should be.")
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise Tampered("The signature of the workspace log's checkpoint is wrong.") from error
    return Checkpoint(name, int(found["size"]), tree)


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
