"""Workspaces with many documents, and what is done to one of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest import mock

from fixtures import build
from sygn_cli.bootstrap import open_runtime
from sygn_cli.domain import consent, ids, lifecycle, link, proposals
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import SourceFile
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Method, Typed
from sygn_cli.domain.signer import Invitee
from sygn_cli.store import durable
from sygn_cli.store.cache import FolderCache
from sygn_cli.store.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

_START = datetime(2026, 1, 1, tzinfo=UTC)
_PDF = build.letter()
_MAKERS = 2
_MANY = 1_000


@dataclass(frozen=True, slots=True)
class Filled:
    """A workspace that holds documents, numbered from 0 and a minute apart.

    Attributes:
        folder: Where it is.
        size: How many there are.
        runtime: The workspace, opened as commands and the server open it.
        kilobytes: What it takes on disk.
    """

    folder: Path
    size: int
    runtime: Runtime
    kilobytes: float

    def some(self, count: int, *, after: int) -> list[str]:
        """Return the ids of documents far apart; with another ``after`` these are others."""
        step = self.size // count
        return [document_id((number * step + after) % self.size) for number in range(count)]

    def token(self, document: str) -> str:
        """Return what the first signer's link of a document carries."""
        return link.token(self.runtime.keys.link_key(), document, "s1", 0)

    def forget_boot(self) -> None:
        """Make the next server believe that the machine was restarted: it looks through all."""
        FolderCache(Workspace.open(self.folder).cache).put("boot-id", b"of another start")


def filled(folder: Path, size: int) -> Filled:
    """Return a new workspace with documents in it."""
    started = time.perf_counter()
    runtime = _opened(folder)
    with _unflushed():
        if size < _MANY:
            _make(folder, range(size))
        else:
            _in_processes(folder, size)
    os.sync()  # or the first fsync that is measured would have to write all of it
    narrate(f"{size:,} documents made in {time.perf_counter() - started:.0f} s")
    kilobytes = sum(one.stat().st_blocks * 512 for one in folder.rglob("*")) / 1024
    return Filled(folder, size, runtime, kilobytes)


def _opened(folder: Path) -> Runtime:
    return open_runtime(str(folder), environment={})


@contextlib.contextmanager
def _unflushed() -> Iterator[None]:
    """Make documents without flushing meanwhile: the files are the same, only sooner."""

    def nothing(*_: object) -> None:
        pass

    with (
        mock.patch.object(durable, "sync", nothing),
        mock.patch.object(durable, "sync_folder", nothing),
    ):
        yield


def _in_processes(folder: Path, size: int) -> None:
    """Make the documents in a few processes at once, which the store is made for."""
    context = multiprocessing.get_context("fork")
    makers = [
        context.Process(target=_make, args=(folder, range(first, size, _MAKERS)))
        for first in range(_MAKERS)
    ]
    for one in makers:
        one.start()
    for one in makers:
        one.join()
        if one.exitcode:
            raise RuntimeError("a workspace could not be filled")


def _make(folder: Path, numbers: range) -> None:
    runtime = _opened(folder)
    for number in numbers:
        create(runtime, number, mail=False)  # nobody has a hundred thousand letters in the outbox


def document_id(number: int) -> str:
    return ids.document_id(_START + timedelta(minutes=number), number.to_bytes(10, "big"))


def create(runtime: Runtime, number: int, *, mail: bool = True) -> Document:
    people = (
        Invitee("Ada Lovelace", "ada@example.com"),
        Invitee("Alan Turing", "alan@example.com"),
    )
    fields = tuple(
        Field(f"{kind}{n}", kind, 1, Box(72, 100.0 * n + 20 * k, 200, 18), signer=f"s{n}")
        for n in (1, 2)
        for k, kind in enumerate((FieldType.SIGNATURE, FieldType.DATE, FieldType.TEXT))
    )
    proposal = proposals.Proposal(
        account="local",
        title=f"Mutual non-disclosure agreement {number}",
        files=(SourceFile("nda.pdf", sha256(_PDF), len(_PDF), ((595.0, 842.0),)),),
        invitees=people,
        fields=fields,
        mail=mail,
    )
    entry = proposals.create(proposal, actor=OPERATOR)
    at = _START + timedelta(minutes=number)
    return runtime.store.create(document_id(number), entry, at=at, blobs=[_PDF])


def agree(runtime: Runtime, document: str) -> None:
    """Let the first signer give consent."""
    loaded = runtime.store.load(document)
    entry = lifecycle.consent(
        loaded,
        loaded.signer("s1"),
        wording=consent.CONSENT,
        locale=consent.LOCALE,
        now=_START,
        evidence=COMMAND_LINE,
    )
    if entry is not None:
        runtime.store.commit(loaded, entry, at=_START)


def sign(runtime: Runtime, document: str) -> None:
    """Let the first signer, who agreed, sign."""
    with runtime.store.exclusive(document):
        loaded = runtime.store.load(document)
        entry = lifecycle.sign(
            loaded,
            loaded.signer("s1"),
            {
                field.id: Typed("Ada Lovelace")
                for field in loaded.fields_of("s1")
                if field.type is not FieldType.DATE
            },
            today="2026-01-01",
            now=_START,
            method=Method.TYPED,
            evidence=COMMAND_LINE,
        )
        if entry is None:
            raise AssertionError(document)
        runtime.store.commit(loaded, entry, at=_START)


def narrate(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
