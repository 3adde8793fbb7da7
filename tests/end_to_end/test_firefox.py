"""Signing in Firefox: drawn on a small screen, typed on a large one."""

from __future__ import annotations

import math

import pytest

from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.mark import Drawn, Look, Typed
from tests.end_to_end.browser import link
from tests.end_to_end.firefox import Firefox, firefox

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_people_sign_in_firefox(runtime, base, simple, tmp_path):
    with firefox(tmp_path) as window:
        window.size(390, 844)
        agree(window, link(base, runtime, simple))
        window.click("#tab-draw")
        for turns in (3, 5):
            window.draw(
                "#pad canvas",
                ((0.2 + u * 0.6, 0.5 + 0.3 * math.sin(turns * 6 * u)) for u in steps(30)),
            )
        finish(window)

        window.size(1280, 800)
        agree(window, link(base, runtime, simple, "s2"))
        window.click("#tab-type")
        window.ask("document.querySelector('#typed').select()")
        window.click("#typed")
        window.ask("document.querySelector('#typed').select()")
        window.write("Alan M. Turing")
        window.click("#looks label:nth-of-type(2)")
        window.until("document.querySelector('#looks label:nth-of-type(2) .made path')")
        finish(window)
    document = runtime.store.load(simple.id)
    assert document.status is DocumentStatus.COMPLETED
    drawn = document.marks["f1"]
    assert isinstance(drawn, Drawn)
    assert len(drawn.strokes) == 2
    assert document.marks["f2"] == Typed("Alan M. Turing", Look.ROUND)


def agree(window: Firefox, address: str) -> None:
    window.goto(address)
    window.until("document.querySelector('#page-1 img').naturalWidth > 0")
    assert window.ask("document.documentElement.scrollWidth <= innerWidth") is True
    window.click("#agree")
    window.click("#consent button")
    window.until("!document.querySelector('#editor').hidden")


def finish(window: Firefox) -> None:
    window.click("#editor-next")
    window.click("#finish")
    window.until("/have signed|has signed/.test(document.querySelector('h1')?.textContent)")


def steps(count: int) -> list[float]:
    return [step / count for step in range(count + 1)]
