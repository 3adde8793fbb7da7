"""Put one more timestamp over a sealed PDF before the last one's certificate expires."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn1crypto import cms, x509

from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import NetworkFailed, SealFailed, SygnError
from sygn_cli.engine import evidence as evidences
from sygn_cli.engine.certify import DIGEST, Writer, add_evidence, add_timestamp
from sygn_cli.engine.signatures import TIMESTAMP, signatures
from sygn_cli.engine.timestamp import HttpTimestamper, token_chain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sygn_cli.engine.signatures import Embedded

_NAME: Final = "Timestamp"


@dataclass(frozen=True, slots=True)
class LastTimestamp:
    """The document timestamp that a file ends with.

    Attributes:
        authority: Whom its certificate names.
        at: The moment that it vouches for.
        expires_at: When the first certificate of its chain ends, from which on it must lie under
            another timestamp.
    """

    authority: str
    at: datetime
    expires_at: datetime


def last_timestamp(pdf: bytes) -> LastTimestamp | None:
    """Return the document timestamp that the file ends with; None where it ends otherwise.

    Raises:
        Tampered: The signatures cannot be read.
    """
    found = signatures(pdf)
    if not found or found[-1].kind != TIMESTAMP:
        return None
    token = cms.ContentInfo.load(found[-1].der)
    chain = [x509.Certificate.load(der) for der in token_chain(token)]
    return LastTimestamp(
        authority=str(chain[0].subject.native.get("common_name", "")),
        at=token["content"]["encap_content_info"]["content"].parsed["gen_time"].native,
        expires_at=min(one.not_valid_after for one in chain),
    )


def hashes_before(pdf: bytes) -> Iterator[str]:
    """Yield the SHA-256 that the file had when it ended with each of its earlier signatures.

    Raises:
        Tampered: The signatures cannot be read.
    """
    for one in signatures(pdf)[:-1]:
        _, _, behind, rest = one.byte_range
        yield sha256(pdf[: behind + rest])


def renew(pdf: bytes, *, tsa_urls: Sequence[str], crls: Sequence[bytes] = ()) -> bytes:
    """Return the PDF with one more revision: fresh revocation lists under a timestamp over all.

    What is there stays as it is. Whether that is worth a timestamp is for ``verify`` to say,
    before: a timestamp makes nothing valid.

    Args:
        pdf: A signed PDF of any level.
        tsa_urls: Time-stamping authorities, tried in order.
        crls: Revocation lists in DER that are at hand; those of authorities are fetched.

    Raises:
        SealFailed: Nobody has signed the file, or it is damaged.
        NetworkFailed: No authority gave a timestamp that will last.
    """
    try:
        found = signatures(pdf)
    except SygnError as error:
        raise SealFailed(error.message) from error
    if not found:
        raise SealFailed("Nobody has signed the file.", hint="Seal it with: sygn seal")
    failures = []
    for url in tsa_urls:
        try:
            return asyncio.run(_renewed(pdf, found, HttpTimestamper(url), crls)).getvalue()
        except NetworkFailed as error:
            failures.append(error.message)
        except Exception as error:  # pyHanko leaks KeyError, ValueError, TypeError and more
            raise SealFailed(f"The PDF could not be timestamped: {error}") from error
    raise NetworkFailed(
        " ".join(failures) or "No time-stamping authority is set.",
        hint="Set tsa in sygn.toml.",
    )


async def _renewed(
    pdf: bytes, found: Sequence[Embedded], timestamper: HttpTimestamper, crls: Sequence[bytes]
) -> io.BytesIO:
    fetch = evidences.fetcher(allow_private=timestamper.is_near)
    evidence = evidences.gather(await timestamper.chain(DIGEST), crls, fetch)
    last = found[-1]
    if last.kind == TIMESTAMP:
        # Its revocation must be known as of now: afterwards nobody can tell any more.
        token = cms.ContentInfo.load(last.der)
        evidence = evidence + evidences.gather(token_chain(token), crls, fetch)
    writer = Writer(io.BytesIO(pdf))
    add_evidence(writer, evidence)
    names, number = {one.name for one in found}, 1
    while f"{_NAME}{number}" in names:
        number += 1
    output = io.BytesIO()
    await add_timestamp(writer, timestamper, f"{_NAME}{number}", output)
    return output
