"""Access codes, one-time codes and TOTP, against the figures of the standards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sygn_cli.domain import onetime
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.identity import Challenge, Channel, Standing, Step
from sygn_cli.domain.signer import Signer
from tests.life import NOW

KEY = b"k" * 32
SALT = b"s" * 16
ADA = Signer("s1", "Ada Lovelace", "ada@example.com", 0)
# RFC 6238, appendix B, SHA-1: the last six of its eight digits (RFC 4226, 5.3: modulo 10^digits).
RFC_SECRET = b"12345678901234567890"
RFC_6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
# RFC 4226, appendix D.
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922"]


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_totp_is_what_the_standard_says(seconds, code):
    assert onetime.totp(RFC_SECRET, seconds // 30) == code[-6:]


@pytest.mark.parametrize(("counter", "code"), list(enumerate(RFC_4226)))
def test_hotp_is_what_the_standard_says(counter, code):
    assert onetime.totp(RFC_SECRET, counter) == code


@pytest.mark.parametrize(("off", "found"), [(-60, None), (-30, -1), (0, 0), (30, 1), (60, None)])
def test_a_clock_may_be_half_a_minute_off(off, found):
    now = datetime.fromtimestamp(30 * 1000 + 15, UTC)
    code = onetime.totp(RFC_SECRET, 1000 + off // 30)
    period = onetime.totp_period(code, RFC_SECRET, now=now)
    assert period == (None if found is None else 1000 + found)


def test_an_authenticator_reads_the_uri():
    uri = onetime.totp_uri(RFC_SECRET, account="ada@example.com (NDA/1)", issuer="Acme: Legal")
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Acme  Legal:ada@example.com (NDA/1)"
    values = parse_qs(parts.query)
    assert values["secret"] == ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]
    assert (values["digits"], values["period"], values["algorithm"]) == (["6"], ["30"], ["SHA1"])


def test_an_access_code_has_40_bits_and_no_letters_that_sound_alike():
    assert onetime.access_code(bytes(5)) == "0000-0000"
    assert onetime.access_code(b"\xff" * 5) == "ZZZZ-ZZZZ"
    assert onetime.access_code(bytes.fromhex("0123456789")) == "04HM-ASW9"


@pytest.mark.parametrize(
    "presented", ["4F7K-2QXM", "4f7k2qxm", " 4F7K 2QXM ", "4F7K\u20132QXM", "\uff14F7K2Q\uff38M"]
)
def test_an_access_code_is_taken_as_people_write_it(presented):
    stored = onetime.hidden("4F7K-2QXM", key=KEY, salt=SALT)
    assert onetime.is_access_code(presented, stored, key=KEY)


@pytest.mark.parametrize("presented", ["", "4F7K-2QXN", "4F7K", "4F7K-2QXM-4F7K", "x" * 100_000])
def test_no_other_access_code_is_taken(presented):
    stored = onetime.hidden("4F7K-2QXM", key=KEY, salt=SALT)
    assert not onetime.is_access_code(presented, stored, key=KEY)


def test_letters_that_are_heard_as_digits_are_taken_as_such():
    stored = onetime.hidden("10-10", key=KEY, salt=SALT)
    assert onetime.is_access_code("IO lo", stored, key=KEY)


def test_what_is_stored_of_an_access_code_is_worth_nothing_without_the_key():
    stored = onetime.hidden("1234", key=KEY, salt=SALT)
    assert "1234" not in stored.partition("$")[0]
    assert not onetime.is_access_code("1234", stored, key=b"x" * 32)
    assert stored != onetime.hidden("1234", key=KEY, salt=b"t" * 16)


@pytest.mark.parametrize("stored", ["", "scrypt$", "scrypt$00$00", "plain$1234"])
def test_where_no_access_code_is_stored_none_is_right(stored):
    assert not onetime.is_access_code("", stored, key=KEY)


@pytest.mark.parametrize("code", ["", "123", " - - - ", "1" * 65, "ab\x00cd"])
def test_an_access_code_that_is_not_fit_is_refused(code):
    with pytest.raises(InvalidRequest):
        onetime.require_access_code(code)


def test_a_mailed_code_is_of_one_signer_link_address_and_letter():
    challenge = Challenge(7, NOW, Channel.EMAIL)
    code = onetime.mail_code("doc_1", ADA, challenge, key=KEY)
    assert len(code) == 6
    assert code.isdigit()
    others = [
        onetime.mail_code("doc_2", ADA, challenge, key=KEY),
        onetime.mail_code("doc_1", replace(ADA, id="s2"), challenge, key=KEY),
        onetime.mail_code("doc_1", replace(ADA, link_generation=1), challenge, key=KEY),
        onetime.mail_code("doc_1", replace(ADA, email="eve@example.com"), challenge, key=KEY),
        onetime.mail_code("doc_1", ADA, replace(challenge, seq=8), key=KEY),
        onetime.mail_code("doc_1", ADA, challenge, key=b"x" * 32),
    ]
    assert code not in others


@given(st.text(max_size=80))
def test_whatever_is_entered_as_digits_is_no_error(presented):
    assert (
        onetime.is_code(presented, "123456")
        == ("".join(c for c in presented if c in "0123456789") == "123456")
        or not presented.isascii()
    )


def test_new_secrets_are_others():
    renewed = replace(ADA, identity=Standing(issue=1))
    assert onetime.totp_secret("doc_1", ADA, key=KEY) != onetime.totp_secret(
        "doc_1", renewed, key=KEY
    )


@given(st.text(max_size=120))
def test_nothing_but_a_session_is_a_session(presented):
    visit = onetime.Visit.of("doc_1", ADA)
    assert onetime.done(presented, visit, key=KEY, now=NOW) == frozenset()


@pytest.mark.parametrize(
    "other",
    [
        onetime.Visit("doc_2", "s1", 0, 0),
        onetime.Visit("doc_1", "s2", 0, 0),
        onetime.Visit("doc_1", "s1", 1, 0),
        onetime.Visit("doc_1", "s1", 0, 1),
        onetime.Visit("doc_1", "s1", 0, 0, "turn_1"),
    ],
)
def test_a_session_is_of_one_signer_link_and_secrets(other):
    visit = onetime.Visit.of("doc_1", ADA)
    steps = frozenset({Step.CODE, Step.TOTP})
    held = onetime.session(visit, steps, key=KEY, now=NOW)
    assert onetime.done(held, visit, key=KEY, now=NOW + timedelta(hours=11)) == steps
    assert not onetime.done(held, other, key=KEY, now=NOW)
    assert not onetime.done(held, visit, key=b"x" * 32, now=NOW)
    assert not onetime.done(held, visit, key=KEY, now=NOW + timedelta(hours=12, seconds=1))
    assert not onetime.done(held, visit, key=KEY, now=NOW - timedelta(minutes=1))
