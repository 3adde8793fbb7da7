"""Opening a private address in the browser without showing it to other users of the machine."""

from __future__ import annotations

import html
import tempfile
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import ExitStack

_PAGE = """<!doctype html>
<meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>sygn</title>
<meta http-equiv="refresh" content="0; url={url}">
<a href="{url}">sygn</a>
"""


def open_privately(url: str, until: ExitStack) -> bool:
    """Open an address that holds a secret; return whether there is a browser.

    The arguments of a process can be read by everybody on the machine, so the browser is given a
    file that leads on. Only its owner may read it, and it goes when ``until`` ends.
    """
    folder = until.enter_context(tempfile.TemporaryDirectory(prefix="sygn-"))
    page = Path(folder, "open.html")
    page.write_text(_PAGE.format(url=html.escape(url)), encoding="utf-8")
    return webbrowser.open(page.as_uri())
