"""What a crash or the clock has left undone: done by the server in the background, or by cron."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.errors import SygnError
from sygn_cli.services import documents, progress, sending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

_LOG: Final = logging.getLogger(__name__)


def resume(runtime: Runtime, *, stopped: Callable[[], bool] = bool) -> int:
    """Seal what everyone has signed, expire what is overdue, remind who is late.

    Before that the store finishes what dead processes left and throws away what is left of them.

    Args:
        runtime: Where to look.
        stopped: Whether to leave the rest to the next time; asked before each document.

    Returns:
        How many documents changed.
    """
    try:
        runtime.store.tend(now=runtime.clock.now(), stopped=stopped)
        if stopped():
            return 0  # to ask who is due may take as long, where the index has to be made
        progress.sweep(runtime)
    except SygnError as error:
        _LOG.warning("the workspace could not be tidied: %s", error.message)
    return sum(1 for _ in attend(runtime, stopped=stopped))


def attend(
    runtime: Runtime, *, links_are_shown: bool = False, stopped: Callable[[], bool] = bool
) -> Iterator[tuple[Document, Sequence[Signer]]]:
    """Yield each open document that was sealed or expired just now, or whose signers were reminded.

    One document that cannot be helped does not keep the others waiting.

    Args:
        runtime: Where to look.
        links_are_shown: Somebody passes the links on where no mail goes out.
        stopped: Whether to leave the rest to the next time; asked before each document.
    """
    is_heard = links_are_shown or runtime.mails.mailer.delivers
    days = runtime.settings.reminders if is_heard else ()
    for before in runtime.store.due(days=days, now=runtime.clock.now()):
        if stopped():
            return
        try:
            document = before
            reminded: Sequence[Signer] = ()
            if before.awaits_seal or before.is_overdue(runtime.clock.now()):
                document = documents.get(runtime, before.id)
            else:
                document, reminded = sending.remind_if_due(
                    runtime, before, links_are_shown=links_are_shown
                )
        except SygnError as error:
            _LOG.warning("document %s could not be resumed: %s", before.id, error.message)
            continue
        if reminded or document.status is not before.status:
            yield document, reminded
