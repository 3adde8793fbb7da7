"""What the workspace has revoked of its own credentials, kept among its keys.

Each revocation is a file of its own that is written once: two processes cannot lose each other's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Protocol

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.domain.revocation import Revocation
from sygn_cli.store import keyring

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS: Final = 40  # of the fingerprint, in the name of the file


class Files(Protocol):
    """Small files by name."""

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None."""
        ...

    def put_if_absent(self, name: str, content: bytes) -> bytes:
        """Store a file unless it exists, and return what is there now."""
        ...

    def replace(self, name: str, content: bytes) -> None:
        """Store a file in the place of the one that is there, whole or not at all."""
        ...


class Revocations:
    """The revocations of one workspace."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def former(self) -> tuple[bytes, ...]:
        """Return the certificates of former credentials, PEM."""
        from sygn_cli.engine import keyfile  # noqa: PLC0415 - `status` needs no cryptography

        stored = self._files.read(keyring.FORMER_SEALS)
        return () if stored is None else keyfile.certificates(stored)

    def keep(self, cert_pem: bytes) -> None:
        """Remember a certificate that is about to be replaced."""
        known = dict.fromkeys((*self.former(), cert_pem))
        self._files.replace(keyring.FORMER_SEALS, b"".join(known))

    def add(self, one: Revocation) -> Revocation:
        """Keep a revocation; where there is one already, that one stays. Return what counts."""
        content = json.dumps(one.to_json()).encode() + b"\n"
        return _read(self._files.put_if_absent(_name(one.sha256), content))

    def of(self, cert_pem: bytes) -> Revocation | None:
        """Return the revocation of a certificate, or None.

        Raises:
            WorkspaceUnusable: Its file is damaged.
        """
        from sygn_cli.engine import credential  # noqa: PLC0415

        stored = self._files.read(_name(credential.fingerprint(cert_pem)))
        return None if stored is None else _read(stored)

    def among(self, certificates: Sequence[bytes]) -> tuple[Revocation, ...]:
        """Return the revocations of these certificates."""
        found = (self.of(one) for one in dict.fromkeys(certificates))
        return tuple(one for one in found if one is not None)


def _name(fingerprint: str) -> str:
    return f"revoked-{fingerprint[:_DIGITS]}.json"


def _read(stored: bytes) -> Revocation:
    try:
        return Revocation.from_json(json.loads(stored))
    except (KeyError, ValueError, TypeError) as error:
        raise WorkspaceUnusable("A file of revocations among the keys is damaged.") from error
