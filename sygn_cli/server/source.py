"""The source of the running program, as the AGPL owes it to everyone who uses it by network.

AGPL-3.0, section 13: the corresponding source, from a network server, at no charge.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sygn_cli.server import assets

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = Path(__file__).resolve().parent.parent
# What a checkout has beside the package; in an installation the package is all there is.
_BESIDE: Final = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")


@cache
def archive() -> bytes:
    """Return the installed package as a .tar.gz; equal files give equal bytes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _files():
            content = path.read_bytes()
            member = tarfile.TarInfo(f"sygn/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)


def _files() -> Iterator[tuple[str, Path]]:
    yield from _below(_PACKAGE, "sygn_cli")
    web = assets.web_folder()
    if web.parent != _PACKAGE:
        yield from _below(web, "web")
        for name in _BESIDE:
            path = web.parent / name
            if path.is_file():
                yield name, path


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{prefix}/{path.relative_to(folder).as_posix()}", path
