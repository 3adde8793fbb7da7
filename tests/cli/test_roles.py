"""Parties and those who sign for them: a mistyped role gives nobody another one's fields."""

from __future__ import annotations

import json
import re

import pytest

ADA, BOB = "Ada <ada@example.com>", "Bob <bob@example.com>"
COMPANY = ("--role", f"Company={BOB}")
RECIPIENT = ("--role", f"Recipient={ADA}")
BOTH = "(Company{0}Recipient|Recipient{0}Company)"
MISTYPED = ("--role", f"Recipent={ADA}")


@pytest.fixture
def nda(terminal):
    terminal.ok("templates", "add", "nda.pdf", "--slug", "nda")
    return terminal


def owners(answer) -> set[str]:
    return {field["signer"] for field in answer.json["fields"]}


@pytest.mark.parametrize("source", [("nda.pdf",), ("--template", "nda")], ids=["pdf", "template"])
def test_a_mistyped_role_is_refused_with_the_parties_there_are(nda, source):
    for roles in ((*COMPANY, *MISTYPED), MISTYPED):
        refused = nda("create", *source, *roles, "--json")
        assert (refused.code, refused.out) == (2, b"")
        assert "no party 'Recipent'" in refused.error["message"]
        assert re.match(f"Its parties: {BOTH.format(', ')}\\. ", refused.error["hint"])
        assert "--signer" in refused.error["hint"]
    assert nda.ok("list").text == ""


@pytest.mark.parametrize("source", [("nda.pdf",), ("--template", "nda")], ids=["pdf", "template"])
def test_a_role_that_two_signers_have_is_refused(nda, source):
    twice = (*COMPANY, *RECIPIENT, "--role", "recipient=Eve <eve@example.com>")
    refused = nda("create", *source, *twice, "--json")
    assert refused.code == 2
    assert "Two signers are 'recipient'" in refused.error["message"]
    assert "--assign FIELD=s3" in refused.error["hint"]


def test_the_ways_out_that_are_named_lead_out(nda):
    dry = ("create", "nda.pdf", "--dry-run", "--json")
    assert owners(nda.ok(*dry, *COMPANY, "--signer", ADA)) == {"s1", "s2"}
    fields = nda.ok(*dry, *COMPANY, *RECIPIENT).json["fields"]
    given = next(field["id"] for field in fields if field["signer"] == "s2")
    assert owners(nda.ok(*dry, *COMPANY, *MISTYPED, "--assign", f"{given}=s2")) == {"s1", "s2"}
    (nda.folder / "fields.json").write_text(json.dumps(fields))
    placed = nda.ok(*dry, *COMPANY, *MISTYPED, "--fields", "fields.json")
    assert owners(placed) == {"s1", "s2"}


def test_who_signs_for_several_parties_is_told(nda):
    for source in (("nda.pdf",), ("--template", "nda")):
        alone = nda.ok("create", *source, "--signer", ADA, "--dry-run")
        assert re.search(f"Ada fills in and signs what is for {BOTH.format(' and ')}", alone.err)
    each = nda.ok("create", "nda.pdf", *COMPANY, *RECIPIENT, "--dry-run")
    assert "fills in and signs" not in each.err


def test_a_kept_contract_of_two_parties_is_to_be_sent_to_both(terminal):
    kept = terminal.ok("templates", "add", "nda.pdf", "--slug", "nda")
    for party in ("Company", "Recipient"):
        assert f'--role "{party}=NAME <MAIL>"' in kept.err
    alone = terminal.ok("templates", "add", "letter.pdf", "--slug", "letter")
    assert "--signer" in alone.err
