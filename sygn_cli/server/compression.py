"""Long pages sent compressed: 500 pages of markup are 220 kB, compressed an eighth of that.

Compression can betray a secret to somebody who makes the same answer hold words of theirs
(BREACH, CVE-2013-3587). Of all that is secret only HTML is compressed: its secret is the link
itself, and whoever can ask for the page has that already. Handwriting holds no secret.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from flask import Flask, Response

_WORTHWHILE: Final = 16 * 1024


def compress_long_pages(app: Flask) -> None:
    """Compress HTML for browsers that take it so."""

    @app.after_request
    def compress(answer: Response) -> Response:
        if answer.mimetype != "text/html" and request.endpoint != "looks.looks":
            return answer
        answer.vary.add("Accept-Encoding")
        wanted = request.accept_encodings.quality("gzip") > 0
        if not wanted or answer.is_streamed or len(answer.get_data()) < _WORTHWHILE:
            return answer
        answer.set_data(gzip.compress(answer.get_data(), 5, mtime=0))
        answer.content_encoding = "gzip"
        return answer
