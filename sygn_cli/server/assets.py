"""Where templates and static files lie, and how they are served: from memory, for ever.

A wheel carries ``web/`` as ``sygn_cli/_web``; a checkout uses its own ``web/``.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request

from sygn_cli.domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_IMPORT: Final = re.compile(r'from "\./([^"]+)"')
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def web_folder() -> Path:
    """Return the folder that holds ``templates/`` and ``static/``."""
    packed = _PACKAGE / "_web"
    return packed if packed.is_dir() else _PACKAGE.parent / "web"


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file, ready to send."""

    content: bytes
    compressed: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files under one version, so that modules can import each other by name.

    Attributes:
        version: Hash of all contents; part of every URL, so that a browser may keep what it has.
    """

    files: Mapping[str, Asset]
    version: str

    @classmethod
    def read(cls, folder: Path) -> Assets:
        """Read the folder once; a request never touches the disk, so no path can leave it."""
        digest = hashlib.sha256()
        files: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix not in _TYPES or not path.is_file():
                continue
            name = path.relative_to(folder).as_posix()
            squeeze = _SQUEEZERS.get(path.suffix, squeezed)
            content = squeeze(path.read_text(encoding="utf-8")).encode()
            digest.update(f"{name}\n{len(content)}\n".encode() + content)
            files[name] = Asset(content, gzip.compress(content, mtime=0), _TYPES[path.suffix])
        return cls(files, digest.hexdigest()[:12])

    def modules(self, entry: str) -> list[str]:
        """Return the modules that a script imports, and those that they import: to be preloaded.

        Without that a browser learns of each only when it has read the one before.
        """
        found: list[str] = []
        wanted = [entry]
        while wanted:
            source = self.files[wanted.pop()].content.decode()
            new = [name for name in _IMPORT.findall(source) if name not in (entry, *found)]
            found += new
            wanted += new
        return sorted(set(found))

    def url(self, name: str) -> str:
        """Return the address of a file under its version."""
        if name not in self.files:
            raise NotFound(f"There is no static file {name!r}.")
        return f"/assets/{self.version}/{name}"


def squeezed(source: str) -> str:
    """Return a script or style without indentation and without lines that are only a comment.

    That saves a sixth and leaves it readable. No string in ours goes over several lines.
    """
    lines = (line.strip() for line in source.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith(("//", "/* ")))


def squeezed_script(source: str) -> str:
    """Return a script without its comments and without most of the signs that mean nothing.

    Only lines are touched in which a sign can mean but one thing: none with a slash outside of
    quotes, unless spaces tell that it divides, and none with single quotes. All statements of ours
    end with a semicolon or a brace, and none is empty: the semicolon before a brace can go. Around
    plus and minus spaces go only between words and brackets, since ``a - -b`` is not ``a--b``.
    """
    tight = ""
    for line in squeezed(source).splitlines(keepends=True):
        more = _tightened(line)
        # A line that was not touched ends with its line end.
        tight = f"{tight[:-1] if tight.endswith(';') and more.startswith('}') else tight}{more}"
    return tight


# After these a line end means no more than a space does.
_GOES_ON: Final = (";\n", "{\n", "}\n", ",\n", "(\n")
# A comment behind code. Without any quote it cannot be part of a string that still goes on.
_REMARK: Final = re.compile(r"""(?<=[;{,]) // [^"'`]*$|(?<={) /\* [^"'`*]* \*/ (?=}[^"'`]*$)""")


def _tightened(line: str) -> str:
    line = _REMARK.sub("", line.removesuffix("\n")) + "\n"
    pieces = _QUOTED.split(line)
    if any(sign in piece.replace(" / ", "") for piece in pieces[::2] for sign in "/`'"):
        return line
    for index in range(0, len(pieces), 2):
        bare = re.sub(r"(?<=[\w)\]]) ([+-]) (?=[\w(\[])", r"\1", pieces[index])
        bare = re.sub(r" ?([=<>?:,;&|*/{}()\[\]!]) ?", r"\1", bare)
        # After a word, as in async(one)=>, the brackets are needed.
        pieces[index] = re.sub(r"(?<![\w$])\((\w+)\)=>", r"\1=>", bare.replace(";}", "}"))
    tight = "".join(pieces)
    return tight[:-1] if tight.endswith(_GOES_ON) else tight


def squeezed_style(source: str) -> str:
    """Return a style without comment lines and without white space that means nothing.

    A space before a colon, or around a sign inside ``calc()``, means something and stays; so does
    everything in quotes. The zero before a point means nothing either.
    """
    pieces = _QUOTED.split(squeezed(source))
    for index in range(0, len(pieces), 2):
        tight = re.sub(r"\s+", " ", pieces[index])
        tight = re.sub(r" ?([{};,>]) ?|(:) ", r"\1\2", tight)
        tight = re.sub(r"(?<![\w.#])0(\.\d)", r"\1", tight)
        pieces[index] = tight.replace(";}", "}")
    return "".join(pieces)


# A string, or a template that holds no other.
_QUOTED: Final = re.compile(r'("(?:[^"\\]|\\.)*"|`(?:[^`$\\]|\\.|\$\{[^`{}]*\})*`)')
_SQUEEZERS: Final = {".css": squeezed_style, ".js": squeezed_script}


def blueprint(assets: Assets) -> Blueprint:
    """Return the routes that serve the files."""
    routes = Blueprint("assets", __name__)

    @routes.get("/assets/<version>/<path:name>")
    def serve(version: str, name: str) -> Response:
        asset = assets.files.get(name)
        if asset is None:
            raise NotFound("There is no such file.")
        zipped = request.accept_encodings.quality("gzip") > 0
        answer = Response(
            asset.compressed if zipped else asset.content, content_type=asset.media_type
        )
        if zipped:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
        # A page that was opened before an upgrade asks for the old version; it gets the new file,
        # but must not remember it under the old name.
        answer.headers["Cache-Control"] = _FOR_EVER if version == assets.version else "no-store"
        return answer

    return routes
