"""Showing who one is, in a real browser: codes by e-mail, with and without scripts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.identity import Step
from sygn_cli.domain.identity_checks import MOST_WRONG
from sygn_cli.services import identity
from tests.end_to_end.browser import (
    DESKTOP,
    SMALL_PHONE,
    contract,
    link,
    pages,
    serving,
    visitor,
)
from tests.end_to_end.test_browser_accessibility import judge
from tests.mail_fakes import ScriptedMailer, memory_mails
from tests.server import stage
from tests.soak import at_length

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ACCESS = "blue whale"
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": DESKTOP,
    "small phone dark": {**SMALL_PHONE, "color_scheme": "dark"},
}


@pytest.fixture
def mailer():
    return ScriptedMailer()


@pytest.fixture
def runtime(mailer):
    made = stage.runtime(clock=SystemClock())
    return replace(made, mails=memory_mails(mailer))


@pytest.fixture
def guarded(runtime):
    """A contract whose first signer has to know an access code and read their mail."""
    ada = replace(stage.ADA, auth=(Step.CODE, Step.EMAIL), access_code=ACCESS)
    invitees, _ = identity.prepare(runtime, [ada, stage.ALAN])
    return stage.put(runtime, contract(runtime, invitees=invitees))


def digits(mailer: ScriptedMailer) -> str:
    (code,) = re.findall(r"\b\d{6}\b", mailer.sent[-1].text)
    return code


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("view", at_length(["small phone dark"], [*VIEWS]))
def test_a_signer_shows_who_they_are_and_signs(browser, runtime, base, guarded, mailer, view):
    with visitor(browser, **VIEWS[view]) as ada:
        page = ada.page
        page.goto(link(base, runtime, guarded))
        judge(ada)
        assert page.evaluate("document.activeElement.id") == "code"
        page.get_by_label("Access code").fill("red whale")
        refused = expect_refusal(ada)
        page.get_by_role("button", name="Continue").click()
        page.get_by_text("You have 4 tries left").wait_for()
        refused()
        judge(ada)
        assert fits(page)
        ada.shot(f"identity-wrong-{view.replace(' ', '-')}")
        page.get_by_label("Access code").fill(ACCESS.upper())
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Send the code").click()
        page.get_by_role("heading", name="Enter the code from your e-mail").wait_for()
        judge(ada)
        assert fits(page)
        ada.shot(f"identity-mail-{view.replace(' ', '-')}")
        code = digits(mailer)
        field = page.get_by_label("Code", exact=True)
        field.fill(f" {code[:3]} {code[3:]}\u00a0")  # as it is pasted
        field.press("Enter")
        ada.part("#agree").wait_for()
        ada.agree()
        ada.part("#tab-type").click()
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        page.reload()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    with visitor(browser) as stranger:
        stranger.page.goto(link(base, runtime, guarded))
        stranger.page.get_by_role("heading", name="Enter your access code").wait_for()


def test_it_works_without_scripts_and_the_lock_is_said(browser, runtime, base, guarded, mailer):
    context = browser.new_context(**SMALL_PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(link(base, runtime, guarded))
    page.get_by_label("Access code").fill(ACCESS)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code", exact=True).fill(digits(mailer))
    page.get_by_role("button", name="Continue").click()
    page.locator(".page img").first.wait_for()
    context.close()
    with visitor(browser, **SMALL_PHONE) as guesser:
        guesser.page.goto(link(base, runtime, guarded))
        refused = expect_refusal(guesser)
        for _ in range(MOST_WRONG):
            guesser.page.get_by_label("Access code").fill("red whale")
            guesser.page.get_by_role("button", name="Continue").click()
        guesser.page.get_by_role("heading", name="This page is locked").wait_for()
        refused()
        judge(guesser)
        guesser.shot("identity-locked")


def test_a_frame_whose_cookies_are_refused_says_so_and_leads_out_of_it(browser):
    content: dict[str, bytes] = {}
    with pages(content) as place:
        origin = place.replace("127.0.0.1", "localhost")  # another site, without TLS
        runtime = stage.runtime(clock=SystemClock(), embed_origins=(origin,))
        ada = replace(stage.ADA, auth=(Step.CODE,), access_code=ACCESS)
        invitees, _ = identity.prepare(runtime, [ada, stage.ALAN])
        document = stage.put(runtime, contract(runtime, invitees=invitees))
        with serving(runtime) as base, visitor(browser) as ada_at_work:
            address = link(base, runtime, document)
            frame = f'<!doctype html><iframe src="{address}" width="900" height="700"></iframe>'
            content["/"] = frame.encode()
            ada_at_work.page.goto(f"{origin}/")
            inside = ada_at_work.page.frame_locator("iframe")
            enter(inside)
            inside.get_by_text("has not kept what you entered").wait_for()
            with ada_at_work.context.expect_page() as opened:
                inside.get_by_role("link", name="Open in a new window").click()
            enter(opened.value)
            opened.value.locator("#agree").wait_for()


def enter(page) -> None:
    page.get_by_label("Access code").fill(ACCESS)
    page.get_by_role("button", name="Continue").click()


def expect_refusal(somebody):
    """Return what forgets that the browser complains of a refusal, which the page shows."""

    def forget() -> None:
        said = "error: Failed to load resource: the server responded with a status of 403"
        somebody.complaints[:] = [one for one in somebody.complaints if said not in one]

    return forget
