"""Who sealed a file, read from the file itself."""

from __future__ import annotations

import io

from asn1crypto import pem
from pyhanko.pdf_utils.reader import PdfFileReader


def sealer(pdf: bytes) -> tuple[str, str]:
    """Return SHA-256 and common name of the certificate that made the first signature.

    Args:
        pdf: A file that we have sealed; nothing is checked.
    """
    certificate = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].signer_cert
    return certificate.sha256.hex(), str(certificate.subject.native.get("common_name", ""))


def embedded_roots(pdf: bytes) -> tuple[bytes, ...]:
    """Return which certificates beside its signatures are issued by themselves, PEM.

    Args:
        pdf: A file that we have sealed; nothing is checked.
    """
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    beside = [
        certificate
        for one in signatures
        for certificate in (one.signer_cert, *one.other_embedded_certs)
    ]
    found = (one.dump() for one in beside if one.subject == one.issuer)
    return tuple(dict.fromkeys(pem.armor("CERTIFICATE", one) for one in found))
