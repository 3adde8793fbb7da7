"""One question to one address on the web, with an end to patience and to the answer."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.parse
import urllib.request
from typing import Final

from sygn_cli.domain.errors import NetworkFailed

PATIENCE: Final = 15.0  # seconds for the whole answer, not for each piece of it


def ask(
    url: str,
    *,
    content: bytes | None = None,
    media_type: str = "",
    largest: int,
    patience: float = PATIENCE,
) -> bytes:
    """Return what an http or https address answers.

    Args:
        url: Whom to ask.
        content: Sent as POST; None for a GET.
        media_type: Of the content.
        largest: Most bytes that the answer may have.
        patience: Seconds until a server that trickles is given up as well.

    Raises:
        NetworkFailed: There is no answer, a late one, or one that is too long.
    """
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise NetworkFailed(f"{url!r} is not an http or https address.")
    found: list[bytes | Exception] = []

    def run() -> None:
        try:
            headers = {"Content-Type": media_type} if media_type else {}
            question = urllib.request.Request(url, data=content, headers=headers)  # noqa: S310
            with urllib.request.urlopen(question, timeout=patience) as answer:  # noqa: S310
                found.append(answer.read(largest + 1))
        except urllib.error.HTTPError as error:
            error.close()  # it holds the connection
            found.append(error)
        except (OSError, ValueError, http.client.HTTPException) as error:
            found.append(error)

    # A socket's timeout starts anew with each byte; only another thread can watch the whole.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience)
    if not found:
        raise NetworkFailed(f"{url} did not answer within {patience:g} seconds.")
    if isinstance(found[0], Exception):
        raise NetworkFailed(f"{url} did not answer: {found[0]}.") from found[0]
    if len(found[0]) > largest:
        raise NetworkFailed(f"{url} answered with more than {largest} bytes.")
    return found[0]
