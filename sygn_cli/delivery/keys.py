"""The workspace's secrets: made on first use, kept as files by the store, used by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from sygn_cli.engine.credential import Credential
    from sygn_cli.services.ports import Clock

_CA: Final = "ca.pem"
_SEAL: Final = "seal.pem"


class KeyFiles(Protocol):
    """Small secret files by name."""

    def link_key(self) -> bytes:
        """Return the link key, made on first use."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None."""
        ...

    def put_if_absent(self, name: str, content: bytes) -> bytes:
        """Store a file unless it exists, and return what is there now."""
        ...


class WorkspaceKeys:
    """Keys of one workspace; a small CA and the seal's credential appear when first needed.

    Args:
        files: Where they are kept.
        clock: When they are made.
        organisation: The name that the credential carries.
    """

    def __init__(self, files: KeyFiles, clock: Clock, organisation: str) -> None:
        self._files = files
        self._clock = clock
        self._organisation = organisation
        self._credential: Credential | None = None

    def link_key(self) -> bytes:
        """Return the key under which signing links are made."""
        return self._files.link_key()

    def credential(self) -> Credential:
        """Return the seal's credential.

        Raises:
            SealFailed: Its file is damaged.
        """
        if self._credential is None:
            self._credential = self._load()
        return self._credential

    def root_pem(self) -> bytes:
        """Return the X.509 certificate of the workspace's CA."""
        held = self.credential()
        return held.chain_pem[-1] if held.chain_pem else held.cert_pem

    def _load(self) -> Credential:
        from sygn_cli.engine import credential  # noqa: PLC0415 - `status` needs no cryptography

        stored = self._files.read(_SEAL)
        if stored is None:
            # Two processes may come here at once: put_if_absent decides, and both go on with
            # the CA and then the seal that won.
            now = self._clock.now()
            ca = credential.make_ca(f"{self._organisation} CA", now=now)
            ca = credential.load(self._files.put_if_absent(_CA, credential.dump(ca)))
            made = credential.make_seal_credential(ca, self._organisation, now=now)
            stored = self._files.put_if_absent(_SEAL, credential.dump(made))
        return credential.load(stored)
