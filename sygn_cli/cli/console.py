"""What is printed, and where.

1. Results go to stdout: plain lines, aligned for a terminal and tab-separated for a pipe, or one
   JSON object.
2. Everything else goes to stderr, prefixed ``sygn:``, ``sygn: error:``, ``sygn: hint:``.
3. Every foreign string passes :func:`printable`; nothing is wrapped; nothing is interpreted as
   markup. Colour only where a person looks, and not where ``NO_COLOR`` is set.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, TextIO

from sygn_cli.cli.outputs import whole_file
from sygn_cli.domain.errors import InvalidRequest, NotFound, SygnError
from sygn_cli.domain.text import printable

_RED: Final = "31"
_DIM: Final = "2"
_BETWEEN: Final = 2  # columns of a table are this far apart
_AN_ID: Final = 24  # letters without a space are no word of prose
_A_CODE: Final = 16  # letters at most, as in partially_signed
_ENOUGH: Final = 10  # letters of a line of prose
_NAME_AND_VALUE: Final = 2


def narrate(words: str) -> None:
    """Tell the user something that is not the result."""
    _say(f"sygn: {printable(words)}")


def hint(words: str) -> None:
    """Tell the user what to do next."""
    _say(f"sygn: hint: {printable(words)}", style=_DIM)


def fail(error: SygnError, *, as_json: bool) -> None:
    """Report a failure on stderr; stdout stays as it is."""
    if as_json:
        payload = {"error": error.code, "message": error.message, "hint": error.hint}
        _write(sys.stderr, json.dumps(payload, ensure_ascii=False) + "\n")
        return
    _say(f"sygn: error: {printable(error.message)}", style=_RED)
    if error.hint:
        hint(error.hint)


def emit(line: str) -> None:
    """Write one line of the result."""
    _write(_stdout(), printable_line(line) + "\n")


def emit_raw(text: str) -> None:
    """Write text that is our own or already safe: JSON lines, PEM."""
    _write(_stdout(), text + "\n")


def note(line: str) -> None:
    """Write a bare line beside the result, for example of a QR code."""
    _write(sys.stderr, line + "\n")


def emit_json(value: Mapping[str, object]) -> None:
    """Write the result as one JSON object, indented where a person looks."""
    indent = 2 if is_terminal(sys.stdout) else None
    _write(_stdout(), json.dumps(value, ensure_ascii=False, indent=indent) + "\n")


def emit_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows: as a table with a header for a terminal, tab-separated without one for a pipe.

    Where the terminal is so narrow that a table would break an id or a hash in two, each row is a
    paragraph instead, for such words are there to be copied.
    """
    clean = [[printable(cell) for cell in row] for row in rows]
    if not is_terminal(sys.stdout):
        for row in clean:
            _write(_stdout(), "\t".join(row) + "\n")
        return
    columns = list(enumerate(zip(header, *clean, strict=True)))
    least = sum(_least_width(*column) for column in columns) + _BETWEEN * (len(columns) - 1)
    if least > shutil.get_terminal_size().columns:
        _emit_paragraphs(header, clean)
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
    )
    for number, cells in columns:
        table.add_column(Text(cells[0]), overflow="fold", no_wrap=_is_whole(number, cells))
    for row in clean:
        table.add_row(*(Text(cell) for cell in row))
    Console(markup=False, highlight=False).print(table)
    _write(_stdout(), "\n")  # two tables must not run into one


def _is_whole(number: int, cells: Sequence[str]) -> bool:
    """Tell whether a column is never wrapped: the first, and one of codes, ids or hashes."""
    longest = _longest(cells)
    bare = all(" " not in cell for cell in cells) and not _A_CODE < longest < _AN_ID
    return number == 0 or bare


def _least_width(number: int, cells: Sequence[str]) -> int:
    """Return how narrow a column may be; ordinary words may be broken, ids may not."""
    if _is_whole(number, cells):
        return _longest(cells)
    longest = _longest([word for cell in cells for word in cell.split()])
    return longest if longest >= _AN_ID else min(longest, _ENOUGH)


def _longest(words: Sequence[str]) -> int:
    return max(map(len, words), default=0)


def _emit_paragraphs(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if len(header) == _NAME_AND_VALUE:
        paragraphs = [rows]
    else:
        paragraphs = [list(zip(header, row, strict=True)) for row in rows]
    widest = max((len(name) for one in paragraphs for name, _ in one), default=0)
    blocks = (
        "".join(f"{name:<{widest}}   {value}\n" for name, value in one) for one in paragraphs
    )
    _write(_stdout(), "\n".join(blocks))


def emit_bytes(content: bytes, target: str | None, *, force: bool, what: str) -> None:
    """Write a file, whole or not at all; ``-`` or nothing means stdout.

    Raises:
        InvalidRequest: It would go to a terminal, or the file exists and ``force`` is off.
    """
    if target in {None, "-"}:
        if is_terminal(sys.stdout):
            raise InvalidRequest(
                f"The {what} is binary and will not be written to a terminal.",
                hint="Name a file with -o FILE.",
            )
        with _reaching_stdout():
            stdout().write(content)
            stdout().flush()
        return
    if not target:
        raise InvalidRequest("The name of the output file is empty.", hint="Name it: -o FILE.")
    write_file(Path(str(target)), content, force=force)
    narrate(f"wrote {target} ({len(content):,} bytes)")


def emit_download(
    content: bytes,
    target: str | None,
    *,
    force: bool,
    what: str,
    as_json: bool,
    about: Mapping[str, object],
) -> None:
    """Write a file as :func:`emit_bytes` does; with ``as_json`` stdout gets a description.

    Raises:
        InvalidRequest: JSON and the file would both go to stdout, or as for ``emit_bytes``.
    """
    if as_json and target in {None, "-"}:
        raise InvalidRequest(
            f"The {what} and JSON cannot both go to stdout.", hint="Name a file with -o FILE."
        )
    emit_bytes(content, target, force=force, what=what)
    if as_json:
        emit_json({**about, "file": target})


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Put a whole file into place in one step.

    Raises:
        InvalidRequest: It exists and ``force`` is off, or it cannot be written.
    """
    with whole_file(path, force=force) as file:
        file.write(content)


def stdin() -> IO[bytes]:
    """Return standard input.

    Raises:
        InvalidRequest: It is closed.
    """
    if sys.stdin is None:
        raise InvalidRequest("Standard input is closed.", hint="Name a file instead of -.")
    return sys.stdin.buffer


def stdout() -> IO[bytes]:
    """Return standard output, for bytes.

    Raises:
        InvalidRequest: It is closed.
    """
    return _stdout().buffer


def _stdout() -> TextIO:
    if sys.stdout is None:
        raise InvalidRequest("The output cannot be written: standard output is closed.")
    return sys.stdout


def read_bytes(source: str, *, what: str) -> bytes:
    """Return a file's content; ``-`` means stdin.

    Raises:
        NotFound: There is no such file.
        InvalidRequest: It cannot be read.
    """
    try:
        return stdin().read() if source == "-" else Path(source).read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"There is no {what} {source!r}.") from error
    except OSError as error:
        raise InvalidRequest(f"{what} {source!r} cannot be read: {error.strerror}.") from error


def read_json(source: str, *, what: str) -> object:
    """Return what a JSON file holds; ``-`` means stdin.

    Raises:
        NotFound: There is no such file.
        InvalidRequest: It cannot be read, or is not JSON.
    """
    content = read_bytes(source, what=what)
    try:
        value: object = json.loads(content)
    except ValueError as error:
        raise InvalidRequest(f"{source} is not JSON: {error}.") from error
    return value


def counted(number: object, noun: str) -> str:
    """Return ``1 document`` or ``2 documents``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a person looks at the stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # a closed stream
        return False


def printable_line(line: str) -> str:
    """Return the line safe for a terminal; QR codes and tabs pass."""
    return "\t".join(printable(part) for part in line.split("\t"))


def _say(words: str, *, style: str = "") -> None:
    if style and is_terminal(sys.stderr) and not os.environ.get("NO_COLOR"):
        words = f"\x1b[{style}m{words}\x1b[0m"
    _write(sys.stderr, words + "\n")


def _write(stream: TextIO | None, content: str) -> None:
    """Write if anybody can receive it: a closed stderr must not turn success into failure."""
    if stream is None:
        return
    if stream is sys.stdout:
        with _reaching_stdout():
            _put(stream, content)
        return
    with suppress(OSError, ValueError):
        _put(stream, content)


def _put(stream: TextIO, content: str) -> None:
    try:
        stream.write(content)
    except UnicodeEncodeError:
        stream.write(content.encode("ascii", "backslashreplace").decode("ascii"))
    stream.flush()


@contextmanager
def _reaching_stdout() -> Iterator[None]:
    """Let a result that nobody got be a failure; a reader who has seen enough is none.

    Raises:
        BrokenPipeError: The reader has gone.
        InvalidRequest: It cannot be written, for example because the disk is full.
    """
    try:
        yield
    except BrokenPipeError:
        discard_output()
        raise
    except OSError as error:
        discard_output()
        raise InvalidRequest(f"The output cannot be written: {error.strerror}.") from error


def discard_output() -> None:
    """Send what is still to come, and what the interpreter flushes at its end, nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
