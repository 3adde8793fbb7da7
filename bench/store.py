"""How fast the workspace is, how it grows, and TinyDB's own JSONStorage beside it.

Prints a Markdown table of medians. ``python -m bench.store`` takes 1,000 and 10,000 documents;
``--large`` adds 100,000, which takes a quarter of an hour and 2 GB.
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from unittest import mock

from tinydb import TinyDB

from sygn_cli.domain import consent, ids, lifecycle, proposals, record
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.document import Document, DocumentStatus, SourceFile
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.mark import Method, Typed
from sygn_cli.domain.signer import Invitee
from sygn_cli.store import durable
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

START = datetime(2026, 1, 1, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + b"% a small one\n" * 60
PAGE = 50
RUNS = 31
PEER_RUNS = 5
OPERATIONS = ("create", "sign", "status", "list page", "filtered page", "prefix")


Operations: TypeAlias = "dict[str, Callable[[], object]]"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="also 100,000 documents")
    parser.add_argument("--sizes", type=int, nargs="+", help="other numbers of documents")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    sizes = arguments.sizes or [1_000, 10_000, *([100_000] if arguments.large else [])]
    scratch = Path(tempfile.mkdtemp(dir=arguments.folder))
    try:
        stores = {size: filled(scratch / str(size), size) for size in sizes}
        disk = {size: kilobytes(scratch / str(size)) / size for size in sizes}
        ours = medians({size: ours_on(stores[size], size) for size in sizes}, runs=RUNS)
        narrate("workspaces measured")
        theirs = medians(
            {size: theirs_on(scratch / f"{size}.json", stores[size], size) for size in sizes},
            runs=PEER_RUNS,
        )
        flush = flush_time(scratch / "flush")
    finally:
        shutil.rmtree(scratch)
    print_table(sizes, ours, theirs)
    print("\nDisk per document: " + ", ".join(f"{kb:.0f} KiB at {n:,}" for n, kb in disk.items()))
    print(f"One append with fsync took {flush:.2f} ms meanwhile; create needs 8, sign 5.")


def filled(folder: Path, size: int) -> WorkspaceStore:
    store = WorkspaceStore(Workspace.open(folder))
    started = time.perf_counter()
    fill(store, size)
    narrate(f"{size:,} documents made in {time.perf_counter() - started:.0f} s")
    return store


def kilobytes(folder: Path) -> float:
    return sum(one.stat().st_blocks * 512 for one in folder.rglob("*")) / 1024


def medians(subjects: dict[int, Operations], *, runs: int) -> dict[str, dict[int, float]]:
    """Return medians in milliseconds by operation and size.

    The sizes take turns, so that what else the machine does meanwhile falls on all of them.
    """
    found: dict[str, dict[int, float]] = {}
    for name in OPERATIONS:
        times: dict[int, list[float]] = {size: [] for size in subjects}
        for _ in range(runs):
            for size, operations in subjects.items():
                started = time.perf_counter()
                operations[name]()
                times[size].append((time.perf_counter() - started) * 1000)
        found[name] = {size: statistics.median(some) for size, some in times.items()}
    return found


def flush_time(path: Path) -> float:
    times = []
    with path.open("ab") as file:
        for _ in range(RUNS):
            started = time.perf_counter()
            file.write(b"x" * 300)
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def fill(store: WorkspaceStore, size: int) -> None:
    """Make documents without flushing: the files are the same, only sooner."""
    with mock.patch.object(durable, "sync"), mock.patch.object(durable, "sync_folder"):
        for number in range(size):
            create(store, number)
    os.sync()  # or the first fsync that is measured would have to write all of it


def ours_on(store: WorkspaceStore, size: int) -> Operations:
    fresh = iter(range(size, size + 10 * RUNS))
    some = [document_id(number * (size // RUNS)) for number in range(RUNS)]
    for one in some:
        agree(store, store.load(one))
    unsigned = iter(some)
    partly = Filters(status=DocumentStatus.PARTIALLY_SIGNED)
    return {
        "create": lambda: create(store, next(fresh)),
        "sign": lambda: sign(store, next(unsigned)),
        "status": lambda: store.load(some[7]),
        "list page": lambda: store.list(Filters(), limit=PAGE),
        "filtered page": lambda: store.list(partly, limit=PAGE),
        "prefix": lambda: store.resolve(some[7][:-3]),
    }


def theirs_on(path: Path, store: WorkspaceStore, size: int) -> Operations:
    """The same with one TinyDB file as its manual shows it; opened anew as each command would."""
    document = record.document_to_json(store.load(document_id(0)))
    with TinyDB(path) as database:
        database.insert_multiple({**document, "id": document_id(n)} for n in range(size))

    def opened(operation: Callable[[TinyDB], object]) -> Callable[[], None]:
        def run() -> None:
            with TinyDB(path) as database:
                operation(database)

        return run

    start = document_id(7)[:-3]
    return {
        "create": opened(lambda db: db.insert(document)),
        "sign": opened(lambda db: db.update({"status": "partially_signed"}, doc_ids=[7])),
        "status": opened(lambda db: db.get(doc_id=size // 2)),
        "list page": opened(
            lambda db: sorted(db.all(), key=lambda one: str(one["id"]), reverse=True)[:PAGE]
        ),
        "filtered page": opened(
            lambda db: db.search(lambda one: one["status"] == "partially_signed")
        ),
        "prefix": opened(lambda db: db.search(lambda one: str(one["id"]).startswith(start))),
    }


def document_id(number: int) -> str:
    return ids.document_id(START + timedelta(minutes=number), number.to_bytes(10, "big"))


def create(store: WorkspaceStore, number: int) -> Document:
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
        files=(SourceFile("nda.pdf", sha256(PDF), len(PDF), ((612.0, 792.0),) * 3),),
        invitees=people,
        fields=fields,
    )
    entry = proposals.create(proposal, actor=OPERATOR)
    at = START + timedelta(minutes=number)
    return store.create(document_id(number), entry, at=at, blobs=[PDF])


def agree(store: WorkspaceStore, document: Document) -> None:
    entry = lifecycle.consent(
        document,
        document.signer("s1"),
        wording=consent.CONSENT,
        locale=consent.LOCALE,
        now=START,
        evidence=COMMAND_LINE,
    )
    if entry is not None:
        store.commit(document, entry, at=START)


def sign(store: WorkspaceStore, document_id: str) -> None:
    with store.exclusive(document_id):
        document = store.load(document_id)
        marks = {field.id: Typed("Ada Lovelace") for field in document.fields_of("s1")}
        entry = lifecycle.sign(
            document,
            document.signer("s1"),
            {name: one for name, one in marks.items() if not name.startswith("date")},
            today="2026-01-01",
            now=START,
            method=Method.TYPED,
            evidence=COMMAND_LINE,
        )
        if entry is None:
            raise AssertionError(document_id)
        store.commit(document, entry, at=START)


def print_table(
    sizes: list[int], ours: dict[str, dict[int, float]], theirs: dict[str, dict[int, float]]
) -> None:
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python", end=" ")
    print(f"{platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}; medians in ms.\n")  # noqa: TID251
    print("| operation | documents | sygn | grows | TinyDB JSONStorage | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    for name in OPERATIONS:
        for size in sizes:
            mine, peer = ours[name][size], theirs[name][size]
            growth = mine / ours[name][sizes[0]]
            print(
                f"| {name} | {size:,} | {mine:.2f} | {growth:.2f}x | {peer:.1f} "
                f"| {_factor(peer / mine)} |"
            )


def _factor(ratio: float) -> str:
    return f"{ratio:.0f}x" if ratio >= 10 else f"{ratio:.1f}x"


def narrate(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
