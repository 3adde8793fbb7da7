"""Credentials and a sealed file that many engine tests look at."""

from datetime import UTC, datetime

import pytest

from sygn_cli.domain.audit import Entry, Event, EventType, chain
from sygn_cli.engine.credential import Credential, make_ca, make_seal_credential
from sygn_cli.engine.seal import TRAIL_NAME, Attachment, Sealed, seal
from sygn_cli.engine.stamp import stamp
from tests.engine.papers import paper

NOON = datetime(2026, 6, 13, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def ca() -> Credential:
    return make_ca("Test workspace", now=NOON)


@pytest.fixture(scope="session")
def credential(ca) -> Credential:
    return make_seal_credential(ca, "Test seal", now=NOON)


@pytest.fixture(scope="session")
def trail() -> bytes:
    events: list[Event] = []
    for type_, actor in (
        (EventType.CREATED, {"kind": "operator"}),
        (EventType.SIGNED, {"kind": "signer", "id": "s1"}),
        (EventType.SIGNED, {"kind": "signer", "id": "s2"}),
    ):
        entry = Entry(type_, actor, {"n": len(events)})
        after = events[-1] if events else None
        events.append(chain(entry, doc="doc_01", after=after, at=NOON))
    return b"".join(event.line() + b"\n" for event in events)


@pytest.fixture(scope="session")
def sealed(credential, trail) -> Sealed:
    return seal(
        stamp([paper()], [], title="A letter"),
        credential,
        at=NOON,
        reason="Everybody has signed",
        attachments=[Attachment(TRAIL_NAME, trail, "Audit trail", "application/jsonl")],
    )
