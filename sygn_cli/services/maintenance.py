"""What a crash or the clock has left undone: done at the server's start, in the background."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import SygnError
from sygn_cli.domain.listing import Filters
from sygn_cli.services import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

_LOG: Final = logging.getLogger(__name__)


def resume(runtime: Runtime) -> int:
    """Seal what everyone has signed, expire what is overdue; return how many changed.

    Before that the store finishes what dead processes left and throws away what is left of them.
    One document that cannot be helped does not keep the others waiting.
    """
    changed = 0
    try:
        runtime.store.tend(now=runtime.clock.now())
    except SygnError as error:
        _LOG.warning("the workspace could not be tidied: %s", error.message)
    for document in _open(runtime):
        if not (document.awaits_seal or document.is_overdue(runtime.clock.now())):
            continue
        try:
            changed += documents.get(runtime, document.id).status is not document.status
        except SygnError as error:
            _LOG.warning("document %s could not be resumed: %s", document.id, error.message)
    return changed


def _open(runtime: Runtime) -> Iterator[Document]:
    for status in (DocumentStatus.PARTIALLY_SIGNED, DocumentStatus.SENT):
        yield from documents.every(runtime, Filters(status=status))
