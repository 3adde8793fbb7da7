"""What every answer carries and every request must meet, whatever the route.

The policy allows nothing but our own nonced files: no inline script or style, no eval, no foreign
frame, no plug-in (https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest

from sygn_cli.domain.errors import Forbidden, InvalidRequest

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Settings

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?")
_ORIGIN: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


def trusted_hosts(public_url: str) -> frozenset[str]:
    """Return the names under which the server may be addressed.

    A loopback address alone is no defence against DNS rebinding, so the ``Host`` header must name
    us as well.
    """
    named = urlsplit(public_url).hostname or "localhost"
    return _LOOPBACK | {f"[{named}]" if ":" in named else named}


def require_known_host(trusted: frozenset[str]) -> None:
    """Refuse a request that addresses somebody else.

    Flask's TRUSTED_HOSTS would do, but Werkzeug 3.1 cuts a trusted name at its first colon, so
    that no IPv6 address can be one.

    Raises:
        BadRequest: The ``Host`` header is missing or names none of the trusted hosts.
    """
    host = _HOST.fullmatch(request.headers.get("Host", ""))
    if host is None or host[1].lower() not in trusted:
        raise BadRequest


def is_addressed_as_loopback() -> bool:
    """Tell whether the request names this machine itself, and not the server's public name."""
    host = _HOST.fullmatch(request.headers.get("Host", ""))
    return host is not None and host[1].lower() in _LOOPBACK


def is_secure(settings: Settings) -> bool:
    """Tell whether the browser came by TLS, which may end at a proxy before us."""
    public = urlsplit(settings.public_url)
    return request.is_secure or (public.scheme == "https" and public.netloc == request.host)


def same(presented: str, expected: str) -> bool:
    """Compare two texts in constant time."""
    return hmac.compare_digest(presented.encode("utf-8", "replace"), expected.encode())


def own_page() -> None:
    """Let the page that is answered post forms to us; no page at all may show it in a frame."""
    g.is_own_page = True


def posts_forms() -> None:
    """Let the page that is answered post forms to us, also from a frame that may show it."""
    g.posts_forms = True


def frame_ancestors(embed_origins: tuple[str, ...]) -> str:
    """Return who may show the page in a frame, as the policy says it.

    Raises:
        InvalidRequest: One is not an origin; it could smuggle other directives into the header.
    """
    for origin in embed_origins:
        if not _ORIGIN.fullmatch(origin):
            raise InvalidRequest(
                f"{origin!r} is not an origin.", hint="Write it like https://intranet.example."
            )
    return " ".join(("'self'", *embed_origins))


def nonce() -> str:
    """Return this request's nonce; templates put it on each script and style."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    value: str = g.nonce
    return value


def require_own_origin(settings: Settings) -> None:
    """Refuse a request that a page of somebody else makes in the signer's browser.

    There are no cookies, so nothing is gained by one; it is refused all the same.

    Raises:
        Forbidden: The browser says that it comes from another origin.
    """
    origin = request.headers.get("Origin")
    if origin is not None:
        own = {request.host, urlsplit(settings.public_url).netloc}
        if authority(origin) not in own:
            raise Forbidden("This request does not come from the signing page.")
    require_own_site()


def authority(origin: str) -> str:
    """Return host and port of an ``Origin`` header, "" if it is none of a web page.

    ``urlsplit`` alone raises ValueError on some of what a stranger may send.
    """
    return urlsplit(origin).netloc if _ORIGIN.fullmatch(origin) else ""


def require_own_site() -> None:
    """Refuse a request of which the browser says that a page elsewhere makes it.

    Raises:
        Forbidden: It does.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden("This request does not come from the signing page.")


def protect(app: Flask, settings: Settings) -> None:
    """Set the headers of every answer and the hosts that are answered at all."""
    ancestors = frame_ancestors(settings.embed_origins)
    trusted = trusted_hosts(settings.public_url)

    @app.before_request
    def check_host() -> None:
        require_known_host(trusted)

    @app.after_request
    def add_headers(answer: Response) -> Response:
        headers = answer.headers
        headers.setdefault("Cache-Control", "no-store")
        headers["Content-Security-Policy"] = _policy(answer, ancestors)
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        headers["Permissions-Policy"] = _PERMISSIONS
        if answer.mimetype != "text/html":
            headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return answer


def _policy(answer: Response, ancestors: str) -> str:
    own = g.get("is_own_page", False)
    forms = "'self'" if own or g.get("posts_forms", False) else "'none'"
    ancestors = "'none'" if own else ancestors
    if answer.mimetype != "text/html":
        return f"default-src 'none'; frame-ancestors {ancestors}; sandbox"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce()}'",
            f"style-src 'nonce-{nonce()}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            f"form-action {forms}",
            f"frame-ancestors {ancestors}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
