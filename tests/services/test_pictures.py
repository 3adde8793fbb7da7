"""Page pictures: drawn once, and begun early where a file is large."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from sygn_cli.domain.errors import NotFound
from sygn_cli.services import pictures
from tests.server import stage


class SlowPdf:
    """Draws when it is let, and counts."""

    def __init__(self) -> None:
        self.drawn: list[int] = []
        self.begun = threading.Event()
        self.go = threading.Event()

    def call(self, function, *args, **kwargs):
        self.drawn.append(args[1])
        self.begun.set()
        assert self.go.wait(10)
        return b"picture"


@pytest.fixture
def slow():
    pdf = SlowPdf()
    runtime = replace(stage.runtime(), pdf=pdf)
    return runtime, stage.put(runtime), pdf


def test_whoever_asks_at_the_same_time_waits_and_nothing_is_drawn_twice(slow):
    runtime, document, pdf = slow
    with ThreadPoolExecutor(4) as several:
        answers = [
            several.submit(pictures.page_picture, runtime, document, 1, 1) for _ in range(4)
        ]
        assert pdf.begun.wait(10)
        pdf.go.set()
    assert [one.result() for one in answers] == [b"picture"] * 4
    assert pdf.drawn == [1]


def test_the_first_page_of_a_large_file_is_begun_before_it_is_asked_for(slow):
    runtime, document, pdf = slow
    (file,) = document.files
    large = replace(document, files=(replace(file, size=20_000_000),))
    pdf.go.set()
    pictures.draw_ahead(runtime, large)
    assert pdf.begun.wait(10)
    assert pictures.page_picture(runtime, large, 1, 1) == b"picture"
    assert pdf.drawn == [1]


def test_a_small_file_is_drawn_when_it_is_asked_for(slow):
    runtime, document, pdf = slow
    pictures.draw_ahead(runtime, document)
    assert not pdf.begun.is_set()


def test_a_page_that_is_not_there_is_told(slow):
    runtime, document, _ = slow
    with pytest.raises(NotFound):
        pictures.page_picture(runtime, document, 1, 9)
