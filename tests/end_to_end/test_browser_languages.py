"""The signing page in other languages: chosen by keyboard, longer, and from right to left."""

from __future__ import annotations

import pytest

from sygn_cli.domain import consent
from sygn_cli.server import negotiation
from tests.end_to_end.browser import DESKTOP, SMALL_PHONE, Visitor, contract, link, visitor
from tests.end_to_end.test_browser_accessibility import judge
from tests.languages import pseudo
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# What is wider than the screen, or than the box that is to hold it. Titles are cut on purpose, and
# what lies in a field is as small as the field.
_TOO_WIDE = """() => [
  ...(document.documentElement.scrollWidth > innerWidth ? ['the page'] : []),
  ...[...document.querySelectorAll('button, a, summary, p, h1, h2, label, li, input')]
    .filter((e) => e.checkVisibility() && !e.matches('.title, .unseen, .skip, .field, .field *'))
    .filter((e) => {
      const box = e.getBoundingClientRect();
      return box.left < -1 || box.right > innerWidth + 1 || (getComputedStyle(e).display !== 'inline' && e.scrollWidth > e.clientWidth + 1);
    }).map((e) => e.outerHTML.slice(0, 120)),
]"""


def test_a_signer_changes_the_language_by_keyboard_and_agrees_in_it(browser, runtime, base):
    document = stage.put(runtime, contract(runtime))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.part("#languages summary").focus()
        ada.page.keyboard.press("Enter")
        judge(ada)
        for _ in range(8):  # English, Deutsch, ... Polski
            ada.page.keyboard.press("Tab")
        with ada.page.expect_navigation():
            ada.page.keyboard.press("Enter")
        assert ada.page.evaluate("document.documentElement.lang") == "pl"
        assert ada.part("#languages summary").inner_text().endswith("PL")
        assert consent.WORDINGS["pl"] in ada.part("#consent").inner_text()
        ada.agree()
        assert ada.part("#editor-left").inner_text() == "pozostało 1 z 1"
        judge(ada)
    given = runtime.store.trail(document.id)[-1]
    assert given.data["locale"] == "pl"


@pytest.mark.parametrize(
    ("tag", "view"),
    [("en-XA", SMALL_PHONE), ("ar-XB", SMALL_PHONE), ("ar-XB", DESKTOP)],
    ids=["longer 320", "right to left 320", "right to left 1280"],
)
def test_longer_words_and_the_other_direction_leave_everything_in_sight(
    browser, runtime, base, monkeypatch, tag, view
):
    monkeypatch.setattr(negotiation, "translator", lambda _="": pseudo.catalogue(tag))
    document = stage.put(runtime, contract(runtime, fields=stage.all_kinds()))
    size = view["viewport"]["width"]
    with visitor(browser, **view) as ada:
        ada.page.goto(link(base, runtime, document))
        assert ada.page.evaluate("document.dir || document.documentElement.dir") == (
            "rtl" if tag == "ar-XB" else "ltr"
        )
        look(ada, f"{tag}-{size}-start")
        ada.part("#languages summary").click()
        look(ada, f"{tag}-{size}-languages")
        ada.part("#languages summary").click()
        ada.part("#more > summary").click()
        look(ada, f"{tag}-{size}-more")
        ada.part("#more > summary").click()
        ada.agree()
        for tab in ("draw", "type", "upload"):
            ada.part(f"#tab-{tab}").click()
            look(ada, f"{tag}-{size}-{tab}")
        judge(ada)
        is_mirrored = ada.page.evaluate(
            "document.getElementById('editor-close').getBoundingClientRect().left"
            " < document.getElementById('editor-title').getBoundingClientRect().left"
        )
        assert is_mirrored == (tag == "ar-XB")


def look(somebody: Visitor, name: str) -> None:
    somebody.shot(f"language-{name}")
    assert somebody.page.evaluate(_TOO_WIDE) == []
