"""A trail in words for whoever holds the file, and nothing but the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain.audit import EventType
from sygn_cli.services.certificate_view import what_happened, who_did

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sygn_cli.domain.audit import Event
    from sygn_cli.languages import Catalogue


def told(trail: Sequence[Event], say: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield of each event what happened, and who did it as they were called at that moment.

    Args:
        trail: An unbroken chain, which anybody may have written: nothing in it is taken for granted.
        say: The reader's language.
    """
    names: dict[str, str] = {}
    for event in trail:
        names.update(_named(event))
        words = say.sentence(what_happened(event))
        yield words, who_did(event, say, lambda signer: names.get(signer, signer))
        match event.type, event.data:
            case EventType.DELEGATED, {"signer": str(signer), "name": str(name)}:
                names[signer] = name
            case _:
                pass


def _named(event: Event) -> Iterator[tuple[str, str]]:
    signers = event.data.get("signers")
    for one in signers if isinstance(signers, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield str(one.get("id")), one["name"]
