"""Backups as files: POSIX tar (ustar), plain or gzipped, with the SHA-256 of each file at its end.

Any ``tar`` unpacks one and ``sha256sum -c MANIFEST.sha256`` checks it. Reading is stricter than tar
allows: regular files with plain relative names only, nothing twice, the manifest last. So a link,
a device, a path that leads elsewhere or a cut end is refused by not being understood.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, Protocol, cast

from sygn_cli.domain.errors import Tampered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANIFEST: Final = "MANIFEST.sha256"
CHUNK: Final = 1 << 20
_BLOCK: Final = tarfile.BLOCKSIZE
_PART: Final = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_MOST_PARTS: Final = 6
_IN_MEMORY: Final = 8 << 20
_GZIP: Final = b"\x1f\x8b"
# What a workspace holds shrinks to a tenth at best; a bomb to a thousandth.
_LARGEST_RATIO: Final = 200
_FREE: Final = 64 << 20


class Sink(Protocol):
    """Where a backup is written to."""

    def write(self, content: bytes, /) -> int:
        """Take all the bytes."""
        ...


class Source(Protocol):
    """Where a backup is read from, once and in order."""

    def read(self, count: int, /) -> bytes:
        """Return up to so many bytes, none at the end."""
        ...


def is_name(name: str) -> bool:
    """Tell whether a file of that name can be in a backup."""
    parts = name.split("/")
    return len(parts) <= _MOST_PARTS and all(_PART.fullmatch(part) for part in parts)


class Writer:
    """Writes a tar to a stream that cannot go back, in bounded memory.

    Attributes:
        files: How many files it holds.
        size: How many bytes they are.
    """

    def __init__(self, out: Sink, *, at: int) -> None:
        self._out = out
        self._at = at
        self._manifest = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed below
        self.files = self.size = 0

    def add(self, name: str, content: bytes) -> str:
        """Add a file; return its SHA-256."""
        return self.add_stream(name, len(content), [content])

    def add_stream(self, name: str, size: int, chunks: Iterable[bytes]) -> str:
        """Add a file of a known size; return its SHA-256.

        Raises:
            ValueError: The chunks are not as long together, or the name cannot be used.
        """
        if not is_name(name):
            raise ValueError(f"not a name in a backup: {name!r}")
        self._header(name, size)
        hashed, written = hashlib.sha256(), 0
        for chunk in chunks:
            hashed.update(chunk)
            written += len(chunk)
            self._out.write(chunk)
        if written != size:
            raise ValueError(f"{name} has {written} bytes instead of {size}")
        self._out.write(b"\0" * (-size % _BLOCK))
        self._manifest.write(_line(hashed.hexdigest(), name))
        self.files, self.size = self.files + 1, self.size + size
        return hashed.hexdigest()

    def finish(self) -> None:
        """Write the manifest and the end. A backup without them is none."""
        size = self._manifest.tell()
        self._manifest.seek(0)
        self._header(MANIFEST, size)
        while chunk := self._manifest.read(CHUNK):
            self._out.write(chunk)
        self._out.write(b"\0" * (-size % _BLOCK + 2 * _BLOCK))

    def close(self) -> None:
        """Let go of what is kept in between."""
        self._manifest.close()

    def _header(self, name: str, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, self._at
        self._out.write(info.tobuf(tarfile.USTAR_FORMAT))


@dataclass(slots=True)
class Member:
    """A file in a backup; its chunks must be taken before the next member is asked for."""

    name: str
    chunks: Iterator[bytes]


def members(source: Source) -> Iterator[Member]:
    """Yield the files of a backup and check their hashes; exhausted without error it is whole.

    Raises:
        Tampered: It is cut off, changed, or no backup.
    """
    stream = _Stream(source)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as seen:
        while True:
            name, size = _header(stream)
            if name == MANIFEST:
                _compare(stream, size, seen)
                _end(stream)
                return
            hashed = hashlib.sha256()
            left = [size]
            yield Member(name, _content(stream, left, hashed))
            if left[0]:
                raise ValueError(f"{name} was not read to its end")
            stream.exactly(-size % _BLOCK)
            seen.write(_line(hashed.hexdigest(), name))


def _header(stream: _Stream) -> tuple[str, int]:
    block = stream.exactly(_BLOCK)
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
        raise _damaged("it is cut off or changed") from error
    if info.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or info.size < 0:
        raise _damaged(f"{info.name!r} is no plain file")
    if not is_name(info.name):
        raise _damaged(f"the name {info.name!r} leads elsewhere")
    return info.name, info.size


def _content(stream: _Stream, left: list[int], hashed: hashlib._Hash) -> Iterator[bytes]:
    while left[0]:
        chunk = stream.exactly(min(CHUNK, left[0]))
        left[0] -= len(chunk)
        hashed.update(chunk)
        yield chunk


def _compare(stream: _Stream, size: int, seen: IO[bytes]) -> None:
    if size != seen.tell():
        raise _damaged("it is not what its manifest says")
    seen.seek(0)
    while size:
        told = stream.exactly(min(CHUNK, size))
        if told != seen.read(len(told)):
            raise _damaged("it is not what its manifest says")
        size -= len(told)
    stream.exactly(-seen.tell() % _BLOCK)


def _end(stream: _Stream) -> None:
    if stream.exactly(2 * _BLOCK).strip(b"\0"):
        raise _damaged("something follows its manifest")
    while rest := stream.some():  # tar fills up its last record; gzip has its own check at the end
        if rest.strip(b"\0"):
            raise _damaged("something follows its manifest")


class _Stream:
    """A file that may be gzipped, read once from start to end."""

    def __init__(self, source: Source) -> None:
        self._packed = _Counting(source)
        packed = self._packed.peek(2) == _GZIP
        self._file: Source = self._packed
        if packed:
            self._file = gzip.GzipFile(fileobj=cast("IO[bytes]", self._packed), mode="rb")
        self._bounded = packed
        self._read = 0

    def exactly(self, count: int) -> bytes:
        content = self._take(count)
        while 0 < len(content) < count and (more := self._take(count - len(content))):
            content += more
        if len(content) != count:
            raise _damaged("it is cut off")
        return content

    def some(self) -> bytes:
        return self._take(CHUNK)

    def _take(self, count: int) -> bytes:
        if not count:
            return b""
        try:
            content = self._file.read(count)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _damaged("it is cut off or changed") from error
        self._read += len(content)
        if self._bounded and self._read > _FREE + _LARGEST_RATIO * self._packed.count:
            raise _damaged("it would unpack to far more than any workspace does")
        return content


class _Counting:
    """Counts the bytes that were read of a file."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self._ahead = b""
        self.count = 0

    def peek(self, count: int) -> bytes:
        self._ahead = self._file.read(count)
        return self._ahead

    def read(self, count: int = -1) -> bytes:
        ahead, self._ahead = self._ahead[:count], self._ahead[count:]
        content = ahead or self._file.read(count)
        self.count += len(content)
        return content


def _line(sha256: str, name: str) -> bytes:
    return f"{sha256}  {name}\n".encode()


def _damaged(why: str) -> Tampered:
    return Tampered(f"The backup cannot be used: {why}.", hint="Nothing was written.")
