"""The gate before everything behind a link whose signer has to know more than the link.

It looks at every request that carries a signer's token, whatever the route, so that no route can
forget it. Who has passed holds a cookie, which is worth nothing without the link: it is bound to
document, signer, the link's generation and the signer's secrets. Pictures and texts of pages are
asked for without a token; their addresses cannot be guessed and stand only on pages behind the gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request

from sygn_cli.domain import identity_checks, onetime
from sygn_cli.domain.errors import IdentityRequired, NotFound
from sygn_cli.domain.identity import Channel, Step
from sygn_cli.server import negotiation, security
from sygn_cli.server.errors import wants_page
from sygn_cli.server.evidence import evidence
from sygn_cli.server.signing import TOKEN_HEADER
from sygn_cli.services import identity, signing
from sygn_cli.services.identity import Answer
from sygn_cli.services.turns import is_turn

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as BaseResponse

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
    from sygn_cli.domain.signer import Signer
    from sygn_cli.services.runtime import Runtime

PATH: Final = "/x"
_COOKIE: Final = "sygn_"
_ROUTES: Final = "identity"
_ENTERED: Final = "entered"
_JUST_NOW: Final = 120  # seconds
_MOST_BYTES: Final = 4096
_STATUS: Final = {
    Answer.WRONG: 403,
    Answer.USED: 403,
    Answer.STALE: 403,
    Answer.LOCKED: 403,
    Answer.EARLY: 429,
    Answer.TOO_MANY: 429,
    Answer.UNSENT: 502,
}


@dataclass(frozen=True, slots=True)
class GateView:
    """What the gate shows: nothing about the document.

    Attributes:
        number: Of the step, from 1.
        steps: How many there are.
        code_is_out: A one-time code was sent that is still good.
        by_sender: The sender has to tell it, who has no mail server.
        address: Where one-time codes go to, mostly hidden.
        tries: How many wrong codes are left.
        lost: The browser did not keep that a step was just passed, as in some frames.
        send: Where to ask for a one-time code.
        check: Where to enter one.
        page: This page.
    """

    step: Step
    number: int
    steps: int
    locked: bool
    code_is_out: bool
    by_sender: bool
    address: str
    tries: int
    answer: Answer | None
    lost: bool
    send: str
    check: str
    page: str


def guard(app: Flask, runtime: Runtime) -> None:
    """Let nobody pass with a signer's token who has not passed that signer's steps."""

    @app.before_request
    def stop() -> tuple[str, int] | None:
        if request.blueprint == _ROUTES:
            return None
        presented = (request.headers.get(TOKEN_HEADER, ""), request.args.get("t", ""))
        for token in dict.fromkeys(filter(None, presented)):
            try:
                link = signing.open_link(runtime, token)
            except NotFound:
                continue  # the route says so, in its own words
            if not link.signer.auth:
                continue
            done = _done(runtime, token, link.document, link.signer)
            if identity_checks.next_step(link.signer, done) is None:
                continue
            is_page = request.path == PATH  # for whoever asks, like the page behind it
            if not is_page and not wants_page():
                raise IdentityRequired("Show who you are first: load the page again.")
            shown = _page(runtime, token, link.document, link.signer, done)
            return shown, 200 if is_page else 401
        return None


def blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes that the gate's own forms post to; the token is in their addresses."""
    routes = Blueprint(_ROUTES, __name__)

    # Where a page was the answer to a form, its address is one that somebody may go to again.
    @routes.get("/x/identity")
    @routes.get("/x/identity/send")
    def back() -> BaseResponse:
        return redirect(_here(PATH, request.args.get("t", "")), 303)

    @routes.post("/x/identity")
    def check() -> BaseResponse | tuple[str, int]:
        token, document, signer = _posted(runtime)
        done = _done(runtime, token, document, signer)
        step = identity_checks.next_step(signer, done)
        if step is None or request.form.get("step") != step:
            return redirect(_here(PATH, token), 303)
        presented = request.form.get("code", "")
        signer, answer = identity.check(
            runtime, token, step, presented, evidence=_evidence(runtime, token)
        )
        if answer is not Answer.PASSED:
            return _answered(runtime, token, document, signer, answer)
        now = int(runtime.clock.now().timestamp())
        onward = redirect(_here(PATH, token, **{_ENTERED: str(now)}), 303)
        held = identity.session(runtime, document, signer, done | {step}, turn=_turn(token))
        _give(runtime, onward, _cookie(document, signer), held)
        return onward

    @routes.post("/x/identity/send")
    def send() -> BaseResponse | tuple[str, int]:
        token, document, signer = _posted(runtime)
        # Before the mailbox come the steps before it: no stranger has others' mailboxes filled.
        step = identity_checks.next_step(signer, _done(runtime, token, document, signer))
        if step is not Step.EMAIL:
            return redirect(_here(PATH, token), 303)
        signer, answer = identity.send_code(runtime, token, evidence=_evidence(runtime, token))
        if answer in {Answer.SENT, Answer.KEPT}:
            return redirect(_here(PATH, token), 303)
        return _answered(runtime, token, document, signer, answer)

    return routes


def _posted(runtime: Runtime) -> tuple[str, Document, Signer]:
    """Return whose form it is.

    Under ``no-referrer`` browsers send ``Origin: null`` with a form of our own
    (https://fetch.spec.whatwg.org/#append-a-request-origin-header); then only ``Sec-Fetch-Site``
    tells where it comes from. Nobody else can make such a form: the link's token is in its address.
    """
    if request.headers.get("Origin") not in {None, "null"}:
        security.require_own_origin(runtime.settings)
    security.require_own_site()
    request.max_content_length = _MOST_BYTES
    token = request.args.get("t", "")
    link = signing.open_link(runtime, token)
    return token, link.document, link.signer


def _answered(
    runtime: Runtime, token: str, document: Document, signer: Signer, answer: Answer
) -> tuple[str, int]:
    done = _done(runtime, token, document, signer)
    return _page(runtime, token, document, signer, done, answer=answer), _STATUS[answer]


def _page(
    runtime: Runtime,
    token: str,
    document: Document,
    signer: Signer,
    done: frozenset[Step],
    *,
    answer: Answer | None = None,
) -> str:
    step = identity_checks.next_step(signer, done)
    if step is None:
        raise NotFound("There is nothing left to enter.")
    negotiation.prefer(document.locale_of(signer))
    security.posts_forms()
    challenge = signer.identity.challenge
    view = GateView(
        step=step,
        number=signer.auth.index(step) + 1,
        steps=len(signer.auth),
        locked=signer.identity.is_locked,
        code_is_out=identity.code_is_out(runtime, signer),
        by_sender=challenge is not None and challenge.channel is Channel.OPERATOR,
        address=_hidden(signer.email),
        tries=identity_checks.tries_left(signer, step),
        answer=answer,
        lost=answer is None and not done and _entered_just_now(runtime),
        send=_here("/x/identity/send", token),
        check=_here("/x/identity", token),
        page=_here(PATH, token),
    )
    return render_template("identity.html", view=view)


def _hidden(address: str) -> str:
    """Return an address for somebody who knows it; it says little to anybody else."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}•••@{host}"


def _here(path: str, token: str, **more: str) -> str:
    """Return an address with the link's token, in the language that was chosen."""
    chosen = request.args.get(negotiation.PARAMETER, "")
    language = {negotiation.PARAMETER: chosen} if chosen else {}
    return f"{path}?{urlencode({'t': token, **language, **more})}"


def _entered_just_now(runtime: Runtime) -> bool:
    written = request.args.get(_ENTERED, "")
    if not (written.isascii() and written.isdigit() and len(written) <= 12):
        return False
    return abs(runtime.clock.now().timestamp() - int(written)) < _JUST_NOW


def _done(runtime: Runtime, token: str, document: Document, signer: Signer) -> frozenset[Step]:
    presented = request.cookies.get(_cookie(document, signer), "")
    return identity.passed(runtime, document, signer, presented, turn=_turn(token))


def _turn(token: str) -> str:
    return token if is_turn(token) else ""


def _give(runtime: Runtime, answer: BaseResponse, name: str, held: str) -> None:
    """Let the browser hold what it has passed.

    A frame on another site gets it in a jar of its own, which browsers that refuse all foreign
    cookies keep as well; without TLS there is no such jar. Nothing depends on ``SameSite``: no
    other site knows the token, without which the cookie is of no use.
    """
    is_secure = security.is_secure(runtime.settings)
    is_framed = is_secure and bool(runtime.settings.embed_origins)
    answer.set_cookie(
        name,
        held,
        max_age=onetime.SESSION,
        path=PATH,
        httponly=True,
        secure=is_secure,
        samesite="None" if is_framed else "Lax",
        partitioned=is_framed,
    )


def _cookie(document: Document, signer: Signer) -> str:
    return f"{_COOKIE}{onetime.Visit.of(document.id, signer).name}"


def _evidence(runtime: Runtime, token: str) -> Evidence:
    return evidence(
        request, trusted_proxies=runtime.settings.trusted_proxies, in_person=is_turn(token)
    )
