"""Questions from signers to the sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain import questions
from sygn_cli.services import links

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
    from sygn_cli.services.runtime import Runtime


def ask(runtime: Runtime, token: str, question: str, *, evidence: Evidence) -> Document:
    """Record what a signer asks; asked twice in a row it counts once.

    Raises:
        NotFound: The link is unknown or was replaced.
        StateConflict, InvalidRequest: As for the rule in the domain.
    """
    document, _ = links.open_token(runtime, token)
    with runtime.store.exclusive(document.id):
        document, signer = links.open_token(runtime, token)
        entry = questions.ask(
            document,
            signer,
            question,
            salt=runtime.clock.entropy(questions.SALT_BYTES),
            now=runtime.clock.now(),
            evidence=evidence,
        )
        if entry is None:
            return document
        return runtime.store.commit(document, entry, at=runtime.clock.now())
