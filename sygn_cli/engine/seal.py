"""Seal a PDF: embed the evidence and certify both with one PAdES signature."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from asn1crypto import pem as asn1_pem
from asn1crypto import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_byterange import BuildProps
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import NetworkFailed, SealFailed, SygnError
from sygn_cli.engine import credential as credentials
from sygn_cli.engine.timestamp import HttpTimestamper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.engine.credential import Credential

TRAIL_NAME: Final = "audit.jsonl"
FIELD_NAME: Final = "Seal"
# Written into the signature dictionary (/Prop_Build /App), so that verify knows a seal of ours
# and holds it to everything that we promise of ours.
BUILT_BY: Final = "sygn"
_RESERVED_WITH_TIMESTAMP: Final = 2 * 16 * 1024


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the sealed PDF."""

    name: str
    content: bytes = field(repr=False)
    description: str = ""
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed PDF.

    Attributes:
        level: PAdES baseline level that was reached: "B-B" or "B-T".
        timestamp_error: Why a wanted timestamp is missing, "" otherwise.
    """

    pdf: bytes = field(repr=False)
    sha256: str
    level: str
    timestamp_error: str = ""


def seal(
    pdf: bytes,
    credential: Credential,
    *,
    at: datetime,
    reason: str,
    attachments: Sequence[Attachment] = (),
    tsa_urls: Sequence[str] = (),
) -> Sealed:
    """Return the PDF with the attachments, certified so that no change is allowed (DocMDP P=1).

    Args:
        pdf: A flat, unsigned PDF, as ``stamp`` makes it.
        credential: Whose signature the seal is.
        at: Claimed signing time.
        reason: Why, for the signature dictionary.
        attachments: Embedded as associated files; the trail's name is ``TRAIL_NAME``.
        tsa_urls: Time-stamping authorities, tried in order; the seal falls back to B-B when none
            of them answers.

    Raises:
        SealFailed: The credential or the PDF cannot be used.
    """
    failures = []
    for url in tsa_urls:
        try:
            sealed = _sealed(pdf, credential, at, reason, attachments, HttpTimestamper(url))
        except NetworkFailed as error:
            failures.append(error.message)
        else:
            return Sealed(sealed, sha256(sealed), "B-T")
    sealed = _sealed(pdf, credential, at, reason, attachments, None)
    return Sealed(sealed, sha256(sealed), "B-B", timestamp_error=" ".join(failures))


def _sealed(
    pdf: bytes,
    credential: Credential,
    at: datetime,
    reason: str,
    attachments: Sequence[Attachment],
    timestamper: HttpTimestamper | None,
) -> bytes:
    try:
        writer = _Writer(io.BytesIO(pdf))
        for one in attachments:
            _attach(writer, one, at)
        writer.set_modified(at)
        output = io.BytesIO()
        asyncio.run(_certify(writer, credential, at, reason, timestamper, output))
        return output.getvalue()
    except SygnError:
        raise
    except Exception as error:  # pyHanko leaks KeyError, ValueError, TypeError and more
        raise SealFailed(f"The PDF could not be sealed: {error}") from error


class _Writer(IncrementalPdfFileWriter):
    """Adds one revision, dated by us."""

    def set_modified(self, at: datetime) -> None:
        reference = self._info
        if reference is not None:
            info = reference.get_object()  # type: ignore[no-untyped-call]  # pyHanko has none
            info["/ModDate"] = generic.pdf_date(at)
            self.mark_update(reference)

    def _update_meta(self) -> None:
        # pyHanko 0.38 writes the time of its own clock here.
        pass


def _attach(writer: _Writer, attachment: Attachment, at: datetime) -> None:
    embedded = EmbeddedFileObject.from_file_data(
        writer,
        attachment.content,
        mime_type=attachment.media_type,
        params=EmbeddedFileParams(creation_date=at, modification_date=at),
    )
    spec = FileSpec(
        file_spec_string=attachment.name,
        file_name=attachment.name,
        embedded_data=embedded,
        description=attachment.description,
        af_relationship=generic.NameObject("/Supplement"),
    )
    embed_file(writer, spec)


async def _certify(
    writer: _Writer,
    credential: Credential,
    at: datetime,
    reason: str,
    timestamper: HttpTimestamper | None,
    output: io.BytesIO,
) -> None:
    """Write the certified file to ``output``.

    It is not returned: asyncio.run in CPython 3.11 takes the ``repr`` of a task with its result,
    which costs 0.3 s for 25 MB.
    """
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD_NAME,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm=_digest_name(credential),
            reason=reason,
            app_build_props=BuildProps(name=BUILT_BY),
        ),
        signer=_Signer(credential),
        timestamper=timestamper,
        new_field_spec=SigFieldSpec(FIELD_NAME),
    )
    session = signer.init_signing_session(writer)
    session.system_time = at
    if timestamper is None:
        reserved = await session.estimate_signature_container_size(None)
    else:
        # An estimate would ask the authority for one more timestamp.
        reserved = _RESERVED_WITH_TIMESTAMP
    document = session.prepare_tbs_document(None, reserved)
    digest, _ = document.digest_tbs_document(output=output)
    await document.perform_signature(
        digest.document_digest, PdfCMSSignedAttributes(signing_time=at)
    )


def _digest_name(credential: Credential) -> str:
    # RFC 8419, 2.3: Ed25519 signs over SHA-512.
    key = credentials.signing_key(credential)
    return "sha512" if isinstance(key, ed25519.Ed25519PrivateKey) else "sha256"


class _Signer(signers.Signer):
    """Signs with a key that stays loaded: pyHanko's own signer reads it anew, twice a seal."""

    def __init__(self, credential: Credential) -> None:
        chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko has none
        chain.register_multiple(map(_asn1, credential.chain_pem))
        self._key = credentials.signing_key(credential)
        super().__init__(signing_cert=_asn1(credential.cert_pem), cert_registry=chain)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: ARG002  pyHanko's signature
    ) -> bytes:
        digest = hashes.SHA512() if digest_algorithm == "sha512" else hashes.SHA256()
        return credentials.sign(self._key, data, digest)


def _asn1(cert_pem: bytes) -> x509.Certificate:
    _, _, der = asn1_pem.unarmor(cert_pem)
    return x509.Certificate.load(der)
