"""What a letter says, as plain text and as HTML: two renderings of the same content.

The HTML has no tables, no pictures, no scripts and no colours of paper or ink, so that it reads the
same in dark mode, in a text browser and with a screen reader. Nothing in it is fetched, so nobody is
told that it was read.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sygn_cli.languages import Catalogue
    from sygn_cli.services.mail_words import Said

_WIDTH: Final = 72
# Unicode isolates (UAX 9, 3.1.2) keep a right-to-left name from turning the sentence around it.
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or a few."""

    said: Said


@dataclass(frozen=True, slots=True)
class Link:
    """The one thing to do, on a line of its own."""

    said: Said
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody else wrote; several lines, as they are."""

    quoted: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values to be kept or compared, one below the other."""

    listed: Sequence[tuple[Said, str]]


@dataclass(frozen=True, slots=True)
class Small:
    """What stands at the foot."""

    said: Said


Block: TypeAlias = Paragraph | Link | Quote | Facts | Small


def line(said: Said, words: Catalogue) -> str:
    """Return a sentence as one line, for a subject; names are not isolated there."""
    values = {name: _value(value, words) for name, value in said.values.items()}
    return words.t(said.message, **values)


def _value(value: str | datetime, words: Catalogue) -> str:
    return value if isinstance(value, str) else words.moment(value)


def plain(blocks: Iterable[Block], words: Catalogue) -> str:
    """Return the content as text that reads well in any mail program."""
    parts, foot = [], False
    for block in blocks:
        if isinstance(block, Small) and not foot:
            parts.append("--")
            foot = True
        parts.append(_plain(block, words))
    return "\n\n".join(parts).replace("--\n\n", "-- \n") + "\n"


def _plain(block: Block, words: Catalogue) -> str:
    match block:
        case Paragraph(said) | Small(said):
            return _wrapped(_text(said, words))
        case Link(said, url):
            return f"{_wrapped(_text(said, words))}:\n\n{url}"
        case Quote(quoted):
            return "\n".join(f"> {one}".rstrip() for one in _lines(quoted))
        case Facts(listed):
            return "\n".join(f"{_text(name, words)}:\n  {value}" for name, value in listed)


def _text(said: Said, words: Catalogue) -> str:
    values = {name: _isolated(_value(value, words)) for name, value in said.values.items()}
    return words.t(said.message, **values)


def _isolated(value: str) -> str:
    if any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in value):
        return f"{_ISOLATE}{value}{_END_OF_ISOLATE}"
    return value


def _wrapped(paragraph: str) -> str:
    import textwrap  # noqa: PLC0415 - only when a letter is written

    return textwrap.fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _lines(quoted: str) -> list[str]:
    return [line for one in quoted.split("\n") for line in _wrapped(one).split("\n")]


_STYLE: Final = (
    "body{margin:0;padding:1.5rem;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif}"
    "main{max-width:36rem;margin:0 auto}"
    "p{margin:0 0 1rem}"
    ".go{display:inline-block;padding:.7rem 1.4rem;border-radius:.4rem;background:#1c5db8;"
    "color:#fff;font-weight:600;text-decoration:none}"
    ".url{font-size:.85em;overflow-wrap:anywhere}"
    "blockquote{margin:0 0 1rem;padding:.2rem 0 .2rem 1rem;border-left:3px solid #888;"
    "white-space:pre-wrap;overflow-wrap:anywhere}"
    "dl{margin:0 0 1rem}dt{opacity:.8;font-size:.85em}"
    "dd{margin:0 0 .6rem;font-family:ui-monospace,Consolas,monospace;font-size:.85em;"
    "overflow-wrap:anywhere}"
    "footer{margin-top:2rem;padding-top:1rem;border-top:1px solid #888;font-size:.85em;opacity:.8}"
)


def page(blocks: Sequence[Block], *, title: str, words: Catalogue) -> str:
    """Return the content as HTML."""
    body = "\n".join(_html(one, words) for one in blocks if not isinstance(one, Small))
    foot = "\n".join(_html(one, words) for one in blocks if isinstance(one, Small))
    return (
        f'<!doctype html>\n<html lang="{words.tag}" dir="{words.direction}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>:root{{color-scheme:light dark}}{_STYLE}</style>\n"
        f"</head>\n<body>\n<main>\n{body}\n<footer>\n{foot}\n</footer>\n</main>\n</body>\n</html>\n"
    )


def _html(block: Block, words: Catalogue) -> str:
    match block:
        case Paragraph(said) | Small(said):
            return f"<p>{_markup(said, words)}</p>"
        case Link(said, url):
            href = escape(url)
            # The style is repeated where the program drops the sheet in the head.
            return (
                f'<p><a class="go" href="{href}" style="font-weight:600">{_markup(said, words)}</a></p>\n'
                f'<p class="url"><a href="{href}">{href}</a></p>'
            )
        case Quote(quoted):
            return f'<blockquote dir="auto">{escape(quoted)}</blockquote>'
        case Facts(listed):
            rows = "".join(
                f"<dt>{_markup(name, words)}</dt><dd>{escape(value)}</dd>"
                for name, value in listed
            )
            return f"<dl>{rows}</dl>"


def _markup(said: Said, words: Catalogue) -> str:
    values = {
        name: f"<bdi>{escape(_value(value, words))}</bdi>" for name, value in said.values.items()
    }
    return escape(words.sentence(said.message), quote=False).format(**values)
