"""The signing page in a real browser: the main journey and what can get in its way."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Drawn, Picture, Ticked, Typed
from sygn_cli.domain.signer import Invitee
from tests.end_to_end.browser import (
    DESKTOP,
    PHONE,
    SMALL_PHONE,
    chromium,
    link,
    pages,
    serving,
    visitor,
)
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]
README_PICTURE = Path(__file__).parents[2] / "docs" / "signing-page.png"


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def runtime():
    return stage.runtime(clock=SystemClock())


@pytest.fixture
def base(runtime):
    with serving(runtime) as base:
        yield base


def contract(runtime, **changes) -> stage.Contract:
    deadline = runtime.clock.now() + timedelta(days=30)
    return stage.Contract(**{"expires_at": deadline, **changes})


@pytest.fixture
def simple(runtime):
    """A contract where each of two signers signs once, in order."""
    return stage.put(runtime, contract(runtime))


@pytest.fixture
def full(runtime):
    """A contract where the first signer has one field of each kind."""
    return stage.put(runtime, contract(runtime, fields=stage.all_kinds()))


def test_two_signers_sign_in_turn_one_draws_and_one_types(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada, visitor(browser, **DESKTOP) as alan:
        alan.page.goto(link(base, runtime, simple, "s2"))
        alan.part(
            "h1",
        ).filter(has_text="not your turn yet").wait_for()

        ada.page.goto(link(base, runtime, simple, "s1"))
        ada.agree()
        ada.draw()
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()

        # The waiting page moves on by itself.
        alan.part("#consent").wait_for()
        alan.agree()
        alan.part("#tab-type").click()
        alan.part("#typed").fill("Алан Тьюринг")
        alan.next()
        alan.part("#finish").click()
        alan.part("h1").filter(has_text="Everyone has signed").wait_for()
        with alan.page.expect_download() as download:
            alan.page.get_by_role("link", name="Signed PDF").click()
        assert download.value.path().read_bytes().startswith(b"%PDF-")
        assert download.value.suggested_filename == "Mutual non-disclosure agreement - signed.pdf"
        ada.part("h1").filter(has_text="Everyone has signed").wait_for()

    document = runtime.store.load(simple.id)
    assert document.status == "completed"
    assert isinstance(document.marks["f1"], Drawn)
    assert document.marks["f2"] == Typed("Алан Тьюринг")
    events = [str(event.type) for event in runtime.store.trail(simple.id)]
    assert events.count("viewed") == 2
    assert events[-2:] == ["sealed", "completed"]


def test_a_phone_fills_every_kind_of_field(browser, runtime, base, full):
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        ada.part("#tab-type").tap()
        ada.part("#editor-next").tap()  # initials come from the name
        ada.part("#box").tap()
        ada.part("#editor-next").tap()
        ada.draw()
        ada.part("#editor-next").tap()
        ada.part("#line").fill("Analytical Engines Ltd")
        ada.part("#editor-next").tap()
        ada.part("#lines").fill("First line\nsecond line")
        ada.part("#editor-next").tap()
        assert ada.part("#answers > div").count() == 5
        ada.part("#finish").tap()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    marks = runtime.store.load(full.id).marks
    assert marks["initials"] == Typed("AL")
    assert marks["agree"] == Ticked(on=True)
    assert isinstance(marks["sign"], Drawn)
    assert marks["company"] == Typed("Analytical Engines Ltd")
    assert marks["note"] == Typed("First line\nsecond line")


def test_a_keyboard_is_enough(browser, runtime, base, full):
    with visitor(browser, **DESKTOP) as ada:
        page = ada.page
        page.goto(link(base, runtime, full))

        def focused() -> str:
            return str(page.evaluate("document.activeElement.id"))

        def tab_to(target: str) -> None:
            for _ in range(40):
                if focused() == target:
                    return
                page.keyboard.press("Tab")
            pytest.fail(f"Tab does not reach {target}")

        tab_to("agree")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        ada.part("#editor").wait_for()
        assert focused() == "typed"
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'box'")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'typed'")
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'line'")
        page.keyboard.type("Analytical Engines")
        page.keyboard.press("Enter")
        ada.until("document.activeElement.id === 'lines'")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.id") == "note"
        ada.part("#forward").focus()
        page.keyboard.press("Enter")
        ada.part("#review").wait_for()
        tab_to("finish")
        page.keyboard.press("Enter")
        ada.part("h1").filter(has_text="You have signed").wait_for()
    assert runtime.store.load(full.id).marks["sign"] == Typed("Ada Lovelace")


def test_three_fields_take_six_steps(browser, runtime, base):
    fields = (
        Field("sign", FieldType.SIGNATURE, 2, stage.SIGNATURE, signer="s1"),
        Field("day", FieldType.DATE, 2, Box(72, 672, 200, 18), signer="s1"),
        Field("company", FieldType.TEXT, 2, Box(72, 640, 200, 18), signer="s1"),
        stage.SIMPLE_FIELDS[1],
    )
    document = stage.put(runtime, contract(runtime, fields=fields))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.part("#agree").check()
        ada.part("#consent button").click()
        ada.next()
        ada.part("#line").fill("Analytical Engines")
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()


def test_consent_must_be_given_before_anything_else(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.part("#consent button").click()
        assert "tick the box" in ada.part("#agree-error").inner_text()
        assert ada.page.evaluate("document.activeElement.id") == "agree"
        assert ada.part("#field-1").is_disabled()
    assert not runtime.store.load(simple.id).signer("s1").consent_sha256


def test_what_was_entered_survives_a_reload(browser, runtime, base, full):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        ada.next()
        ada.part("#box").check()
        ada.next()
        ada.draw()
        ada.next()
        ada.page.reload()
        ada.page.get_by_role("button", name="Go on signing").click()
        assert "1 of 4 left" in ada.part("#left").inner_text()
        assert ada.part("#field-3 path").count() > 0
        assert ada.part("#editor-title").inner_text() == "Company"


def test_a_lost_connection_is_met_by_trying_again_and_signs_once(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.next()
        answers = []

        def lose_the_first_answer(route):
            answers.append(route.fetch())  # the server gets it, the browser hears nothing
            route.abort() if len(answers) == 1 else route.fulfill(response=answers[-1])

        ada.page.route("**/x/sign", lose_the_first_answer)
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        ada.complaints.clear()  # Chromium reports the connection that we cut
    events = [str(event.type) for event in runtime.store.trail(simple.id)]
    assert events.count("signed") == 1
    assert len(answers) == 2


def test_without_any_connection_nothing_is_lost_and_it_is_said(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.next()
        ada.page.clock.install()
        ada.page.route("**/x/sign", lambda route: route.abort())
        ada.part("#finish").click()
        for _ in range(4):
            ada.page.clock.fast_forward(10_000)
            ada.page.wait_for_timeout(50)
        ada.part("#review-error").filter(has_text="There is no connection").wait_for()
        ada.page.unroute("**/x/sign")
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
        ada.complaints.clear()


def test_a_drawing_keeps_its_shape_when_the_phone_is_turned(browser, runtime, base, simple):
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.draw()
        upright = ink(ada)
        ada.page.set_viewport_size({"width": 844, "height": 390})
        ada.until("document.querySelector('#pad canvas').width > 400 * devicePixelRatio")
        turned = ink(ada)
    assert upright == pytest.approx(turned, abs=0.03)


def ink(visitor) -> list[float]:
    """Return the box of what is drawn, as shares of the pad."""
    box = visitor.page.evaluate(
        """() => {
          const c = document.querySelector('#pad canvas');
          const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', { willReadFrequently: true });
          copy.drawImage(c, 0, 0);
          const { data } = copy.getImageData(0, 0, c.width, c.height);
          let [l, t, r, b] = [1, 1, 0, 0];
          for (let y = 0; y < c.height; y += 1) for (let x = 0; x < c.width; x += 1)
            if (data[(y * c.width + x) * 4 + 3] > 128) {
              l = Math.min(l, x / c.width); r = Math.max(r, x / c.width);
              t = Math.min(t, y / c.height); b = Math.max(b, y / c.height);
            }
          return [l, t, r, b];
        }"""
    )
    assert box[2] > box[0], "nothing is drawn"
    return list(box)


def test_undo_takes_back_the_last_stroke(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.draw()
        before = ink(ada)
        ada.stroke([(0.05, 0.1), (0.5, 0.05), (0.95, 0.1)])
        assert ink(ada) != before
        ada.part("#undo").click()
        assert ink(ada) == before
        ada.part("#clear").click()
        assert ada.part("#undo").is_disabled()


def test_a_single_dash_is_questioned_once(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.part("#tab-draw").click()
        ada.stroke([(0.3, 0.5), (0.5, 0.5), (0.6, 0.5)])
        ada.next()
        assert "very short mark" in ada.part("#editor-error").inner_text()
        ada.next()
        ada.part("#review").wait_for()


def test_where_drawing_is_blocked_typing_is_offered(browser, runtime, base, simple):
    with visitor(browser, **PHONE) as ada:
        ada.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        assert ada.part("#tab-type").get_attribute("aria-selected") == "true"
        ada.part("#tab-draw").click()
        assert "type your name" in ada.part("#editor-error").inner_text()
        ada.next()
        ada.part("#review").wait_for()


def photo() -> bytes:
    image = Image.new("RGB", (600, 200), "#f4f1ea")
    ImageDraw.Draw(image).line([(40, 160), (200, 30), (350, 170), (560, 60)], "#123", 9)
    content = io.BytesIO()
    image.save(content, "JPEG")
    return content.getvalue()


def test_a_picture_is_shown_as_it_will_be_stamped(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.part("#tab-upload").click()
        heic = FilePayload(name="IMG_1.HEIC", mimeType="image/heic", buffer=b"....")
        ada.part("#upload").set_input_files(heic)
        assert "HEIC" in ada.part("#editor-error").inner_text()
        jpeg = FilePayload(name="me.jpg", mimeType="image/jpeg", buffer=photo())
        ada.part("#upload").set_input_files(jpeg)
        ada.part("#upload-shown image").wait_for()
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    assert isinstance(runtime.store.load(simple.id).marks["f1"], Picture)


def test_a_signature_can_be_used_again(browser, runtime, base):
    fields = (
        Field("a", FieldType.SIGNATURE, 1, Box(72, 720, 150, 30), signer="s1"),
        Field("b", FieldType.SIGNATURE, 2, stage.SIGNATURE, signer="s1"),
        stage.SIMPLE_FIELDS[1],
    )
    document = stage.put(runtime, contract(runtime, fields=fields))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        ada.draw()
        ada.next()
        assert ada.part("#tab-again").get_attribute("aria-selected") == "true"
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    marks = runtime.store.load(document.id).marks
    assert marks["a"] == marks["b"]


def test_an_editable_date_takes_another_day(browser, runtime, base):
    fields = (
        Field("d", FieldType.DATE, 2, Box(72, 672, 200, 18), signer="s1", editable=True),
        *stage.SIMPLE_FIELDS,
    )
    document = stage.put(runtime, contract(runtime, fields=fields))
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        ada.next()
        ada.part("#answers").get_by_role("button", name="Change Date").click()
        ada.part("#day").fill("2026-01-31")
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    assert runtime.store.load(document.id).marks["d"] == Typed("2026-01-31")


def test_declining_asks_for_a_reason_and_ends_the_document(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.part("#decline-open").click()
        ada.page.get_by_role("button", name="Decline", exact=True).click()
        assert "fill this in" in ada.part("#decline-error").inner_text()
        ada.part("#reason").fill("Clause 4 goes too far")
        ada.page.get_by_role("button", name="Decline", exact=True).click()
        ada.part("h1").filter(has_text="You have declined").wait_for()
    assert runtime.store.load(simple.id).status == "declined"


def test_the_document_can_be_read_as_text(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.page.get_by_role("button", name="Read as text").click()
        ada.part("#page-1 .words").filter(has_text="The parties wish to explore").wait_for()
        ada.page.get_by_role("button", name="Read as text").click()
        assert ada.part(".words").count() == 0


def test_the_words_of_the_document_are_read_where_scripts_are_off(browser, runtime, base, simple):
    with visitor(browser, java_script_enabled=False, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        assert "needs JavaScript" in ada.part("noscript").inner_text()
        assert ada.part("#page-1 img").is_visible()
        assert not ada.part("#consent").is_visible()
        assert not ada.part("#steps").is_visible()
        ada.complaints.clear()  # what is to be preloaded fails, as scripts are off


def test_a_frame_is_allowed_for_named_origins_only_and_they_are_told(browser):
    with pages({"/": b"<!doctype html><title>Intranet</title>"}) as host:
        runtime = stage.runtime(clock=SystemClock(), embed_origins=(host, "https://other.example"))
        document = stage.put(runtime, contract(runtime))
        with serving(runtime) as base, visitor(browser, **DESKTOP) as ada:
            page = ada.page
            page.goto(host)
            page.evaluate(
                """url => {
                  window.told = [];
                  addEventListener('message', e => told.push([e.origin, e.data]));
                  const f = document.createElement('iframe');
                  Object.assign(f, { src: url, width: 1200, height: 700 });
                  document.body.append(f);
                }""",
                link(base, runtime, document),
            )
            frame = page.frame_locator("iframe")
            frame.locator("#agree").check()
            frame.locator("#consent button").click()
            frame.locator("#editor-next").click()
            frame.locator("#finish").click()
            frame.locator("h1").filter(has_text="You have signed").wait_for()
            told = page.evaluate("told")
    message = {"type": "cybersygn:complete", "document": document.id, "signer": "s1"}
    assert told == [[base, message]]


@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, DESKTOP], ids=["320", "390", "1280"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_any_size(browser, runtime, base, full, size, scheme):
    name = f"{size['viewport']['width']}-{scheme}"

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
        Field("f4", FieldType.SIGNATURE, 2, stage.OTHER_SIGNATURE, signer="s2"),
    )
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
        assert HOSTILE in somebody.part("#answers").inner_text()
        somebody.part("#finish").click()
        somebody.part("h1").filter(has_text="You have signed").wait_for()
        assert HOSTILE in somebody.part("h1").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert runtime.store.load(document.id).marks["f1"] == Typed(HOSTILE)


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


def test_high_contrast_keeps_every_control_visible(browser, runtime, base, full):
    with visitor(browser, forced_colors="active", **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, full))
        ada.agree()
        ada.shot("forced-colours")
        bordered = ada.page.evaluate(
            """[...document.querySelectorAll('button.field, .main, #typed')]
                 .every(e => parseFloat(getComputedStyle(e).borderTopWidth) >= 1)"""
        )
    assert bordered


def test_of_five_hundred_pages_only_those_in_sight_are_fetched(browser, runtime, base):
    far = Field("f1", FieldType.SIGNATURE, 500, stage.SIGNATURE, signer="s1")
    long = stage.put(runtime, contract(runtime, invitees=(stage.ADA,), fields=(far,), pages=500))
    asked: list[str] = []
    with visitor(browser, **PHONE) as ada:
        ada.page.on("request", lambda request: asked.append(request.url))
        ada.page.goto(link(base, runtime, long))
        ada.until("document.querySelector('#page-1 img').complete")
        assert sum(one.endswith(".webp") for one in asked) < 12
        ada.agree()
        ada.until("document.querySelector('#page-500 img').naturalWidth > 0")
        ada.part("#tab-type").click()
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="Everyone has signed").wait_for(timeout=60_000)
