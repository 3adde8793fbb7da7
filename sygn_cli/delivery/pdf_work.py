"""PDF work in child processes, started when the first PDF comes."""

from __future__ import annotations

import atexit
import threading
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from sygn_cli.engine.worker import Workers

P = ParamSpec("P")
T = TypeVar("T")


class LazyWorkers:
    """The engine's worker processes, made on first use so that ``status`` starts none.

    Args:
        size: How many at most.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._workers: Workers | None = None
        self._lock = threading.Lock()

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function in a worker.

        Raises:
            PdfRefused: It exceeded its limits or died.
            SygnError: What the function raised.
        """
        return self._started().call(function, *args, **kwargs)

    def _started(self) -> Workers:
        with self._lock:
            if self._workers is None:
                from sygn_cli.engine.worker import Workers  # noqa: PLC0415

                self._workers = Workers(self._size)
                atexit.register(self._workers.close)
            return self._workers
