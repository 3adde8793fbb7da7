"""Making a signature: drawn by mouse, finger or pen, typed, from a picture, or used again."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload

from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.domain.mark import Drawn, Look, Picture, Typed
from sygn_cli.engine import handwriting
from tests.end_to_end.browser import (
    DESKTOP,
    PHONE,
    contract,
    link,
    visitor,
)
from tests.server import stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


def test_a_finger_draws_and_does_not_scroll(browser, runtime, base, simple):
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        before = ada.page.evaluate("scrollY")
        touch(ada, [(0.2, 0.3), (0.4, 0.8), (0.5, 0.2), (0.8, 0.7)])
        left, top, right, bottom = ink(ada)
        assert ada.page.evaluate("scrollY") == before
        assert (left, top) == pytest.approx((0.2, 0.2), abs=0.05)
        assert (right, bottom) == pytest.approx((0.8, 0.8), abs=0.05)


def touch(visitor, points) -> None:
    """Draw with a finger, by way of the browser's own touch input."""
    box = visitor.part("#pad canvas").bounding_box()
    assert box is not None
    session = visitor.context.new_cdp_session(visitor.page)
    places = [
        {"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y} for x, y in points
    ]
    kinds = ["touchStart", *["touchMove"] * (len(places) - 1)]
    for kind, place in zip(kinds, places, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [place]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def test_a_pen_that_presses_harder_writes_thicker(browser, runtime, base, simple):
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.part("#tab-draw").click()
        ada.page.evaluate(
            """() => {
              const canvas = document.querySelector('#pad canvas');
              const { left, top, width, height } = canvas.getBoundingClientRect();
              const send = (type, x, y, pressure) => canvas.dispatchEvent(new PointerEvent(type, {
                pointerId: 7, pointerType: 'pen', pressure, bubbles: true,
                clientX: left + width * x, clientY: top + height * y,
              }));
              for (const [y, pressure] of [[0.3, 0.1], [0.7, 0.9]]) {
                send('pointerdown', 0.1, y, pressure);
                for (let x = 0.1; x < 0.9; x += 0.02) send('pointermove', x, y + 0.1 * Math.sin(x * 20), pressure);
                send('pointerup', 0.9, y, 0);
              }
            }"""
        )
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    mark = runtime.store.load(simple.id).marks["f1"]
    assert isinstance(mark, Drawn)
    light, firm = ([width for _, _, width in stroke][-1] for stroke in mark.strokes)
    assert firm > 2 * light


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


def photo(end: int = 60) -> bytes:
    image = Image.new("RGB", (600, 200), "#f4f1ea")
    ImageDraw.Draw(image).line([(40, 160), (200, 30), (350, 170), (560, end)], "#123", 9)
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


def _twice(runtime):
    """Return a document in which Ada signs twice, and nobody else does."""
    fields = (
        Field("a", FieldType.SIGNATURE, 1, Box(72, 720, 150, 30), signer="s1", label="Above"),
        Field("b", FieldType.SIGNATURE, 2, stage.SIGNATURE, signer="s1", label="Below"),
    )
    return stage.put(runtime, contract(runtime, fields=fields, invitees=(stage.ADA,)))


def test_each_field_offers_its_own_picture_again_also_after_a_reload(browser, runtime, base):
    document = _twice(runtime)
    with visitor(browser, **DESKTOP) as ada:
        # As by plain http from another machine.
        ada.page.add_init_script(
            "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
        )
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        for number in (1, 2):
            ada.part("#tab-upload").click()
            assert not ada.part("#upload-shown").is_visible()
            jpeg = FilePayload(name="me.jpg", mimeType="image/jpeg", buffer=photo(60 * number))
            ada.part("#upload").set_input_files(jpeg)
            ada.part("#upload-shown image").wait_for()
            with ada.page.expect_file_chooser():
                ada.part("#upload").click()
            assert ada.part("#upload").input_value() == "", "the same file can be chosen again"
            ada.next()
        ada.part("#review").wait_for()
        ada.page.reload()
        ada.page.get_by_role("button", name="Go on signing").click()
        for name in ("Above", "Below"):
            ada.part("#answers").get_by_role("button", name=f"Change {name}").click()
            offered = ada.part("#upload-shown image").get_attribute("href")
            stands = ada.part(f"[data-label={name}] image").get_attribute("href")
            assert offered == stands
            ada.next()
        ada.part("#finish").click()
        ada.part("#copy").click()
        head = ada.part("#head").inner_text()
        ada.until(f"getSelection().toString() === '{head}'")
        assert ada.part("#copy").inner_text() == "Copy"
    marks = runtime.store.load(document.id).marks
    assert marks["a"] != marks["b"]


def test_a_drawing_is_used_again_on_a_pad_of_another_shape(browser, runtime, base):
    document = _twice(runtime)
    with visitor(browser, **DESKTOP) as ada:
        ada.page.goto(link(base, runtime, document))
        ada.agree()
        ada.draw()
        ada.stroke([(0.2, 0.9), (0.5, 0.99), (0.8, 1.2)])  # out of the pad, by its lower edge
        ada.next()
        ada.page.set_viewport_size({"width": 320, "height": 640})
        ada.part("#tab-draw").click()
        assert ada.part("#undo").is_disabled()
        ada.part("#editor-back").click()
        assert ada.part("#undo").is_enabled()
        ada.next()
        ada.next()
        ada.part("#finish").click()
        ada.part("#head").wait_for()
    marks = runtime.store.load(document.id).marks
    assert isinstance(marks["a"], Drawn)
    assert marks["a"] == marks["b"]


def test_a_typed_name_is_shown_in_every_look_as_it_will_be_stamped(browser, runtime, base, simple):
    with visitor(browser, **PHONE) as ada:
        ada.page.goto(link(base, runtime, simple))
        ada.agree()
        ada.part("#tab-type").click()
        ada.part("#looks .made path").nth(2).wait_for()
        shown = [one.get_attribute("d") for one in ada.part("#looks .made path").all()]
        stamped = [handwriting.write("Ada Lovelace", look).outline for look in Look]
        assert shown == [one.path for one in stamped if one]
        top = ada.part("#editor-next").bounding_box()
        note = ada.part("#look-note")
        assert note.inner_text() == ""
        ada.part("#typed").fill("Adaeze Okonkwo")
        ada.until("document.querySelectorAll('#looks .made path').length === 3")
        assert ada.part("#editor-next").bounding_box() == top, "nothing moves"

        ada.part("#typed").fill("Nguyễn Đức")
        ada.part("#looks input[value=quick]").check()
        note.filter(has_text="has no ứ").wait_for()
        assert "Flowing" in note.inner_text()
        ada.part("#typed").fill("山田 花子")
        note.filter(has_text="plain letters").wait_for()
        assert ada.part("#looks text").count() == 3
        ada.part("#typed").fill("Ada Lovelace")
        ada.until("document.querySelector('#look-note').textContent === ''")
        ada.next()
        ada.part("#finish").click()
        ada.part("h1").filter(has_text="You have signed").wait_for()
    assert runtime.store.load(simple.id).marks["f1"] == Typed("Ada Lovelace", Look.QUICK)
