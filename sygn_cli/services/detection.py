"""Finding the fields of a PDF, and turning what was found into fields of a document."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sygn_cli.domain import text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import LONGEST_LABEL, Detection, Field, FieldType
from sygn_cli.engine import intake
from sygn_cli.engine.detect import THRESHOLD, DetectionReport, detect_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sygn_cli.services.field_presets import Preset
    from sygn_cli.services.ports import PdfWork
    from sygn_cli.services.runtime import Settings

_NEEDED = frozenset({FieldType.SIGNATURE, FieldType.INITIALS, FieldType.DATE})


def detect(
    work: PdfWork,
    pdf: bytes,
    *,
    settings: Settings,
    pages: frozenset[int] | None = None,
    anchors: Mapping[str, FieldType] = MappingProxyType({}),
) -> DetectionReport:
    """Return every place that looks like a field, with confidence and reason.

    Args:
        work: Where it is done.
        pdf: The whole file.
        settings: How large a PDF may be.
        pages: Look only there, from 1; one of them must exist.
        anchors: Words that mark a place, and the type of field that belongs there.

    Raises:
        PdfRefused: The PDF cannot be read.
        InvalidRequest: It has none of the pages.
    """
    work.call(
        intake.inspect,
        pdf,
        largest=settings.largest_pdf,
        most_pages=settings.most_pages,
        flatten_existing_signatures=True,
    )
    report = work.call(detect_fields, pdf, pages=pages, anchors=dict(anchors))
    if pages and min(pages) > report.pages:
        many = "1 page" if report.pages == 1 else f"{report.pages} pages"
        raise InvalidRequest(f"There is no page {min(pages)}; the PDF has {many}.")
    return report


def usable(detections: Sequence[Detection]) -> list[Detection]:
    """Return what a document is made from: sure enough, and a signer's to fill."""
    return [d for d in detections if d.confidence >= THRESHOLD and not d.for_nobody]


def to_field(
    detection: Detection, start: Preset, *, signer: str, file: int, field_id: str
) -> Field:
    """Return a detection as a field of a signer.

    Signatures, initials and dates must be filled. Texts and boxes may stay empty unless the PDF
    itself demands them: nobody can know which of a form's questions apply to a signer.
    """
    required = detection.required if start.required is None else start.required
    if required is None:
        required = start.type in _NEEDED
    return Field(
        id=field_id,
        type=start.type,
        file=file,
        page=detection.page,
        box=detection.box.rounded(),
        signer=signer,
        label=text.harmless(detection.label, longest=LONGEST_LABEL),
        required=required,
        editable=start.editable,
        max_length=detection.max_length,
        value=start.value or ("yes" if detection.marked else ""),
        # Files are filled on their own: equal names in two of them are two choices.
        group=detection.group if file == 1 or not detection.group else f"{file}.{detection.group}",
        options=detection.options,
    )


def ids_in_document(per_file: Sequence[Sequence[Detection]]) -> Mapping[tuple[int, str], str]:
    """Return field ids by (file, detection id): ``f1`` in the first file, ``2.f1`` in the second."""
    return {
        (number, detection.id): detection.id if number == 1 else f"{number}.{detection.id}"
        for number, detections in enumerate(per_file, start=1)
        for detection in detections
    }
