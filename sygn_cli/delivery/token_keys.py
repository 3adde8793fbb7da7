"""The workspace's keys where the seal's own is on a PKCS #11 token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.delivery.keys import WorkspaceKeys
from sygn_cli.domain.errors import InvalidRequest, SygnError
from sygn_cli.store import keyring

if TYPE_CHECKING:
    from sygn_cli.delivery.key_files import KeyFiles
    from sygn_cli.delivery.passphrase import Passphrase
    from sygn_cli.domain.token import Token
    from sygn_cli.engine.credential import Credential
    from sygn_cli.services.ports import Clock

# The certificates of the token, so that judging needs no token.
_SEEN: Final = keyring.SEEN


class TokenKeys(WorkspaceKeys):
    """Like :class:`WorkspaceKeys`, but what seals is on a token.

    Signers still get credentials of the workspace's own CA.

    Args:
        files: Where the other keys are kept.
        clock: When they are made.
        organisation: The name that the CA carries.
        passphrase: Gives what protects the other keys.
        where: The token.
        pin: Gives its PIN, asked for only when something is to be signed.
    """

    def __init__(
        self,
        files: KeyFiles,
        clock: Clock,
        organisation: str,
        passphrase: Passphrase,
        *,
        where: Token,
        pin: Passphrase,
    ) -> None:
        super().__init__(files, clock, organisation, passphrase)
        self._where, self._pin = where, pin
        self._held: Credential | None = None

    @property
    def token(self) -> str:
        """The label of the token."""
        return self._where.token

    def credential(self) -> Credential:
        """Return the credential on the token, read once: another certificate needs a new start.

        Raises:
            SealFailed: The token cannot be read.
        """
        if self._held is None:
            from sygn_cli.engine.credential import Credential  # noqa: PLC0415
            from sygn_cli.engine.token import TokenKey  # noqa: PLC0415

            cert, *chain = self._read()
            key = TokenKey(self._where, cert, self._pin)
            self._held = Credential(b"", cert, tuple(chain), token=key)
        return self._held

    def certificate(self) -> bytes:
        """Return the certificate of the seal's key; needs no token if that was seen before."""
        return self._certificates()[0]

    def root_pem(self) -> bytes:
        """Return the certificate that it leads to; needs no token if that was seen before."""
        return self._certificates()[-1]

    @property
    def are_protected(self) -> bool:
        """Whether somebody must give something before the key works: a PIN."""
        return True

    @property
    def are_imported(self) -> bool:
        """Whether the credential comes from another authority than the workspace's own."""
        return True

    def adopt(self, made: Credential) -> Credential:  # noqa: ARG002 - as in the base class
        """Refuse: what is on a token is replaced by its maker's tool.

        Raises:
            InvalidRequest: Always.
        """
        raise InvalidRequest(
            f"The seal's key is on the token {self._where.token!r}.",
            hint="Replace it with the tool of the token's maker, or take [pkcs11] out of sygn.toml.",
        )

    def _present_roots(self) -> tuple[bytes, ...]:
        try:
            return (self.root_pem(),)
        except SygnError:
            return ()  # what was never seen has sealed nothing

    def _certificates(self) -> tuple[bytes, ...]:
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        seen = self._files.read(_SEEN)
        return self._read() if seen is None else keyfile.certificates(seen)

    def _read(self) -> tuple[bytes, ...]:
        """Return the certificates on the token, and remember them."""
        from sygn_cli.engine import token  # noqa: PLC0415

        found = token.certificates(self._where)
        content = b"".join(found)
        if self._files.read(_SEEN) != content:
            if self._files.read(_SEEN) is None:
                self._keep_own()
            self._files.replace(_SEEN, content)
            # Its seals are to be trusted when the token has gone.
            self._keep_root()
        return found

    def _keep_own(self) -> None:
        """Remember the credential in a file that the token takes the place of."""
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        own, authority = self._files.read("seal.pem"), self._files.read("ca.pem")
        if own is None or authority is None:
            return
        cert, *above = keyfile.certificates(own)
        if above[-1:] == list(keyfile.certificates(authority)[:1]):
            self._revocations.keep(cert)
