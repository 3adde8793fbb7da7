"""Write one revision into a PDF: the files that travel in it, and one certification signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asn1crypto import crl, x509
from asn1crypto import pem as asn1_pem
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.pdf_byterange import BuildProps, DocumentTimestamp
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sygn_cli.engine import credential as credentials
from sygn_cli.engine.timestamp import LARGEST_TOKEN
from sygn_cli.engine.token import TokenKey

if TYPE_CHECKING:
    import io
    from datetime import datetime

    from sygn_cli.engine.attachment import Attachment
    from sygn_cli.engine.credential import Credential
    from sygn_cli.engine.evidence import Evidence
    from sygn_cli.engine.timestamp import HttpTimestamper

DIGEST: Final = "sha256"  # of document timestamps
FIELD_NAME: Final = "Seal"
# Written into the signature dictionary (/Prop_Build /App), so that verify knows a seal of ours
# and holds it to everything that we promise of ours.
BUILT_BY: Final = "sygn"
_LONGEST_OF_A_TOKEN: Final = 512  # that of an RSA key of 4096 bits
# In hexadecimal: the signature with its own chain, and the timestamp.
RESERVED_WITH_TIMESTAMP: Final = 8 * 1024 + 2 * LARGEST_TOKEN


class Writer(IncrementalPdfFileWriter):
    """Adds one revision, dated by us."""

    def set_modified(self, at: datetime) -> None:
        """Put the moment into the document information, if there is any."""
        reference = self._info
        if reference is not None:
            info = reference.get_object()  # type: ignore[no-untyped-call]  # pyHanko has none
            info["/ModDate"] = generic.pdf_date(at)
            self.mark_update(reference)

    def _update_meta(self) -> None:
        # pyHanko 0.38 writes the time of its own clock here.
        pass


def attach(writer: Writer, attachment: Attachment, at: datetime) -> None:
    """Embed a file as an associated file of the document (ISO 32000-2, 14.13)."""
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


async def certify(
    writer: Writer,
    credential: Credential,
    at: datetime,
    reason: str,
    timestamper: HttpTimestamper | None,
    output: io.BytesIO,
    *,
    permission: MDPPerm = MDPPerm.NO_CHANGES,
) -> None:
    """Write the certified file to ``output``.

    What may be done to it afterwards is nothing, or filling the fields that are there.

    It is not returned: asyncio.run in CPython 3.11 takes the ``repr`` of a task with its result,
    which costs 0.3 s for 25 MB.
    """
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD_NAME,
            certify=True,
            docmdp_permissions=permission,
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm=_digest_name(credential),
            reason=reason,
            app_build_props=BuildProps(name=BUILT_BY),
        ),
        signer=KeySigner(credential),
        timestamper=timestamper,
        new_field_spec=SigFieldSpec(FIELD_NAME),
    )
    session = signer.init_signing_session(writer)
    session.system_time = at
    if timestamper is None:
        reserved = await session.estimate_signature_container_size(None)
    else:
        # An estimate would ask the authority for one more timestamp.
        reserved = RESERVED_WITH_TIMESTAMP
    document = session.prepare_tbs_document(None, reserved)
    digest, _ = document.digest_tbs_document(output=output)
    await document.perform_signature(
        digest.document_digest, PdfCMSSignedAttributes(signing_time=at)
    )


def add_evidence(writer: Writer, evidence: Evidence) -> None:
    """Put certificates and revocation lists into the document security store, or add to it."""
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        sig_contents=None,
        certs=[x509.Certificate.load(der) for der in evidence.certificates],
        crls=[crl.CertificateList.load(der) for der in evidence.crls],
    )


async def add_timestamp(
    writer: Writer, timestamper: HttpTimestamper, name: str, output: io.BytesIO
) -> None:
    """Write the file with a document timestamp over all of it (ISO 32000-2, 12.8.5).

    Raises:
        NetworkFailed: The authority fails.
    """
    placeholder = DocumentTimestamp(bytes_reserved=2 * LARGEST_TOKEN)  # type: ignore[no-untyped-call]  # pyHanko has none
    build = generic.DictionaryObject()  # type: ignore[no-untyped-call]
    build["/App"] = BuildProps(name=BUILT_BY).as_pdf_object()
    placeholder["/Prop_Build"] = build
    steps = cms_embedder.PdfCMSEmbedder(new_field_spec=SigFieldSpec(name)).write_cms(
        field_name=name, writer=writer, existing_fields_only=False
    )
    next(steps)
    steps.send(cms_embedder.SigObjSetup(sig_placeholder=placeholder))
    digest, _ = steps.send(cms_embedder.SigIOSetup(md_algorithm=DIGEST, output=output))
    steps.send(await timestamper.async_timestamp(digest.document_digest, DIGEST))


def _digest_name(credential: Credential) -> str:
    # RFC 8419, 2.3: Ed25519 signs over SHA-512.
    key = credentials.signing_key(credential)
    return "sha512" if isinstance(key, ed25519.Ed25519PrivateKey) else "sha256"


class KeySigner(signers.Signer):
    """Signs with a key that stays loaded: pyHanko's own signer reads it anew, twice a seal."""

    def __init__(self, credential: Credential) -> None:
        chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko has none
        chain.register_multiple(map(_asn1, credential.chain_pem))
        self._key = credentials.signing_key(credential)
        self.digest = _digest_name(credential)
        super().__init__(signing_cert=_asn1(credential.cert_pem), cert_registry=chain)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,
    ) -> bytes:
        """Return the signature of the data, or as many bytes if only its length is asked for."""
        if dry_run and isinstance(self._key, TokenKey):
            return bytes(_LONGEST_OF_A_TOKEN)
        digest = hashes.SHA512() if digest_algorithm == "sha512" else hashes.SHA256()
        return credentials.sign(self._key, data, digest)


def _asn1(cert_pem: bytes) -> x509.Certificate:
    _, _, der = asn1_pem.unarmor(cert_pem)
    return x509.Certificate.load(der)
