"""Signing without a browser: what is refused leaves nothing, and fields go by their labels."""

from __future__ import annotations

import json

import pytest

PLACE = {"page": 1, "x": 72, "width": 200, "height": 20, "signer": "s1"}
FIELDS = [
    {**PLACE, "type": "signature", "y": 500},
    {**PLACE, "type": "text", "y": 550, "label": "City"},
    {**PLACE, "type": "select", "y": 600, "label": "Status", "options": ["Single", "Married"]},
]


@pytest.fixture
def form(terminal):
    (terminal.folder / "fields.json").write_text(json.dumps(FIELDS))
    terminal.ok(
        "create", "nda.pdf", "--fields", "fields.json", "--signer", "Ada <ada@example.com>"
    )
    return terminal


def test_a_refused_signature_leaves_the_trail_as_it_was(form):
    trail = form.ok("audit", "@last", "--format", "jsonl").out
    refused = form("sign", "@last", "s1", "--type", "Ada", "--json")
    assert (refused.code, refused.out) == (2, b"")
    assert refused.error["message"] == "Field f2 (City) must be filled."
    assert "--value f2=... (City), --value f3=... (Status)" in refused.error["hint"]
    assert form.ok("audit", "@last", "--format", "jsonl").out == trail


def test_fields_go_by_their_labels(form):
    wrong = form("sign", "@last", "s1", "--type", "Ada", "--value", "Town=Berlin", "--json")
    assert wrong.code == 3
    assert "f2 (City), f3 (Status)" in wrong.error["hint"]
    values = ("--value", "City=Berlin", "--value", "Status=Married")
    assert form.ok("sign", "@last", "s1", "--type", "Ada", *values, "--json").json["signers"][0][
        "signed_at"
    ]


def test_a_field_is_not_filled_twice(form):
    twice = ("--value", "f2=Berlin", "--value", "f2=Paris")
    refused = form("sign", "@last", "s1", "--type", "Ada", *twice, "--json")
    assert refused.error["message"] == "'f2' is filled twice."
