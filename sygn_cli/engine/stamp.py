"""Draw the marks into the original files and make one flat PDF of them, ready to be sealed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sygn_cli.domain.field import Field
    from sygn_cli.domain.mark import Mark


@dataclass(frozen=True, slots=True)
class Stamp:
    """One mark and where it goes.

    Attributes:
        picture: PNG bytes where the mark is a ``Picture``.
    """

    field: Field
    mark: Mark
    picture: bytes | None = dataclasses.field(default=None, repr=False)


def stamp(
    files: Sequence[bytes],
    stamps: Sequence[Stamp],
    *,
    title: str,
    sandbox: bool = False,
    created_at: datetime | None = None,
) -> bytes:
    """Return one flattened PDF of all files with all marks, without scripts and other actions.

    The same input gives the same bytes.

    Args:
        files: The original PDFs in order; ``Field.file`` counts from 1.
        stamps: What to draw, in this order.
        title: Title of the result.
        sandbox: Write a light SANDBOX across each page.
        created_at: Date for the document information; none is written without it.

    Raises:
        InvalidRequest: A field lies in no file or on no page, or a picture is missing or no PNG.
        PdfRefused: A file cannot be rewritten.
    """
    raise NotImplementedError
