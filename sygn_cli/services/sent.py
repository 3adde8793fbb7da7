"""What is left to do with a job once something was sent: a line in a log, and the end of the job.

First the log, then the job: who dies in between sends twice, and forgets nothing. But what was sent
is sent: a log that cannot be written is no reason to send it again.
"""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import NotFound, SygnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sygn_cli.services.runtime import Runtime
    from sygn_cli.services.webhook_ports import Jobs
    from sygn_cli.store.outbox import Job

_LOG: Final = logging.getLogger("sygn.outbox")


def close(
    runtime: Runtime,
    jobs: Jobs,
    job: Job,
    *,
    document_id: str,
    note: Callable[[], None],
    next_at: datetime | None,
    counts: bool = True,
) -> bool:
    """Write down what became of a job that was claimed, and forget it or put it off.

    Args:
        runtime: Where the document is.
        jobs: Where the job is.
        job: As it was claimed.
        document_id: What it is about, "" for no document; once that was purged nothing more is
            written of it.
        note: Writes the line.
        next_at: When it is tried again; None if it is not.
        counts: Whether this was an attempt.

    Returns:
        Whether the document is still there.
    """
    with contextlib.ExitStack() as held:
        with only_told(f"{job.id} could not be kept apart from a purge"):
            held.enter_context(jobs.held())
        is_there = not is_gone(runtime, document_id)
        if is_there:
            with only_told(f"what became of {job.id} could not be written down"):
                note()
        if is_there and next_at is not None:
            jobs.retry(job, at=next_at, counts=counts)
        else:
            jobs.acknowledge(job)
    return is_there


def is_gone(runtime: Runtime, document_id: str) -> bool:
    """Tell whether a document was purged; one that cannot be read is there.

    What is about no document, such as a message that tests an endpoint, goes with none.
    """
    if not document_id:
        return False
    try:
        runtime.store.resolve(document_id)
    except NotFound:
        return True
    except SygnError:
        return False
    return False


@contextlib.contextmanager
def only_told(what: str) -> Iterator[None]:
    """Go on if the block fails for want of a disk, and say so in the log."""
    try:
        yield
    except (OSError, SygnError) as error:
        _LOG.warning("%s: %s", what, error)
