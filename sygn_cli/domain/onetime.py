"""Access codes, one-time codes and TOTP, and what a browser holds once it has passed.

All of it is made from the workspace's link key. Of access codes only a salted scrypt hash is stored,
which is useless without that key: the trail that holds it travels in the signed file. One-time codes
and TOTP secrets are stored nowhere, because they can be made again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.identity import Step

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.identity import Challenge
    from sygn_cli.domain.signer import Signer

ACCESS_ENTROPY: Final = 5
SALT_BYTES: Final = 16
SESSION: Final = timedelta(hours=12)
PERIOD: Final = 30  # seconds; RFC 6238, 4.1
_DIGITS: Final = 6
_SECRET_BYTES: Final = 20  # RFC 4226, 4: 160 bits are recommended
_SHORTEST_ACCESS_CODE: Final = 4
_LONGEST_ACCESS_CODE: Final = 64
# Crockford's: without the letters that are taken for digits or heard for each other.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HEARD: Final = str.maketrans("OIL", "011")
# 16 MiB and about 40 ms; RFC 7914, 2.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_STORED: Final = re.compile(r"scrypt\$([0-9a-f]{32})\$([0-9a-f]{64})")
_SESSION: Final = re.compile(r"(\d{1,12})\.([a-z+]{1,20})\.([A-Za-z0-9_-]{43})")


def access_code(entropy: bytes) -> str:
    """Return a code that can be told on the telephone: ``4F7K-2QXM``, 40 bits."""
    number = int.from_bytes(entropy[:ACCESS_ENTROPY], "big")
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


def require_access_code(written: str) -> str:
    """Return an access code that somebody chose, as it is told.

    Raises:
        InvalidRequest: It is too short, too long, or not to be typed.
    """
    code = text.clean(written.strip(), what="The access code", longest=_LONGEST_ACCESS_CODE)
    if len(_normal(code)) < _SHORTEST_ACCESS_CODE:
        raise InvalidRequest(
            f"An access code has at least {_SHORTEST_ACCESS_CODE} letters or digits."
        )
    return code


def hidden(code: str, *, key: bytes, salt: bytes) -> str:
    """Return what is stored of an access code.

    Args:
        code: As it is told.
        key: The workspace's link key.
        salt: 16 random bytes.
    """
    return f"scrypt${salt.hex()}${_slow(code, key, salt).hex()}"


def is_access_code(presented: str, stored: str, *, key: bytes) -> bool:
    """Tell whether it is the access code, however it is spaced and capitalised."""
    match = _STORED.fullmatch(stored)
    if match is None:
        return False
    made = _slow(presented[:_LONGEST_ACCESS_CODE], key, bytes.fromhex(match[1]))
    return hmac.compare_digest(made, bytes.fromhex(match[2]))


def _slow(code: str, key: bytes, salt: bytes) -> bytes:
    made = hashlib.scrypt(
        _normal(code).encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=32
    )
    return hmac.new(_key(key), b"access\n" + made, hashlib.sha256).digest()


def _normal(code: str) -> str:
    plain = unicodedata.normalize("NFKC", code).upper()
    return "".join(one for one in plain if one.isalnum()).translate(_HEARD)


def mail_code(document: str, signer: Signer, challenge: Challenge, *, key: bytes) -> str:
    """Return the six digits that were sent for a challenge."""
    about = (document, signer.id, signer.link_generation, signer.email, challenge.seq)
    return _truncated(_mac(key, "mail", *about))


def totp_secret(document: str, signer: Signer, *, key: bytes) -> bytes:
    """Return the secret that a signer's authenticator holds."""
    about = (document, signer.id, signer.identity.issue)
    return _mac(key, "totp", *about)[:_SECRET_BYTES]


def totp(secret: bytes, period: int) -> str:
    """Return the code of a period (RFC 6238, 4.2, over RFC 4226, 5.3)."""
    return _truncated(hmac.new(secret, period.to_bytes(8, "big"), hashlib.sha1).digest())


def totp_period(presented: str, secret: bytes, *, now: datetime) -> int | None:
    """Return the period whose code it is: the present one or a neighbour; None for a wrong code."""
    present = int(now.timestamp()) // PERIOD
    found = None
    for period in (present - 1, present, present + 1):  # RFC 6238, 5.2: clocks differ
        if is_code(presented, totp(secret, period)):
            found = period
    return found


def totp_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """Return what authenticators read (github.com/google/google-authenticator, Key Uri Format)."""
    # The colon parts issuer and account, and some programs take it as it is after decoding.
    label = quote(f"{issuer.replace(':', ' ')}:{account}", safe="@:")
    values = {
        "secret": base64.b32encode(secret).decode("ascii"),
        "issuer": issuer.replace(":", " "),
        "algorithm": "SHA1",
        "digits": str(_DIGITS),
        "period": str(PERIOD),
    }
    return f"otpauth://totp/{label}?{urlencode(values, quote_via=quote)}"


def is_code(presented: str, expected: str) -> bool:
    """Tell in constant time whether these are the digits, however they are spaced."""
    plain = unicodedata.normalize("NFKC", presented[:40])
    digits = "".join(one for one in plain if one.isascii() and one.isdigit())
    return hmac.compare_digest(digits.encode(), expected.encode())


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser of one signer of one document; what it passed is worth nothing elsewhere.

    Attributes:
        turn: Token of the turn on a device that is handed round, "" for the signer's own link:
            whoever has the device next passes for themselves.
    """

    document: str
    signer: str
    generation: int
    issue: int
    turn: str = field(default="", repr=False)

    @classmethod
    def of(cls, document: str, signer: Signer, *, turn: str = "") -> Visit:
        """Return what visits of a signer are bound to now."""
        return cls(document, signer.id, signer.link_generation, signer.identity.issue, turn)

    @property
    def name(self) -> str:
        """The same for all visits of a signer; says nothing about either."""
        return hashlib.sha256(f"{self.document}\n{self.signer}".encode()).hexdigest()[:16]


def session(visit: Visit, done: frozenset[Step], *, key: bytes, now: datetime) -> str:
    """Return what a browser holds after it passed some steps."""
    until = int((now + SESSION).timestamp())
    passed = "+".join(step for step in Step if step in done)
    return f"{until}.{passed}.{_seal(visit, until, passed, key)}"


def done(presented: str, visit: Visit, *, key: bytes, now: datetime) -> frozenset[Step]:
    """Return the steps that a browser has passed; none if it cannot show so."""
    match = _SESSION.fullmatch(presented)
    if match is None:
        return frozenset()
    expected = _seal(visit, int(match[1]), match[2], key)
    if not hmac.compare_digest(match[3].encode(), expected.encode()):
        return frozenset()
    left = int(match[1]) - now.timestamp()
    if not 0 < left <= SESSION.total_seconds() + 1:
        return frozenset()
    return frozenset(Step(one) for one in match[2].split("+"))


def _seal(visit: Visit, until: int, passed: str, key: bytes) -> str:
    whose = (visit.document, visit.signer, visit.generation, visit.issue, visit.turn)
    about = (*whose, until, passed)
    digest = _mac(key, "session", *about)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _mac(key: bytes, purpose: str, *about: str | int) -> bytes:
    message = "\n".join([purpose, *map(str, about)])
    return hmac.new(_key(key), message.encode(), hashlib.sha256).digest()


def _key(link_key: bytes) -> bytes:
    return hmac.new(link_key, b"sygn-identity-1", hashlib.sha256).digest()


def _truncated(digest: bytes) -> str:
    """Return six digits of a MAC (RFC 4226, 5.3)."""
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"
