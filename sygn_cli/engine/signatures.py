"""The signatures of a PDF as they lie in the file, for tools that know nothing of PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Final

from asn1crypto import parser
from pyhanko.pdf_utils.reader import PdfFileReader

from sygn_cli.domain.errors import Tampered

TIMESTAMP: Final = "ETSI.RFC3161"


@dataclass(frozen=True, slots=True)
class Embedded:
    """One signature or document timestamp.

    Attributes:
        name: Of its field.
        kind: The signature dictionary's /SubFilter, for example "ETSI.CAdES.detached".
        byte_range: Offset and length of the two signed stretches (ISO 32000-2, 12.8.1).
        der: The CMS container, without the zeros behind it.
    """

    name: str
    kind: str
    byte_range: tuple[int, int, int, int]
    der: bytes = field(repr=False)


def signatures(pdf: bytes) -> list[Embedded]:
    """Return the signatures in their order.

    Raises:
        Tampered: They cannot be read.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        return [_embedded(one) for one in reader.embedded_signatures]
    except Exception as error:  # pyHanko leaks anything on damaged files
        raise Tampered("The signatures of the PDF cannot be read.") from error


def _embedded(one) -> Embedded:  # type: ignore[no-untyped-def]
    contents = bytes(one.pkcs7_content)
    start, before, behind, rest = (int(number) for number in one.byte_range)
    return Embedded(
        name=str(one.field_name),
        kind=str(one.sig_object["/SubFilter"]).removeprefix("/"),
        byte_range=(start, before, behind, rest),
        der=contents[: parser.peek(contents)],
    )
