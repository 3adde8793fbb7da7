"""What a browser has to load for the owner's pages."""

from __future__ import annotations

import re

import pytest

from sygn_cli.server.assets import Assets, web_folder

STATIC = web_folder() / "static"


@pytest.mark.parametrize("entry", ["owner_editor.js", "owner_form.js", "owner_document.js"])
def test_scripts_and_styles_of_the_owners_pages_are_under_60_kb(entry):
    assets = Assets.read(STATIC)
    names = ["page.css", "state.css", "owner.css", entry, *assets.modules(entry)]
    sizes = {name: len(assets.files[name].content) for name in names}
    assert sum(sizes.values()) < 60_000, sizes


def test_all_modules_of_the_editor_are_preloaded_and_no_others(owner):
    document = owner.draft()
    page = owner.get(f"/documents/{document.id}/fields").text
    preloaded = re.findall(r'rel="modulepreload" href="/assets/\w+/([^"]+)"', page)
    assert preloaded == Assets.read(STATIC).modules("owner_editor.js")


def test_no_page_has_an_inline_handler_or_style(owner):
    document = owner.draft()
    for path in ("/", "/new", "/templates", f"/documents/{document.id}"):
        page = owner.get(path).text
        assert not re.search(r"<[^>]+\s(?:on\w+|style)=", page)
        policy = owner.get(path).headers["Content-Security-Policy"]
        assert "'unsafe" not in policy
