"""The page itself: every size, contrast and zoom, other people's words, long documents.

With ``SYGN_UPDATE_SCREENSHOTS=1`` what it looks like becomes the pictures of the README.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Route

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Ticked, Typed
from sygn_cli.domain.signer import Invitee
from tests.end_to_end.browser import (
    DESKTOP,
    PHONE,
    SMALL_PHONE,
    contract,
    link,
    visitor,
)
from tests.server import stage
from tests.soak import at_length

pytestmark = [pytest.mark.browser, pytest.mark.slow]
README_PICTURE = Path(__file__).parents[2] / "docs" / "signing-page.png"


def test_the_document_can_be_read_as_text(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.read_as_text()
        ada.part("#page-1 .words").filter(has_text="The parties wish to explore").wait_for()
        ada.read_as_text()
        assert ada.part(".words").count() == 0


def test_on_a_phone_the_tools_make_room_for_the_title(browser, runtime, base):
    title = "Mutual non-disclosure agreement"
    document = stage.put(runtime, contract(runtime, title=title))
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, document))
        cut = "one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth"
        assert not ada.page.eval_on_selector(".title", cut)
        ada.read_as_text()
        ada.part("#page-1 .words").wait_for()
        assert not ada.page.eval_on_selector("#more", "one => one.open")
        ada.part("#more summary").click()
        with ada.page.expect_download() as taken:
            ada.page.get_by_role("link", name="Download").click()
        assert taken.value.suggested_filename == f"{title}.pdf"
        ada.until("document.activeElement.matches('#more summary')")
    with visitor(browser, **PHONE, java_script_enabled=False) as alan:
        alan.page.goto(link(base, runtime, document))
        assert alan.page.get_by_role("link", name="Download").is_visible()
        alan.complaints.clear()  # what is to be preloaded fails, as scripts are off


def test_the_words_of_the_document_are_read_where_scripts_are_off(browser, runtime, base, simple):
    with visitor(browser, java_script_enabled=False, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        assert "needs JavaScript" in ada.part("noscript").inner_text()
        assert ada.part("#page-1 img").is_visible()
        assert not ada.part("#consent").is_visible()
        assert not ada.part("#steps").is_visible()
        ada.complaints.clear()  # what is to be preloaded fails, as scripts are off


# Each size once, and each scheme of colours; a soak takes all pairs.
SIZES = [(SMALL_PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light")]
OTHER_SIZES = [(SMALL_PHONE, "light"), (PHONE, "dark"), (DESKTOP, "dark")]


def size_name(value):
    return str(value["viewport"]["width"]) if isinstance(value, dict) else value


@pytest.mark.parametrize(("size", "scheme"), at_length(SIZES, SIZES + OTHER_SIZES), ids=size_name)
def test_nothing_is_cut_off_at_any_size(browser, runtime, base, full, size, scheme):
    name = f"{size_name(size)}-{scheme}"

    def fits(visitor) -> bool:
        return bool(visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))

    with visitor(browser, color_scheme=scheme, **size) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.until("document.querySelector('#page-1 img').complete")
        ada.shot(f"{name}-1-start")
        assert fits(ada)
        ada.agree()
        ada.shot(f"{name}-2-initials")
        ada.part("#tab-type").click()
        ada.next()
        ada.part("#box").check()
        ada.next()
        ada.draw()
        ada.shot(f"{name}-3-draw")
        assert fits(ada)
        if name == "1280-light" and os.environ.get("SYGN_UPDATE_SCREENSHOTS") == "1":
            README_PICTURE.parent.mkdir(exist_ok=True)
            ada.page.mouse.wheel(0, -85)  # so that the document's words are in the picture
            ada.until("scrollY < document.documentElement.scrollHeight - innerHeight")
            ada.page.screenshot(path=README_PICTURE, animations="disabled")
            assert README_PICTURE.stat().st_size < 300_000
        ada.next()
        ada.part("#line").fill("Analytical Engines Ltd")
        ada.shot(f"{name}-4-text")
        assert fits(ada)
        ada.next()
        ada.next()
        ada.shot(f"{name}-5-review")
        assert fits(ada)
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        ada.shot(f"{name}-6-receipt")
        assert fits(ada)


HOSTILE = "</script><script>alert(1)</script> {{7*7}} <img src=x onerror=alert(1)> 👩‍⚖️"


def test_hostile_words_are_only_words(browser, runtime, base):
    fields = (
        Field("f1", FieldType.TEXT, 1, Box(72, 600, 200, 18), signer="s1", label=HOSTILE),
        Field("f2", FieldType.CHECKBOX, 1, Box(72, 640, 12, 12), signer="s1", label="x" * 200),
        Field(
            "f3", FieldType.SIGNATURE, 2, stage.SIGNATURE, signer="s1", label="توقيع المدير " * 9
        ),
        Field(
            "f5", FieldType.SELECT, 2, Box(72, 706, 200, 18), signer="s1", label=HOSTILE,
            options=("other", HOSTILE), required=False,
        ),
        *(
            Field(
                f"r{n}", FieldType.RADIO, 2, Box(72 + 20 * n, 740, 12, 12), signer="s1",
                label=f"{n} {HOSTILE}", group=HOSTILE, required=False,
            )
            for n in (1, 2)
        ),
        Field("f4", FieldType.SIGNATURE, 2, stage.OTHER_SIGNATURE, signer="s2"),
    )  # fmt: skip
    invitees = (Invitee(HOSTILE, "a@example.com"), Invitee("محمد علي كلاي", "b@example.com"))
    words = {"title": f"{HOSTILE} {'Vereinbarung' * 9}", "message": HOSTILE * 20}
    document = stage.put(runtime, contract(runtime, fields=fields, invitees=invitees, **words))
    with visitor(browser, **SMALL_PHONE) as somebody:
        page = somebody.page
        page.on("dialog", lambda _: somebody.complaints.append("a dialog came up"))
        page.goto(link(base, runtime, document))
        assert HOSTILE in somebody.part("#greeting").inner_text()
        somebody.agree()
        somebody.part("#line").fill(HOSTILE)
        somebody.next()
        somebody.part("#box").check()
        somebody.next()
        somebody.part("#tab-type").click()
        somebody.next()
        somebody.part("#choice").select_option(HOSTILE)
        somebody.next()
        somebody.part("#places label").nth(1).click()
        somebody.next()
        assert somebody.part("#answers").inner_text().count(HOSTILE) == 7
        somebody.part("#finish").click()
        somebody.part("h1").filter(has_text="You have signed").wait_for()
        assert HOSTILE in somebody.part("h1").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    marks = runtime.store.load(document.id).marks
    assert marks["f1"] == marks["f5"] == Typed(HOSTILE)
    assert marks["r2"] == Ticked(on=True)


@pytest.mark.parametrize("turned", [False, True])
def test_at_four_hundred_percent_everything_can_still_be_reached(
    browser, runtime, base, full, turned
):
    # 1280 x 800 at 400 % is 320 x 200; a small phone turned is about as low.
    size = {"width": 568, "height": 320} if turned else {"width": 320, "height": 200}
    with visitor(browser, viewport=size) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        for tab in ("draw", "upload", "type"):
            ada.part(f"#tab-{tab}").click()
        ada.next()
        ada.part("#box").check()
        ada.next()
        ada.draw()
        ada.next()
        ada.part("#line").fill("Analytical Engines")
        ada.next()
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        assert ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [SMALL_PHONE, DESKTOP], ids=["320", "1280"])
def test_written_from_right_to_left_nothing_is_cut_off(browser, runtime, base, full, size):
    with visitor(browser, **size) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.page.evaluate("document.documentElement.dir = 'rtl'")
        ada.agree()
        ada.part("#tab-type").click()
        ada.shot(f"{size['viewport']['width']}-right-to-left")
        assert ada.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        ada.part("#editor-close").click()
        # The page itself is not mirrored, and neither are the places on it.
        paper, field = (
            ada.part("#page-2 .sheet").bounding_box(),
            ada.part("#field-3").bounding_box(),
        )
        assert paper
        assert field
        assert (field["x"] - paper["x"]) / paper["width"] == pytest.approx(72 / 612, abs=0.01)


def test_high_contrast_keeps_every_control_and_all_ink_visible(browser, runtime, base, full):
    with visitor(browser, forced_colors="active", color_scheme="dark", **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        for paper in ("#pad", "#upload-shown", "#looks .shown"):
            seen = ada.part(paper).first.evaluate("one => getComputedStyle(one).backgroundColor")
            assert seen == "rgb(255, 255, 255)", paper
        for words in ada.part(".sheet text").all():
            assert words.evaluate("one => getComputedStyle(one).fill") == "rgb(17, 17, 17)"
        ada.shot("forced-colours")
        bordered = ada.page.evaluate(
            """[...document.querySelectorAll('button.field, .main, #typed')]
                 .every(e => parseFloat(getComputedStyle(e).borderTopWidth) >= 1)"""
        )
    assert bordered


def test_pages_that_come_later_find_their_room(browser, runtime, base):
    field = Field("f1", FieldType.SIGNATURE, 2, stage.SIGNATURE, signer="s1")
    long = stage.put(runtime, contract(runtime, invitees=(stage.ADA,), fields=(field,), pages=60))
    where = link(base, runtime, long)
    with visitor(browser, java_script_enabled=False, **PHONE) as eve:
        eve.page.goto(where)
        assert "Pages 21 to 60" in eve.part(".far noscript").inner_text()
        eve.complaints.clear()  # what is to be preloaded fails, as scripts are off
    with visitor(browser, **PHONE) as ada:
        # As long as the first page has not come, those far down have not either.
        held: list[Route] = []
        ada.page.route("**/1/1/*.webp", lambda route: held.append(route))  # noqa: PLW0108 - Playwright counts its parameters
        ada.page.goto(where, wait_until="commit")
        ada.until("document.querySelector('.far')?.offsetHeight > 0")
        before = ada.page.evaluate("document.documentElement.scrollHeight")
        held[0].continue_()
        ada.until("document.querySelectorAll('.page').length === 60")
        after = ada.page.evaluate("document.documentElement.scrollHeight")
        assert after == pytest.approx(before, rel=0.02)
        ada.read_as_text()
        ada.part("#page-60").scroll_into_view_if_needed()
        ada.part("#page-60 .words").filter(has_text="parties").wait_for()
        ada.shot("many-pages")


# The pages' numbers from top to bottom.
_NUMBERS = "[...document.querySelectorAll('.page')].map((one) => Number(one.id.slice(5)))"


def test_of_five_hundred_pages_only_those_in_sight_are_fetched(browser, runtime, base):
    far = Field("f1", FieldType.SIGNATURE, 500, stage.SIGNATURE, signer="s1")
    long = stage.put(runtime, contract(runtime, invitees=(stage.ADA,), fields=(far,), pages=500))
    asked: list[str] = []
    with visitor(browser, **PHONE) as ada:
        ada.page.on("request", lambda request: asked.append(request.url))
        ada.page.goto(link(base, runtime, long))
        ada.until("document.querySelector('#page-1 img').complete")
        ada.until("document.querySelector('#page-499')")
        assert sum(one.endswith(".webp") for one in asked) < 12
        assert ada.page.evaluate(_NUMBERS) == list(range(1, 501))
        ada.agree()
        ada.until("document.querySelector('#page-500 img').naturalWidth > 0")
        ada.part("#tab-type").click()
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="Everyone has signed").wait_for(timeout=60_000)
