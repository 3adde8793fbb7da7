"""Tell the PAdES level of a file from what is in it, not from what anybody claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError

from sygn_cli.engine.level import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyhanko.pdf_utils.reader import PdfFileReader

    from sygn_cli.engine.examine import Examined


def security_store(reader: PdfFileReader) -> DocumentSecurityStore | None:
    """Return the certificates and revocation lists in the file; None where there are none.

    Raises:
        Exception: Whatever pyHanko leaks on a damaged store.
    """
    try:
        return DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return None


def level_of(examined: Sequence[Examined]) -> Level:
    """Return the level of the weakest signature, its timestamp trusted or not.

    Levels above B-T need trusted roots for the signer and for the timestamp.
    """
    own = [one for one in examined if not one.is_document_timestamp]
    if not own or not all(one.finding.timestamped_at for one in own):
        return Level.B_B
    if not all(one.long_term for one in own):
        return Level.B_T
    last = examined[-1]
    return Level.B_LTA if last.is_document_timestamp and last.long_term else Level.B_LT
