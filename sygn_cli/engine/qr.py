"""QR codes of links and verify commands: for pages, for PDFs, for terminals."""

from __future__ import annotations

import io
from html import escape

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M

# ISO/IEC 18004, 9.1: four modules of quiet zone; a terminal has its own space around.
_QUIET = 4
_QUIET_TERMINAL = 2
_HALVES = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}


def svg(text: str) -> str:
    """Return a QR code as one SVG element that scales to its container."""
    rows = _modules(text, ERROR_CORRECT_M, _QUIET)
    size = len(rows)
    squares = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
        f'shape-rendering="crispEdges"><title>{escape(text)}</title>'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{squares}"/></svg>'
    )


def png(text: str, *, module: int = 8) -> bytes:
    """Return a QR code as PNG, ``module`` pixels a module, quiet zone included."""
    from PIL import Image  # noqa: PLC0415 - a terminal needs no pictures

    rows = _modules(text, ERROR_CORRECT_M, _QUIET)
    size = len(rows)
    picture = Image.new("L", (size, size))
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    out = io.BytesIO()
    large = picture.resize((size * module, size * module), Image.Resampling.NEAREST)
    large.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def terminal(text: str) -> str:
    """Return a QR code in half block characters, light on the terminal's dark.

    Two modules stand in one character, so that a link of 120 characters takes some 20 lines.
    Cameras of phones read the inverted picture that a light terminal shows, too.
    """
    rows = _modules(text, ERROR_CORRECT_L, _QUIET_TERMINAL)
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    return "\n".join(
        "".join(_HALVES[int(upper), int(lower)] for upper, lower in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    )


def _modules(text: str, correction: int, quiet: int) -> list[list[bool]]:
    """Return the rows of a code, True for dark, with its quiet zone."""
    code = qrcode.QRCode(error_correction=correction, border=quiet)
    code.add_data(text)
    code.make(fit=True)
    return [list(row) for row in code.get_matrix()]
