"""The signer's side: the page behind a link, and what its script posts.

``GET`` changes nothing, because mail scanners open every link; the page's script posts ``viewed``.
There are no cookies: each call carries the link's token in a header, so no other page can act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.exceptions import UnsupportedMediaType

from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.mark import Picture
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.engine import signature_picture
from sygn_cli.server import negotiation, schemas, security
from sygn_cli.server.evidence import evidence
from sygn_cli.server.signing_view import signing_view
from sygn_cli.services import delegation, desk, pictures, progress, questions, signing
from sygn_cli.services.signing import LinkState, Submission
from sygn_cli.services.turns import is_turn

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.evidence import Evidence
    from sygn_cli.domain.mark import Mark
    from sygn_cli.services.runtime import Runtime

# One photo of 8 MB in base64. What is handed in at the end are cleaned pictures, which are small.
MOST_BODY_BYTES: Final = 12 * 1024 * 1024
# Strokes of some long signatures, or a picture or two; more is only kept by the browser.
MOST_DRAFT_BYTES: Final = 2 * 1024 * 1024
TOKEN_HEADER: Final = "X-Signing-Token"  # noqa: S105 - the header's name


def blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes under ``/x`` that a signer's link opens."""
    routes = Blueprint("signing", __name__)
    _add_views(routes, runtime)
    _add_first_steps(routes, runtime)
    _add_decisions(routes, runtime)
    return routes


def _add_views(routes: Blueprint, runtime: Runtime) -> None:
    @routes.get("/x")
    def page() -> str | tuple[str, int] | BaseResponse:
        token = request.args.get("t", "")
        try:
            link = signing.open_link(runtime, token)
        except NotFound:
            if is_turn(token):  # the address stays in the history of a device that is handed on
                return redirect(desk.PATH, 303)
            passed_on = delegation.former(runtime, token)
            # Who had an identity step to pass is told nothing by a link alone.
            if passed_on and not passed_on[0].signer(passed_on[1].signer).auth:
                document, handed_over = passed_on
                negotiation.prefer(document.locale)
                return render_template("passed_on.html", document=document, one=handed_over), 410
            return render_template("unknown.html"), 404
        negotiation.prefer(link.document.locale_of(link.signer))
        if link.state is LinkState.READY:
            pictures.draw_ahead(runtime, link.document)
        view = signing_view(runtime, link, token)
        template = "sign.html" if link.state is LinkState.READY else "state.html"
        return render_template(template, view=view, LinkState=LinkState)

    @routes.get("/x/state")
    def state() -> Response:
        link = signing.open_link(runtime, request.headers.get(TOKEN_HEADER, ""))
        return jsonify(state=str(link.state), signed=_signed(link.document))


def _add_first_steps(routes: Blueprint, runtime: Runtime) -> None:
    @routes.post("/x/viewed")
    def viewed() -> Response:
        token, body = _posted(runtime)
        signing.record_view(runtime, token, _evidence(runtime, body))
        return Response(status=204)

    @routes.post("/x/consent")
    def consent() -> Response:
        token, body = _posted(runtime)
        signing.give_consent(
            runtime,
            token,
            # What the page says that it showed: with another header in between it might differ.
            locale=negotiation.known(schemas.words(body, "locale")) or negotiation.catalogue().tag,
            evidence=_evidence(runtime, body),
        )
        return Response(status=204)

    @routes.put("/x/draft")
    def draft() -> Response:
        token, body = _posted(runtime, most=MOST_DRAFT_BYTES)
        marks, revision = schemas.draft(body)
        kept, saved = progress.save(runtime, token, marks, revision=revision)
        # Not kept is no error: browsers would log one, and the page knows what to do.
        newer = {} if saved else {"marks": dict(kept.marks)}
        return jsonify(revision=kept.revision, **newer)

    @routes.post("/x/picture")
    def picture() -> Response:
        _, body = _posted(runtime)
        cleaned = runtime.pdf.call(signature_picture.clean, schemas.picture(body))
        return Response(cleaned, mimetype="image/png")


def _add_decisions(routes: Blueprint, runtime: Runtime) -> None:
    @routes.post("/x/sign")
    def sign() -> Response:
        token, body = _posted(runtime)
        receipt = signing.submit(
            runtime, token, _submission(runtime, body), _evidence(runtime, body)
        )
        return jsonify(
            document=receipt.document.id,
            signer=receipt.signer.id,
            head=receipt.head,
            completed=receipt.completed,
        )

    @routes.post("/x/decline")
    def decline() -> Response:
        token, body = _posted(runtime)
        signing.decline(
            runtime,
            token,
            reason=schemas.words(body, "reason"),
            evidence=_evidence(runtime, body),
        )
        return Response(status=204)

    @routes.post("/x/delegate")
    def delegate() -> Response:
        token, body = _posted(runtime)
        delegation.delegate(
            runtime,
            token,
            schemas.somebody(body),
            reason=schemas.words(body, "reason"),
            evidence=_evidence(runtime, body),
        )
        return Response(status=204)

    @routes.post("/x/ask")
    def ask() -> Response:
        token, body = _posted(runtime)
        question = schemas.words(body, "question")
        questions.ask(runtime, token, question, evidence=_evidence(runtime, body))
        return Response(status=204)


def _posted(runtime: Runtime, *, most: int = MOST_BODY_BYTES) -> tuple[str, schemas.Body]:
    """Return the token and body of a call that may change something."""
    security.require_own_origin(runtime.settings)
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    token = request.headers.get(TOKEN_HEADER, "")
    signing.open_link(runtime, token)  # before any work is done for a stranger
    request.max_content_length = most
    return token, schemas.body(request.get_data())


def _evidence(runtime: Runtime, body: schemas.Body) -> Evidence:
    return evidence(
        request,
        trusted_proxies=runtime.settings.trusted_proxies,
        in_person=is_turn(request.headers.get(TOKEN_HEADER, "")),
        time_zone=body.get("time_zone", ""),
    )


def _submission(runtime: Runtime, body: schemas.Body) -> Submission:
    given = schemas.signing(body)
    marks: dict[str, Mark] = dict(given.marks)
    cleaned: dict[bytes, bytes] = {}
    for field_id, upload in given.uploads.items():
        if upload not in cleaned:
            cleaned[upload] = runtime.pdf.call(signature_picture.clean, upload)
        marks[field_id] = Picture(signature_picture.name(cleaned[upload]))
    return Submission(marks, tuple(dict.fromkeys(cleaned.values())))


def _signed(document: Document) -> int:
    return sum(signer.status is SignerStatus.SIGNED for signer in document.signers)
