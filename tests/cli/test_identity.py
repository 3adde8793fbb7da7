"""Identity steps from the command line."""

from __future__ import annotations

ADA = "Ada Lovelace <ada@example.com>"
ALAN = "Alan Turing <alan@example.com>"


def test_secrets_are_told_once_and_apart_from_the_result(terminal):
    answer = terminal.ok(
        "create", "--pdf", "nda.pdf", "-s", f"{ADA};auth=code+totp", "-s", f"{ALAN};auth=email"
    )
    assert answer.text.strip().startswith("doc_")
    assert "otpauth" not in answer.text
    assert "tell Ada Lovelace this access code" in answer.err
    assert "otpauth://totp/" in answer.err
    assert "no mail server is set; codes for Alan Turing" in answer.err
    status = terminal.ok("status", "@last", "--json")
    assert [one["auth"] for one in status.json["signers"]] == [["code", "totp"], ["email"]]
    assert "otpauth" not in status.text


def test_a_program_gets_the_secrets_in_the_object(terminal):
    made = terminal.ok("create", "--pdf", "nda.pdf", "-s", f"{ADA};auth=code+totp", "--json")
    (ada,) = made.json["signers"]
    assert len(ada["access_code"]) == 9
    assert ada["totp_uri"].startswith("otpauth://")
    assert ada["access_code"] not in made.err


def test_an_access_code_comes_from_a_file_and_is_not_told_back(terminal):
    (terminal.folder / "code.txt").write_text("blue whale\n")
    answer = terminal.ok(
        "create", "--pdf", "nda.pdf", "-s", f"{ADA};auth=code",
        "--access-code-file", "ada@example.com=code.txt",
    )  # fmt: skip
    assert "whale" not in answer.text + answer.err
    kept = b"".join(
        one.read_bytes() for one in (terminal.folder / ".sygn").rglob("*") if one.is_file()
    )
    assert b"blue whale" not in kept


def test_what_cannot_be_meant_is_a_clear_error(terminal):
    for options, code in (
        (("-s", f"{ADA};auth=pin"), 2),
        (("-s", ADA, "--access-code-file", "s1=nda.pdf"), 2),
        (("-s", f"{ADA};auth=code", "--access-code-file", "code.txt"), 2),
        (("-s", f"{ADA};auth=code", "--access-code-file", "s2=code.txt"), 3),
    ):
        answer = terminal("create", "--pdf", "nda.pdf", *options)
        assert answer.code == code, options


def test_a_signer_with_steps_is_unlocked_and_never_signed_for(terminal):
    terminal.ok("create", "--pdf", "nda.pdf", "-s", f"{ADA};auth=code", "-s", ALAN)
    refused = terminal("sign", "@last", "s1", "--type", "Ada")
    assert refused.code == 4
    assert "identity is checked" in refused.err
    unlocked = terminal.ok("unlock", "@last", "ada@example.com")
    assert "may try again" in unlocked.err
    assert "access code" not in unlocked.err
    renewed = terminal.ok("unlock", "@last", "s1", "--new-secrets", "--json").json
    assert (renewed["signer"], renewed["locked"]) == ("s1", False)
    assert len(renewed["access_code"]) == 9
    assert terminal("unlock", "@last", "s2").code == 2
