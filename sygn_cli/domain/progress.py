"""Progress: what a signer has entered and not yet handed in.

It is no part of a document and proves nothing: it is what a paper form is on somebody's desk.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import lifecycle
from sygn_cli.domain.errors import ConsentMissing, InvalidRequest, NotFound, StateConflict

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer


# A mark, its strokes, one of them, its points; programs that read JSON give up at some depth.
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Progress:
    """What was entered by one person.

    Attributes:
        revision: Counts from 1 with each change, so that an older page notices a newer one.
        generation: Of the link that it was entered through; another link never sees it.
        marks: By field id, as the signer's page understands them; nobody else relies on them.
    """

    revision: int
    generation: int
    marks: Mapping[str, object]


def is_at_work(document: Document, signer: Signer, *, now: datetime) -> bool:
    """Tell whether a signer has agreed to sign and may do so now."""
    try:
        require_at_work(document, signer, now=now)
    except (StateConflict, NotFound):
        return False
    return True


def require_at_work(document: Document, signer: Signer, *, now: datetime) -> None:
    """Refuse unless a signer has agreed to sign and may do so now.

    Raises:
        StateConflict: It is not their turn, the document has ended, or they have not consented.
    """
    lifecycle.require_turn(document, signer, now=now)
    if not signer.consent_sha256:
        raise ConsentMissing(f"{signer.name} has not agreed to sign electronically.")


def fitting(document: Document, signer: Signer, marks: Mapping[str, object]) -> dict[str, object]:
    """Return what was entered into fields that are this signer's.

    Raises:
        InvalidRequest: Something is no object, or such that the signer's page could not be shown
            again with it; the rest is judged when it is handed in.
    """
    own = {field.id for field in document.fields_of(signer.id)}
    kept = {field_id: one for field_id, one in marks.items() if field_id in own}
    for one in kept.values():
        if not (one is None or isinstance(one, Mapping)) or not _is_plain(one, _DEEPEST):
            raise InvalidRequest("What was entered is not understood.")
    return kept


def _is_plain(value: object, deepest: int) -> bool:
    """Tell whether every reader of JSON takes a value: not too deep, and no infinite numbers."""
    if isinstance(value, float):
        return math.isfinite(value)
    if not isinstance(value, Mapping | list):
        return True
    within = value.values() if isinstance(value, Mapping) else value
    return deepest > 0 and all(_is_plain(one, deepest - 1) for one in within)
