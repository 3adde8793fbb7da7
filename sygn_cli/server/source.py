"""The source of the running program, as the AGPL owes it to everyone who uses it by network.

AGPL-3.0, section 13: the corresponding source, from a network server, at no charge.
"""

from __future__ import annotations

import gzip
import io
import tarfile
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sygn_cli.server import assets

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE: Final = Path(__file__).resolve().parent.parent
# What it takes to build the package again: beside it in a checkout, else in its .dist-info.
_BESIDE: Final = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")


@cache
def archive() -> bytes:
    """Return the source as a checkout has it, as a .tar.gz; equal files give equal bytes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _files():
            content = path.read_bytes()
            member = tarfile.TarInfo(f"sygn/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), mtime=0)


def _files() -> Iterator[tuple[str, Path]]:
    web = assets.web_folder()
    beside = _installed() if web.parent == _PACKAGE else _in_checkout(web.parent)
    for name in _BESIDE:
        if name in beside:
            yield name, beside[name]
    for name, path in _below(_PACKAGE, "sygn_cli"):
        if not path.is_relative_to(web):
            yield name, path
    yield from _below(web, "web")


def _in_checkout(folder: Path) -> dict[str, Path]:
    return {name: folder / name for name in _BESIDE if (folder / name).is_file()}


def _installed() -> dict[str, Path]:
    """Return what the .dist-info beside the package holds, in whichever of its folders."""
    beside = metadata.distributions(name="sygn", path=[str(_PACKAGE.parent)])
    listed = (one for distribution in beside for one in distribution.files or ())
    return {
        one.name: Path(str(one.locate()))
        for one in listed
        if one.name in _BESIDE and one.parts[0].endswith(".dist-info")
    }


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"{prefix}/{path.relative_to(folder).as_posix()}", path
