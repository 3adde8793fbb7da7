"""Whose field it is: the party named by the block in which a field stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sygn_cli.engine.detect.blanks import Blank
    from sygn_cli.engine.detect.sheet import Sheet


def assign(pages: list[tuple[Sheet, list[Blank]]], language: str) -> None:
    """Set the party of every blank."""
