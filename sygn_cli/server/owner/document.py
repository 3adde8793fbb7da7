"""One document: its people, its history, what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template
from markupsafe import Markup

from sygn_cli.domain import routing
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import NotFound
from sygn_cli.domain.identity import Step
from sygn_cli.domain.ids import DOCUMENT_ID
from sygn_cli.domain.signer import SignerStatus
from sygn_cli.server.negotiation import catalogue
from sygn_cli.server.owner.state_words import STEPS, Moment, signer_words, state_words, timeline
from sygn_cli.server.words import t
from sygn_cli.services import documents, downloads, identity, verification, webhooks

if TYPE_CHECKING:
    from flask import Blueprint

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.signer import Signer
    from sygn_cli.domain.webhook import Attempt
    from sygn_cli.services.identity import Given
    from sygn_cli.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class SignerView:
    """A signer with what their owner may do.

    Attributes:
        state: In words.
        acts: It is their turn.
        fields: How many places are theirs.
        link: Whether there is a signing link to show.
        steps: What they are asked for beside their link, in words.
        secrets: Whether they can be given new secrets: a code or an authenticator of their own.
        locked: After too many wrong codes.
        unheard: Codes are mailed to them, and there is no mail server.
    """

    signer: Signer
    state: str
    acts: bool
    fields: int
    link: bool
    steps: str
    secrets: bool
    locked: bool
    unheard: bool


@dataclass(frozen=True, slots=True)
class DocumentView:
    """Everything that a document's page shows.

    Attributes:
        failed: Messages that no webhook received.
        revealed: A signer's id and their link, where it was just asked for.
        told: A signer's id and their new secrets, where they were just made.
        picture: The authenticator's secret as a QR code, as SVG.
    """

    document: Document
    state: str
    signers: tuple[SignerView, ...]
    timeline: tuple[Moment, ...]
    failed: tuple[Attempt, ...]
    overdue: bool
    revealed: tuple[str, str] | None = None
    told: tuple[str, Given] | None = None
    picture: Markup | str = ""

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.document.status is DocumentStatus.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to sign."""
        return self.document.status.is_open and not self.document.all_signed

    @property
    def is_completed(self) -> bool:
        """Whether there is a sealed file."""
        return self.document.status is DocumentStatus.COMPLETED


def add_routes(routes: Blueprint, runtime: Runtime) -> None:
    """Add the pages of one document."""

    @routes.get("/documents/<document_id>")
    def document(document_id: str) -> str:
        return show(runtime, own(runtime, document_id))

    @routes.get("/documents/<document_id>/verdict")
    def verdict(document_id: str) -> str:
        found = own(runtime, document_id)
        judged = verification.verify(runtime, downloads.signed_pdf(runtime, found.id))
        return render_template("owner_verdict.html", document=found, verdict=judged)


def own(runtime: Runtime, document_id: str) -> Document:
    """Return a document of the workspace, whosever it is, in its present state.

    Raises:
        NotFound: There is none of that id.
    """
    if not DOCUMENT_ID.fullmatch(document_id):
        raise NotFound("There is no such document.", hint="Look for it in the list.")
    return documents.get(runtime, document_id)


def show(
    runtime: Runtime,
    document: Document,
    *,
    revealed: tuple[str, str] | None = None,
    told: tuple[str, Given] | None = None,
) -> str:
    """Return the page of a document."""
    last: dict[str, Attempt] = {}
    for one in webhooks.deliveries(runtime, document_id=document.id, limit=100):
        last.setdefault(one.delivery, one)
    unheard = identity.needs_mail_server(runtime, document)
    view = DocumentView(
        document=document,
        state=state_words(document),
        signers=tuple(_signer(document, one, unheard=one in unheard) for one in document.signers),
        timeline=tuple(timeline(document, runtime.store.trail(document.id))),
        failed=tuple(one for one in last.values() if not one.is_good),
        overdue=document.is_overdue(runtime.clock.now()),
        revealed=revealed,
        told=told,
        picture=_picture(told[1].totp_uri) if told and told[1].totp_uri else "",
    )
    return render_template("owner_document.html", view=view)


def _signer(document: Document, signer: Signer, *, unheard: bool) -> SignerView:
    pending = document.status.is_open and signer.status is SignerStatus.PENDING
    is_to_come = pending or document.status is DocumentStatus.DRAFT
    return SignerView(
        signer=signer,
        state=signer_words(document, signer),
        acts=routing.may_act(document, signer),
        fields=len(document.fields_of(signer.id)),
        link=pending,
        steps=catalogue().listed([t(STEPS[step]) for step in signer.auth]),
        secrets=is_to_come and bool({Step.CODE, Step.TOTP} & {*signer.auth}),
        locked=pending and signer.identity.is_locked,
        unheard=is_to_come and unheard,
    )


def _picture(uri: str) -> Markup:
    from sygn_cli.engine import qr  # noqa: PLC0415 - nobody else on these pages needs it

    return Markup(qr.svg(uri))  # noqa: S704 - it escapes what it is given
