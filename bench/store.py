"""How fast the workspace is, how it grows, and TinyDB's own JSONStorage beside it.

All workspaces are made first and then measured in turn, so that a busy machine slows all of them.
"""

from __future__ import annotations

import http.client
import os
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from tinydb import TinyDB

from bench import _workspaces
from bench._figure import Figure, Peer
from bench._plan import in_turn, timed, turns
from bench._served import serving, surroundings, sygn
from sygn_cli.domain import record
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.listing import Filters
from sygn_cli.services import links

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench._plan import Plan
    from bench._workspaces import Filled

_PAGE = 50
_RUNS = 31
_PEER_RUNS = 5
# Above this each of the peer's operations takes so long that a round of them takes minutes.
_PEER_MOST = 10_000
_STARTS = 7
_LIMIT = 1.5
_COMMAND = "`sygn status`"
_START_UP = "`sygn serve` until ready, after a power cut"
_FIRST = "its first page, while all is looked through"
_LISTED = (
    "create",
    "sign",
    "status",
    "list page",
    "filtered page",
    "prefix",
    "token lookup",
    _COMMAND,
    _START_UP,
    _FIRST,
)

Operations: TypeAlias = "dict[str, Callable[[], object]]"
# By operation and number of documents.
Times: TypeAlias = "dict[str, dict[int, list[float]]]"


def main(plan: Plan, *, with_programs: bool = True) -> list[Figure]:
    """Print the table.

    Args:
        plan: How much.
        with_programs: Measure commands and servers too, and not in this process alone.
    """
    scratch = Path(tempfile.mkdtemp(dir=plan.folder))
    try:
        filled = [_workspaces.filled(scratch / str(size), size) for size in plan.sizes]
        ours, theirs = _measured(filled, plan, scratch)
        flush = median(_flushes(scratch / "flush", plan.times(_RUNS)))
        if with_programs:
            ours |= _commands(filled, plan.times(_RUNS)) | _servers(filled, plan.times(_STARTS))
    finally:
        shutil.rmtree(scratch)
    _print(ours, theirs)
    disk = ", ".join(f"{one.kilobytes / one.size:.0f} KiB at {one.size:,}" for one in filled)
    print(f"\nDisk per document: {disk}")
    print(f"One append with fsync took {flush:.2f} ms meanwhile; create needs 11, sign 5.")
    return [*_figures(ours, theirs), _disk(filled)]


def _measured(filled: list[Filled], plan: Plan, scratch: Path) -> tuple[Times, Times]:
    runs, peer_runs = plan.times(_RUNS), plan.times(_PEER_RUNS)
    ours = _times({one.size: _ours_on(one, runs) for one in filled}, runs)
    _workspaces.narrate("workspaces measured")
    few = [one for one in filled if one.size <= _PEER_MOST]
    theirs = _times({one.size: _theirs_on(scratch, one) for one in few}, peer_runs)
    return ours, theirs


def _times(subjects: dict[int, Operations], runs: int) -> Times:
    names = next(iter(subjects.values()), {})
    return {
        name: in_turn({size: timed(one[name]) for size, one in subjects.items()}, runs)
        for name in names
    }


def _ours_on(filled: Filled, runs: int) -> Operations:
    runtime, size = filled.runtime, filled.size
    store, fresh = runtime.store, iter(range(size, size + runs))
    to_sign = filled.some(runs, after=0)
    for one in to_sign:
        _workspaces.agree(runtime, one)
    unsigned, looked_at = iter(to_sign), iter(filled.some(runs, after=1))
    tokens = iter([filled.token(one) for one in filled.some(runs, after=2)])
    partly, prefix = Filters(status=DocumentStatus.PARTIALLY_SIGNED), to_sign[-1][:-3]
    return {
        "create": lambda: _workspaces.create(runtime, next(fresh)),
        "sign": lambda: _workspaces.sign(runtime, next(unsigned)),
        "status": lambda: store.load(next(looked_at)),
        "list page": lambda: store.list(Filters(), limit=_PAGE),
        "filtered page": lambda: store.list(partly, limit=_PAGE),
        "prefix": lambda: store.resolve(prefix),
        "token lookup": lambda: links.open_token(runtime, next(tokens)),
    }


def _theirs_on(scratch: Path, filled: Filled) -> Operations:
    """The same with one TinyDB file as its manual shows it; opened anew as each command would."""
    path, size = scratch / f"{filled.size}.json", filled.size
    ids = [_workspaces.document_id(number) for number in range(size)]
    document = record.document_to_json(filled.runtime.store.load(ids[0]))
    with TinyDB(path) as database:
        database.insert_multiple({**document, "id": one, "token": f"{one}.s1"} for one in ids)

    def opened(operation: Callable[[TinyDB], object]) -> Callable[[], None]:
        def run() -> None:
            with TinyDB(path) as database:
                operation(database)

        return run

    start, token = ids[-1][:-3], f"{ids[size // 2]}.s1"
    return {
        "create": opened(lambda db: db.insert(document)),
        "sign": opened(lambda db: db.update({"status": "partially_signed"}, doc_ids=[7])),
        "status": opened(lambda db: db.get(doc_id=size // 2)),
        "list page": opened(
            lambda db: sorted(db.all(), key=lambda one: str(one["id"]), reverse=True)[:_PAGE]
        ),
        "filtered page": opened(
            lambda db: db.search(lambda one: one["status"] == "partially_signed")
        ),
        "prefix": opened(lambda db: db.search(lambda one: str(one["id"]).startswith(start))),
        "token lookup": opened(lambda db: db.get(lambda one: one.get("token") == token)),
    }


def _commands(filled: list[Filled], runs: int) -> Times:
    """Measure the command line, which names a document by the beginning of its id."""
    return {_COMMAND: in_turn({one.size: timed(_command(one)) for one in filled}, runs)}


def _command(filled: Filled) -> Callable[[], str]:
    environment, document = surroundings(filled.folder), _workspaces.document_id(filled.size // 2)
    return lambda: sygn(["status", document[:-3]], environment)


def _servers(filled: list[Filled], runs: int) -> Times:
    """Measure how soon a server is there, and how soon it answers who comes first."""
    times: Times = {name: {one.size: [] for one in filled} for name in (_START_UP, _FIRST)}
    for run in range(runs + 1):
        for one in turns(filled, run):
            ready, answered = _served(one)
            if run:  # the first makes the key that seals
                times[_START_UP][one.size].append(ready)
                times[_FIRST][one.size].append(answered)
    return times


def _served(filled: Filled) -> tuple[float, float]:
    filled.forget_boot()
    token = filled.token(_workspaces.document_id(filled.size // 2 + 1))
    started = time.perf_counter()
    with serving(filled.folder.parent, surroundings(filled.folder)) as base:
        ready = (time.perf_counter() - started) * 1000
        return ready, timed(lambda: _opened(base, f"/x?t={token}"))()


def _opened(base: str, path: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"the signing page was answered with {answer.status}")
    finally:
        connection.close()


def _flushes(path: Path, runs: int) -> list[float]:
    with path.open("ab") as file:

        def append() -> None:
            file.write(b"x" * 300)
            file.flush()
            os.fsync(file.fileno())

        return in_turn({"append": timed(append)}, runs)["append"]


def _figures(ours: Times, theirs: Times) -> list[Figure]:
    """Hold the largest workspace against the smallest."""
    figures = []
    for name in _LISTED:
        if name in ours:
            (small, anchor), *_, (large, values) = ours[name].items()
            peer, what = Peer(f"{small:,}", anchor), f"{name}, {large:,} documents"
            note = ""
            if name in theirs:
                size, peers = list(theirs[name].items())[-1]
                note = f"TinyDB's JSONStorage at {size:,}: {median(peers):,.0f} ms"
            figures.append(Figure("store", what, values, peer=peer, limit=_LIMIT, note=note))
    return figures


def _disk(filled: list[Filled]) -> Figure:
    small, *_, large = filled
    peer = Peer(f"{small.size:,}", [small.kilobytes / small.size])
    what = f"disk per document, {large.size:,} documents"
    return Figure("store", what, [large.kilobytes / large.size], unit="KiB", peer=peer)


def _print(ours: Times, theirs: Times) -> None:
    print("| medians in ms | documents | sygn | grows | TinyDB JSONStorage | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, by_size in ours.items():
        anchor = median(next(iter(by_size.values())))
        for size, values in by_size.items():
            mine = median(values)
            line = f"| {name} | {size:,} | {mine:.2f} | {mine / anchor:.2f}x |"
            if size in theirs.get(name, {}):
                peer = median(theirs[name][size])
                line += f" {peer:.1f} | {_factor(peer / mine)} |"
            else:
                line += " not measured | |" if name in theirs else " | |"
            print(line)
    print(f"\nTinyDB's JSONStorage was measured up to {_PEER_MOST:,} documents.")


def _factor(ratio: float) -> str:
    return f"{ratio:.0f}x" if ratio >= 10 else f"{ratio:.1f}x"
