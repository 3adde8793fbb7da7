"""What a browser does on the owner's pages, whatever is tried there."""

from __future__ import annotations

from contextlib import contextmanager

from sygn_cli.services import creation, owner
from sygn_cli.services.creation import GivenFile
from tests.end_to_end.browser import visitor
from tests.end_to_end.test_browser_accessibility import judge as judge_as_scrolled
from tests.server import stage


@contextmanager
def the_owner(browser, runtime, base, **options):
    """Open the owner's pages by their link."""
    with visitor(browser, **options) as somebody:
        somebody.page.on("dialog", lambda _: somebody.complaints.append("a dialog came up"))
        somebody.page.goto(owner.url(runtime, base))
        somebody.part("h1").filter(has_text="Documents").wait_for()
        yield somebody


def a_draft(runtime, **changes):
    values = {
        "files": (GivenFile("lease.pdf", stage.agreement("Lease of a flat")),),
        "invitees": (stage.ADA, stage.ALAN),
        "draft": True,
        "fields_later": True,
    }
    return creation.create(runtime, creation.Request(**{**values, **changes}))[0]


def open_editor(somebody, document):
    home = somebody.page.url.rstrip("/")
    somebody.page.goto(f"{home}/documents/{document.id}/fields")
    somebody.until("document.querySelectorAll('.place').length > 0")
    somebody.until("document.querySelector('#p1 img').naturalWidth > 0")


def saved(somebody):
    somebody.part("#save").click()
    somebody.until("document.getElementById('save').disabled")


def judge(somebody):
    """Let axe look from the top: what lies under a bar until one scrolls is no barrier."""
    somebody.page.evaluate("scrollTo(0, 0)")
    judge_as_scrolled(somebody)


def box(somebody, selector):
    found = somebody.part(selector).bounding_box()
    assert found is not None
    return found
