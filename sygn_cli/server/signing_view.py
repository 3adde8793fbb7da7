"""What the signing page shows, as plain values: templates decide nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sygn_cli.domain import consent, delegation, routing
from sygn_cli.domain.document import Document, SigningOrder
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.signer import Signer, SignerStatus
from sygn_cli.server.negotiation import catalogue
from sygn_cli.server.page_addresses import page_addresses
from sygn_cli.services import progress
from sygn_cli.services.filling import initials
from sygn_cli.services.signing import LinkState

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.progress import Progress
    from sygn_cli.services.runtime import Runtime
    from sygn_cli.services.signing import OpenLink


@dataclass(frozen=True, slots=True)
class FieldView:
    """One of the signer's fields.

    Attributes:
        number: From 1 over the whole document, in reading order.
        fixed: Nothing can be entered: a preset value, or the day of signing.
        tall: There is room for several lines.
    """

    number: int
    field: Field
    fixed: bool
    tall: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """One page with the signer's fields on it.

    Attributes:
        number: From 1 over all files.
        address: Of its picture and text, without the ending.
        width: In points, as displayed.
    """

    number: int
    file: int
    address: str
    width: float
    height: float
    fields: tuple[FieldView, ...]

    @property
    def shape(self) -> str:
        """A class name that all pages of this size share."""
        return f"size-{self.width:.3f}-{self.height:.3f}".replace(".", "_")

    @property
    def is_far(self) -> bool:
        """Whether the browser need not know of it before the first page is on screen."""
        return self.number > _AT_ONCE and not self.fields


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages of one file that follow each other.

    Attributes:
        heading: Name of the file that begins here, "" if none does or there is only one.
        far: A script puts them in when the first page is on screen; they are of one size.
    """

    heading: str
    pages: tuple[PageView, ...]
    far: bool


@dataclass(frozen=True, slots=True)
class SigningView:
    """Everything that a signer's page shows, whatever the state.

    Attributes:
        before: Who has to sign before this signer.
        pending: Who has still to sign, other than this signer.
        consent_language: In which the present wording was accepted, "" if it was not yet.
        consented: The present wording was accepted already, in whatever language.
        progress: What the signer entered before, here or on another device.
        decliner: Who declined, None if nobody did.
    """

    document: Document
    signer: Signer
    state: LinkState
    token: str
    pages: tuple[PageView, ...]
    others: tuple[Signer, ...]
    before: tuple[Signer, ...]
    pending: tuple[Signer, ...]
    consent: str
    consent_language: str
    consented: bool
    initials: str
    decliner: Signer | None
    embed_origins: tuple[str, ...]
    now: datetime
    progress: Progress | None

    @property
    def stretches(self) -> list[Stretch]:
        """All pages, those apart that are far from the first."""
        found: list[Stretch] = []
        headed = 0 if len(self.document.files) > 1 else 1
        for (file, shape), group in groupby(self.pages, lambda one: (one.file, _far_shape(one))):
            heading = self.document.files[file - 1].name if file > headed else ""
            headed = max(headed, file)
            found.append(Stretch(heading, tuple(group), far=bool(shape)))
        return found

    @property
    def may_delegate(self) -> bool:
        """Whether somebody else may sign in this signer's place."""
        return self.document.allow_delegation and not delegation.is_protected(self.signer)

    @property
    def to_fill(self) -> int:
        """How many things there are to fill in; a choice counts once, however many its places."""
        free = [one for page in self.pages for one in page.fields if not one.fixed]
        return len({one.field.group or one.number for one in free})


def signing_view(runtime: Runtime, link: OpenLink, token: str) -> SigningView:
    """Return the page behind a link."""
    document, signer = link.document, link.signer
    others = tuple(one for one in document.signers if one.id != signer.id)
    accepted = consent.language_of(signer.consent_sha256)
    return SigningView(
        document=document,
        signer=signer,
        state=link.state,
        token=token,
        pages=_pages(runtime, document, signer) if link.state is LinkState.READY else (),
        others=others,
        before=_before(document, signer),
        pending=tuple(one for one in others if one.status is SignerStatus.PENDING),
        consent=consent.wording(accepted or catalogue().language),
        consent_language=accepted,
        consented=bool(accepted),
        initials=initials(signer.name),
        decliner=next((s for s in document.signers if s.status is SignerStatus.DECLINED), None),
        embed_origins=runtime.settings.embed_origins,
        now=runtime.clock.now(),
        progress=progress.of(runtime, document, signer),
    )


def _before(document: Document, signer: Signer) -> tuple[Signer, ...]:
    if document.signing_order is not SigningOrder.SEQUENTIAL:
        return ()
    return tuple(one for one in routing.next_signers(document) if one.order < signer.order)


def _pages(runtime: Runtime, document: Document, signer: Signer) -> tuple[PageView, ...]:
    fields: defaultdict[tuple[int, int], list[FieldView]] = defaultdict(list)
    for number, field in enumerate(document.fields_of(signer.id), start=1):
        tall = field.box.height >= _TWO_LINES
        fields[field.file, field.page].append(FieldView(number, field, _is_fixed(field), tall))
    pages: list[PageView] = []
    for file_number, file in enumerate(document.files, start=1):
        addresses = page_addresses(runtime, document, file_number)
        for page, (width, height) in enumerate(file.pages, start=1):
            pages.append(
                PageView(
                    number=len(pages) + 1,
                    file=file_number,
                    address=addresses[page - 1],
                    width=width,
                    height=height,
                    fields=tuple(fields[file_number, page]),
                )
            )
    return tuple(pages)


def _far_shape(page: PageView) -> str:
    return page.shape if page.is_far else ""


# More than fit on any screen; 500 pages at once take longer to lay out than the first one to draw.
_AT_ONCE = 20
# Two lines of 10 point text.
_TWO_LINES = 26.0


def _is_fixed(field: Field) -> bool:
    return field.read_only or (field.type is FieldType.DATE and not field.editable)
