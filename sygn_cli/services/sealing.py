"""An organisation's own seal under a PDF that needs no signers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import moment, text
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Picture, Typed
from sygn_cli.engine import credential, intake, signature_picture, stamp
from sygn_cli.engine.stamp import Stamp
from sygn_cli.services import levels

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sygn_cli.engine.intake import Intake
    from sygn_cli.engine.seal import Sealed
    from sygn_cli.services.runtime import Runtime

LONGEST_REASON: Final = 200
LONGEST_TEXT: Final = 500
_REASON: Final = "Sealed with sygn"
_TOLERANCE: Final = 0.5  # points that a box may stand out, for those who round
# Where both are wanted, the picture stands left of the text.
_PICTURE_SHARE: Final = 0.4
_GAP: Final = 6.0


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a seal looks on the page.

    Attributes:
        page: From 1.
        text: Lines to write; "" and no picture for the sealer's name and the day.
        picture: PNG or JPEG as a user gave it.
    """

    page: int
    box: Box
    text: str = ""
    picture: bytes | None = None


def seal_pdf(
    runtime: Runtime, pdf: bytes, *, reason: str = "", appearance: Appearance | None = None
) -> Sealed:
    """Return the PDF, flattened and sealed with the workspace's credential.

    Args:
        runtime: Whose credential, limits and time-stampers are used.
        pdf: An unsigned PDF.
        reason: For the signature dictionary.
        appearance: What to draw before sealing; None for an invisible seal.

    Raises:
        PdfRefused: It cannot be sealed, or is signed already.
        InvalidRequest: The appearance lies on no page, or the picture is none.
        SealFailed: The credential cannot be used, or the seal did not verify.
    """
    reason = text.clean(reason, what="The reason", longest=LONGEST_REASON) or _REASON
    found = runtime.pdf.call(
        intake.inspect,
        pdf,
        largest=runtime.settings.largest_pdf,
        most_pages=runtime.settings.most_pages,
    )
    credential.test_sign(runtime.keys.credential(), now=runtime.clock.now())
    stamps = [] if appearance is None else list(_stamps(runtime, appearance, found))
    stamped = runtime.pdf.call(stamp.stamp, [pdf], stamps, title="")
    return levels.seal_and_check(runtime, stamped, held=runtime.keys.credential(), reason=reason)


def _stamps(runtime: Runtime, appearance: Appearance, found: Intake) -> Iterator[Stamp]:
    _require_on_page(appearance, found)
    box, words = appearance.box, _words(runtime, appearance)
    if appearance.picture is not None:
        picture = runtime.pdf.call(signature_picture.clean, appearance.picture)
        width = box.width * _PICTURE_SHARE if words else box.width
        place = Box(box.x, box.y, width, box.height)
        left = width + _GAP
        box = Box(box.x + left, box.y, max(box.width - left, 1), box.height)
        field = Field("picture", FieldType.SIGNATURE, appearance.page, place, signer="")
        yield Stamp(field, Picture(signature_picture.name(picture)), picture)
    if words:
        field = Field("text", FieldType.TEXT, appearance.page, box, signer="")
        yield Stamp(field, Typed(words))


def _words(runtime: Runtime, appearance: Appearance) -> str:
    given = text.clean(
        appearance.text, what="The text of the seal", longest=LONGEST_TEXT, multiline=True
    )
    if given or appearance.picture is not None:
        return given
    name = credential.common_name(runtime.keys.credential().cert_pem)
    return f"Sealed by {name}\n{moment.to_wire(runtime.clock.now())[:10]}"


def _require_on_page(appearance: Appearance, found: Intake) -> None:
    if not 1 <= appearance.page <= len(found.pages):
        raise InvalidRequest(
            f"There is no page {appearance.page}; the PDF has {len(found.pages)}."
        )
    page, box = found.pages[appearance.page - 1].geometry, appearance.box
    room = (page.width + _TOLERANCE, page.height + _TOLERANCE)
    if min(box.x, box.y) < -_TOLERANCE or box.right > room[0] or box.bottom > room[1]:
        raise InvalidRequest(
            f"The seal would stand outside of page {appearance.page}, "
            f"which is {page.width:g} x {page.height:g} points.",
            hint="--visible is PAGE,X,Y,WIDTH,HEIGHT in points from the top left corner.",
        )
