"""New documents, and the people and words of a draft: plain forms that keep what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import render_template, request

from sygn_cli.domain import moment
from sygn_cli.domain.document import DocumentStatus, SigningOrder
from sygn_cli.domain.errors import InvalidRequest, SygnError
from sygn_cli.domain.identity import Step, steps
from sygn_cli.domain.routing import signer_ids
from sygn_cli.domain.signer import Invitee, email
from sygn_cli.server.errors import status_of
from sygn_cli.server.negotiation import catalogue
from sygn_cli.server.owner.document import own
from sygn_cli.server.owner.gate import home
from sygn_cli.server.owner.problems import as_json, go, wants_json
from sygn_cli.server.owner.state_words import STEPS
from sygn_cli.server.words import t
from sygn_cli.services import creation, drafts, identity, templates
from sygn_cli.services.creation import GivenFile
from sygn_cli.services.settings import usual_deadline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from flask import Blueprint, Response
    from werkzeug.wrappers import Response as AnyResponse

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.drafts import Draft
    from sygn_cli.domain.template import Template
    from sygn_cli.services.runtime import Runtime

_ROWS: Final = 3  # how many people the form has room for where no script can add more
_ROLES: Final = 20
LINK: Final = "link"


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the form, as it was typed.

    Attributes:
        before: Id of the signer that the row stands for, "" for a new one.
        order: Turn in a sequential document.
        auth: Identity steps as ``code+totp``, :data:`LINK` for none, "" where nothing was said.
    """

    name: str = ""
    email: str = ""
    role: str = ""
    order: str = ""
    before: str = ""
    auth: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.name.strip() or self.email.strip())


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as somebody filled it in; nothing of it is judged yet.

    Attributes:
        head: Head of the trail that the form was filled from; "" for a new document.
    """

    title: str = ""
    people: tuple[Person, ...] = ()
    sequential: bool = False
    cc: str = ""
    message: str = ""
    expires: str = ""
    template: str = ""
    head: str = ""


def add_routes(routes: Blueprint, runtime: Runtime) -> None:
    """Add the forms."""
    _add_new(routes, runtime)
    _add_details(routes, runtime)


def _add_new(routes: Blueprint, runtime: Runtime) -> None:
    @routes.get("/new")
    def new() -> str:
        return _form(runtime, _fresh(runtime, request.args.get("template", "")))

    @routes.post("/new")
    def create() -> AnyResponse | tuple[Response | str, int]:
        typed = _typed()
        try:
            document = _create(runtime, typed)
        except SygnError as error:
            return _refused(runtime, typed, error)
        return go(f"{home()}/documents/{document.id}/fields")


def _add_details(routes: Blueprint, runtime: Runtime) -> None:
    @routes.get("/documents/<document_id>/details")
    def details(document_id: str) -> str | AnyResponse:
        document = own(runtime, document_id)
        if document.status is not DocumentStatus.DRAFT:
            return go(f"{home()}/documents/{document.id}")
        return _form(runtime, _as_typed(document), document=document)

    @routes.post("/documents/<document_id>/details")
    def change(document_id: str) -> AnyResponse | tuple[Response | str, int]:
        document = own(runtime, document_id)
        typed = _typed()
        try:
            drafts.change(
                runtime,
                document.id,
                lambda draft: _changed(runtime, draft, typed),
                seen=typed.head,
            )
        except SygnError as error:
            return _refused(runtime, typed, error, document=document)
        return go(f"{home()}/documents/{document.id}/fields")


def _create(runtime: Runtime, typed: Typed) -> Document:
    invitees = _invitees(typed)
    fields = None
    if typed.template:
        _, file, fields = templates.for_signers(runtime, typed.template, invitees)
        files: tuple[GivenFile, ...] = (file,)
    else:
        files = tuple(
            GivenFile(one.filename or "document.pdf", one.read())
            for one in request.files.getlist("pdf")
            if one.filename
        )
    if not files:
        raise InvalidRequest("There is no PDF yet.", hint="Choose one, or drop it on the page.")
    wanted = creation.Request(
        files=files,
        invitees=invitees,
        title=typed.title.strip(),
        fields=fields,
        signing_order=_order(typed),
        cc=_addresses(typed.cc),
        message=typed.message,
        expires=typed.expires.strip() or "never",
        draft=True,
        fields_later=True,
        flatten_existing_signatures=request.form.get("flatten") == "yes",
    )
    return creation.create(runtime, wanted)[0]


def _changed(runtime: Runtime, draft: Draft, typed: Typed) -> Draft:
    people = [one for one in typed.people if not one.is_empty]
    known = set(signer_ids(draft.invitees))
    places = {
        one.before: f"s{number}"
        for number, one in enumerate(people, start=1)
        if one.before in known
    }
    expires = typed.expires.strip()
    at = draft.expires_at
    if expires != day_of(at):
        at = moment.deadline(expires or "never", now=runtime.clock.now())
    changed = draft.with_people(_given_steps(people, draft, _invitees(typed)), places)
    invitees = tuple(
        replace(invitee, auth=(), access="") if person.auth == LINK else invitee
        for person, invitee in zip(people, changed.invitees, strict=True)
    )
    # Nobody knows the codes that are made here: the document's page makes and shows new ones.
    return replace(
        changed,
        invitees=identity.prepare(runtime, invitees)[0],
        title=typed.title,
        signing_order=_order(typed),
        cc=_addresses(typed.cc),
        message=typed.message,
        expires_at=at,
    )


def _given_steps(
    people: Sequence[Person], draft: Draft, invitees: Sequence[Invitee]
) -> tuple[Invitee, ...]:
    """Return the invitees; who keeps their steps has none of their own, and so the same secrets."""
    before = {f"s{number}": one.auth for number, one in enumerate(draft.invitees, start=1)}
    return tuple(
        replace(invitee, auth=()) if before.get(person.before) == invitee.auth else invitee
        for person, invitee in zip(people, invitees, strict=True)
    )


def _invitees(typed: Typed) -> tuple[Invitee, ...]:
    people = [one for one in typed.people if not one.is_empty]
    if not people:
        raise InvalidRequest("Nobody is to sign yet.", hint="Give a name and an e-mail address.")
    return tuple(_invitee(one, sequential=typed.sequential) for one in people)


def _invitee(person: Person, *, sequential: bool) -> Invitee:
    address = email(person.email)
    name = " ".join(person.name.split()) or address.partition("@")[0]
    turn = person.order.strip()
    if turn and not (turn.isascii() and turn.isdecimal() and len(turn) <= 4):
        raise InvalidRequest(f"The turn of {name} is not a whole number.")
    auth = steps(person.auth) if person.auth not in {"", LINK} else ()
    rank = int(turn) if turn and sequential else None
    return Invitee(name, address, rank, person.role.strip(), auth=auth)


def _order(typed: Typed) -> SigningOrder:
    return SigningOrder.SEQUENTIAL if typed.sequential else SigningOrder.PARALLEL


def _addresses(written: str) -> tuple[str, ...]:
    return tuple(email(one) for one in re.split(r"[\s,;]+", written) if one)


def _typed() -> Typed:
    form = request.form
    columns = [form.getlist(name) for name in ("name", "email", "role", "order", "signer", "auth")]
    rows = min(len(columns[0]), len(columns[1]))
    cells = [column + [""] * (rows - len(column)) for column in columns]
    return Typed(
        title=form.get("title", ""),
        people=tuple(
            Person(*row) for row in zip(*(column[:rows] for column in cells), strict=True)
        ),
        sequential=form.get("sequential") == "yes",
        cc=form.get("cc", ""),
        message=form.get("message", ""),
        expires=form.get("expires", ""),
        template=form.get("template", ""),
        head=form.get("head", ""),
    )


def _fresh(runtime: Runtime, slug: str) -> Typed:
    now = runtime.clock.now()
    expires = day_of(usual_deadline(runtime.settings, now=now))
    if not slug:
        return Typed(expires=expires)
    template = runtime.templates.get(slug)
    people = tuple(Person(role=role) for role in template.roles[:_ROLES]) or (Person(),)
    return Typed(title=template.title, people=people, expires=expires, template=slug)


def _as_typed(document: Document) -> Typed:
    sequential = document.signing_order is SigningOrder.SEQUENTIAL
    return Typed(
        title=document.title,
        people=tuple(
            Person(
                one.name, one.email, one.role, str(one.order), one.id, "+".join(one.auth) or LINK
            )
            for one in document.signers
        ),
        sequential=sequential,
        cc="\n".join(document.cc),
        message=document.message,
        expires=day_of(document.expires_at),
        head=document.head,
    )


def day_of(at: datetime | None) -> str:
    """Return a deadline as a date field takes it; "" for none."""
    return "" if at is None else at.date().isoformat()


def _form(
    runtime: Runtime,
    typed: Typed,
    *,
    document: Document | None = None,
    error: SygnError | None = None,
) -> str:
    rows = (*typed.people, *(Person(),) * max(0, _ROWS - len(typed.people)))
    named: Mapping[str, Template] = {one.slug: one for one in runtime.templates.list()}
    return render_template(
        "owner_form.html",
        typed=typed,
        rows=rows,
        document=document,
        error=error,
        template=named.get(typed.template),
        steps=_steps_offered(typed),
    )


def _steps_offered(typed: Typed) -> dict[str, str]:
    """Return what a signer may be asked for, in words; what somebody has already as well."""
    combined = [one.auth for one in typed.people if "+" in one.auth]
    known = {str(step): t(STEPS[step]) for step in Step}
    several = {
        auth: catalogue().listed([known.get(one, one) for one in auth.split("+")])
        for auth in combined
    }
    return {LINK: t("nothing more"), **known, **several}


def _refused(
    runtime: Runtime, typed: Typed, error: SygnError, *, document: Document | None = None
) -> tuple[Response | str, int]:
    if wants_json():
        return as_json(error), status_of(error)
    return _form(runtime, typed, document=document, error=error), status_of(error)
