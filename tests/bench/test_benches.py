"""Benches that need no other program run, if only once and on little."""

from __future__ import annotations

from bench import render, seal, store
from bench._plan import Plan


def test_a_page_is_drawn():
    (figure,) = render.main(Plan(runs=1))
    assert figure.ratio


def test_files_are_stamped_sealed_and_verified():
    figures = seal.main(Plan(runs=1), papers={"a page": (1, 0)})
    assert [one.topic for one in figures] == [
        "stamp",
        "seal",
        "verify",
        "memory, all three",
    ]


def test_workspaces_are_filled_and_held_against_each_other():
    figures = store.main(Plan(runs=2, sizes=(4, 6)), with_programs=False)
    assert [one.what.partition(",")[0] for one in figures] == [
        "create",
        "sign",
        "status",
        "list page",
        "filtered page",
        "prefix",
        "token lookup",
        "disk per document",
    ]
