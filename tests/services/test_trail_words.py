"""A trail is told to whoever holds the file, by the names that people had at each moment."""

from __future__ import annotations

import pytest

from sygn_cli.domain.audit import Entry, Event, EventType, chain
from sygn_cli.languages import translator
from sygn_cli.services import trail_words
from tests.server.stage import START

SIGNER = {"kind": "signer", "id": "s1"}


def trail(*entries: Entry) -> list[Event]:
    events: list[Event] = []
    for entry in entries:
        after = events[-1] if events else None
        events.append(chain(entry, doc="doc_x", after=after, at=START))
    return events


def told(*entries: Entry, locale: str = "") -> list[tuple[str, str]]:
    return list(trail_words.told(trail(*entries), translator(locale)))


CREATED = Entry(
    EventType.CREATED, {"kind": "operator"}, {"signers": [{"id": "s1", "name": "Ada Lovelace"}]}
)


def test_everybody_has_their_name_at_that_moment():
    passed_on = Entry(
        EventType.DELEGATED, SIGNER, {"signer": "s1", "from_name": "Ada", "name": "Alan Turing"}
    )
    seen = Entry(EventType.VIEWED, SIGNER, {})
    assert [who for _, who in told(CREATED, seen, passed_on, seen)] == [
        "Sender",
        "Ada Lovelace",
        "Ada Lovelace",
        "Alan Turing",
    ]


def test_it_is_told_in_the_readers_language():
    signed = Entry(EventType.SIGNED, SIGNER, {})
    sealed = Entry(EventType.SEALED, {"kind": "system"}, {})
    assert told(CREATED, signed, sealed, locale="de") == [
        ("Das Dokument wurde erstellt", "Absender"),
        ("Das Dokument wurde unterschrieben", "Ada Lovelace"),
        ("Die unterschriebene Datei wurde versiegelt", "sygn"),
    ]


def test_who_was_given_new_secrets_need_not_have_been_locked_out():
    renewed, unlocked = (
        Entry(EventType.IDENTITY_UNLOCKED, {"kind": "operator"}, {"signer": "s1", "renewed": one})
        for one in (True, False)
    )
    assert told(renewed, unlocked) == [
        ("New secrets were given out by the sender", "Sender"),
        ("The page was unlocked by the sender", "Sender"),
    ]


@pytest.mark.parametrize(
    ("kind", "actor", "data"),
    [
        (EventType.CREATED, {}, {"signers": "nobody"}),
        (EventType.CREATED, {"kind": 7}, {"signers": [7, {"name": ["Ada"]}, {"id": {}}]}),
        (EventType.DELEGATED, {"kind": "signer", "id": []}, {"signer": [], "name": {}}),
        (EventType.PURGED, {"id": "s9", "kind": "signer"}, {}),
    ],
)
def test_a_chain_that_somebody_else_wrote_breaks_nothing(kind, actor, data):
    ((words, who),) = told(Entry(kind, actor, data))
    assert isinstance(words, str)
    assert isinstance(who, str)
