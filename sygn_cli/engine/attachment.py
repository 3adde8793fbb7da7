"""A file that travels inside a sealed PDF."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the sealed PDF."""

    name: str
    content: bytes = field(repr=False)
    description: str = ""
    media_type: str = "application/octet-stream"
