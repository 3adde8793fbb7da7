"""What a check of the workspace finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Level(StrEnum):
    """How bad a finding is."""

    DAMAGE = "damage"  # something that was recorded is changed or gone
    BROKEN = "broken"  # no evidence, but in the way: it can be made again or taken away
    UNFINISHED = "unfinished"  # a process died; the next use or a repair finishes it
    LITTER = "litter"  # takes space and means nothing
    PURGED = "purged"  # nothing wrong: a document was removed under retention


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        where: A document's id or a part of the workspace.
        what: One sentence.
        path: The file or folder that is meant, where it is one that is no evidence.
    """

    level: Level
    where: str
    what: str
    path: Path | None = field(default=None, compare=False)


def damage(where: str, what: str) -> Finding:
    """Return that something which was recorded is changed or gone."""
    return Finding(Level.DAMAGE, where, what)
