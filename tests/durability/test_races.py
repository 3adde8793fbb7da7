"""Processes that get in each other's way: what the trail tells afterwards could have happened."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sygn_cli.domain.audit import EventType
from sygn_cli.domain.document import DocumentStatus, SigningOrder
from sygn_cli.domain.errors import Unauthorized
from sygn_cli.domain.evidence import COMMAND_LINE
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import apikeys, creation, documents, finalise, links, once, signing
from sygn_cli.services.filling import headless_marks
from sygn_cli.services.runtime import Runtime
from tests.durability.crew import Crew, Deed, Outcome, runtime_of, until_met
from tests.runtimes import sample
from tests.soak import at_length

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="forks"),
]
ROUNDS = at_length(5, 1000)
CROWDS = at_length(1, 200)
CROWD = 20
ENDS = {EventType.COMPLETED, EventType.VOIDED, EventType.EXPIRED, EventType.DECLINED}
HOUR = timedelta(hours=1)


@pytest.fixture
def workspace(tmp_path) -> Iterator[Path]:
    place = tmp_path / ".sygn"
    runtime_of(place).keys.credential()  # made once, before everybody wants it
    yield place
    runtime = runtime_of(place)
    runtime.store.heal()
    assert list(runtime.ledger.check()) == []


def a_document(runtime: Runtime, signers: int = 1, expires: str | None = None) -> str:
    return creation.create(runtime, a_request(signers, expires))[0].id


def a_request(signers: int = 1, expires: str | None = None) -> creation.Request:
    fields = tuple(
        Field(f"f{n}", FieldType.SIGNATURE, 1, Box(40, 30 + 35 * n, 200, 30), signer=f"s{n}")
        for n in range(1, signers + 1)
    )
    return creation.Request(
        files=(creation.GivenFile("letter.pdf", sample("letter.pdf")),),
        invitees=tuple(Invitee(f"Person {n}", f"p{n}@example.com") for n in range(signers)),
        fields=fields,
        signing_order=SigningOrder.PARALLEL,
        expires=expires,
    )


# What members do; functions of this module, so that they can be named to another process.


def sign(runtime: Runtime, document_id: str, signer: str) -> str:
    name = runtime.store.load(document_id).signer(signer).name
    done = signing.sign_headlessly(runtime, document_id, signer, name=name, values={})
    return done.head


def sign_by_link(runtime: Runtime, document_id: str, signer_id: str) -> str:
    """Agree and sign one after the other, as a signer's page does; others may come in between."""
    document = runtime.store.load(document_id)
    signer = document.signer(signer_id)
    _, _, token = links.signing_url(runtime, document, signer).partition("?t=")
    signing.give_consent(runtime, token, locale="en", evidence=COMMAND_LINE)
    marks = headless_marks(document.fields_of(signer_id), name=signer.name, values={})
    return signing.submit(runtime, token, signing.Submission(marks), COMMAND_LINE).head


def void(runtime: Runtime, document_id: str) -> str:
    return str(documents.void(runtime, document_id).status)


def look(runtime: Runtime, document_id: str) -> str:
    return str(documents.get(runtime, document_id).status)


def finish(runtime: Runtime, document_id: str) -> str:
    return str(finalise.finalise_or_report(runtime, document_id).status)


def heal(runtime: Runtime) -> int:
    return runtime.store.heal()


def authenticate(runtime: Runtime, secret: str) -> bool:
    try:
        apikeys.authenticate(runtime, secret)
    except Unauthorized:
        return False
    return True


def revoke(runtime: Runtime, key_id: str) -> str:
    return runtime.api_keys.revoke(key_id, at=runtime.clock.now()).id


def create_once(runtime: Runtime, key: str, expires: str) -> str:
    made, _ = once.create(runtime, once.Once(key, "as written"), lambda: a_request(1, expires))
    return made.id


def history_of(runtime: Runtime, document_id: str, outcomes: list[Outcome]) -> list[EventType]:
    """Return the events of a document, having checked what must be true of any of them."""
    trail = runtime.store.trail(document_id)
    types = [event.type for event in trail]
    assert [event.seq for event in trail] == list(range(len(trail)))
    assert sum(one in ENDS for one in types) <= 1
    assert types.count(EventType.SEALED) <= 1
    if ended := [place for place, one in enumerate(types) if one in ENDS]:
        assert not set(types[ended[0] :]) & {EventType.SIGNED, EventType.SEALED}, types
    if EventType.SEALED in types:
        assert EventType.VOIDED not in types
    # What was acknowledged stands in the trail, with the hash that was given out.
    hashes = {event.hash() for event in trail}
    assert {one.value for one in outcomes if one.value and len(str(one.value)) == 64} <= hashes
    return types


def noted(tally: Callable[[str, int], None], race: str, met: Counter[str]) -> None:
    for ending, count in met.items():
        tally(f"{race}: {ending}", count)


def ending_of(types: list[EventType]) -> str:
    """Name what came of a document with one signer and somebody who would end it."""
    ended = next(one for one in types if one in ENDS)
    between = ended is not EventType.COMPLETED and EventType.CONSENT_GIVEN in types
    return f"{ended} in the midst of signing" if between else str(ended)


def test_a_document_is_either_taken_back_or_signed(workspace, tally):
    runtime = runtime_of(workspace)
    met: Counter[str] = Counter()
    rare = {"voided in the midst of signing"}
    with Crew(workspace, 3) as crew:
        crew.at_once([(sign_by_link, (a_document(runtime), "s1"))])
        for _ in until_met(met, {"voided", "completed"}, rare, ROUNDS):
            one = a_document(runtime)
            deeds: list[Deed] = [(sign_by_link, (one, "s1")), (void, (one,))]
            done = crew.race(deeds)
            types = history_of(runtime, one, done)
            signed, voided = (outcome.error for outcome in done)
            state = runtime.store.load(one).status
            met[ending_of(types)] += 1
            if EventType.VOIDED in types:
                assert state is DocumentStatus.VOIDED
                assert not voided
                assert signed == "voided"
                assert EventType.SIGNED not in types
            else:
                assert state is DocumentStatus.COMPLETED
                assert voided == "already_completed"
                assert not signed
    noted(tally, "sign against void", met)


def test_nobody_signs_after_the_deadline_was_recorded(workspace, tally):
    runtime = runtime_of(workspace)
    met: Counter[str] = Counter()
    rare = {"expired in the midst of signing"}
    # One process has a clock that is an hour ahead, and finds the deadline passed.
    with Crew(workspace, 2, [timedelta(), 2 * HOUR]) as crew:
        crew.at_once([(sign_by_link, (a_document(runtime), "s1"))])
        for _ in until_met(met, {"expired", "completed"}, rare, ROUNDS):
            one = a_document(runtime, expires="1h")
            done = crew.race([(sign_by_link, (one, "s1")), (look, (one,))])
            types = history_of(runtime, one, done)
            signed, looked = done
            met[ending_of(types)] += 1
            assert not looked.error
            if EventType.EXPIRED in types:
                assert signed.error == "expired"
                assert EventType.SIGNED not in types
            else:
                assert not signed.error
                assert runtime.store.load(one).status is DocumentStatus.COMPLETED
    noted(tally, "sign against expiry", met)


def test_a_revoked_key_opens_nothing_from_then_on(workspace, tally):
    runtime = runtime_of(workspace)
    met: Counter[str] = Counter()
    with Crew(workspace, 4) as crew:
        crew.at_once([(revoke, (apikeys.create(runtime)[0].id,))])
        for _ in until_met(met, {"opened", "refused"}, set(), 2 * ROUNDS):
            key, secret = apikeys.create(runtime)
            revoked, *called = crew.race([(revoke, (key.id,)), *[(authenticate, (secret,))] * 3])
            assert not revoked.error
            for one in called:
                assert not (one.value and one.began > revoked.ended), "a dead key opened"
                met["opened" if one.value else "refused"] += 1
            assert not any(one.value for one in crew.at_once([(authenticate, (secret,))] * 4))
    noted(tally, "call against revoke", met)


def test_twenty_signers_at_one_instant_are_sealed_once(workspace, tally):
    runtime = runtime_of(workspace)
    with Crew(workspace, CROWD) as crew:
        for _ in range(CROWDS):
            one = a_document(runtime, signers=CROWD)
            done = crew.at_once([(sign, (one, f"s{n}")) for n in range(1, CROWD + 1)])
            assert {outcome.error for outcome in done} == {""}
            types = history_of(runtime, one, done)
            document = runtime.store.load(one)
            assert document.status is DocumentStatus.COMPLETED
            assert len(document.marks) == CROWD
            assert types.count(EventType.SIGNED) == CROWD
            assert types.count(EventType.SEALED) == types.count(EventType.COMPLETED) == 1
    tally(f"rounds of {CROWD} signers at one instant", CROWDS)


def test_many_who_finish_and_heal_make_one_seal(workspace, tally):
    runtime = runtime_of(workspace)
    met: Counter[str] = Counter()
    rare = {"partially_signed", "completed"}  # as whoever finishes finds it
    with Crew(workspace, 4) as crew:
        for _ in until_met(met, set(), rare, ROUNDS):
            one = a_document(runtime, signers=2)
            sign(runtime, one, "s1")
            done = crew.race([(sign, (one, "s2")), (finish, (one,)), (heal, ()), (look, (one,))])
            types = history_of(runtime, one, done)
            met[done[1].value] += 1
            assert types.count(EventType.SEALED) == types.count(EventType.COMPLETED) == 1
            assert EventType.SEAL_FAILED not in types
    noted(tally, "the last signature against finishing", met)


def test_the_same_signature_from_two_places_counts_once(workspace, tally):
    runtime = runtime_of(workspace)
    met: Counter[str] = Counter()
    rare = {"already_signed", "already_completed"}
    with Crew(workspace, 4) as crew:
        for _ in until_met(met, {"signed"}, rare, ROUNDS):
            one = a_document(runtime)
            done = crew.race([(sign, (one, "s1"))] * 4)
            types = history_of(runtime, one, done)
            assert types.count(EventType.SIGNED) == types.count(EventType.COMPLETED) == 1
            # Who comes when all is done is told so.
            met.update(outcome.error or "signed" for outcome in done)
            assert any(not outcome.error for outcome in done)
    noted(tally, "the same signature from four places", met)


def test_a_key_makes_one_document_however_many_send_it_and_some_are_refused(workspace, tally):
    """The refused let go of the key; that must take it from nobody who is creating."""
    met: Counter[str] = Counter()
    with Crew(workspace, 4) as crew:
        crew.at_once([(create_once, ("first", "30d"))])
        for number in range(ROUNDS):
            key = f"order-{number}"
            sent = ["30d", "30d", "nonsense", "nonsense"]
            done = crew.race([(create_once, (key, expires)) for expires in sent])
            made = {str(one.value) for one in done if not one.error}
            assert {one.error for one in done} <= {"", "conflict", "invalid_request"}
            assert len(made) <= 1
            again = create_once(runtime_of(workspace), key, "30d")
            assert made <= {again}
            met.update(one.error or "created" for one in done)
    runtime = runtime_of(workspace)
    assert sum(runtime.store.counts(Filters()).values()) == ROUNDS + 1
    assert met["created"]
    noted(tally, "one key", met)
