"""The workspace's secrets: made on first use, kept as files by the store, used by the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sygn_cli.delivery.passphrase import no_passphrase
from sygn_cli.delivery.revocations import Revocations
from sygn_cli.domain.errors import (
    InvalidRequest,
    NotFound,
    SealFailed,
    Unauthorized,
    WorkspaceUnusable,
)
from sygn_cli.store import keyring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sygn_cli.delivery.key_files import KeyFiles
    from sygn_cli.delivery.passphrase import Passphrase
    from sygn_cli.domain.revocation import Revocation
    from sygn_cli.engine.credential import Credential
    from sygn_cli.services.ports import Clock

_CA: Final = keyring.CA
_SEAL: Final = keyring.SEAL
_OWNER: Final = "owner.key"
_OWNER_BYTES: Final = 32
# Whoever looks at a signer's credential sees who had its key.
_HELD_HERE: Final = "Key made and held by the sender's sygn workspace"
_FORMER_ROOTS: Final = keyring.FORMER_ROOTS


class WorkspaceKeys:
    """Keys of one workspace; a small CA and the seal's credential appear when first needed.

    Args:
        files: Where they are kept.
        clock: When they are made.
        organisation: The name that the credential carries.
        passphrase: Gives what protects the keys, asked for only if something does.
    """

    def __init__(
        self,
        files: KeyFiles,
        clock: Clock,
        organisation: str,
        passphrase: Passphrase = no_passphrase,
    ) -> None:
        self._files = files
        self._clock = clock
        self._organisation = organisation
        self._passphrase = passphrase
        self._known: tuple[bytes, Credential] | None = None
        self._revocations = Revocations(files)

    def link_key(self) -> bytes:
        """Return the key under which signing links are made."""
        return self._files.link_key()

    def owner_key(self) -> bytes:
        """Return the key under which the owner's link is made; another process may renew it.

        Raises:
            WorkspaceUnusable: Its file is damaged.
        """
        key = self._files.read(_OWNER) or self._files.put_if_absent(_OWNER, self._fresh())
        if len(key) != _OWNER_BYTES:
            raise WorkspaceUnusable(
                f"The key {_OWNER} is damaged.", hint="Run: sygn serve --new-owner-link"
            )
        return key

    def renew_owner_key(self) -> None:
        """Put another owner's key in its place."""
        self._files.replace(_OWNER, self._fresh())

    def _fresh(self) -> bytes:
        return self._clock.entropy(_OWNER_BYTES)

    def credential(self) -> Credential:
        """Return the seal's credential; another process may have replaced it a moment ago.

        Raises:
            SealFailed: Its file is damaged or lost, or it was revoked.
            Unauthorized: It is under a passphrase, and that is missing or wrong.
        """
        stored = self._stored()
        self._require_unrevoked()
        if self._known is None or self._known[0] != stored:
            self._known = (stored, self._opened(stored))
        return self._known[1]

    def signer_credential(self, name: str, email: str) -> Credential:
        """Return a new credential of the workspace's own CA in a signer's name; it is not kept."""
        from sygn_cli.engine import credential  # noqa: PLC0415

        authority, now = self._opened(self._own_ca()), self._clock.now()
        return credential.make_signer_credential(
            authority, name, email=email, unit=_HELD_HERE, now=now
        )

    def root_pem(self) -> bytes:
        """Return the X.509 certificate that the seal's credential leads to; needs no passphrase.

        Raises:
            NotFound, SealFailed: Nothing was made yet, or it is lost.
        """
        from sygn_cli.engine import keyfile  # noqa: PLC0415 - `status` needs no cryptography

        return keyfile.certificates(self._kept())[-1]

    def roots(self) -> tuple[bytes, ...]:
        """Return all roots that this workspace ever sealed under, the present one first."""
        return tuple(dict.fromkeys((*self._present_roots(), *self._earlier_roots())))

    def crls(self) -> tuple[bytes, ...]:
        """Return the revocation list of the workspace's own CA, which issues to signers as well."""
        return (self.crl(),)

    def crl(self) -> bytes:
        """Return the revocation list of the workspace's own CA, issued now, DER."""
        from sygn_cli.engine import crl  # noqa: PLC0415

        authority = self._opened(self._own_ca())
        return crl.make_crl(authority, now=self._clock.now(), revoked=self.revocations())

    def revocations(self) -> tuple[Revocation, ...]:
        """Return what was revoked of all that the seal ever had."""
        return self._revocations.among(self.own_certificates())

    def revocation(self) -> Revocation | None:
        """Return the revocation of the present credential, or None."""
        return self._revocations.of(self.certificate())

    def revoke(self, one: Revocation) -> Revocation:
        """Keep a revocation, unless there is one already; return the one that counts."""
        return self._revocations.add(one)

    def own_certificates(self) -> tuple[bytes, ...]:
        """Return the certificates that the workspace's own CA ever issued to the seal, PEM."""
        is_there = self._files.read(_SEAL) is not None
        present = (self.certificate(),) if is_there and not self.are_imported else ()
        return tuple(dict.fromkeys((*present, *self._revocations.former())))

    @property
    def token(self) -> str:
        """The label of the token that the seal's key is on, "" for a file."""
        return ""

    @property
    def are_protected(self) -> bool:
        """Whether the seal's key is under a passphrase."""
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        return keyfile.is_protected(self._kept())

    @property
    def are_imported(self) -> bool:
        """Whether the seal's credential comes from another authority than the workspace's own."""
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        own, root = self._files.read(_CA), self.root_pem()
        return own is None or keyfile.certificates(own)[0] != root

    def certificate(self) -> bytes:
        """Return the certificate of the seal's key; needs no passphrase.

        Raises:
            NotFound, SealFailed: Nothing was made yet, or it is lost.
        """
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        return keyfile.certificates(self._kept())[0]

    def rotate(self) -> Credential:
        """Replace the seal's credential by a new one of the workspace's own CA; return it.

        The old key is gone afterwards. What it sealed still verifies: the CA stays the same.
        """
        from sygn_cli.engine import credential  # noqa: PLC0415

        self._stored()
        authority = self._opened(self._own_ca())
        now = self._clock.now()
        return self.adopt(credential.make_seal_credential(authority, self._organisation, now=now))

    def adopt(self, made: Credential) -> Credential:
        """Put a credential in the place of the seal's own, under the same passphrase if any."""
        from sygn_cli.engine import credential, keyfile  # noqa: PLC0415

        stored = self._stored()
        content = credential.dump(made)
        if keyfile.is_protected(stored):
            self._clear(stored)  # a wrong one must not become the new one
            content = keyfile.protected(content, self._passphrase())
        self._keep_root()
        if not self.are_imported:
            self._revocations.keep(self.certificate())
        self._files.replace(_SEAL, content)
        return made

    def protect(self, passphrase: bytes | None) -> None:
        """Put the keys of seal and CA under a passphrase, another one, or none.

        One of the two may be under it already, where somebody was stopped before the other.

        Raises:
            Unauthorized: They are under another one, and that is missing or wrong.
        """
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        if passphrase == b"":
            raise InvalidRequest("The passphrase is empty.")
        stored = {_CA: self._own_ca(), _SEAL: self._stored()}
        clear = {name: self._clear(one, passphrase) for name, one in stored.items()}
        for name, content in clear.items():
            wanted = content if passphrase is None else keyfile.protected(content, passphrase)
            self._files.replace(name, wanted)

    def replace_lost(self, former: Iterable[bytes] = ()) -> bool:
        """Make anew what is lost of the CA and the seal's credential.

        A seal's credential of a lost CA is replaced with it; another authority's is spared.

        Args:
            former: Roots of what was sealed before, PEM, which stay trusted here.

        Returns:
            Whether seals have another credential from now on.
        """
        former = tuple(former)
        ca_is_lost, seal_is_lost = self._is_lost(_CA), self._is_lost(_SEAL)
        has_orphan = ca_is_lost and self._has_own_seal()
        if has_orphan:
            self._replace_both(former)
        elif ca_is_lost:
            self._new_ca()
        if seal_is_lost:
            self._new_seal()
        if ca_is_lost or seal_is_lost:
            self._keep_root(former)
        return (has_orphan or seal_is_lost) and not self.token

    def _is_lost(self, name: str) -> bool:
        try:
            self._files.require_not_lost(name)
        except SealFailed:
            return True
        return False

    def _has_own_seal(self) -> bool:
        """Tell whether a CA of this workspace, which need not be there, issued the seal's file."""
        from sygn_cli.engine import credential, keyfile  # noqa: PLC0415

        stored, former = self._files.read(_SEAL), self._files.read(_FORMER_ROOTS)
        if stored is None:
            return False
        # Whatever is imported comes after roots that are kept then, and its own is none of them.
        cert, *above = keyfile.certificates(stored)
        is_known = former is None or (above and above[-1] in keyfile.certificates(former))
        return bool(is_known) and credential.is_own_seal(cert, above)

    def _replace_both(self, former: Iterable[bytes]) -> None:
        """Make a CA, and a seal's credential in the place of one whose CA is lost."""
        from sygn_cli.engine import credential  # noqa: PLC0415

        made = credential.make_ca(f"{self._organisation} CA", now=self._clock.now())
        content = self._under_that_of(_SEAL, credential.dump(made))
        # The CA comes last: until it is there it counts as lost, and all is done again.
        self._replace_orphan(made, former)
        there = self._files.put_if_absent(_CA, content)
        if there != content:  # another process was first
            self._replace_orphan(self._opened(there), former)

    def _replace_orphan(self, authority: Credential, former: Iterable[bytes]) -> None:
        from sygn_cli.engine import credential, keyfile  # noqa: PLC0415

        made = credential.make_seal_credential(
            authority, self._organisation, now=self._clock.now()
        )
        content = self._under_that_of(_SEAL, credential.dump(made))
        cert, *above = keyfile.certificates(self._stored())
        self._revocations.keep(cert)
        self._keep_root((*former, *above[-1:], authority.cert_pem))
        self._files.replace(_SEAL, content)

    def _kept(self) -> bytes:
        """Return the seal's file for whoever only looks; makes none."""
        stored = self._files.read(_SEAL)
        if stored is None:
            self._files.require_not_lost(_SEAL)
            raise NotFound("There is no seal key yet.", hint="Make it with: sygn init")
        return stored

    def _stored(self) -> bytes:
        stored = self._files.read(_SEAL)
        if stored is not None:
            return stored
        self._files.require_not_lost(_SEAL)
        return self._new_seal()

    def _new_seal(self) -> bytes:
        from sygn_cli.engine import credential  # noqa: PLC0415

        # Two processes may come here at once: put_if_absent decides, and both go on with
        # the CA and then the seal that won.
        authority = self._opened(self._own_ca())
        made = credential.make_seal_credential(
            authority, self._organisation, now=self._clock.now()
        )
        return self._files.put_if_absent(_SEAL, self._under_that_of(_CA, credential.dump(made)))

    def _own_ca(self) -> bytes:
        stored = self._files.read(_CA)
        if stored is not None:
            return stored
        self._files.require_not_lost(_CA)
        return self._new_ca()

    def _new_ca(self) -> bytes:
        from sygn_cli.engine import credential  # noqa: PLC0415

        made = credential.make_ca(f"{self._organisation} CA", now=self._clock.now())
        return self._files.put_if_absent(_CA, self._under_that_of(_SEAL, credential.dump(made)))

    def _under_that_of(self, other: str, content: bytes) -> bytes:
        """Return a new file, put under the passphrase of the other one if that is under any."""
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        stored = self._files.read(other)
        if stored is None or not keyfile.is_protected(stored):
            return content
        self._clear(stored)  # a wrong one must not become the new one
        return keyfile.protected(content, self._passphrase())

    def _require_unrevoked(self) -> None:
        revoked = self.revocation()
        if revoked is not None:
            day = revoked.since.date().isoformat()
            raise SealFailed(
                f"The seal's credential is revoked since {day} ({revoked.reason}).",
                hint="Make a new one: sygn keys rotate",
            )

    def _opened(self, stored: bytes) -> Credential:
        from sygn_cli.engine import credential  # noqa: PLC0415

        return credential.load(self._clear(stored))

    def _clear(self, stored: bytes, perhaps: bytes | None = None) -> bytes:
        """Return a file with its key in the clear; ``perhaps`` is tried before anybody is asked."""
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        if not keyfile.is_protected(stored):
            return stored
        if perhaps is not None and keyfile.opens(perhaps, stored):
            return keyfile.unprotected(stored, perhaps)
        secret = self._passphrase()
        try:
            return keyfile.unprotected(stored, secret)
        except Unauthorized as error:
            # Both are always put under one.
            if any(keyfile.opens(secret, self._files.read(name) or b"") for name in (_CA, _SEAL)):
                raise Unauthorized(
                    "The keys of seal and CA are under two passphrases: "
                    "somebody was stopped while they were changed.",
                    hint="Run `sygn keys protect` again with both: the one in SYGN_PASSPHRASE, "
                    "the one for the future with --passphrase-file FILE.",
                ) from error
            raise

    def _earlier_roots(self) -> Iterator[bytes]:
        from sygn_cli.engine import keyfile  # noqa: PLC0415

        own = self._files.read(_CA)
        if own is not None:
            yield keyfile.certificates(own)[0]
        former = self._files.read(_FORMER_ROOTS)
        if former is not None:
            yield from keyfile.certificates(former)

    def _present_roots(self) -> tuple[bytes, ...]:
        return () if self._files.read(_SEAL) is None else (self.root_pem(),)

    def _keep_root(self, more: Iterable[bytes] = ()) -> None:
        kept = dict.fromkeys((*self.roots(), *more))
        self._files.replace(_FORMER_ROOTS, b"".join(kept))
