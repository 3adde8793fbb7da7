"""The words of the page: filled in safely, and all of them there."""

from __future__ import annotations

import re

from sygn_cli.server import words
from sygn_cli.server.assets import web_folder

SCRIPTS = "\n".join(p.read_text(encoding="utf-8") for p in (web_folder() / "static").glob("*.js"))


def test_what_is_filled_in_is_escaped():
    assert words.t("{name}, please", name="<b>") == "&lt;b&gt;, please"


def test_a_count_picks_its_form():
    assert words.tn("{n} page", "{n} pages", 1) == "1 page"
    assert words.tn("{n} page", "{n} pages", 12) == "12 pages"


def test_every_word_that_a_script_says_is_there_and_none_is_left_over():
    said = {word for call in re.findall(r"say\(([^()]*)", SCRIPTS) for word in _quoted(call)}
    assert words.SCRIPT.keys() | words.OWNER_SCRIPT.keys() == said


def _quoted(call: str) -> list[str]:
    """Return the words in a call's first argument, also where it chooses between some."""
    return re.findall(r'(?:^|[?:] )\s*"(\w+)"', call.partition(", {")[0])
