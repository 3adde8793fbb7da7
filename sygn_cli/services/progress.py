"""Keeping what a signer has entered, until it is handed in or of no use any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import progress as rules
from sygn_cli.domain.errors import NotFound, SygnError
from sygn_cli.domain.progress import Progress
from sygn_cli.services import links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime


def of(runtime: Runtime, document: Document, signer: Signer) -> Progress | None:
    """Return what a signer entered through their present link, if they are still at work."""
    if not rules.is_at_work(document, signer, now=runtime.clock.now()):
        return None
    kept = runtime.progress.get(document.id, signer.id)
    return kept if kept and kept.generation == signer.link_generation else None


def save(
    runtime: Runtime, token: str, marks: Mapping[str, object], *, revision: int
) -> tuple[Progress, bool]:
    """Keep what a signer has entered so far.

    Args:
        runtime: Where to keep it.
        token: The signer's link.
        marks: By field id.
        revision: What the page had last seen; 0 for nothing.

    Returns:
        What is kept now, and whether it is what was given: it is not where another page has
        saved something since, which this one has to take in first.

    Raises:
        NotFound, StateConflict: The link is not good, or the signer is not at work.
        InvalidRequest: It is not understood.
        WorkspaceUnusable: It cannot be written.
    """
    document, signer = links.open_token(runtime, token)
    # Signing and voiding hold the same lock, so that nothing is kept after the end.
    with runtime.store.exclusive(document.id):
        document, signer = links.open_token(runtime, token)
        rules.require_at_work(document, signer, now=runtime.clock.now())
        kept = of(runtime, document, signer)
        present = kept.revision if kept else 0
        if kept and revision != present:
            return kept, False
        fresh = Progress(
            max(present, revision) + 1,
            signer.link_generation,
            rules.fitting(document, signer, marks),
        )
        runtime.progress.put(document.id, signer.id, fresh)
    return fresh, True


def sweep(runtime: Runtime) -> int:
    """Forget what is of no use any more; return how much that was."""
    gone = 0
    for document_id, signer_id in list(runtime.progress.all()):
        if not _is_wanted(runtime, document_id, signer_id):
            runtime.progress.remove(document_id, signer_id)
            gone += 1
    return gone


def _is_wanted(runtime: Runtime, document_id: str, signer_id: str) -> bool:
    try:
        document = runtime.store.load(document_id)
        return of(runtime, document, document.signer(signer_id)) is not None
    except NotFound:
        return False
    except SygnError:  # damaged: the check of the workspace tells of that
        return True
