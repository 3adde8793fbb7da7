"""RFC 3161 timestamps from a time-stamping authority: the engine's only network."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Final

from asn1crypto import tsp
from pyhanko.sign.general import CMSExtractionError
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from sygn_cli.domain.errors import NetworkFailed
from sygn_cli.engine.canonical import canonical_token

if TYPE_CHECKING:
    from asn1crypto import cms

_TIMEOUT: Final = 15.0
_LARGEST_ANSWER: Final = 256 * 1024


class HttpTimestamper(TimeStamper):
    """Asks one authority over HTTP (RFC 3161, 3.4)."""

    def __init__(self, url: str) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]  # pyHanko has none
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise NetworkFailed(f"{url!r} is not the http or https address of a time-stamper.")
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the authority's answer, unchecked.

        Raises:
            NetworkFailed: There is none, or it is no timestamp response.
        """
        question = urllib.request.Request(  # noqa: S310  the scheme is checked above
            self._url,
            data=req.dump(),
            headers={
                "Content-Type": "application/timestamp-query",
                "Accept": "application/timestamp-reply",
            },
        )
        try:
            with urllib.request.urlopen(question, timeout=_TIMEOUT) as answer:  # noqa: S310
                content = answer.read(_LARGEST_ANSWER)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NetworkFailed(
                f"The time-stamper {self._url} did not answer: {error}."
            ) from error
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
        if stamped != message_digest:
            raise NetworkFailed(f"The time-stamper {self._url} stamped something else.")
        return token

    def _nonsense(self) -> NetworkFailed:
        return NetworkFailed(f"The time-stamper {self._url} answered with no timestamp.")
