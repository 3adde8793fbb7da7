"""Signatures of the signers themselves, beside the seal: PAdES, one revision each.

The order makes every one of them valid in every reader. First the empty fields, each on its mark,
are put into the revision that the seal certifies (DocMDP P=2: filling is allowed), with the one
certificate that may sign each (seed value, ISO 32000-2, 12.7.5.5). Then the signers sign, one after
the other. The last signature locks all fields and allows no change any more (FieldMDP, P=1).

Nothing is drawn after the seal: the mark is part of the page, the field over it is transparent,
and it is what readers show when they are asked where somebody has signed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn1crypto import pem, x509
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigCertConstraintFlags,
    SigCertConstraints,
    SigFieldSpec,
    SigSeedSubFilter,
    SigSeedValueSpec,
    append_signature_field,
)
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.pdf_byterange import BuildProps, SignatureObject
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from sygn_cli.engine.certify import BUILT_BY, RESERVED_WITH_TIMESTAMP, KeySigner, Writer
from sygn_cli.engine.pdf import opened, page_geometry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.domain.geometry import Box, UserBox
    from sygn_cli.engine.credential import Credential
    from sygn_cli.engine.timestamp import HttpTimestamper

_LOCK: Final = FieldMDPSpec(FieldMDPAction.ALL)
# DER signatures of one ECDSA key differ in length by a few bytes.
_SLACK: Final = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature stands.

    Attributes:
        page: Index of the page in the file, from 0.
        box: (x0, y0, x1, y1) in user space.
    """

    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class SignerSignature:
    """What one signer's signature is made of.

    Attributes:
        field: Name of its field; no two may be the same.
        title: What the field is, for people.
        credential: In the signer's name.
        place: None for a signature that is nowhere on the pages.
    """

    field: str
    title: str
    credential: Credential
    reason: str
    place: Place | None = None


def places(pdf: bytes, boxes: Sequence[tuple[int, Box] | None]) -> list[Place | None]:
    """Return where boxes, as displayed, lie in user space; the page is an index from 0."""
    with opened(pdf, shown=()) as document:
        return [
            None
            if one is None
            else _place(one[0], page_geometry(document[one[0]]).to_user(one[1]))
            for one in boxes
        ]


def _place(page: int, box: UserBox) -> Place:
    return Place(page, (box.x0, box.y0, box.x1, box.y1))


def prepare(writer: Writer, signers: Sequence[SignerSignature]) -> None:
    """Put the empty fields into the revision that is being written."""
    for one in signers:
        lock = one is signers[-1]
        append_signature_field(
            writer,
            SigFieldSpec(
                one.field,
                on_page=one.place.page if one.place else 0,
                box=one.place.box if one.place else None,  # type: ignore[arg-type]  # floats do
                seed_value_dict=SigSeedValueSpec(
                    cert=SigCertConstraints(
                        flags=SigCertConstraintFlags.SUBJECT,
                        subjects=[_certificate(one.credential)],
                    )
                ),
                field_mdp_spec=_LOCK if lock else None,
                doc_mdp_update_value=MDPPerm.NO_CHANGES if lock else None,
                readable_field_name=one.title,
            ),
        )


async def sign(
    pdf: io.BytesIO,
    one: SignerSignature,
    *,
    at: datetime,
    locks: bool,
    timestamper: HttpTimestamper | None,
) -> io.BytesIO:
    """Return the file with the field of one signer signed in a revision of its own.

    Args:
        pdf: The file with the empty field.
        one: Whose signature.
        at: Claimed signing time.
        locks: Nothing may be changed afterwards.
        timestamper: Vouches for the time.
    """
    signer = KeySigner(one.credential)
    attributes = PdfCMSSignedAttributes(signing_time=at)
    reserved = RESERVED_WITH_TIMESTAMP
    if timestamper is None:
        trial = await signer.async_sign(
            bytes(32), signer.digest, use_pades=True, signed_attr_settings=attributes
        )
        reserved = 2 * (len(trial.dump()) + _SLACK)
    steps = cms_embedder.PdfCMSEmbedder().write_cms(
        field_name=one.field, writer=Writer(pdf), existing_fields_only=True
    )
    next(steps)
    placeholder = SignatureObject(
        bytes_reserved=reserved,
        subfilter=SigSeedSubFilter.PADES,
        timestamp=at,
        reason=one.reason,
        app_build_props=BuildProps(name=BUILT_BY),
    )
    policy = cms_embedder.SigMDPSetup(
        md_algorithm=signer.digest,
        field_lock=_LOCK if locks else None,
        docmdp_perms=MDPPerm.NO_CHANGES if locks else None,
    )
    # Without an appearance setup the field stays as the seal has seen it.
    steps.send(cms_embedder.SigObjSetup(sig_placeholder=placeholder, mdp_setup=policy))
    output = io.BytesIO()
    digest, _ = steps.send(cms_embedder.SigIOSetup(md_algorithm=signer.digest, output=output))
    steps.send(
        await signer.async_sign(
            digest.document_digest,
            signer.digest,
            use_pades=True,
            signed_attr_settings=attributes,
            timestamper=timestamper,
        )
    )
    return output


def _certificate(credential: Credential) -> x509.Certificate:
    return x509.Certificate.load(pem.unarmor(credential.cert_pem)[2])
