"""Changing a document before it is sent: its people, its words, its fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sygn_cli.domain import drafts
from sygn_cli.domain.errors import Conflict
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.services import creation, downloads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sygn_cli.domain.audit import Json
    from sygn_cli.domain.document import Document
    from sygn_cli.domain.drafts import Draft
    from sygn_cli.domain.field import Field
    from sygn_cli.services.runtime import Runtime


def change(
    runtime: Runtime,
    document_id: str,
    decide: Callable[[Draft], Draft],
    *,
    seen: str = "",
    actor: Json = OPERATOR,
) -> Document:
    """Put what ``decide`` makes of a draft in its place; nobody comes in between.

    Args:
        runtime: Where it lies.
        document_id: The document.
        decide: Returns the draft as it is to be.
        seen: Head of the trail that whoever decides had before their eyes; "" takes any.
        actor: Who changes it.

    Raises:
        Conflict: It has been sent, or somebody else changed what was seen.
        InvalidRequest: Something is not acceptable.
        NotFound, StateConflict: There is no such document, or it has ended.
    """
    store, now = runtime.store, runtime.clock.now()
    with store.exclusive(document_id):
        document = store.load(document_id)
        entry = drafts.change(document, decide(drafts.Draft.of(document)), actor=actor)
        if entry is None:
            return document
        if seen and seen != document.head:
            raise Conflict(
                f"Document {document.id} was changed elsewhere meanwhile.",
                hint="Load it again; what you see is not what is stored.",
            )
        return store.commit(document, entry, at=now)


def place(
    runtime: Runtime,
    document_id: str,
    fields: Sequence[Field],
    *,
    seen: str = "",
    actor: Json = OPERATOR,
) -> Document:
    """Give a draft these fields in the place of those it has.

    Raises:
        Conflict, InvalidRequest, NotFound, StateConflict: As for :func:`change`.
    """
    placed = tuple(fields)
    return change(
        runtime,
        document_id,
        lambda draft: replace(draft, fields=placed),
        seen=seen,
        actor=actor,
    )


def copy(runtime: Runtime, document_id: str, *, actor: Json = OPERATOR) -> Document:
    """Return a new draft with the files, people, words and fields of a document in any state.

    Raises:
        NotFound: There is no such document.
        PdfRefused: Its files would not be accepted any more.
    """
    before = runtime.store.load(document_id)
    first = runtime.store.trail(document_id)[0]
    files = tuple(
        creation.GivenFile(one.name, downloads.original_pdf(runtime, before.id, number))
        for number, one in enumerate(before.files, start=1)
    )
    wanted = creation.Request(
        files=files,
        invitees=drafts.Draft.of(before).invitees,
        title=before.title,
        fields=before.fields,
        signing_order=before.signing_order,
        cc=before.cc,
        message=before.message,
        account=before.account,
        mode=before.mode,
        draft=True,
        fields_later=True,
        flatten_existing_signatures=bool(first.data.get("flattened_signatures")),
        locale=before.locale,
        allow_delegation=before.allow_delegation,
    )
    return creation.create(runtime, wanted, actor=actor)[0]
