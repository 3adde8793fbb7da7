"""What people write: names, addresses, deadlines, ids, tokens, marks."""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.domain import errors, ids, link, mark, moment, text
from sygn_cli.domain.errors import InvalidRequest, NotFound, PdfRefused, RefusalReason
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.signer import Invitee, email
from sygn_cli.store import durable
from tests.life import NOW


@pytest.mark.parametrize(
    ("written", "name", "address", "order"),
    [
        ("Ada Lovelace <ada@example.com>", "Ada Lovelace", "ada@example.com", None),
        ("Ada Lovelace <ada@example.com>;order=2", "Ada Lovelace", "ada@example.com", 2),
        ('"Lovelace, Ada" <ada@example.com> ; order=0', "Lovelace, Ada", "ada@example.com", 0),
        ("ada@example.com", "ada", "ada@example.com", None),
        ("<ada@example.com>", "ada", "ada@example.com", None),
        ("Ada <ada@example.com>;lang=de;order=3", "Ada", "ada@example.com", 3),
        ("Дмитрий Иванов <d@пример.рф>", "Дмитрий Иванов", "d@пример.рф", None),
    ],
)
def test_a_signer_as_written(written, name, address, order):
    parsed = Invitee.parse(written)
    assert (parsed.name, parsed.email, parsed.order) == (name, address, order)


@pytest.mark.parametrize(
    ("written", "locale"),
    [
        ("", ""),
        (";lang=de", "de"),
        ("; lang = DE_at ", "de-AT"),
        (";lang=es-419;order=1", "es-419"),
    ],
)
def test_the_language_of_a_signer(written, locale):
    assert Invitee.parse(f"Ada <ada@example.com>{written}").locale == locale


@pytest.mark.parametrize(
    "written",
    [
        "", "Ada", "Ada <>", "Ada <ada>", "Ada <ada@>", "Ada <@example.com>", "Ada <a@b@c>",
        "Ada <ada@example.com", "Ada <a@example.com>;turn=2", "Ada <a@example.com>;order=x",
        "A\u202eda <a@example.com>", "Ada <a@example.com, b@example.com>", "Ada <a b@example.com>",
        "Ada <a@ex ample.com>", "Ada <a@example..com>", "Ada <a@.com>", "A\nda <a@example.com>",
        "x" * 121 + " <a@example.com>", "Ada <" + "a" * 250 + "@example.com>",
        "Ada <a@example.com>;order=99999", "Ada <a@example.com>;lang=tlh", "Ada <a@b.org>;lang",
        "Ada <a@example.com>;lang=de-Latn-AT", "Ada <a@example.com>;lang=de;lang=fr",
        "Ada <a@example.com>;lang=\u0131t", "Ada <a@example.com>;order=\u0661",
    ],
)  # fmt: skip
def test_what_is_no_signer(written):
    with pytest.raises(InvalidRequest):
        Invitee.parse(written)


@given(st.text(max_size=60))
def test_an_address_is_accepted_or_refused_and_nothing_else(written):
    with suppress(InvalidRequest):
        assert email(written) == written.strip()


@pytest.mark.parametrize("bad", ["\x00", "\x1b", "\u202e", "\u2066", "\u200e", "\ufeff", "\u2028"])
def test_characters_that_deceive_are_refused_and_shown_as_escapes(bad):
    with pytest.raises(InvalidRequest):
        text.clean(f"a{bad}b", what="It", longest=10)
    assert bad not in text.printable(f"a{bad}b")


@given(st.text(max_size=40))
def test_what_a_file_says_becomes_acceptable(found):
    kept = text.harmless(found, longest=10)
    assert text.clean(kept, what="It", longest=10) == kept


def test_names_of_all_scripts_pass():
    for name in ("José Núñez", "Zoë Łuczak-Ørsted", "李小龙", "محمد", "Дмитрий", "नेहा", "می‌خواهم"):
        assert text.require(name, what="It", longest=40)


def test_text_is_kept_in_normal_form():
    assert text.clean(" e\u0301 ", what="It", longest=5) == "é"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30d", NOW + timedelta(days=30)),
        ("2h", NOW + timedelta(hours=2)),
        ("1y", NOW.replace(year=NOW.year + 1)),
        ("24 mo", NOW.replace(year=NOW.year + 2)),
        ("2026-12-31", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-12-31T10:00:00+02:00", datetime(2026, 12, 31, 8, tzinfo=UTC)),
        ("2026-12-31T10:00:00Z", datetime(2026, 12, 31, 10, tzinfo=UTC)),
        ("never", None),
        ("20261231", datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-12-31T10:00", datetime(2026, 12, 31, 10, tzinfo=UTC)),
        ("99999w", NOW + timedelta(weeks=99999)),
        ("9999-12-31", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59+14:00", datetime(9999, 12, 31, 9, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_deadline_as_written(written, expected):
    assert moment.deadline(written, now=NOW) == expected


@pytest.mark.parametrize(
    "written",
    [
        "", "soon", "0d", "2020-01-01", "30", "-1d", "2026-13-01", "999999999d", "9" * 5000,
        "9999y", "0mo",
        "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "10000-01-01",
        "-0001-01-01", "2026-12-31T23:59:60Z", "2026-12-31T10:00:00+99:00",
    ],
)  # fmt: skip
def test_what_is_no_deadline(written):
    with pytest.raises(InvalidRequest):
        moment.deadline(written, now=NOW)


@pytest.mark.parametrize("written", ["", "x", "1y", "1.5h", "-2h", "999999999d", "9" * 5000 + "d"])
def test_what_is_no_span(written):
    with pytest.raises(InvalidRequest):
        moment.span(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
        (" 2026-06-30t10:00:00z ", datetime(2026, 6, 30, 10, tzinfo=UTC)),
        ("2026-06-30T10:00:00", datetime(2026, 6, 30, 10, tzinfo=UTC)),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00-14:00", datetime(1, 1, 1, 14, tzinfo=UTC)),
        ("9999-12-31T23:59:59+14:00", datetime(9999, 12, 31, 9, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_moment_as_written_is_in_utc(written, expected):
    found = moment.instant(written)
    assert (found, found.tzinfo) == (expected, UTC)


@pytest.mark.parametrize(
    "written",
    [
        "", "7d", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        "2026-06-30T23:59:60Z", "0000-01-01", "10000-01-01", "2026-06-30T10:00:00+24:00",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_one_clear_error(written):
    with pytest.raises(InvalidRequest, match="is not a moment") as refused:
        moment.instant(written)
    assert "2026-12-31T17:00:00Z" in str(refused.value.hint)


@pytest.mark.parametrize("kept", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_damaged_moment_is_like_any_other_damage(kept):
    with pytest.raises(ValueError, match="no moment in UTC"):
        moment.from_wire(kept)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC)))
def test_a_moment_survives_the_wire(at):
    assert moment.from_wire(moment.to_wire(at)) == moment.to_millisecond(at)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        moment.from_wire("2026-01-01T00:00:00")


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2900, 1, 1), timezones=st.just(UTC)),
    st.binary(min_size=10, max_size=10),
)
def test_a_document_id_carries_its_month_and_sorts_by_time(at, entropy):
    made = ids.document_id(at, entropy)
    assert ids.DOCUMENT_ID.fullmatch(made)
    assert ids.created_month(made) == at.strftime("%Y-%m")
    assert made < ids.document_id(at + timedelta(milliseconds=2), b"\0" * 10)


def test_what_is_no_document_id():
    with pytest.raises(ValueError, match="not a document id"):
        ids.created_month("doc_../../etc/passwd")
    with pytest.raises(ValueError, match="random bytes"):
        ids.ulid(NOW, b"")


def test_a_token_opens_one_link_and_no_other():
    key = os.urandom(32)
    doc = ids.document_id(NOW, b"0123456789")
    token = link.token(key, doc, "s1", 0)
    where = link.address(token)
    assert where == link.Address(doc, "s1")
    assert link.opens(token, key, where, 0)
    assert not link.opens(token, key, where, 1)
    assert not link.opens(token, os.urandom(32), where, 0)
    assert not link.opens(token.replace(".s1.", ".s2."), key, link.Address(doc, "s2"), 0)
    assert len(token.rpartition(".")[2]) == 43


@pytest.mark.parametrize("junk", ["", "x", "doc_1.s1.abc", "doc_" + "0" * 26 + ".s0." + "a" * 43])
def test_what_is_no_token(junk):
    with pytest.raises(NotFound):
        link.address(junk)


MARKS: list[mark.Mark] = [
    mark.Typed("Ada"),
    mark.Drawn((((0, 0, 10), (10_000, 3000, 40)), ((5, 5, 5),)), 3000),
    mark.Picture("a" * 64),
    mark.Ticked(True),
]


@pytest.mark.parametrize("one", [*MARKS, mark.Typed("Ada", mark.Look.ROUND)])
def test_a_mark_survives_its_json(one):
    assert mark.from_json(mark.to_json(one)) == one


@pytest.mark.parametrize(
    "data",
    [
        None, [], {}, {"kind": "typed"}, {"kind": "typed", "text": 1},
        {"kind": "typed", "text": "Ada", "look": "grand"}, {"kind": "typed", "text": "Ada", "look": None},
        {"kind": "picture", "sha256": "x"},
        {"kind": "ticked", "on": 1}, {"kind": "drawn", "height": 3000, "strokes": []},
        {"kind": "drawn", "height": 3000, "strokes": [[]]},
        {"kind": "drawn", "height": 3000, "strokes": [[[0, 0]]]},
        {"kind": "drawn", "height": 3000, "strokes": [[[0, 0, 1.5]]]},
        {"kind": "drawn", "height": 3000, "strokes": [[[True, 0, 1]]]},
        {"kind": "drawn", "height": 3000, "strokes": [[[0, 3001, 1]]]},
        {"kind": "drawn", "height": 3000, "strokes": [[[-1, 0, 1]]]},
        {"kind": "drawn", "height": 1, "strokes": [[[0, 0, 1]]]},
        {"kind": "drawn", "height": 3000, "strokes": [[[0, 0, 1]]] * 501},
        {"kind": "drawn", "height": 3000, "strokes": [[[0, 0, 1]] * 20_001]},
        {"kind": "drawn", "height": 3000, "strokes": [1]},
    ],
)  # fmt: skip
def test_what_is_no_mark(data):
    with pytest.raises(InvalidRequest):
        mark.from_json(data)


def test_handwriting_is_for_names_and_not_for_texts():
    written = mark.Typed("Ada", mark.Look.QUICK)
    name = Field("f1", FieldType.INITIALS, 1, Box(0, 0, 10, 10))
    assert mark.check(written, name) == written
    text = Field("f1", FieldType.TEXT, 1, Box(0, 0, 10, 10))
    assert mark.check(written, text) == mark.Typed("Ada")


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("one", MARKS)
def test_only_fitting_marks_go_into_a_field(kind, one: mark.Mark):
    field = Field("f1", kind, 1, Box(0, 0, 10, 10))
    fits: tuple[type[mark.Mark], ...] = {
        FieldType.CHECKBOX: (mark.Ticked,),
        FieldType.RADIO: (mark.Ticked,),
        FieldType.TEXT: (mark.Typed,),
        FieldType.DATE: (mark.Typed,),
        FieldType.NUMBER: (mark.Typed,),
        FieldType.EMAIL: (mark.Typed,),
        FieldType.SELECT: (mark.Typed,),
    }.get(kind, (mark.Typed, mark.Drawn, mark.Picture))
    # Dates, numbers, addresses and options have a form of their own, tested with it.
    free = kind in {FieldType.SIGNATURE, FieldType.INITIALS, FieldType.TEXT} or isinstance(
        one, mark.Ticked
    )
    if isinstance(one, fits) and free:
        assert mark.check(one, field) == one
    else:
        with pytest.raises(InvalidRequest):
            mark.check(one, field)


def test_a_text_is_no_longer_than_its_field_allows():
    field = Field("f1", FieldType.TEXT, 1, Box(0, 0, 10, 10), max_length=3)
    with pytest.raises(InvalidRequest):
        mark.check(mark.Typed("four"), field)


@pytest.mark.parametrize(
    "changes",
    [{"id": "a b"}, {"page": 0}, {"file": 0}, {"label": "\x00"}, {"max_length": 0}],
)
def test_what_is_no_field(changes):
    values = {"id": "f1", "type": FieldType.TEXT, "page": 1, "box": Box(0, 0, 1, 1)}
    with pytest.raises(InvalidRequest):
        Field(**{**values, **changes})


def test_field_types_are_known_by_other_names():
    assert FieldType.parse("Initial") is FieldType.INITIALS
    with pytest.raises(InvalidRequest, match="no field type"):
        FieldType.parse("stamp")


def test_errors_come_back_from_another_process_as_they_were():
    error = PdfRefused("It is encrypted.", reason=RefusalReason.ENCRYPTED, hint="Remove it.")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.message, back.hint, back.reason) == (
        PdfRefused, "It is encrypted.", "Remove it.", RefusalReason.ENCRYPTED,
    )  # fmt: skip
    assert str(back) == "It is encrypted."


def test_every_error_has_a_code_or_is_a_family():
    # A purged document is not found, and an unreadable file makes the workspace unusable.
    families = {errors.SygnError, errors.StateConflict, errors.Purged, durable.Unreadable}
    codes = []
    queue = [errors.SygnError]
    while queue:
        kind = queue.pop()
        queue += kind.__subclasses__()
        if kind not in families:
            codes.append(kind.code)
    assert all(codes)
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("address", ["zoë@example.com", "山田@example.com", "jörg.ü+x@exämple.de"])
def test_addresses_may_have_letters_of_any_script(address):
    assert email(address) == address


@pytest.mark.parametrize("address", ["a\u3000b@example.com", "a\u00a0@example.com", "zoë@@b.de"])
def test_addresses_may_have_no_white_space_of_any_script(address):
    with pytest.raises(InvalidRequest):
        email(address)


def test_a_month_that_is_too_short_ends_sooner():
    assert moment.months_later(datetime(2026, 8, 31, tzinfo=UTC), 6).day == 28
    assert moment.months_later(datetime(2026, 3, 31, tzinfo=UTC), -1).day == 28


def test_since_is_so_long_ago_or_a_moment():
    assert moment.since("3d", now=NOW) == NOW - timedelta(days=3)
    assert moment.since("2026-01-02", now=NOW) == datetime(2026, 1, 2, tzinfo=UTC)
    with pytest.raises(InvalidRequest):
        moment.since("yesterday", now=NOW)
