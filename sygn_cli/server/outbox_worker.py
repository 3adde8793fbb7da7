"""The thread of ``sygn serve`` that does what committed events have left to do."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sygn_cli.services import mail_delivery, maintenance, webhook_delivery
from sygn_cli.store import mails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.services.runtime import Runtime
    from sygn_cli.store.outbox import Job

_LOG: Final = logging.getLogger("sygn.outbox")
_THREADS: Final = 8  # they wait for receivers, most of the time
# A few in line for each thread, so that the folder is not read again for each job. The last in
# line is tried before its lease ends: 3 rounds of 15 s against 90 s.
_IN_HAND: Final = 3 * _THREADS
# Mail servers mind many connections at once; and one that hangs must not hold all threads.
_LETTERS_IN_HAND: Final = 3
_PAUSE: Final = 0.5  # seconds between looks at an empty outbox
_TIDY_EVERY: Final = 60.0  # seconds
_RESUME_EVERY: Final = 600.0  # seconds; deadlines that pass while nobody looks are told by then

_BREATH: Final = 0.001  # seconds between two documents that are looked at


class OutboxWorker:
    """Delivers until it is stopped; any number may work on one workspace.

    Args:
        runtime: What it works with.
        pause: Seconds between looks at an outbox with nothing due.
    """

    def __init__(self, runtime: Runtime, *, pause: float = _PAUSE) -> None:
        self._runtime = runtime
        self._pause = pause
        self._stopped = threading.Event()
        self._wake = threading.Condition()
        self._in_hand = 0
        self._letters_in_hand = 0
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="sygn-outbox")
        self._thread = threading.Thread(target=self._run, name="sygn-outbox")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End what is being sent, leave the rest for the next process, and return."""
        self._stopped.set()
        with self._wake:
            self._wake.notify_all()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        tidy_at = time.monotonic()
        resume_at = tidy_at + _RESUME_EVERY  # `sygn serve` does so at its start
        while not self._stopped.is_set():
            busy = False
            try:
                now = time.monotonic()
                if now >= tidy_at:
                    tidy_at = now + _TIDY_EVERY
                    self._tidy()
                if now >= resume_at:
                    resume_at = now + _RESUME_EVERY
                    self._pool.submit(self._resume)
                busy = self._take()
            except Exception:  # noqa: BLE001 - a full disk must not end the deliveries for good
                _LOG.exception("the outbox could not be worked on")
            if not busy:
                with self._wake:
                    self._wake.wait_for(self._stopped.is_set, timeout=self._pause)

    def _resume(self) -> None:
        try:
            resume(self._runtime, self._stopped)
        except Exception:  # noqa: BLE001 - it comes again, and nobody asks the pool what became of it
            _LOG.exception("what is due in the documents could not be done")

    def _tidy(self) -> None:
        """Make the jobs of processes that died after a commit; forget old deliveries."""
        self._runtime.store.heal()
        webhook_delivery.forget_old(self._runtime)
        mail_delivery.forget_old(self._runtime)

    def _take(self) -> bool:
        """Take in hand what is due; wait first until there is a hand free."""
        with self._wake:
            self._wake.wait_for(lambda: self._in_hand <= _THREADS or self._stopped.is_set())
            free = _IN_HAND - self._in_hand
            letters_free = _LETTERS_IN_HAND - self._letters_in_hand
        if self._stopped.is_set():
            return False
        letters = mail_delivery.claim(self._runtime, limit=letters_free) if letters_free else []
        jobs = [*letters, *webhook_delivery.claim(self._runtime, limit=free)]
        with self._wake:
            self._in_hand += len(jobs)
            self._letters_in_hand += len(letters)
        for job in jobs:
            self._pool.submit(self._do, job)
        return bool(jobs)

    def _do(self, job: Job) -> None:
        try:
            if job.kind == mails.KIND:
                mail_delivery.deliver(self._runtime, job)
            else:
                webhook_delivery.deliver(self._runtime, job)
        except Exception:  # noqa: BLE001 - its lease ends, and it is due again
            _LOG.exception("the job %s will be tried again", job.id)
        finally:
            with self._wake:
                self._in_hand -= 1
                self._letters_in_hand -= job.kind == mails.KIND
                self._wake.notify_all()


def resume(runtime: Runtime, stopped: threading.Event) -> None:
    """Do what is due in all documents, and let whoever asks for a page go first."""
    maintenance.resume(runtime, stopped=lambda: stopped.wait(_BREATH))


@contextmanager
def working(runtime: Runtime) -> Iterator[None]:
    """Deliver while the block runs."""
    worker = OutboxWorker(runtime)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
