"""Keys to the API, templates and drafts on the command line."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import PEOPLE


def test_a_key_is_printed_once_and_kept_as_a_hash(terminal):
    made = terminal.ok("keys", "create", "--label", "build server")
    assert re.fullmatch(r"cs_live_[A-Za-z0-9_-]{43}\n", made.text)
    assert made.text.strip() not in made.err
    listed = terminal.ok("keys", "list", "--json")
    assert [key["label"] for key in listed.json["data"]] == ["build server"]
    secret = made.out.strip()
    for path in (terminal.folder / ".sygn").rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path


def test_test_keys_partners_and_deadlines(terminal):
    made = terminal.ok("keys", "create", "--mode", "test", "--expires", "30d", "--json").json
    assert made["key"].startswith("cs_test_")
    assert made["account"] == "local"
    assert made["expires_at"]
    partner = terminal.ok("keys", "create", "--partner", "--label", "acme", "--json").json
    assert partner["can_provision"] is True
    assert partner["account"] == "p-acme"
    assert terminal("keys", "create", "--mode", "both").code == 2
    assert terminal("keys", "create", "--partner", "--label", "two words").code == 2


def test_a_key_is_revoked_by_the_beginning_of_its_id(terminal):
    key_id = terminal.ok("keys", "create", "--json").json["key_id"]
    terminal.ok("keys", "revoke", key_id[:12])
    (key,) = terminal.ok("keys", "list", "--json").json["data"]
    assert key["revoked_at"]
    assert terminal.ok("keys", "list").text.split("\t")[3] == "revoked"
    assert terminal("keys", "revoke", "key_nothing").code == 3


@pytest.fixture
def kept(terminal):
    terminal.ok("templates", "add", "nda.pdf", "--slug", "nda", "--title", "Mutual NDA")
    return terminal


def test_a_document_is_made_from_a_template_again_and_again(kept):
    shown = kept.ok("templates", "show", "nda", "--json").json
    for _ in range(2):
        made = kept.ok("create", "--template", "nda", *PEOPLE, "--json").json
        assert made["title"] == "Mutual NDA"
        assert made["field_count"] == len(shown["fields"])
    assert len(kept.ok("list", "--json").json["data"]) == 2


def test_signers_take_the_roles_of_a_template(kept):
    roles = ("--role", "Recipient=Ada <ada@example.com>", "--role", "Company=B <b@example.com>")
    plan = kept.ok("create", "--template", "nda", *roles, "--dry-run", "--json").json
    shown = kept.ok("templates", "show", "nda", "--json").json
    assert set(shown["roles"]) == {"Company", "Recipient"}
    owner = {one["id"]: one["signer"] for one in shown["fields"]}
    for field in plan["fields"]:
        assert field["signer"] == ("s2" if owner[field["id"]] == "Company" else "s1")


def test_templates_are_listed_shown_and_removed(kept):
    slug, group, title, roles = kept.ok("templates", "list").text.rstrip("\n").split("\t")
    assert (slug, group, title) == ("nda", "", "Mutual NDA")
    assert set(roles.split(", ")) == {"Company", "Recipient"}
    lines = kept.ok("templates", "show", "nda").text.splitlines()
    assert [line.split("\t")[0] for line in lines][:2] == ["f1", "f2"]
    kept.ok("templates", "remove", "nda")
    assert kept("templates", "show", "nda").code == 3
    assert kept("create", "--template", "nda", *PEOPLE).code == 3


def test_what_cannot_be_a_template_is_refused(kept):
    assert kept("templates", "add", "nda.pdf", "--slug", "nda").code == 5
    assert kept("templates", "add", "nda.pdf", "--slug", "../nda").code == 2
    assert kept("templates", "add", "without-fields.pdf", "--slug", "empty").code == 7
    assert kept("templates", "add", "missing.pdf", "--slug", "missing").code == 3
    assert kept("create", "--template", "nda", "--pdf", "nda.pdf", *PEOPLE).code == 2


def test_fields_of_a_template_can_be_given_with_their_parties(terminal):
    (terminal.folder / "fields.json").write_text(
        '[{"id": "a", "type": "signature", "page": 1, "x": 72, "y": 600, "width": 200, "height": 36,'
        ' "signer": "Tenant"},'
        ' {"id": "b", "type": "signature", "page": 1, "x": 72, "y": 500, "width": 200, "height": 36,'
        ' "signer": "Landlord"}]'
    )
    given = ("--slug", "lease", "--fields", "fields.json", "--json")
    added = terminal.ok("templates", "add", "nda.pdf", *given).json
    assert added["roles"] == ["Landlord", "Tenant"]
    assert {one["id"]: one["signer"] for one in added["fields"]} == {
        "a": "Tenant",
        "b": "Landlord",
    }


def test_a_template_kept_for_signers_by_id_or_address_is_theirs_wherever_it_stands(terminal):
    place = {"type": "signature", "page": 1, "x": 72, "width": 200, "height": 36}
    given = [
        {**place, "y": 500, "signer": "S2"},
        {**place, "y": 550, "signer": "alan@example.com"},
        {**place, "y": 600, "signer": "s1"},
    ]
    (terminal.folder / "fields.json").write_text(json.dumps(given))
    terminal.ok("templates", "add", "nda.pdf", "--slug", "lease", "--fields", "fields.json")
    asked = ("create", "--template", "lease", "--dry-run", "--json")
    made = terminal.ok(*asked, *PEOPLE).json["fields"]
    assert [one["signer"] for one in made] == ["s2", "s2", "s1"]
    answer = terminal(*asked, *PEOPLE[:2])
    assert answer.code == 2
    assert "who is no signer" in answer.error["message"]
    assigned = ("--assign", "f1=s1", "--assign", "f2=s1")
    made = terminal.ok(*asked, *PEOPLE[:2], *assigned).json["fields"]
    assert [one["signer"] for one in made] == ["s1", "s1", "s1"]


def test_nobody_can_sign_a_draft_before_it_is_sent(terminal):
    draft = terminal.ok("create", "--pdf", "nda.pdf", *PEOPLE, "--draft", "--json").json
    assert draft["status"] == "draft"
    assert "signing_url" not in draft["signers"][0]
    assert terminal("sign", "@last", "s1", "--type", "Ada").code == 5
    sent = terminal.ok("send", "@last", "--json").json
    assert sent["status"] == "sent"
    assert sent["signers"][0]["signing_url"]
    assert terminal.ok("send", "@last", "--json").json["status"] == "sent"
    terminal.ok("sign", "@last", "s1", "--type", "Ada")
