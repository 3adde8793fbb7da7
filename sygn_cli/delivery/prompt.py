"""Asking the person at the terminal, if there is one and nothing forbids it."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_possible(environment: Mapping[str, str]) -> bool:
    """Tell whether somebody sits there who may be asked."""
    # A server's threads must not stop at a prompt that nobody looks at.
    alone = threading.current_thread() is threading.main_thread()
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    return alone and is_terminal and not environment.get("SYGN_NO_INPUT")


def secret(prompt: str, environment: Mapping[str, str]) -> bytes | None:
    """Return what a person types, unseen; None where nobody can be asked or wants to say.

    Raises:
        KeyboardInterrupt: The answer was Ctrl-C.
    """
    if not is_possible(environment):
        return None
    import getpass  # noqa: PLC0415 - rarely needed

    try:
        return getpass.getpass(f"{prompt}: ", sys.stderr).encode()
    except (KeyboardInterrupt, EOFError) as end:
        _end_line()
        if isinstance(end, EOFError):
            return None
        raise


def yes(question: str) -> bool:
    """Return whether a person says yes; asks again until the answer is clear, nothing is a no.

    To be asked only where :func:`is_possible` says so.

    Raises:
        KeyboardInterrupt: The answer was Ctrl-C.
    """
    while True:
        answer = _line(f"{question} [y/N]: ").strip().lower()
        if answer in {"y", "yes"}:
            return True
        if answer in {"", "n", "no"}:
            return False
        _say("Please answer y or n.\n")


def _line(prompt: str) -> str:
    try:
        _say(prompt)
        line = sys.stdin.readline()
    except KeyboardInterrupt:
        _end_line()
        raise
    if not line:
        _end_line()
    return line


def _end_line() -> None:
    """Begin a new line, as the Enter did not that ends other answers."""
    _say("\n")


def _say(words: str) -> None:
    sys.stderr.write(words)
    sys.stderr.flush()
