"""RFC 3161 timestamps from a time-stamping authority: the engine's only network."""

from __future__ import annotations

import hashlib
import urllib.parse
from typing import TYPE_CHECKING, Final

from asn1crypto import tsp
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.engine import web
from sygn_cli.engine.canonical import canonical_token, signer_chain

if TYPE_CHECKING:
    from asn1crypto import cms

_LARGEST_ANSWER: Final = 256 * 1024
# Room for the token is reserved in the file before it is known; in hexadecimal it takes twice this.
LARGEST_TOKEN: Final = 12 * 1024


class HttpTimestamper(TimeStamper):
    """Asks one authority over HTTP (RFC 3161, 3.4)."""

    def __init__(self, url: str, *, patience: float = web.PATIENCE) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]  # pyHanko has none
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise NetworkFailed(f"{url!r} is not the http or https address of a time-stamper.")
        self._url, self._patience = url, patience

    @property
    def is_near(self) -> bool:
        """Whether it is on this machine or in a private network, as the operator wants it."""
        return web.leads_near(self._url)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the authority's answer, unchecked.

        Raises:
            NetworkFailed: There is none, or it is no timestamp response.
        """
        content = web.ask(
            self._url,
            content=req.dump(),
            media_type="application/timestamp-query",
            largest=_LARGEST_ANSWER,
            patience=self._patience,
        )
        try:
            response = tsp.TimeStampResp.load(content)
            response["status"]["status"].native  # noqa: B018  parsing is lazy
        except (ValueError, TypeError, KeyError) as error:
            raise self._nonsense() from error
        return response

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a token for exactly this digest.

        Raises:
            NetworkFailed: The answer is a refusal or is about something else.
        """
        try:
            token = canonical_token(await super().async_timestamp(message_digest, md_algorithm))
            info = token["content"]["encap_content_info"]["content"].parsed
            stamped = info["message_imprint"]["hashed_message"].native
        except NetworkFailed:
            raise
        except TimestampRequestError as error:
            raise NetworkFailed(f"The time-stamper {self._url} refused: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError, CMSExtractionError) as error:
            # asn1crypto parses lazily and leaks these on an answer that is no token.
            raise self._nonsense() from error
        if len(token.dump()) > LARGEST_TOKEN:
            raise NetworkFailed(f"The timestamp of {self._url} is too long to keep.")
        if stamped != message_digest:
            raise NetworkFailed(f"The time-stamper {self._url} stamped something else.")
        return token

    async def chain(self, md_algorithm: str) -> tuple[bytes, ...]:
        """Return the authority's certificates in DER, its own first, as a probe tells them.

        Raises:
            NetworkFailed: As for ``async_timestamp``.
        """
        probe = hashlib.new(md_algorithm, b"sygn asks who you are").digest()
        return token_chain(await self.async_timestamp(probe, md_algorithm))

    def _nonsense(self) -> NetworkFailed:
        return NetworkFailed(f"The time-stamper {self._url} answered with no timestamp.")


def token_chain(token: cms.ContentInfo) -> tuple[bytes, ...]:
    """Return the certificates of a token in DER, the authority's first."""
    return tuple(one.dump() for one in signer_chain(token["content"]))
