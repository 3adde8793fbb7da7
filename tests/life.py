"""A document that lives in memory: what the store does, without a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sygn_cli.domain import audit, consent, evidence, history, ids, lifecycle, mark, proposals
from sygn_cli.domain.audit import Entry, Event
from sygn_cli.domain.document import Document, SourceFile
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DAY = NOW.date().isoformat()
A4 = (595.0, 842.0)


def a_field(field_id: str = "f1", **changes) -> Field:
    values = {
        "type": FieldType.SIGNATURE,
        "page": 1,
        "box": Box(72, 600, 200, 36),
        "signer": "s1",
    }
    return Field(field_id, **{**values, **changes})


def a_proposal(signers: int = 2, **changes) -> proposals.Proposal:
    people = ("Ada Lovelace", "Alan Turing", "Grace Hopper", "Edsger Dijkstra")
    names = [people[n] if n < len(people) else f"Person {n}" for n in range(signers)]
    values = {
        "account": "local",
        "title": "Mutual NDA",
        "files": (SourceFile("nda.pdf", "a" * 64, 1000, (A4, A4)),),
        "invitees": tuple(Invitee(name, f"p{n}@example.com") for n, name in enumerate(names)),
        "fields": tuple(
            a_field(f"f{n}", signer=f"s{n}", box=Box(72, 20 + 36 * n, 200, 30))
            for n in range(1, signers + 1)
        ),
        "expires_at": NOW + timedelta(days=30),
    }
    return proposals.Proposal(**{**values, **changes})


@dataclass
class Life:
    """A document and its trail, changed by entries."""

    id: str = ids.document_id(NOW, b"0123456789")
    state: Document | None = None
    events: list[Event] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)
    now: datetime = NOW

    @property
    def document(self) -> Document:
        assert self.state is not None
        return self.state

    def record(self, entry: Entry | None) -> Document:
        assert entry is not None
        for content in entry.attachments:
            self.blobs[audit.sha256(content)] = content
        after = self.events[-1] if self.events else None
        event = audit.chain(entry, doc=self.id, after=after, at=self.now)
        self.state = history.evolve(self.state, event, self.blobs.__getitem__)
        self.events.append(event)
        return self.document

    def create(self, **changes) -> Document:
        return self.record(proposals.create(a_proposal(**changes), actor=evidence.OPERATOR))

    def consent(self, signer: str) -> Document:
        return self.record(
            lifecycle.consent(
                self.document,
                self.document.signer(signer),
                wording=consent.CONSENT,
                locale="en",
                now=self.now,
                evidence=evidence.COMMAND_LINE,
            )
        )

    def decide_to_sign(self, signer: str, marks=None) -> Entry | None:
        who = self.document.signer(signer)
        if marks is None:
            marks = {
                one.id: mark.Typed(who.name)
                for one in self.document.fields_of(signer)
                if one.type is FieldType.SIGNATURE
            }
        return lifecycle.sign(
            self.document,
            who,
            marks,
            today=DAY,
            now=self.now,
            method=mark.Method.TYPED,
            evidence=evidence.COMMAND_LINE,
        )

    def sign(self, signer: str, marks=None) -> Document:
        self.consent(signer)
        return self.record(self.decide_to_sign(signer, marks))
