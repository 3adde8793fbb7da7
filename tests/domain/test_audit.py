"""The chain: whatever is changed in it is found."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sygn_cli.domain import audit, evidence, history, record
from sygn_cli.domain.errors import Tampered
from tests.life import NOW, Life


@pytest.fixture
def lines(parallel) -> list[bytes]:
    parallel.sign("s1")
    parallel.sign("s2")
    return [event.line() for event in parallel.events]


def test_a_line_is_canonical_json_and_its_hash_can_be_made_with_any_tool(lines):
    data = json.loads(lines[0])
    again = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert again.encode() == lines[0]
    expected = hashlib.sha256(b"\0" + lines[0]).hexdigest()
    assert json.loads(lines[1])["prev"] == expected


def test_an_untouched_trail_verifies_and_folds_to_the_document(parallel, lines):
    events = list(audit.verify(lines, doc=parallel.id))
    assert events == parallel.events
    assert history.fold(events, parallel.blobs.__getitem__) == parallel.document


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: [lines[0], lines[0], *lines[1:]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(b"Mutual", b"Mutuel"), *lines[1:]],
        lambda lines: [lines[0].replace(b":", b": ", 1), *lines[1:]],
        lambda lines: [lines[0].replace(b'"seq":0', b'"seq":0.0'), *lines[1:]],
        lambda lines: [b"[]", *lines[1:]],
        lambda lines: [b"{", *lines[1:]],
        lambda lines: [b"\xff", *lines[1:]],
        lambda lines: [b"[" * 100_000, *lines[1:]],
    ],
    ids=[
        "first line missing",
        "two lines swapped",
        "a line doubled",
        "a line missing in the middle",
        "a word changed",
        "not canonical",
        "a float",
        "no object",
        "no JSON",
        "no UTF-8",
        "nested too deep",
    ],
)
def test_damage_to_a_trail_is_found(lines, damage):
    with pytest.raises(Tampered):
        list(audit.verify(damage(lines)))


def test_a_trail_of_another_document_is_found(lines):
    with pytest.raises(Tampered):
        list(audit.verify(lines, doc="doc_00000000000000000000000000"))


def test_each_flipped_bit_of_each_line_is_found(lines):
    for number, line in enumerate(lines[:-1]):
        for position in range(len(line)):
            damaged = bytearray(line)
            damaged[position] ^= 1
            changed = [*lines[:number], bytes(damaged), *lines[number + 1 :]]
            with pytest.raises(Tampered):
                list(audit.verify(changed))


def test_the_last_line_is_only_protected_by_who_knows_the_head(lines):
    """What a chain cannot do, said plainly: its end can be cut off unseen."""
    assert list(audit.verify(lines[:-1]))


def test_time_does_not_run_backwards_in_a_trail(parallel):
    parallel.now = NOW - timedelta(hours=1)
    parallel.consent("s1")
    event = parallel.events[-1]
    assert event.at == NOW
    assert event.data["clock_back_ms"] == 3_600_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=6), json_values, max_size=5))
@settings(max_examples=80)
def test_any_data_survives_the_line(data):
    entry = audit.Entry(audit.EventType.VIEWED, evidence.OPERATOR, data)
    event = audit.chain(entry, doc="doc_x", after=None, at=NOW)
    assert audit.parse(event.line()) == event


@given(st.binary(max_size=200))
def test_no_bytes_make_the_parser_fail_in_another_way(junk):
    with pytest.raises(Tampered):
        audit.parse(junk)


def test_a_document_survives_its_record():
    life = Life()
    life.create()
    life.sign("s1")
    written = json.loads(json.dumps(record.document_to_json(life.document)))
    assert record.document_from_json(written) == life.document


def test_a_trail_must_start_with_creation(parallel):
    parallel.consent("s1")
    with pytest.raises(Tampered, match="does not start"):
        history.fold(parallel.events[1:], parallel.blobs.__getitem__)


def test_an_empty_trail_is_no_document():
    with pytest.raises(Tampered, match="empty"):
        history.fold([], dict[str, bytes]().__getitem__)
