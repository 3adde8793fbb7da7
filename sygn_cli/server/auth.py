"""Who calls the API: a bearer token or an ``X-API-Key`` header, and nothing else.

No cookie and no query parameter is looked at, so no page of somebody else can make a browser act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import g, request

from sygn_cli.domain.apikey import NOT_GOOD
from sygn_cli.domain.errors import Unauthorized
from sygn_cli.domain.evidence import api_actor
from sygn_cli.services import apikeys

if TYPE_CHECKING:
    from sygn_cli.domain.apikey import ApiKey
    from sygn_cli.domain.audit import Json
    from sygn_cli.services.runtime import Runtime

HEADER: Final = "X-API-Key"


def caller(runtime: Runtime) -> ApiKey:
    """Return the key that this request carries; it is looked up once.

    Raises:
        Unauthorized: There is none, or it is not good.
    """
    if "api_key" not in g:
        g.api_key = _identify(runtime)
    found: ApiKey | Unauthorized = g.api_key
    if isinstance(found, Unauthorized):
        raise found
    return found


def actor(runtime: Runtime) -> Json:
    """Return how the audit trail names whoever calls."""
    return api_actor(caller(runtime).id)


def _identify(runtime: Runtime) -> ApiKey | Unauthorized:
    try:
        return apikeys.authenticate(runtime, presented())
    except Unauthorized as error:
        return error


def presented() -> str:
    """Return the key as it was sent.

    Raises:
        Unauthorized: There is none, or two that differ.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    other = request.headers.get(HEADER)
    if bearer and other is not None and bearer != other.strip():
        raise Unauthorized("Two different API keys were sent.")
    if not (bearer or other):
        raise Unauthorized(
            NOT_GOOD, hint="Send it as: Authorization: Bearer cs_live_... (sygn keys create)"
        )
    return bearer or (other or "").strip()
