"""Creating a document: read the PDFs, find or take the fields, route them, store it all at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import ids, moment, proposals, routing, text
from sygn_cli.domain.document import (
    LOCAL_ACCOUNT,
    Document,
    Mode,
    Signatures,
    SigningOrder,
    SourceFile,
)
from sygn_cli.domain.errors import InvalidRequest, NoFieldsDetected, NotFound, PdfRefused
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.stated import Stated
from sygn_cli.engine import credential, intake, render
from sygn_cli.engine.detect import detect_fields
from sygn_cli.services import detection, document_webhooks, field_presets, identity, webhooks
from sygn_cli.services.settings import usual_deadline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.field import Detection, Field, FieldType
    from sygn_cli.domain.signer import Invitee
    from sygn_cli.domain.webhook import Endpoint
    from sygn_cli.engine.intake import Intake
    from sygn_cli.services.identity import Given
    from sygn_cli.services.runtime import Runtime


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A PDF as somebody hands it in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What a new document is asked to be.

    Attributes:
        fields: Places given by the caller, or None to have them found. A field whose ``signer``
            is "" belongs to the first signer.
        assignments: Field ids and the signer ids they belong to; goes before all else.
        expires: As for ``--expires``; None means the workspace's usual deadline.
        flatten_existing_signatures: Accept a PDF that is signed already and lose those signatures.
        webhook: URL that is to hear of this document, "" for none.
        webhook_private: The URL may lead to this machine or a private network.
        allow_delegation: Whether signers may pass their signature on; None means as the workspace
            is set.
        links_to: Who gets the links out of the creation, as the certificate tells it.
        fields_later: A draft may be without fields: somebody places them before it is sent.
        mail: Whether signers and those who get copies are written to.
        anchors: Words that mark a place in the PDF, and the type of field that belongs there.
        signatures: Whose signatures the finished file carries; None as the workspace is set.
        locale: Of the certificate, and of signers who have none of their own; "" for unknown.
        parties: By the id of a given field, the party whose it is in the PDF's own words, "" for
            none; fields that somebody gave to signers by hand are missing.
        roles_must_fit: Refuse a role that names no party where that leaves a party to somebody
            else. It is a caution and no part of what is asked for, so no fingerprint holds it.
    """

    files: tuple[GivenFile, ...]
    invitees: tuple[Invitee, ...]
    title: str = ""
    fields: tuple[Field, ...] | None = None
    assignments: Mapping[str, str] = field(default_factory=dict)
    signing_order: SigningOrder = SigningOrder.PARALLEL
    cc: tuple[str, ...] = ()
    message: str = ""
    expires: str | None = None
    account: str = LOCAL_ACCOUNT
    mode: Mode = Mode.LIVE
    allow_delegation: bool | None = None
    draft: bool = False
    flatten_existing_signatures: bool = False
    webhook: str = ""
    webhook_private: bool = False
    links_to: str = "operator"
    mail: bool = True
    anchors: Mapping[str, FieldType] = field(default_factory=dict)
    locale: str = ""
    fields_later: bool = False
    signatures: Signatures | None = None
    parties: Mapping[str, str] = field(default_factory=dict, repr=False)
    roles_must_fit: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """A document that could be created now.

    Attributes:
        left_out: Detections that were not sure enough or nobody's, by file number.
        unreadable_pages: (file, page) of pages that hold only a picture.
        new_webhook: Endpoint that was made for the request's URL, whose secret nobody knows yet.
        given: Secrets of signers that the sender has to pass on, by signer id; shown only now.
        parties: Whose fields are in the PDF's own words, by field id.
    """

    proposal: proposals.Proposal
    contents: tuple[bytes, ...]
    left_out: tuple[tuple[int, Detection], ...]
    unreadable_pages: tuple[tuple[int, int], ...]
    new_webhook: Endpoint | None = None
    given: Mapping[str, Given] = field(default_factory=dict, repr=False)
    parties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that only has to be stored.

    Attributes:
        codes: Access codes that were made, in clear, by signer id.
        at: When it is created.
    """

    plan: Plan
    codes: Mapping[str, str] = field(repr=False)
    at: datetime


def plan(runtime: Runtime, request: Request) -> Plan:
    """Return the document as it would be created; writes nothing.

    Raises:
        PdfRefused: A PDF cannot be used.
        NoFieldsDetected: No fields were given and none were found.
        InvalidRequest: Something else about it is not acceptable.
        WorkspaceUnusable: It names no deadline, and the workspace's usual one has passed.
    """
    expires_at = _deadline(runtime, request, now=runtime.clock.now())
    if not request.files:
        raise InvalidRequest("There is no PDF.", hint="Name one with --pdf FILE.")
    proposals.signers_of(request.invitees)
    if request.webhook:
        webhooks.require_url(request.webhook, allow_private=request.webhook_private)
    intakes = [_inspect(runtime, request, file) for file in request.files]
    if request.fields is None:
        found = _find(runtime, request)
    else:
        found = _Found((), (), (), request.parties)
        _look_at_pages(runtime, request, request.fields)
    fields = _assign(request, found.fields if request.fields is None else request.fields)
    if request.roles_must_fit:
        routing.check_roles(fields, found.parties, request.invitees, request.assignments)
    proposal = proposals.Proposal(
        account=request.account,
        title=request.title or title_of(request.files[0].name),
        files=tuple(_source(file, one) for file, one in zip(request.files, intakes, strict=True)),
        invitees=request.invitees,
        fields=fields,
        signing_order=request.signing_order,
        mode=request.mode,
        detected_fields=request.fields is None,
        cc=request.cc,
        message=request.message,
        expires_at=expires_at,
        draft=request.draft,
        allow_delegation=(
            runtime.settings.allow_delegation
            if request.allow_delegation is None
            else request.allow_delegation
        ),
        links_to=request.links_to,
        mail=request.mail,
        flattened_signatures=request.flatten_existing_signatures,
        active_content=tuple(sorted({c for one in intakes for c in one.active_content})),
        locale=request.locale,
        signatures=request.signatures or Signatures(runtime.settings.signatures),
    )
    proposals.create(proposal, actor=OPERATOR)
    contents = tuple(file.content for file in request.files)
    return Plan(proposal, contents, found.left_out, found.unreadable_pages, parties=found.parties)


def create(runtime: Runtime, request: Request, *, actor: Json = OPERATOR) -> tuple[Document, Plan]:
    """Create the document and return it with the plan it was made from.

    Raises:
        PdfRefused, NoFieldsDetected, InvalidRequest: As for :func:`plan`.
        SealFailed: The workspace's key could not seal what would be signed; nothing is created.
        WorkspaceUnusable: It could not be stored; nothing is created.
    """
    return store(runtime, prepare(runtime, request), new_id(runtime), actor=actor)


def new_id(runtime: Runtime) -> str:
    """Return the id of a document to come."""
    return ids.document_id(runtime.clock.now(), runtime.clock.entropy(ids.ENTROPY_BYTES))


def prepare(runtime: Runtime, request: Request) -> Prepared:
    """Do all of a creation that may be refused.

    Raises:
        SygnError: As for :func:`create`.
    """
    made = plan(runtime, request)
    credential.test_sign(runtime.keys.credential(), now=runtime.clock.now())
    invitees, codes = identity.prepare(runtime, made.proposal.invitees)
    # After all that takes its time: who asks again and again for what is new since the newest that
    # they know would miss a document that appears with an older time.
    at = runtime.clock.now()
    expires_at = _deadline(runtime, request, now=at)
    made = replace(made, proposal=replace(made.proposal, invitees=invitees, expires_at=expires_at))
    if request.webhook:
        made = _with_webhook(runtime, request, made)
    return Prepared(made, codes, at)


def store(
    runtime: Runtime, ready: Prepared, document_id: str, *, actor: Json = OPERATOR
) -> tuple[Document, Plan]:
    """Store what was prepared.

    Raises:
        Conflict: The same request is at work elsewhere, and goes first.
        WorkspaceUnusable: It could not be stored; nothing is created.
    """
    made = ready.plan
    entry = proposals.create(made.proposal, actor=actor)
    document = runtime.store.create(document_id, entry, at=ready.at, blobs=made.contents)
    return document, replace(made, given=identity.given(runtime, document, ready.codes))


def _deadline(runtime: Runtime, request: Request, *, now: datetime) -> datetime | None:
    if request.expires:
        return moment.deadline(request.expires, now=now)
    return usual_deadline(runtime.settings, now=now)


def _with_webhook(runtime: Runtime, request: Request, made: Plan) -> Plan:
    endpoint, is_new = document_webhooks.endpoint_for(
        runtime,
        request.webhook,
        account=request.account,
        mode=request.mode,
        allow_private=request.webhook_private,
    )
    proposal = replace(made.proposal, webhook=endpoint.id)
    return replace(made, proposal=proposal, new_webhook=endpoint if is_new else None)


def _inspect(runtime: Runtime, request: Request, file: GivenFile) -> Intake:
    try:
        return runtime.pdf.call(
            intake.inspect,
            file.content,
            largest=runtime.settings.largest_pdf,
            most_pages=runtime.settings.most_pages,
            flatten_existing_signatures=request.flatten_existing_signatures,
        )
    except PdfRefused as error:
        if len(request.files) > 1:
            # The frame is the same in every language; the reason is translated within it.
            values = {"file": file.name, "why": error.message}
            error.message = Stated("{file}: {why}", "", values)
        raise


def _look_at_pages(runtime: Runtime, request: Request, fields: Sequence[Field]) -> None:
    """Read each page that is to be signed: a page that nobody can read is refused now.

    Detection does so by itself; without it a page that never ends would be found by the signer.
    """
    for number, page in sorted({(one.file, one.page) for one in fields}):
        if number <= len(request.files):
            with suppress(NotFound):  # a page that is not there is refused by its own rule
                runtime.pdf.call(render.page_text, request.files[number - 1].content, page)


def _source(file: GivenFile, one: Intake) -> SourceFile:
    pages = tuple((p.geometry.width, p.geometry.height) for p in one.pages)
    rounded = tuple((round(w, 3), round(h, 3)) for w, h in pages)
    return SourceFile(file_name(file.name), one.sha256, one.size, rounded)


@dataclass(frozen=True, slots=True)
class _Found:
    fields: tuple[Field, ...]
    left_out: tuple[tuple[int, Detection], ...]
    unreadable_pages: tuple[tuple[int, int], ...]
    parties: Mapping[str, str]


def _find(runtime: Runtime, request: Request) -> _Found:
    fields: list[Field] = []
    left_out: list[tuple[int, Detection]] = []
    unreadable: list[tuple[int, int]] = []
    parties: dict[str, str] = {}
    reports = [
        runtime.pdf.call(detect_fields, f.content, anchors=dict(request.anchors))
        for f in request.files
    ]
    field_ids = detection.ids_in_document([report.detections for report in reports])
    for number, report in enumerate(reports, start=1):
        good = detection.usable(report.detections)
        fields += _fields_of_file(request.invitees, good, number, field_ids)
        parties |= {field_ids[number, one.id]: one.party for one in good}
        left_out += [(number, one) for one in report.detections if one not in good]
        unreadable += [(number, page) for page in report.unreadable_pages]
    if not fields and not (request.draft and request.fields_later):
        raise NoFieldsDetected(_nothing_found(unreadable), hint=_GIVE_FIELDS)
    return _Found(tuple(fields), tuple(left_out), tuple(unreadable), parties)


def _fields_of_file(
    invitees: Sequence[Invitee],
    found: Sequence[Detection],
    file: int,
    field_ids: Mapping[tuple[int, str], str],
) -> list[Field]:
    owners = routing.route(found, invitees)
    names = {f"s{number}": who.name for number, who in enumerate(invitees, start=1)}
    signing = field_presets.signing_parties(found)
    return [
        detection.to_field(
            one,
            field_presets.preset(
                one, name=names[owners[one.id]], owns_signature=one.party in signing
            ),
            signer=owners[one.id],
            file=file,
            field_id=field_ids[file, one.id],
        )
        for one in found
    ]


_GIVE_FIELDS: Final = "Look with `sygn detect`, or place them yourself with --fields FILE."


def _nothing_found(unreadable: Sequence[tuple[int, int]]) -> str:
    if not unreadable:
        return "No place to sign was found in the PDF."
    pages = ", ".join(str(page) for _, page in unreadable[:10])
    return f"No place to sign was found; page {pages} is a picture that could not be read."


def _assign(request: Request, fields: Sequence[Field]) -> tuple[Field, ...]:
    signers = routing.signer_ids(request.invitees)
    routing.check_assignments(request.assignments, [f.id for f in fields], signers)
    return tuple(
        one.for_signer(request.assignments.get(one.id) or one.signer or "s1") for one in fields
    )


def file_name(name: str) -> str:
    """Return a file's name without folders, for both kinds of slash."""
    base = name.replace("\\", "/").rpartition("/")[2] or "document.pdf"
    return text.require(base[-200:], what="The file name", longest=200)


def title_of(name: str) -> str:
    """Return the title that a file's name makes."""
    stem = file_name(name)
    return stem[:-4] if stem.lower().endswith(".pdf") and len(stem) > 4 else stem
