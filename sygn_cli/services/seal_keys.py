"""Looking after the credential that seals: show it, replace it, bring one's own."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cryptography.x509 import ExtensionNotFound, KeyUsage

from sygn_cli.domain import moment
from sygn_cli.domain.errors import InvalidRequest, SealFailed
from sygn_cli.engine import credential, pkcs12, seal, verify
from sygn_cli.services import expiry

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.revocation import Revocation
    from sygn_cli.engine.credential import Credential
    from sygn_cli.services.ports import Clock

_HEAD: Final = b"%PDF-1.7\n"
_OBJECTS: Final = (
    b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
    b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
    b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>\nendobj\n",
)


class KeyCare(Protocol):
    """The workspace's keys, for whoever may replace them."""

    @property
    def are_protected(self) -> bool:
        """Whether they are under a passphrase."""
        ...

    @property
    def are_imported(self) -> bool:
        """Whether the credential comes from another authority than the workspace's own."""
        ...

    @property
    def token(self) -> str:
        """The label of the token that the seal's key is on, "" for a file."""
        ...

    def certificate(self) -> bytes:
        """Return the certificate of the seal's key, PEM."""
        ...

    def root_pem(self) -> bytes:
        """Return the certificate that it leads to, PEM."""
        ...

    def revocation(self) -> Revocation | None:
        """Return the revocation of the present credential, or None."""
        ...

    def rotate(self) -> Credential:
        """Replace the credential by a new one of the workspace's own CA."""
        ...

    def adopt(self, made: Credential) -> Credential:
        """Replace the credential by this one."""
        ...


@dataclass(frozen=True, slots=True)
class SealKey:
    """What may be told about the seal's credential.

    Attributes:
        name: Whom it names.
        sha256: Fingerprint of its certificate.
        root_sha256: Fingerprint of the root that others have to trust.
        expires_at: When its certificate ends.
        ends_soon: That is so near that something should be done now.
        token: Label of the token that the key is on, "" for a file.
        revoked: Its revocation, None while it may seal.
    """

    name: str
    sha256: str
    root_name: str
    root_sha256: str
    expires_at: datetime
    ends_soon: bool
    imported: bool
    protected: bool
    revoked: Revocation | None = None
    token: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as ``--json`` shows it."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "root": {"name": self.root_name, "sha256": self.root_sha256},
            "expires_at": moment.to_wire(self.expires_at),
            "ends_soon": self.ends_soon,
            "imported": self.imported,
            "protected": self.protected,
            "token": self.token or None,
            "revoked": None if self.revoked is None else self.revoked.to_json(),
        }


def show(keys: KeyCare, clock: Clock) -> SealKey:
    """Return what is known of the present credential; needs no passphrase."""
    cert, root = keys.certificate(), keys.root_pem()
    until = credential.expires_at(cert)
    return SealKey(
        name=credential.common_name(cert),
        sha256=credential.fingerprint(cert),
        root_name=credential.common_name(root),
        root_sha256=credential.fingerprint(root),
        expires_at=until,
        ends_soon=expiry.ends_soon(until, now=clock.now()),
        imported=keys.are_imported,
        protected=keys.are_protected,
        revoked=keys.revocation(),
        token=keys.token,
    )


def rotate(keys: KeyCare, clock: Clock, *, back_to_own: bool = False) -> SealKey:
    """Replace the credential by a new one of the workspace's own CA.

    Args:
        keys: The workspace's.
        clock: For the answer.
        back_to_own: Do so even if that gives up an imported one.

    Raises:
        InvalidRequest: The present one was imported.
    """
    if keys.are_imported and not back_to_own:
        raise InvalidRequest(
            "The seal's credential was imported; the workspace's own CA cannot renew it.",
            hint="Import its successor, or give it up with --force.",
        )
    keys.rotate()
    return show(keys, clock)


def import_pkcs12(
    keys: KeyCare, clock: Clock, content: bytes, passphrase: bytes | None
) -> SealKey:
    """Replace the credential by the one in a PKCS #12 file, if it can seal.

    Raises:
        Unauthorized: The passphrase is wrong.
        InvalidRequest: The file holds no credential that can seal: key usage, time, chain.
    """
    found = pkcs12.read(content, passphrase)
    try:
        credential.test_sign(found, now=clock.now())
        _require_commitment(found)
        _require_good_seal(found, clock.now())
    except SealFailed as error:
        raise InvalidRequest(
            f"The credential cannot seal. {error.message}", hint=error.hint
        ) from error
    keys.adopt(found)
    return show(keys, clock)


def _require_commitment(found: Credential) -> None:
    """Say in plain words what the trial would find: pyHanko 0.38 trusts no seal without it."""
    try:
        usage = credential.certificate(found.cert_pem).extensions.get_extension_for_class(KeyUsage)
    except ExtensionNotFound:
        return
    if not usage.value.content_commitment:
        raise SealFailed(
            "Its key usage has no non-repudiation, so its seals would not be trusted.",
            hint="Ask the authority for a certificate that is meant for signing documents.",
        )


def _require_good_seal(found: Credential, now: datetime) -> None:
    """Seal something, as judges may be stricter about certificates than the key itself."""
    root = found.chain_pem[-1] if found.chain_pem else found.cert_pem
    sealed = seal.seal(_tiny_pdf(), found, at=now, reason="A trial")
    verdict = verify.verify(sealed.pdf, trust=[root])
    if verdict.status is not verify.Status.VALID:
        raise SealFailed(f"A trial seal does not verify: {' '.join(verdict.reasons)}")


def _tiny_pdf() -> bytes:
    """Return the smallest whole PDF: one empty page."""
    file = io.BytesIO()
    file.write(_HEAD)
    places = []
    for one in _OBJECTS:
        places.append(file.tell())
        file.write(one)
    table = file.tell()
    file.write(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode())
    file.write(b"".join(f"{place:010} 00000 n \n".encode() for place in places))
    file.write(
        f"trailer\n<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode()
    )
    return file.getvalue()
