"""Who may open the owner's pages: a browser on this machine that was given the link.

The link is exchanged for a cookie, so that no page's address holds the secret. The cookie is
``HttpOnly`` and ``SameSite=Strict`` and lies under a path that nobody can guess; every ``POST``
also proves that it comes from one of our forms.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from flask import Response, g, render_template, request

from sygn_cli.domain import owner_link
from sygn_cli.domain.errors import Forbidden, NotFound, Unauthorized
from sygn_cli.server import security
from sygn_cli.services.owner import PATH

if TYPE_CHECKING:
    from flask import Blueprint

    from sygn_cli.services.runtime import Runtime

COOKIE: Final = "sygn_owner"
FORM_FIELD: Final = "proof"
HEADER: Final = "X-Owner-Proof"
_ENTROPY: Final = 16
# Whoever sends one of these stands between us and somebody else.
_FORWARDING: Final = frozenset(
    {
        "cf-connecting-ip",
        "fastly-client-ip",
        "forwarded",
        "true-client-ip",
        "via",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-real-ip",
    }
)
_FORWARDED: Final = "x-forwarded-"


def guard(routes: Blueprint, runtime: Runtime) -> None:
    """Let only the owner pass to the routes."""

    @routes.before_request
    def check() -> None:
        security.own_page()
        require_near(runtime)
        key = runtime.keys.owner_key()
        place = (request.view_args or {}).pop("place", "")
        if not _is_place(place, key):
            raise Unauthorized("Open the owner's link again.")
        presented = request.cookies.get(COOKIE, "")
        g.owner_left = owner_link.seconds_left(presented, key, now=runtime.clock.now())
        if not g.owner_left:
            raise Unauthorized("Open the owner's link again.")
        g.owner_home = f"{PATH}/{place}"
        g.owner_proof = owner_link.form_token(key, runtime.clock.entropy(_ENTROPY))
        if request.method not in {"GET", "HEAD"}:
            _require_own_form(key)

    @routes.after_request
    def stay(answer: Response) -> Response:
        left = g.get("owner_left", 0)
        if 0 < left < owner_link.SESSION_SECONDS // 2 and request.method == "GET":
            give_session(runtime, answer)
        return answer

    @routes.app_context_processor
    def words() -> dict[str, str]:
        return {"home": g.get("owner_home", ""), "proof": g.get("owner_proof", "")}


def home() -> str:
    """Return the address under which the owner's pages lie."""
    address: str = g.owner_home
    return address


def require_near(runtime: Runtime) -> None:
    """Refuse who is not at this machine, unless the settings let the owner be elsewhere.

    Raises:
        NotFound: As for an address where there is nothing.
    """
    if runtime.settings.owner_page == "remote":
        return
    if (
        not _is_loopback(request.remote_addr or "")
        or not security.is_addressed_as_loopback()
        or any(map(_is_forwarding, request.headers.keys()))
    ):
        raise NotFound("There is nothing at this address.")


def _is_forwarding(header: str) -> bool:
    name = header.lower()
    return name in _FORWARDING or name.startswith(_FORWARDED)


def enter(runtime: Runtime, token: str) -> tuple[Response | str, int]:
    """Exchange the link's token for a session, or show that the page is locked."""
    key = runtime.keys.owner_key()
    if not owner_link.opens(token, key):
        return render_template("owner_locked.html"), 401
    home = f"{PATH}/{owner_link.place(key)}"
    # A page that goes on by itself and no redirect: the browser counts a redirect after a click
    # elsewhere as coming from there, and would keep a strict cookie to itself.
    answer = Response(render_template("owner_enter.html", home=home))
    give_session(runtime, answer)
    return answer, 200


def give_session(runtime: Runtime, answer: Response) -> None:
    """Put a new session into the browser."""
    key = runtime.keys.owner_key()
    entropy = runtime.clock.entropy(_ENTROPY)
    answer.set_cookie(
        COOKIE,
        owner_link.session(key, now=runtime.clock.now(), entropy=entropy),
        path=f"{PATH}/{owner_link.place(key)}",
        httponly=True,
        samesite="Strict",
        secure=security.is_secure(runtime.settings),
    )


def leave(answer: Response) -> Response:
    """Take the session out of the browser."""
    answer.delete_cookie(COOKIE, path=g.owner_home, httponly=True, samesite="Strict")
    g.owner_left = 0
    return answer


def _require_own_form(key: bytes) -> None:
    """Refuse what another page makes the owner's browser send.

    Under ``no-referrer`` a browser sends ``Origin: null`` with a form of our own
    (https://fetch.spec.whatwg.org/#append-a-request-origin-header); then only
    ``Sec-Fetch-Site`` tells where it comes from.

    Raises:
        Forbidden: It does not come from a page of ours.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    ours = site == "same-origin" if origin in {None, "null"} else _is_own(origin or "")
    if not ours or site not in {None, "same-origin"}:
        raise Forbidden("This request does not come from the owner's page.")
    presented = request.headers.get(HEADER) or request.form.get(FORM_FIELD, "")
    if not owner_link.is_form_token(presented, key):
        raise Forbidden("This form is no longer good.", hint="Load the page again.")


def _is_own(origin: str) -> bool:
    return security.authority(origin) == request.host


def _is_place(presented: str, key: bytes) -> bool:
    return security.same(presented, owner_link.place(key))


def _is_loopback(address: str) -> bool:
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return (mapped or peer).is_loopback
