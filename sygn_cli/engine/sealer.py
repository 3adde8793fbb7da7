"""Who sealed a file, read from the file itself."""

from __future__ import annotations

import io

from pyhanko.pdf_utils.reader import PdfFileReader


def sealer(pdf: bytes) -> tuple[str, str]:
    """Return SHA-256 and common name of the certificate that made the first signature.

    Args:
        pdf: A file that we have sealed; nothing is checked.
    """
    certificate = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].signer_cert
    return certificate.sha256.hex(), str(certificate.subject.native.get("common_name", ""))
