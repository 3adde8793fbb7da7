"""QR codes of links and verify commands: for pages, for PDFs, for terminals."""

from __future__ import annotations


def svg(text: str) -> str:
    """Return a QR code as one SVG element that scales to its container."""
    raise NotImplementedError


def png(text: str, *, module: int = 8) -> bytes:
    """Return a QR code as PNG, ``module`` pixels a module, quiet zone included."""
    raise NotImplementedError


def terminal(text: str) -> str:
    """Return a QR code in half block characters, dark on light whatever the terminal's theme."""
    raise NotImplementedError
