"""Trails as files: what counts, what was never finished, and what is damage.

An event counts from the moment its line feed is on the disk. Bytes behind the last line feed are
an append that did not finish; readers ignore them and the next writer cuts them off. Anything
else that is not what sygn wrote is damage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import audit
from sygn_cli.domain.errors import Tampered

if TYPE_CHECKING:
    from sygn_cli.domain.audit import Event


def split(content: bytes) -> tuple[bytes, bytes]:
    """Return what counts, and what was never finished."""
    end = content.rfind(b"\n") + 1
    return content[:end], content[end:]


def lines(committed: bytes) -> list[bytes]:
    """Return the lines without their line feeds."""
    return committed[:-1].split(b"\n") if committed else []


def events(committed: bytes, *, doc: str) -> list[Event]:
    """Return all events of a document, each checked against the one before.

    Raises:
        Tampered: There are none, or the chain is broken.
    """
    found = list(audit.verify(lines(committed), doc=doc))
    if not found:
        raise Tampered(f"The audit trail of {doc} is empty.")
    return found


def only_event(content: bytes) -> Event:
    """Return the event of a file that holds one line.

    Raises:
        Tampered: It does not.
    """
    committed, rest = split(content)
    if rest or committed.count(b"\n") != 1:
        raise Tampered("A file that should hold one event does not.")
    return audit.parse(committed[:-1])


def last_event(committed: bytes) -> Event:
    """Return the last event, checked only by itself."""
    return audit.parse(lines(committed)[-1])
