"""Run engine functions on foreign PDFs in processes that can be killed.

PyMuPDF is not thread-safe, and a file of 5 kB exists that it never finishes drawing: whatever
comes from outside is read in a child process with limits on time and memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


class Runner(Protocol):
    """Calls engine functions, somewhere."""

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns, or raise what it raises."""
        ...

    def close(self) -> None:
        """End all work."""
        ...


class Inline:
    """Calls functions right here: for tests, and for bytes that we made ourselves."""

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns, or raise what it raises."""
        return function(*args, **kwargs)

    def close(self) -> None:
        """Do nothing."""


class Workers:
    """A few long-lived child processes, each serving one call at a time; safe to share by threads.

    Functions must be importable by name, arguments and results picklable.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        cpu_seconds: int = 15,
        wall_seconds: float = 20.0,
        memory: int = 2**31,
    ) -> None:
        raise NotImplementedError

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the function returns in a child process, or raise the SygnError it raises.

        Raises:
            PdfRefused: The limits were exceeded, or the child died.
        """
        raise NotImplementedError

    def close(self) -> None:
        """End all children, busy or not."""
        raise NotImplementedError
