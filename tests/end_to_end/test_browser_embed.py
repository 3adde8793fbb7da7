"""Signing inside somebody else's page, in a real Chromium: the dialog that /embed.js opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.delivery.http import GuardedHttp
from sygn_cli.domain.document import SigningOrder
from tests.end_to_end.browser import DESKTOP, PHONE, link, pages, serving, visitor
from tests.end_to_end.test_browser_accessibility import AXE, RULES, VIEWS, judge
from tests.runtimes import sample
from tests.server import stage
from tests.webhook_fakes import memory_webhooks

pytestmark = [pytest.mark.slow, pytest.mark.browser]

# The strictest policy that a page can have and still show the dialog.
HOST = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Intranet</title>
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src {base} 'nonce-host'; frame-src {base}">
</head><body><h1>Contracts</h1>
<script src="{base}/embed.js"></script>
<button id="sign" data-cybersygn-sign="{url}" data-cybersygn-title="Mutual NDA">Sign this document</button>
<p><a id="as-link" href="/elsewhere" data-cybersygn-sign="{url}">or here</a></p>
<script nonce="host">
  window.told = []; window.events = [];
  addEventListener("message", e => told.push([e.origin, e.data]));
  addEventListener("cybersygn:complete", e => events.push([e.target.id || "document", e.detail]));
</script></body></html>"""


def a_document(runtime):
    contract = stage.Contract(
        fields=stage.SIMPLE_FIELDS,
        order=SigningOrder.PARALLEL,
        expires_at=None,
    )
    return stage.put(runtime, contract)


class Host:
    """A site with a page that embeds signing, and the server that it embeds."""

    def __init__(self, base: str, origin: str, runtime, document, content: dict[str, bytes]):
        self.base, self.origin, self.runtime, self.document = base, origin, runtime, document
        self.content = content

    def url(self, signer: str = "s1") -> str:
        return link(self.base, self.runtime, self.document, signer)


@pytest.fixture
def host():
    content: dict[str, bytes] = {}
    with pages(content) as origin:
        runtime = replace(
            stage.runtime(clock=SystemClock(), embed_origins=(origin,)),
            webhooks=memory_webhooks(GuardedHttp()),
        )
        document = a_document(runtime)
        with serving(runtime) as base:
            made = Host(base, origin, runtime, document, content)
            content["/"] = HOST.format(base=base, url=made.url()).encode()
            yield made


_IS_LOADED = """() => document.readyState === 'complete'
  || new Promise((done) => addEventListener('load', () => done(true)))"""


def sign_in(frame, *, done: str = "You have signed") -> None:
    frame.locator("#agree").check()
    frame.locator("html").evaluate(_IS_LOADED)  # before that no script hears the button
    frame.locator("#consent button").click()
    frame.locator("#tab-type").click()
    frame.locator("#editor-next").click()
    frame.locator("#finish").click()
    frame.locator("h1").filter(has_text=done).wait_for()


def closed(ada) -> None:
    """Wait until the dialog is gone; what its frame was still loading then does not count."""
    ada.page.locator("cybersygn-dialog").wait_for(state="detached")
    ada.complaints[:] = [one for one in ada.complaints if not one.startswith("failed: ")]


def message(host: Host) -> dict[str, str]:
    return {"type": "cybersygn:complete", "document": host.document.id, "signer": "s1"}


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_click_opens_signing_and_the_page_hears_of_it(browser, host, device):
    with visitor(browser, **device) as ada:
        page = ada.page
        page.goto(host.origin)
        page.click("#sign")
        frame = page.frame_locator("cybersygn-dialog iframe")
        frame.locator("#agree").wait_for()
        ada.shot(f"embed-{device['viewport']['width']}")
        sign_in(frame)
        assert page.evaluate("told") == [[host.base, message(host)]]
        assert page.evaluate("events") == [["sign", message(host)]]
        page.get_by_role("button", name="Close").click()
        closed(ada)
        assert page.evaluate("document.activeElement.id") == "sign"
    assert host.runtime.store.load(host.document.id).signer("s1").status == "signed"


def test_escape_and_the_backdrop_close_it(browser, host):
    with visitor(browser, **DESKTOP) as ada:
        page = ada.page
        page.goto(host.origin)
        for leave in (
            lambda: page.keyboard.press("Escape"),
            lambda: page.mouse.click(3, 3),
        ):
            page.click("#as-link")
            page.frame_locator("cybersygn-dialog iframe").locator("#agree").wait_for()
            assert page.url == f"{host.origin}/"  # a link stays on the page
            leave()
            closed(ada)
        assert page.evaluate("events") == []


def test_the_keyboard_is_enough(browser, host):
    with visitor(browser, **DESKTOP) as ada:
        page = ada.page
        page.goto(host.origin)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Mutual NDA")
        dialog.wait_for()
        page.get_by_role("button", name="Close").focus()
        page.keyboard.press("Enter")
        closed(ada)


def test_a_script_can_open_it_and_is_told(browser, host):
    with visitor(browser, **DESKTOP) as ada:
        page = ada.page
        page.goto(host.origin)
        page.evaluate(
            """url => {
              window.calls = [];
              window.opened = CyberSygn.open(url, {
                theme: { width: '900px', backdrop: 'rgb(1 2 3)' },
                onComplete: m => calls.push(m), onClose: c => calls.push(c),
              });
            }""",
            host.url(),
        )
        sign_in(page.frame_locator("cybersygn-dialog iframe"))
        box = page.locator("cybersygn-dialog iframe").bounding_box()
        assert box is not None
        assert box["width"] == 900
        page.evaluate("opened.close()")
        ada.until("calls.length === 2")
        closed(ada)
        assert page.evaluate("calls") == [message(host), {"complete": True}]


def test_nobody_else_can_say_that_something_was_signed(browser, host):
    with visitor(browser, **DESKTOP) as ada:
        page = ada.page
        page.goto(host.origin)
        page.click("#sign")
        page.frame_locator("cybersygn-dialog iframe").locator("#agree").wait_for()
        page.evaluate(
            """() => {
              postMessage({type: "cybersygn:complete", document: "doc_x", signer: "s1"}, "*");
            }"""
        )
        ada.until("told.length === 1")
        assert page.evaluate("events") == []


def test_a_page_that_was_not_named_cannot_show_it(browser, host):
    context = browser.new_context()
    complaints: list[str] = []
    with pages({"/": host.content["/"]}) as stranger:
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text))
        page.goto(stranger)
        with page.expect_event("console", lambda m: "frame-ancestors" in m.text):
            page.click("#sign")
        frame = page.frame_locator("cybersygn-dialog iframe")
        assert frame.locator("#agree").count() == 0
    context.close()
    assert host.runtime.store.load(host.document.id).signer("s1").viewed_at is None


def test_a_pdf_of_the_page_can_be_signed_without_an_invitation(browser, host):
    host.content["/contract.pdf"] = sample("letter.pdf")
    host.content["/self"] = host.content["/"].replace(host.url().encode(), b"/contract.pdf")
    with visitor(browser, **DESKTOP) as ada:
        page = ada.page
        page.goto(f"{host.origin}/self")
        page.click("#sign")
        frame = page.frame_locator("cybersygn-dialog iframe")
        frame.get_by_label("Name").fill("Ada Lovelace")
        frame.get_by_label("E-mail").fill("ada@example.com")
        ada.shot("embed-self")
        frame.get_by_role("button", name="Read and sign").click()
        sign_in(frame, done="Everyone has signed")
        (complete,) = page.evaluate("events")
        page.get_by_role("button", name="Close").click()
        closed(ada)
    document = host.runtime.store.load(complete[1]["document"])
    assert (document.status, document.title) == ("completed", "Mutual NDA")


@pytest.mark.parametrize("view", VIEWS)
def test_neither_the_dialog_nor_the_form_has_a_barrier(browser, host, view):
    form = f"{host.base}/embed/sign?pdf={host.origin}/contract.pdf&title=Lease"
    with visitor(browser, **VIEWS[view]) as ada:
        ada.page.goto(form)
        judge(ada)
        ada.page.goto(host.origin)
        ada.page.click("#sign")
        ada.page.frame_locator("cybersygn-dialog iframe").locator("#agree").wait_for()
        ada.page.evaluate(AXE)
        # What is in the frame is judged where it is a page of its own.
        found = ada.page.evaluate(
            """async rules => (await axe.run('cybersygn-dialog', {
                 runOnly: { type: 'tag', values: rules }, iframes: false,
               })).violations.map(v => v.id + ': ' + v.nodes.map(n => n.failureSummary))""",
            RULES,
        )
        assert found == []
        ada.page.keyboard.press("Escape")
        closed(ada)
