"""Find what the code says to people, bring the catalogues up to it, and compile them.

    python -m tools.catalogues          # extract, update sygn.po of each language, compile sygn.mo
    python -m tools.catalogues --add FILE LANGUAGE
                                        # take translations from a JSON object, English to theirs

Sentences come from ``t("...")``, ``tn("...", "...", n)`` and ``later("...")`` in Python and in
templates, and from the tables that are named here. English is the source and has no catalogue.
"""

from __future__ import annotations

import ast
import importlib
import io
import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sygn_cli.domain.language import LANGUAGES, SOURCE
from sygn_cli.languages import DOMAIN, FOLDER, NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Message: TypeAlias = str | tuple[str, str]

ROOT: Final = Path(__file__).resolve().parent.parent
TRANSLATED: Final = tuple(one for one in LANGUAGES if one != SOURCE)
# https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html, "pt" as in Brazil.
_PLURALS: Final = {
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "it": "nplurals=2; plural=(n != 1);",
    "pt": "nplurals=2; plural=(n > 1);",
    "nl": "nplurals=2; plural=(n != 1);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);",
}
_ANY_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_KEYWORDS: Final = {"t": None, "later": None, "tn": (1, 2)}
# Tables of nothing but sentences, which are translated where they are shown.
_TABLES: Final = (
    ("sygn_cli.server.words", "SCRIPT"),
    ("sygn_cli.server.words", "OWNER_SCRIPT"),
    ("sygn_cli.server.owner.editor", "TYPES"),
    ("sygn_cli.server.owner.state_words", "STATES"),
    ("sygn_cli.server.owner.state_words", "_EVENTS"),
    ("sygn_cli.services.certificate_view", "_ASSURANCE"),
    ("sygn_cli.services.certificate_view", "_METHODS"),
    ("sygn_cli.services.certificate_view", "_NO_TIMESTAMP"),
    ("sygn_cli.services.certificate_view", "_TIMESTAMPED"),
    ("sygn_cli.services.certificate_view", "_WORDS"),
)
_HEADER: Final = """\
# sygn in {name}. Made by `make words`; only the msgstr lines are written by people.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


def said() -> Catalog:
    """Return all that the code says, with the files that say it."""
    found = Catalog(locale=SOURCE, fuzzy=False)
    for path in sorted((ROOT / "sygn_cli").rglob("*.py")):
        for message in _said_in_python(path):
            found.add(message, locations=[(_shown(path), 1)])
    for path in sorted((ROOT / "web" / "templates").rglob("*.*")):
        for _, words, _, _ in extract_from_file(
            "jinja2.ext:babel_extract", path, keywords=_KEYWORDS, options={"trimmed": "true"}
        ):
            found.add(words, locations=[(_shown(path), 1)])
    for module, name in _TABLES:
        place = f"{module.replace('.', '/')}.py"
        for message in _strings(getattr(importlib.import_module(module), name)):
            found.add(message, locations=[(place, 1)])
    return found


def _said_in_python(path: Path) -> Iterator[Message]:
    """Yield the sentences in calls of ``t``, ``tn`` and ``later``, also inside of f-strings."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called not in _KEYWORDS:
            continue
        count = 2 if called == "tn" else 1
        given = [one.value for one in node.args[:count] if isinstance(one, ast.Constant)]
        words = [one for one in given if isinstance(one, str) and one]
        if len(words) == count:
            yield (words[0], words[1]) if called == "tn" else words[0]


def _strings(table: object) -> Iterator[Message]:
    """Yield the sentences of a table; a pair that is told apart by count is one."""
    match table:
        case str():
            yield table
        case {"one": str(one), "other": str(many)}:
            yield one, many
        case Mapping():
            for value in table.values():
                yield from _strings(value)
        case tuple() | list():
            for value in table:
                yield from _strings(value)
        case _:
            raise TypeError(f"{table!r} holds no sentences")


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def po_file(language: str) -> Path:
    """Return where the sentences of a language are written."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def mo_file(language: str) -> Path:
    """Return where they lie compiled."""
    return po_file(language).with_suffix(".mo")


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is written."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def updated(language: str, source: Catalog) -> Catalog:
    """Return the catalogue with exactly the sentences of the source; new ones are empty."""
    catalogue = read(language) if po_file(language).exists() else _empty(language)
    catalogue.update(source, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def _empty(language: str) -> Catalog:
    head = _HEADER.format(name=language, language=language, plurals=_PLURALS[language])
    return read_po(io.BytesIO(head.encode()), locale=language, domain=DOMAIN)


def write(language: str, catalogue: Catalog) -> None:
    """Write a language's catalogue, and compile it."""
    out = io.BytesIO()
    write_po(out, catalogue, width=99, omit_header=True, sort_output=True, include_lineno=False)
    head = _HEADER.format(name=NAMES[language], language=language, plurals=_PLURALS[language])
    po_file(language).parent.mkdir(parents=True, exist_ok=True)
    po_file(language).write_text(head + out.getvalue().decode(), encoding="utf-8")
    mo_file(language).write_bytes(compiled(language))


def compiled(language: str) -> bytes:
    """Return what the written catalogue compiles to, with nothing of the day it is done."""
    catalogue = read(language)
    catalogue.creation_date = catalogue.revision_date = _ANY_DAY
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def add(language: str, translations: dict[str, str | list[str]]) -> list[str]:
    """Put translations into a catalogue and return the sentences that it does not have."""
    catalogue = updated(language, said())
    strangers = []
    for message, words in translations.items():
        entry = catalogue.get(message)
        if entry is None:
            strangers.append(message)
        else:
            entry.string = tuple(words) if isinstance(words, list) else words
    write(language, catalogue)
    return strangers


def missing(catalogue: Catalog) -> list[str]:
    """Return the sentences that are not translated, or not for certain."""
    return [
        _key(one.id)
        for one in catalogue
        if one.id
        and (one.fuzzy or not all(one.string if isinstance(one.string, tuple) else [one.string]))
    ]


def _key(message: str | Sequence[str]) -> str:
    return message if isinstance(message, str) else message[0]


def placeholders(words: str) -> set[str]:
    """Return the ``{names}`` of a sentence."""
    return set(re.findall(r"\{(\w*)\}", words))


def main(arguments: list[str]) -> int:
    """Run as a command; 1 while sentences are missing."""
    if arguments[:1] == ["--add"]:
        given = json.loads(Path(arguments[1]).read_text(encoding="utf-8"))
        for stranger in add(arguments[2], given):
            print(f"nobody says: {stranger!r}", file=sys.stderr)
        return 0
    source = said()
    left = 0
    for language in TRANSLATED:
        write(language, updated(language, source))
        gaps = missing(read(language))
        left += len(gaps)
        print(f"{language}: {len(source) - len(gaps)} of {len(source)} sentences")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
