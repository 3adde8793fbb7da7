"""Templates: which there are, making one of a document, taking one away."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from flask import render_template, request

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.server.owner.document import own
from sygn_cli.server.owner.gate import home
from sygn_cli.server.owner.problems import go
from sygn_cli.services import downloads, templates
from sygn_cli.services.creation import GivenFile

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime


def add_routes(routes: Blueprint, runtime: Runtime) -> None:
    """Add the pages of templates."""

    @routes.get("/templates")
    def library() -> str:
        return render_template("owner_templates.html", templates=runtime.templates.list())

    @routes.post("/documents/<document_id>/template")
    def keep(document_id: str) -> Response:
        document = own(runtime, document_id)
        _keep(runtime, document, request.form.get("title", "").strip() or document.title)
        return go(f"{home()}/templates")

    @routes.post("/templates/<slug>/remove")
    def remove(slug: str) -> Response:
        runtime.templates.remove(slug)
        return go(f"{home()}/templates")


def _keep(runtime: Runtime, document: Document, title: str) -> None:
    if len(document.files) > 1:
        raise InvalidRequest("A template holds one PDF; this document has several.")
    parties = {one.id: one.role or f"Signer {one.id[1:]}" for one in document.signers}
    templates.add(
        runtime,
        GivenFile(document.files[0].name, downloads.original_pdf(runtime, document.id)),
        slug=slug_of(title, {one.slug for one in runtime.templates.list()}),
        title=title,
        fields=document.fields,
        parties={one.id: parties[one.signer] for one in document.fields},
    )


def slug_of(title: str, taken: set[str]) -> str:
    """Return a name for a template that is not taken yet, made of its title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii")
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:56].strip("-") or "template"
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug
