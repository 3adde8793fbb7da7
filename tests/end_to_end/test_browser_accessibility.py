"""Every state of every page, judged by axe-core against WCAG 2.2 AA."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest

from sygn_cli.services import documents
from tests.end_to_end.browser import (
    DESKTOP,
    PHONE,
    SMALL_PHONE,
    Visitor,
    contract,
    link,
    visitor,
)
from tests.server import stage
from tests.soak import at_length

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Both extremes of size and both schemes of colours; a soak takes what lies between as well.
EXTREMES: dict[str, dict[str, Any]] = {
    "desktop": DESKTOP,
    "small phone dark": {**SMALL_PHONE, "color_scheme": "dark"},
}
BETWEEN: dict[str, dict[str, Any]] = {
    "desktop dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": PHONE,
}
VIEWS = at_length(EXTREMES, EXTREMES | BETWEEN)


def judge(visitor: Visitor) -> None:
    """Let axe look at the page as it is now.

    Fields on a phone's small picture of a page may be smaller than 24 px: where they stand is
    essential, and the list of fields offers the same (WCAG 2.2, 2.5.8: Equivalent, Essential).
    """
    visitor.page.evaluate(AXE)
    found = visitor.page.evaluate(
        """async rules => (await axe.run(document, {
             runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'],
           })).violations.map(v => ({ ...v, nodes: v.nodes.filter(n => v.id !== 'target-size' || !/^(#field-\\d+|button\\[data-id=.*\\])$/.test(n.target)) }))
           .filter(v => v.nodes.length).map(v => v.id + ': ' + v.nodes.map(n => n.target + ' ' + n.failureSummary).join(' | '))""",
        RULES,
    )
    assert found == []


@pytest.mark.parametrize("view", VIEWS)
def test_no_step_of_signing_has_a_barrier(browser, runtime, base, view):
    document = stage.put(runtime, contract(runtime, fields=stage.all_kinds()))
    with visitor(browser, **VIEWS[view]) as ada:
        ada.page.goto(link(base, runtime, document))
        judge(ada)
        ada.part("#consent button").click()
        judge(ada)
        ada.agree()
        for tab in ("draw", "type", "upload"):
            ada.part(f"#tab-{tab}").click()
            judge(ada)
        ada.part("#editor-close").click()
        judge(ada)
        ada.part("#forward").click()
        ada.part("#tab-type").click()
        ada.next()
        judge(ada)  # checkbox
        ada.next()
        judge(ada)  # checkbox that was not ticked
        ada.part("#box").check()
        ada.next()
        ada.next()
        judge(ada)  # text
        ada.part("#line").fill("Analytical Engines Ltd")
        ada.next()
        judge(ada)  # text of several lines
        ada.next()
        judge(ada)  # review
        ada.page.keyboard.press("Escape")
        ada.read_as_text()
        ada.part("#page-1 .words").filter(has_text="The parties wish").wait_for()
        judge(ada)
        ada.more("decline")
        judge(ada)
        ada.page.keyboard.press("Escape")
        ada.part("#forward").click()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        judge(ada)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("state", ["waiting", "declined", "voided", "expired", "unknown", "error"])
def test_no_other_page_has_a_barrier(browser, runtime, base, view, state):
    document = stage.put(runtime, contract(runtime))
    address = link(base, runtime, document, "s2")
    if state == "declined":
        address = link(base, runtime, document, "s1")
    elif state == "voided":
        documents.void(runtime, document.id)
    elif state == "expired":
        now = runtime.clock.now()
        month = timedelta(days=30)
        overdue = stage.put(runtime, stage.Contract(expires_at=now - month), at=now - 2 * month)
        address = link(base, runtime, overdue, "s1")
    elif state == "unknown":
        address = f"{base}/x?t=nonsense"
    elif state == "error":
        address = address.replace("/x?", "/x/certificate.pdf?")
    with visitor(browser, **VIEWS[view]) as somebody:
        somebody.page.goto(address)
        if state == "declined":
            somebody.more("decline")
            somebody.part("#reason").fill("Clause 4 goes too far")
            somebody.page.get_by_role("button", name="Decline", exact=True).click()
            somebody.part("h1").filter(has_text="You have declined").wait_for()
        judge(somebody)
        somebody.shot(f"state-{state}-{view.replace(' ', '-')}")
        if state in {"unknown", "error"}:
            somebody.complaints.clear()  # Chromium reports the status of the page itself
