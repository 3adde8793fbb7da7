"""Files in which every signer has a signature of their own beside the seal."""

from __future__ import annotations

from sygn_cli.domain.geometry import Box
from sygn_cli.engine.credential import make_signer_credential
from sygn_cli.engine.seal import seal
from sygn_cli.engine.signer_signatures import SignerSignature, places
from sygn_cli.engine.stamp import stamp
from tests.engine.conftest import NOON
from tests.engine.papers import paper

UNIT = "Key made and held by the sender"


def sealed_by_each(ca, credential, count=3, **options):
    """Return a PDF that so many have signed: all but the last on the page, one below the other."""
    flat = stamp([paper()], [], title="T")
    boxes = [(0, Box(72, 40 + 36 * n, 150, 30)) for n in range(count - 1)]
    signers = [
        SignerSignature(
            f"Signer-s{n}",
            f"Signature of Person {n}",
            make_signer_credential(
                ca, f"Person {n}", email=f"p{n}@example.com", unit=UNIT, now=NOON
            ),
            "Signed",
            place,
        )
        for n, place in enumerate([*places(flat, boxes), None], start=1)
    ]
    return seal(flat, credential, at=NOON, reason="r", signers=signers, **options).pdf
