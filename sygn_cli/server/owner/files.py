"""What the owner takes away: the sealed PDF, the certificate, the originals, all evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from sygn_cli.server.owner.document import own
from sygn_cli.server.signing_files import attachment, file_name
from sygn_cli.services import bundle, downloads

if TYPE_CHECKING:
    from flask import Blueprint

    from sygn_cli.services.runtime import Runtime


def add_routes(routes: Blueprint, runtime: Runtime) -> None:
    """Add the downloads of a document."""

    @routes.get("/documents/<document_id>/signed.pdf")
    def signed(document_id: str) -> Response:
        document = own(runtime, document_id)
        return _pdf(downloads.signed_pdf(runtime, document.id), f"{document.title} - signed")

    @routes.get("/documents/<document_id>/certificate.pdf")
    def certificate(document_id: str) -> Response:
        document = own(runtime, document_id)
        content = downloads.certificate(runtime, document.id)
        return _pdf(content, f"{document.title} - certificate")

    @routes.get("/documents/<document_id>/original-<int:number>.pdf")
    def original(document_id: str, number: int) -> Response:
        document = own(runtime, document_id)
        several = f" - {number}" if len(document.files) > 1 else ""
        return _pdf(
            downloads.original_pdf(runtime, document.id, number), f"{document.title}{several}"
        )

    @routes.get("/documents/<document_id>/evidence.zip")
    def evidence(document_id: str) -> Response:
        document = own(runtime, document_id)
        archive = bundle.export(runtime, document.id).archive
        return _download(archive, f"{file_name(document.title)} - evidence.zip", "application/zip")


def _pdf(content: bytes, name: str) -> Response:
    return _download(content, f"{file_name(name)}.pdf", "application/pdf")


def _download(content: bytes, name: str, kind: str) -> Response:
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = attachment(name)
    return answer
