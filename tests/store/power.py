"""A disk that forgets: what may be left of a series of file operations when the power fails.

The model is stricter than any file system in use: what was written to a file is there for sure
only after the file was flushed, a name only after its folder was, and each file and folder goes
its own way. Only a rename within one folder is one step.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sygn_cli.store import durable, locks

Names: TypeAlias = dict[str, "File | Folder"]


@dataclass(eq=False)
class File:
    data: bytes = b""
    flushed: bytes = b""


@dataclass(eq=False)
class Folder:
    names: Names = field(default_factory=dict)
    flushed: Names = field(default_factory=dict)


class RecordingOs:
    """Stands for the module ``os``, passes everything on and notes what changes a disk."""

    def __init__(self) -> None:
        self.operations: list[tuple[Any, ...]] = []
        self._open: dict[int, tuple[str, int]] = {}

    def open(self, path: Any, flags: int, mode: int = 0o777) -> int:
        there = Path(path).exists()
        handle = os.open(path, flags, mode)
        if flags & os.O_CREAT and not there:
            self.operations.append(("create", str(path)))
        if flags & os.O_TRUNC:
            self.operations.append(("resize", str(path), 0))
        place = os.fstat(handle).st_size if flags & os.O_APPEND else 0
        self._open[handle] = (str(path), place)
        return handle

    def write(self, handle: int, data: Any) -> int:
        count = os.write(handle, data)
        path, place = self._open[handle]
        self.operations.append(("write", path, place, bytes(data[:count])))
        self._open[handle] = (path, place + count)
        return count

    def ftruncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)
        self.operations.append(("resize", self._open[handle][0], size))

    def fsync(self, handle: int) -> None:
        self.operations.append(("flush", self._open[handle][0]))

    def close(self, handle: int) -> None:
        os.close(handle)
        del self._open[handle]

    def mkdir(self, path: Any, mode: int = 0o777) -> None:
        os.mkdir(path, mode)  # noqa: PTH102 - passed on
        self.operations.append(("mkdir", str(path)))

    def rename(self, source: Any, target: Any) -> None:
        os.rename(source, target)  # noqa: PTH104 - passed on
        self.operations.append(("rename", str(source), str(target)))

    replace = rename

    def link(self, source: Any, target: Any) -> None:
        os.link(source, target)
        self.operations.append(("link", str(source), str(target)))

    def unlink(self, path: Any) -> None:
        os.unlink(path)  # noqa: PTH108 - passed on
        self.operations.append(("unlink", str(path)))

    def rmdir(self, path: Any) -> None:
        os.rmdir(path)  # noqa: PTH106 - passed on
        self.operations.append(("unlink", str(path)))

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


class Disk:
    """The files below a folder, as they are and as they were last flushed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.top = _taken(root)

    def apply(self, operation: tuple[Any, ...]) -> None:  # noqa: C901 - one arm per operation
        match operation:
            case ("create", path):
                parent, name = self._place(path)
                parent.names[name] = File()
            case ("resize", path, size):
                self._file(path).data = self._file(path).data[:size]
            case ("write", path, place, data):
                file = self._file(path)
                file.data = file.data[:place] + data + file.data[place + len(data) :]
            case ("flush", path):
                _flush(self._at(path))
            case ("mkdir", path):
                parent, name = self._place(path)
                parent.names[name] = Folder()
            case ("rename", source, target):
                thing = self._at(source)
                self._forget(source)
                parent, name = self._place(target)
                parent.names[name] = thing
            case ("link", source, target):
                parent, name = self._place(target)
                parent.names[name] = self._at(source)
            case ("unlink", path):
                self._forget(path)
            case _:
                raise ValueError(operation)

    def states(self) -> Iterator[dict[str, bytes | None]]:
        """Yield what may be found: path to content, None for a folder; not all combinations.

        Nothing that was not flushed, everything, everything but one, only one, and each
        unflushed file half written.
        """
        unsure = list(_unsure(self.top, set()))
        yield _seen(self.top, frozenset(), None)
        yield _seen(self.top, frozenset(unsure), None)
        for one in unsure:
            yield _seen(self.top, frozenset({one}), None)
            yield _seen(self.top, frozenset(unsure) - {one}, None)
            if isinstance(one, File):
                yield _seen(self.top, frozenset(unsure), one)

    def _at(self, path: str) -> File | Folder:
        here: File | Folder = self.top
        for part in Path(path).relative_to(self._root).parts:
            assert isinstance(here, Folder)
            here = here.names[part]
        return here

    def _file(self, path: str) -> File:
        file = self._at(path)
        assert isinstance(file, File)
        return file

    def _place(self, path: str) -> tuple[Folder, str]:
        parent = self._at(str(Path(path).parent))
        assert isinstance(parent, Folder)
        return parent, Path(path).name

    def _forget(self, path: str) -> None:
        parent, name = self._place(path)
        del parent.names[name]


def _flush(thing: File | Folder) -> None:
    if isinstance(thing, File):
        thing.flushed = thing.data
    else:
        thing.flushed = dict(thing.names)


def _taken(path: Path) -> Folder:
    folder = Folder()
    for one in path.iterdir():
        if one.is_dir():
            folder.names[one.name] = _taken(one)
        else:
            content = one.read_bytes()
            folder.names[one.name] = File(content, content)
    folder.flushed = dict(folder.names)
    return folder


def _unsure(thing: File | Folder, met: set[int]) -> Iterator[File | Folder]:
    if id(thing) in met:
        return
    met.add(id(thing))
    if isinstance(thing, File):
        if thing.data != thing.flushed:
            yield thing
        return
    if thing.names != thing.flushed:
        yield thing
    for one in (*thing.names.values(), *thing.flushed.values()):
        yield from _unsure(one, met)


def _seen(
    folder: Folder, kept: frozenset[File | Folder], torn: File | None, at: str = ""
) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = {}
    for name, thing in (folder.names if folder in kept else folder.flushed).items():
        path = f"{at}{name}"
        if isinstance(thing, Folder):
            found[path] = None
            found |= _seen(thing, kept, torn, f"{path}/")
        elif thing is torn:
            half = (len(thing.flushed) + len(thing.data)) // 2
            found[path] = thing.data[:half]
        else:
            found[path] = thing.data if thing in kept else thing.flushed
    return found


def lay_out(state: dict[str, bytes | None], root: Path) -> None:
    """Make the files of a state."""
    root.mkdir(mode=0o700)
    for path, content in state.items():
        if content is None:
            (root / path).mkdir(mode=0o700)
        else:
            (root / path).write_bytes(content)


def recorded(store: Any, action: Any, monkeypatch: Any) -> tuple[Disk, list[tuple[Any, ...]]]:
    """Do something to a workspace; return the disk as it was before, and what was done to it."""
    disk = Disk(store.workspace.path)
    recorder = RecordingOs()
    with monkeypatch.context() as patch:
        patch.setattr(durable, "os", recorder)
        patch.setattr(locks, "os", recorder)
        action(store)
    return disk, recorder.operations


def states(
    disk: Disk, operations: list[tuple[Any, ...]]
) -> Iterator[tuple[dict[str, bytes | None], bool]]:
    """Yield every different state once, and whether the action had ended."""
    met: set[int] = set()
    for number, operation in enumerate(operations, start=1):
        disk.apply(operation)
        ended = number == len(operations)
        for state in disk.states():
            key = hash((ended, *sorted(state.items(), key=lambda item: item[0])))
            if key not in met:
                met.add(key)
                yield state, ended
