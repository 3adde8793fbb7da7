"""Templates as folders: ``templates/<slug>/`` with the PDF and a description beside it."""

from __future__ import annotations

import contextlib
import os
import threading
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sygn_cli.domain import audit, moment, record
from sygn_cli.domain.errors import Conflict, InvalidRequest, NotFound, Tampered, WorkspaceUnusable
from sygn_cli.domain.template import SLUG, Template
from sygn_cli.domain.text import printable
from sygn_cli.store import checksummed, durable, trouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_VERSION: Final = 1
_DESCRIPTION: Final = "template.json"
_PDF: Final = "source.pdf"


class FolderTemplates:
    """The templates of a workspace."""

    def __init__(self, folder: Path, staging: Path) -> None:
        self._folder = folder
        self._staging = staging

    def add(self, template: Template, pdf: bytes) -> None:
        """Keep a template, whole or not at all; durable on return.

        Raises:
            Conflict: There is one of that name.
            WorkspaceUnusable: It cannot be written.
        """
        place = self._place(template.slug)
        scratch = self._scratch("template")
        with trouble.guarded(place):
            durable.make_folder(scratch)
            for path in scratch.iterdir():
                durable.remove(path)
            durable.write_new(scratch / _PDF, pdf)
            durable.write_new(scratch / _DESCRIPTION, _serialise(template))
            durable.sync_folder(scratch)
            try:
                durable.move_folder(scratch, place)
            except FileExistsError as error:
                durable.remove_folder(scratch)
                raise Conflict(
                    f"There is a template {template.slug} already.",
                    hint=f"Take it away with: sygn templates remove {template.slug}",
                ) from error

    def get(self, slug: str) -> Template:
        """Return the template of that name.

        Raises:
            NotFound: There is none.
            WorkspaceUnusable: Its description is damaged or gone.
        """
        path = self._place(slug) / _DESCRIPTION
        try:
            return _parse(durable.read(path), slug)
        except FileNotFoundError as error:
            if path.parent.is_dir():
                raise _damaged(f"{path} is gone.", slug) from error
            raise _unknown(slug) from error
        except (ValueError, KeyError, TypeError, AttributeError, InvalidRequest) as error:
            raise _damaged(f"{path} is damaged.", slug) from error

    def pdf(self, template: Template) -> bytes:
        """Return a template's PDF, checked against its hash.

        Raises:
            NotFound: It was removed meanwhile.
            Tampered: It is not what was added, or gone.
        """
        try:
            content = durable.read(self._place(template.slug) / _PDF)
        except FileNotFoundError as error:
            if self._is_there(template.slug):
                raise Tampered(f"The PDF of template {template.slug} is gone.") from error
            raise _unknown(template.slug) from error
        if audit.sha256(content) != template.sha256:
            raise Tampered(f"The PDF of template {template.slug} is not the one that was added.")
        return content

    def list(self) -> Sequence[Template]:
        """Return all templates, by group and title."""
        slugs = [one for one in durable.names(self._folder) if self._is_there(one)]
        found = [self.get(slug) for slug in slugs]
        return sorted(
            found, key=lambda one: (one.group.casefold(), one.title.casefold(), one.slug)
        )

    def remove(self, slug: str) -> None:
        """Take a template away; documents made from it keep their PDF. Durable on return.

        Raises:
            NotFound: There is none of that name.
            WorkspaceUnusable: It cannot be removed.
        """
        place = self._place(slug)
        if not place.is_dir():
            raise _unknown(slug)
        scratch = self._scratch("removed")
        with trouble.guarded(place):
            durable.remove_folder(scratch)  # of a process that died and had our number
            # In one step: half a template would keep its name from being used again.
            durable.move_folder(place, scratch)
            durable.sync_folder(self._folder)
        with contextlib.suppress(OSError):  # what is left there is swept later
            durable.remove_folder(scratch)

    def _is_there(self, slug: str) -> bool:
        return (self._folder / slug / _DESCRIPTION).is_file()

    def _scratch(self, name: str) -> Path:
        return self._staging / f"{name}-{os.getpid()}-{threading.get_ident()}"

    def _place(self, slug: str) -> Path:
        if not SLUG.fullmatch(slug):
            raise _unknown(slug)
        return self._folder / slug


class MemoryTemplates:
    """Templates that are forgotten with the process: the same promises, for tests."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Template, bytes]] = {}

    def add(self, template: Template, pdf: bytes) -> None:
        """Keep a template."""
        if template.slug in self._kept:
            raise Conflict(f"There is a template {template.slug} already.")
        self._kept[template.slug] = (template, pdf)

    def get(self, slug: str) -> Template:
        """Return the template of that name."""
        return self._held(slug)[0]

    def pdf(self, template: Template) -> bytes:
        """Return a template's PDF."""
        return self._held(template.slug)[1]

    def list(self) -> Sequence[Template]:
        """Return all templates, by group and title."""
        return sorted((one for one, _ in self._kept.values()), key=_place_in_list)

    def remove(self, slug: str) -> None:
        """Take a template away."""
        self._held(slug)
        del self._kept[slug]

    def _held(self, slug: str) -> tuple[Template, bytes]:
        if slug not in self._kept:
            raise _unknown(slug)
        return self._kept[slug]


def _place_in_list(template: Template) -> tuple[str, str, str]:
    return template.group.casefold(), template.title.casefold(), template.slug


def _unknown(slug: str) -> NotFound:
    return NotFound(
        f"There is no template {printable(slug)!r}.",
        hint="See which there are: sygn templates list",
    )


def _damaged(what: str, slug: str) -> WorkspaceUnusable:
    return WorkspaceUnusable(what, hint=f"Take it away with: sygn templates remove {slug}")


def _serialise(template: Template) -> bytes:
    data: dict[str, object] = {
        "v": _VERSION,
        "slug": template.slug,
        "title": template.title,
        "group": template.group,
        "file_name": template.file_name,
        "sha256": template.sha256,
        "fields": [record.field_to_json(field) for field in template.fields],
        "parties": dict(template.parties),
        "account": template.account,
        "shared": template.shared,
        "created_at": moment.to_wire(template.created_at),
    }
    return checksummed.dumped(data)


def _parse(content: bytes, slug: str) -> Template:
    data = checksummed.loaded(content)
    if data["v"] != _VERSION or data["slug"] != slug:
        raise ValueError("another version or another template")
    return Template(
        slug=data["slug"],
        title=data["title"],
        group=data["group"],
        file_name=data["file_name"],
        sha256=data["sha256"],
        fields=record.fields_from_json(data),
        created_at=moment.from_wire(data["created_at"]),
        parties=MappingProxyType(dict(data["parties"])),
        account=data["account"],
        shared=data["shared"],
    )
