"""Keeping PDFs with their fields and parties, and making documents from them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sygn_cli.domain import moment
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import LOCAL_ACCOUNT
from sygn_cli.domain.errors import NoFieldsDetected, NotFound
from sygn_cli.domain.signer import Invitee
from sygn_cli.domain.template import Template, check_slug
from sygn_cli.services import creation, detection
from sygn_cli.services.creation import GivenFile
from sygn_cli.services.field_presets import preset

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from sygn_cli.domain.field import Field
    from sygn_cli.services.runtime import Runtime


def add(
    runtime: Runtime,
    file: GivenFile,
    *,
    slug: str,
    title: str = "",
    group: str = "",
    fields: Sequence[Field] | None = None,
    parties: Mapping[str, str] | None = None,
    shared: bool = False,
) -> Template:
    """Keep a PDF under a name.

    Args:
        runtime: Where to keep it.
        file: The PDF.
        slug: Its name.
        title: For lists and documents; "" takes the file's name.
        group: Heading in lists.
        fields: Places to fill; None has them found.
        parties: Whose they are, by field id.
        shared: Let every account use it.

    Raises:
        PdfRefused, NoFieldsDetected: The PDF cannot be used, or no place to sign was found.
        InvalidRequest: A name or a field is not acceptable.
        Conflict: There is a template of that name.
    """
    check_slug(slug)
    if fields is None:
        fields, parties = _found(runtime, file.content)
    fields = tuple(one.for_signer("") for one in fields)
    template = Template(
        slug=slug,
        title=title or creation.title_of(file.name),
        group=group,
        file_name=creation.file_name(file.name),
        sha256=sha256(file.content),
        fields=fields,
        created_at=moment.to_millisecond(runtime.clock.now()),
        parties=MappingProxyType(dict(parties or {})),
        account=LOCAL_ACCOUNT,
        shared=shared,
    )
    _rehearse(runtime, template, file)
    runtime.templates.add(template, file.content)
    return template


def visible(runtime: Runtime, account: str) -> list[Template]:
    """Return the templates that an account may use, by group and title."""
    return [one for one in runtime.templates.list() if one.is_for(account)]


def for_signers(
    runtime: Runtime,
    slug: str,
    invitees: Sequence[Invitee],
    *,
    account: str = LOCAL_ACCOUNT,
    assigned: Container[str] = (),
) -> tuple[Template, GivenFile, tuple[Field, ...]]:
    """Return a template, its PDF and its fields routed to signers: what a request is made of.

    Args:
        runtime: Where it is kept.
        slug: Its name.
        invitees: The signers.
        account: Who uses it.
        assigned: Ids of fields that the request says itself whose they are.

    Raises:
        NotFound: There is no such template, or it is another account's.
        InvalidRequest: It is kept for a signer who is not among these.
    """
    template = runtime.templates.get(slug)
    if not template.is_for(account):
        raise NotFound(f"There is no template {slug!r}.")
    file = GivenFile(template.file_name, runtime.templates.pdf(template))
    return template, file, template.fields_for(invitees, assigned)


def _found(runtime: Runtime, pdf: bytes) -> tuple[tuple[Field, ...], dict[str, str]]:
    good = detection.usable(
        detection.detect(runtime.pdf, pdf, settings=runtime.settings).detections
    )
    if not good:
        raise NoFieldsDetected(
            "No place to sign was found in the PDF.",
            hint="Look with `sygn detect`, or place them yourself with --fields FILE.",
        )
    fields = tuple(
        detection.to_field(
            one, preset(one, name="", owns_signature=False), signer="", file=1, field_id=one.id
        )
        for one in good
    )
    return fields, {one.id: one.party for one in good if one.party}


def _rehearse(runtime: Runtime, template: Template, file: GivenFile) -> None:
    """Find out now whether a document could be made of it."""
    anybody = (Invitee("Anybody", "anybody@example.com"),)
    creation.plan(
        runtime,
        creation.Request(
            files=(file,),
            invitees=anybody,
            title=template.title,
            fields=tuple(one.for_signer("s1") for one in template.fields),
        ),
    )
