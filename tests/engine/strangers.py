"""Keys and signatures of people whom the workspace does not know."""

import asyncio
import io
from datetime import timedelta

import pymupdf
from asn1crypto import pem, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore


def self_signed(name, key, *, at):
    subject = cx509.Name([cx509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only", "key_cert_sign", "crl_sign"), False)  # fmt: skip
    builder = (
        cx509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1000))
        .add_extension(
            cx509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
    )
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, digest).public_bytes(serialization.Encoding.PEM)


def sign_like_others(pdf, credential, *, field, meta=None, before=None):
    """Return the PDF with one more signature, made by pyHanko and not by us.

    ``before`` may change the writer first, which is how shadow attacks work.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    if before is not None:
        before(writer)
    store = SimpleCertificateStore()
    store.register_multiple(_asn1(one) for one in credential.chain_pem)
    signer = signers.SimpleSigner(
        signing_cert=_asn1(credential.cert_pem),
        signing_key=_key(credential.key_pem),
        cert_registry=store,
    )
    settings = signers.PdfSignatureMetadata(
        field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", **(meta or {})
    )
    output = asyncio.run(
        signers.PdfSigner(
            settings, signer=signer, new_field_spec=SigFieldSpec(field)
        ).async_sign_pdf(writer)
    )
    return output.getvalue()


def timestamped(pdf, authority):
    """Return the PDF with a document timestamp by somebody whom anybody may ask for one."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    stamper = signers.PdfTimeStamper(authority.stamper)
    output = asyncio.run(stamper.async_timestamp_pdf(writer, "sha256", None))
    return output.getvalue()


def form_with_price(price):
    """Return a PDF with a text field."""
    document = pymupdf.open()
    page = document.new_page()
    widget = pymupdf.Widget()
    widget.field_name, widget.field_type = "price", 7  # 7: text
    widget.rect, widget.field_value = pymupdf.Rect(72, 100, 200, 120), price
    page.add_widget(widget)
    return document.tobytes()


def with_price(pdf, price):
    """Return the PDF with another price in a revision, as a reader that fills in forms does it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    fields = writer.root["/AcroForm"]["/Fields"]
    field = next(one for one in (fields[i] for i in range(len(fields))) if one["/T"] == "price")
    look = generic.StreamObject(
        dict_data={
            generic.NameObject("/Type"): generic.NameObject("/XObject"),
            generic.NameObject("/Subtype"): generic.NameObject("/Form"),
            generic.NameObject("/BBox"): generic.ArrayObject(
                generic.NumberObject(one) for one in (0, 0, 128, 20)
            ),
        },
        stream_data=f"/Tx BMC BT /Helv 12 Tf 2 5 Td ({price}) Tj ET EMC".encode(),
    )
    field["/V"] = generic.pdf_string(price)
    field["/AP"] = generic.DictionaryObject({generic.NameObject("/N"): writer.add_object(look)})
    writer.update_container(field)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def with_form(pdf, change):
    """Return the PDF with a revision in which the dictionary of its form is another."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    form = writer.root["/AcroForm"]
    change(form)
    writer.update_container(form)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _asn1(cert_pem):
    return x509.Certificate.load(pem.unarmor(cert_pem)[2])


def _key(key_pem):
    from asn1crypto import keys

    return keys.PrivateKeyInfo.load(pem.unarmor(key_pem)[2])
