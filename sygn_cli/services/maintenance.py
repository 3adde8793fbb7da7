"""What a crash or the clock has left undone: done by the server in the background, or by cron."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import SygnError
from sygn_cli.domain.listing import Filters
from sygn_cli.services import documents, progress, sending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

_LOG: Final = logging.getLogger(__name__)


def resume(runtime: Runtime) -> int:
    """Seal what everyone has signed, expire what is overdue, remind who is late.

    Before that the store finishes what dead processes left and throws away what is left of them.

    Returns:
        How many documents changed.
    """
    try:
        runtime.store.tend(now=runtime.clock.now())
        progress.sweep(runtime)
    except SygnError as error:
        _LOG.warning("the workspace could not be tidied: %s", error.message)
    return sum(1 for _ in attend(runtime))


def attend(
    runtime: Runtime, *, links_are_shown: bool = False
) -> Iterator[tuple[Document, Sequence[Signer]]]:
    """Yield each open document that was sealed or expired just now, or whose signers were reminded.

    One document that cannot be helped does not keep the others waiting.

    Args:
        runtime: Where to look.
        links_are_shown: Somebody passes the links on where no mail goes out.
    """
    for before in _open(runtime):
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


def _open(runtime: Runtime) -> Iterator[Document]:
    for status in (DocumentStatus.PARTIALLY_SIGNED, DocumentStatus.SENT):
        yield from documents.every(runtime, Filters(status=status))
