"""What a signer may read and take away: pages as pictures and text, the PDFs."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, Response, request

from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.server.page_addresses import open_page
from sygn_cli.services import downloads, pictures, signing
from sygn_cli.services.signing import LinkState

if TYPE_CHECKING:
    from sygn_cli.services.runtime import Runtime

_FOR_EVER: Final = "private, max-age=31536000, immutable"
_UNFIT: Final = frozenset('<>:"/\\|?*')
_UNFIT_IN_HEADER: Final = _UNFIT | frozenset(";%")  # some browsers read them (RFC 6266, D)
_LONGEST_NAME: Final = 100


def blueprint(runtime: Runtime) -> Blueprint:
    """Return the routes under ``/x`` that hand out files."""
    routes = Blueprint("signing_files", __name__)

    @routes.get("/x/pages/<document_id>/<int:file>/<int:page>/<proof>.webp")
    def picture(document_id: str, file: int, page: int, proof: str) -> Response:
        document = open_page(runtime, document_id, file, page, proof)
        content = pictures.page_picture(runtime, document, file, page)
        return Response(content, mimetype="image/webp", headers={"Cache-Control": _FOR_EVER})

    @routes.get("/x/pages/<document_id>/<int:file>/<int:page>/<proof>.txt")
    def page_text(document_id: str, file: int, page: int, proof: str) -> Response:
        document = open_page(runtime, document_id, file, page, proof)
        content = pictures.page_text(runtime, document, file, page)
        return Response(
            content,
            content_type="text/plain; charset=utf-8",
            headers={"Cache-Control": _FOR_EVER},
        )

    @routes.get("/x/document.pdf")
    def pdf() -> Response:
        link = signing.open_link(runtime, request.args.get("t", ""))
        title = link.document.title
        if link.state is LinkState.COMPLETED:
            return _download(downloads.signed_pdf(runtime, link.document.id), f"{title} - signed")
        number = _file_number()
        content = downloads.original_pdf(runtime, link.document.id, number)
        several = f" - {number}" if len(link.document.files) > 1 else ""
        return _download(content, f"{title}{several}")

    @routes.get("/x/certificate.pdf")
    def certificate() -> Response:
        link = signing.open_link(runtime, request.args.get("t", ""))
        content = downloads.certificate(runtime, link.document.id)
        return _download(content, f"{link.document.title} - certificate")

    return routes


def _file_number() -> int:
    written = request.args.get("file", "1")
    if not (written.isascii() and written.isdigit() and len(written) < 4):
        raise InvalidRequest("The file is named by its number, from 1.")
    return int(written)


def _download(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = attachment(f"{file_name(name)}.pdf")
    return answer


def attachment(name: str) -> str:
    """Return the header that names a download, in ASCII and in full (RFC 6266, 4.3)."""
    # Decomposed, a full-width sign is the ASCII one: only now can it be seen.
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    plain = _without(_UNFIT_IN_HEADER, ascii_only).lstrip(". ")
    fallback = plain if len(plain) > len(".pdf") else "document.pdf"
    header = f'attachment; filename="{fallback}"'
    return header if name == plain else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


def file_name(title: str) -> str:
    """Return a title as a file name that every system takes."""
    return _without(_UNFIT, title)[:_LONGEST_NAME].strip(". ") or "document"


def _without(unfit: frozenset[str], name: str) -> str:
    kept = "".join(
        " " if character in unfit or unicodedata.category(character)[0] in "CZ" else character
        for character in name
    )
    return " ".join(kept.split())
