"""Sealing at the level that the workspace's settings want, and checking what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain.errors import SealFailed
from sygn_cli.engine import seal, verify
from sygn_cli.engine.level import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.engine.credential import Credential
    from sygn_cli.engine.seal import Attachment, Sealed
    from sygn_cli.engine.signer_signatures import SignerSignature
    from sygn_cli.services.runtime import Runtime


def seal_and_check(
    runtime: Runtime,
    pdf: bytes,
    *,
    held: Credential,
    reason: str,
    attachments: Sequence[Attachment] = (),
    signers: Sequence[SignerSignature] = (),
) -> Sealed:
    """Return the PDF sealed with a credential of the workspace, and judged as anybody would.

    Raises:
        SealFailed: It cannot be sealed, does not verify, or has not the level that is required.
    """
    settings = runtime.settings
    level = Level(settings.level) if settings.level else None
    long_term = level in {Level.B_LT, Level.B_LTA}
    sealed = seal.seal(
        pdf,
        held,
        at=runtime.clock.now(),
        reason=reason,
        attachments=attachments,
        tsa_urls=settings.tsa_urls,
        level=level,
        level_required=settings.level_required,
        crls=runtime.keys.crls() if long_term else (),
        signers=signers,
    )
    # Whether the authority of a timestamp is to be trusted is for whoever verifies to say; here
    # it is only asked whether the file holds together.
    verdict = verify.verify(
        sealed.pdf,
        trust=runtime.keys.roots(),
        time_trust=[*settings.tsa_trust, *sealed.timestamp_roots],
    )
    if verdict.status is not verify.Status.VALID:
        raise SealFailed(
            f"The seal does not verify: {' '.join(verdict.reasons)}",
            hint="Look with: sygn doctor",
        )
    return sealed
