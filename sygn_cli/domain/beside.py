"""What happens beside the signing and stays known: hand-overs and questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Delegation:
    """One hand-over, as it happened.

    Attributes:
        seq: Number of the event that records it.
        signer: Id of the signer, who has another name from then on.
        generation: Of the link that works from then on; the one before is dead.
        by_operator: The sender did it, not the signer.
    """

    seq: int
    at: datetime
    signer: str
    generation: int
    from_name: str
    from_email: str
    name: str
    email: str
    reason: str = ""
    by_operator: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a signer asked.

    Attributes:
        seq: Number of the event that records it.
        signer: Id of who asked.
    """

    seq: int
    at: datetime
    signer: str
    text: str
