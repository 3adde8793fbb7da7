"""The main job on the command line, and what scripts rely on."""

from __future__ import annotations

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cli.conftest import PEOPLE
from tests.cli.terminal import SYGN

CREATE = ("create", "--pdf", "nda.pdf", *PEOPLE)


def test_a_pipe_gets_just_the_id(terminal):
    answer = terminal.ok(*CREATE)
    assert re.fullmatch(r"doc_[0-9a-z]{26}\n", answer.text)
    assert "/x?t=" not in answer.err


def test_json_is_the_object_of_the_api(terminal):
    created = terminal.ok(*CREATE, "--json").json
    assert created["status"] == "sent"
    assert created["detected_fields"] is True
    assert [one["id"] for one in created["signers"]] == ["s1", "s2"]
    assert created["signers"][0]["signing_url"].startswith("http://127.0.0.1:7447/x?t=")


def test_the_completed_document_is_told_in_every_way(completed):
    shown = completed.ok("status", "@last", "--json").json
    assert shown["status"] == "completed"
    assert completed.ok("status", "@last", "--wait", "--timeout", "1s").code == 0
    assert [d["id"] for d in completed.ok("list", "--json").json["data"]] == [shown["id"]]
    line = json.loads(completed.ok("list", "--nl").text)
    assert line["id"] == shown["id"]
    assert completed.ok("list", "--status", "voided").text == ""


def test_both_files_verify(completed):
    for name in ("signed.pdf", "certificate.pdf"):
        answer = completed.ok("verify", name)
        assert answer.text.startswith("VALID")
    judged = completed.ok("verify", "signed.pdf", "--signers", "2", "--json").json
    assert judged["status"] == "valid"
    assert judged["audit_head"]


def test_a_flipped_byte_is_exit_10(completed):
    pdf = bytearray((completed.folder / "signed.pdf").read_bytes())
    pdf[len(pdf) // 2] ^= 1
    answer = completed("verify", "-", stdin=bytes(pdf))
    assert answer.code == 10
    assert answer.text.startswith("TAMPERED")


def test_an_unsigned_file_is_exit_11(completed):
    answer = completed("verify", "without-fields.pdf")
    assert answer.code == 11
    assert answer.text.startswith("UNSIGNED")


def test_a_stranger_trusts_the_seal_only_with_the_root(completed, tmp_path):
    signed = completed.folder / "signed.pdf"
    root = tmp_path / "root.pem"
    completed.ok("keys", "export-root", "-o", str(root))

    def verify(*more: str) -> int:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SYGN_")}
        environment["XDG_DATA_HOME"] = str(tmp_path / "empty")
        return subprocess.run(
            [SYGN, "verify", signed, *more],
            cwd=tmp_path, env=environment, capture_output=True, check=False,
        ).returncode  # fmt: skip

    assert verify() == 11
    assert verify("--trust", str(root)) == 0
    assert not (tmp_path / "empty").exists()


def test_the_trail_can_be_had_as_json_and_as_it_is_hashed(completed):
    told = completed.ok("audit", "@last", "--format", "json").json
    assert [one["type"] for one in told["events"]][-1] == "completed"
    lines = completed.ok("audit", "@last", "--format", "jsonl").text.splitlines()
    assert len(lines) == len(told["events"])
    assert json.loads(lines[0])["type"] == "created"


def test_files_are_not_overwritten_unless_asked(completed, tmp_path):
    target = tmp_path / "out.pdf"
    target.write_text("mine")
    refused = completed("download", "@last", "-o", str(target))
    assert (refused.code, target.read_text()) == (2, "mine")
    completed.ok("download", "@last", "-o", str(target), "--force")
    assert target.read_bytes() == completed.ok("download", "@last").out
    assert list(tmp_path.iterdir()) == [target]


def test_the_original_comes_back_byte_for_byte(completed):
    original = completed.ok("download", "@last", "--original", "-o", "-").out
    assert original == (completed.folder / "nda.pdf").read_bytes()


def test_ids_may_be_shortened(completed):
    full = completed.ok("status", "@last", "--json").json["id"]
    assert completed.ok("status", full[:12], "--json").json["id"] == full


REFUSALS = {
    "a document that is not there": (("status", "doc_nothere"), 3, "not_found"),
    "the newest of none": (("status", "@last"), 3, "not_found"),
    "a file that is not there": (("create", "--pdf", "no.pdf", *PEOPLE), 3, "not_found"),
    "nothing to sign": (
        ("create", "--pdf", "without-fields.pdf", *PEOPLE),
        7,
        "no_fields_detected",
    ),
    "no PDF": (("create", "--pdf", "junk.pdf", *PEOPLE), 6, "detection_failed"),
    "no signer": (("create", "--pdf", "nda.pdf"), 2, "invalid_request"),
    "no address": (("create", "--pdf", "nda.pdf", "--signer", "nobody"), 2, "invalid_request"),
    "too many signers": ((*CREATE, *PEOPLE * 10), 2, "invalid_request"),
    "an unknown field": ((*CREATE, "--assign", "f99=s1"), 2, "invalid_request"),
    "an unknown signer": ((*CREATE, "--assign", "f1=s9"), 2, "invalid_request"),
    "half an assignment": ((*CREATE, "--assign", "f1"), 2, "invalid_request"),
    "half a role": ((*CREATE, "--role", "Tenant"), 2, "invalid_request"),
    "no deadline": ((*CREATE, "--expires", "soon"), 2, "invalid_request"),
    "text that runs backwards": ((*CREATE, "--title", "a\u202eb"), 2, "invalid_request"),
    "fields that are no JSON": ((*CREATE, "--fields", "junk.pdf"), 2, "invalid_request"),
    "an unknown option": ((*CREATE, "--no-such-option"), 2, "invalid_request"),
    "an unknown type": (("detect", "nda.pdf", "--type", "stamp"), 2, "invalid_request"),
    "no pages": (("detect", "nda.pdf", "--pages", "3-1"), 2, "invalid_request"),
    "nothing to verify": (("verify", "no.pdf"), 3, "not_found"),
}


@pytest.mark.parametrize(("arguments", "code", "error"), REFUSALS.values(), ids=REFUSALS.keys())
def test_refusals_have_one_clear_error_and_leave_nothing(terminal, arguments, code, error):
    terminal.ok("init")
    (terminal.folder / "junk.pdf").write_bytes(b"this is no PDF")
    answer = terminal(*arguments, "--json")
    assert (answer.code, answer.out) == (code, b""), answer.err
    assert answer.error["error"] == error
    assert answer.error["message"]
    assert terminal.ok("list", "--json").json["data"] == []


def test_errors_for_people_have_a_hint(terminal):
    answer = terminal("create", "--pdf", "without-fields.pdf", *PEOPLE)
    assert "sygn: error: No place to sign" in answer.err
    assert "sygn: hint: " in answer.err


def test_states_that_do_not_allow_it_are_exit_5(terminal, completed):
    terminal.ok(*CREATE)
    assert terminal("download", "@last").code == 5
    assert terminal("audit", "@last").code == 5
    assert terminal("sign", "@last", "s1", "--type", "Ada").code == 0
    assert terminal("sign", "@last", "s1", "--type", "Somebody Else").code == 5
    assert terminal.ok("void", "@last", "--json").json["status"] == "voided"
    assert terminal("void", "@last").code == 0
    assert terminal("sign", "@last", "s2", "--type", "Alan").code == 5
    assert terminal("status", "@last", "--wait").code == 9
    assert completed("void", "@last").code == 5


def test_waiting_ends_with_8_when_time_is_up(terminal):
    terminal.ok(*CREATE)
    answer = terminal("status", "@last", "--wait", "--timeout", "1s", "--json")
    assert answer.code == 8
    assert answer.json["status"] == "sent"
    assert answer.error["error"] == "still_pending"


def test_the_deadline_is_the_options_else_the_variables_else_the_files(terminal):
    def deadline(*options: str, **environment: str) -> str:
        answer = terminal.ok(*CREATE, "--json", *options, **environment)
        return str(answer.json["expires_at"])

    terminal.ok("init")
    (terminal.folder / ".sygn" / "sygn.toml").write_text('expires = "2099-01-01"\n')
    assert deadline().startswith("2099-01-01")
    assert deadline(SYGN_EXPIRES="2099-02-02").startswith("2099-02-02")
    assert deadline("--expires", "2099-03-03", SYGN_EXPIRES="2099-02-02").startswith("2099-03-03")


def test_a_usual_deadline_that_has_passed_is_the_workspaces_fault(terminal):
    terminal.ok("init")
    (terminal.folder / ".sygn" / "sygn.toml").write_text('expires = "2020-01-01"\n')
    answer = terminal(*CREATE, "--json")
    assert (answer.code, answer.error["error"]) == (13, "workspace_unusable")
    assert "The setting expires is the deadline '2020-01-01'" in answer.error["message"]
    assert terminal(*CREATE, "--json", SYGN_EXPIRES="30 days").code == 13
    checked = terminal.ok("doctor", "--json").json
    (warned,) = (one for one in checked["findings"] if one["check"] == "deadline")
    assert warned["level"] == "warn"
    assert "2020-01-01" in warned["message"]
    checked = terminal.ok("doctor", "--json", SYGN_EXPIRES="30d").json
    assert "deadline" not in {one["check"] for one in checked["findings"]}
    terminal.ok(*CREATE, "--expires", "30d")


def test_a_draft_that_is_waited_for_in_vain_has_not_ended(terminal):
    made = terminal.ok(*CREATE, "--draft").text.strip()
    answer = terminal("status", made, "--wait", "--timeout", "1s", "--json")
    assert answer.code == 8
    assert answer.error["error"] == "still_pending"
    assert answer.error["hint"].endswith(f"sygn send {made}")


def test_nobody_signs_out_of_turn(terminal):
    terminal.ok(*CREATE, "--sequential")
    assert (
        terminal("sign", "@last", "s2", "--type", "Alan", "--json").error["error"]
        == "not_your_turn"
    )


def test_an_assignment_goes_before_what_the_fields_say_of_themselves(terminal):
    place = {"type": "signature", "page": 1, "x": 72, "width": 200, "height": 36}
    given = [
        {**place, "id": "f1", "y": 500, "signer": "Client"},
        {**place, "id": "f7", "y": 600, "signer": "Notary", "for_nobody": True},
    ]
    (terminal.folder / "fields.json").write_text(json.dumps(given))
    assigned = ("--assign", "f1=s2", "--assign", "f7=alan@example.com")
    asked = (*CREATE, "--fields", "fields.json", *assigned, "--json")
    made = terminal.ok(*asked, "--dry-run").json
    assert {one["id"]: one["signer"] for one in made["fields"]} == {"f1": "s2", "f7": "s2"}
    assert terminal.ok(*asked).json["status"] == "sent"


def test_detected_fields_can_be_edited_and_given_back(terminal):
    found = terminal.ok("detect", "nda.pdf", "--json").json
    fields = [{**one, "label": "Mine"} for one in found["fields"]]
    dry = terminal.ok(
        "create", "--pdf", "nda.pdf", "--fields", "-", *PEOPLE, "--dry-run", "--json",
        stdin=json.dumps(fields).encode(),
    ).json  # fmt: skip
    assert dry["dry_run"] is True
    assert {one["label"] for one in dry["fields"]} == {"Mine"}
    untouched = terminal.ok("create", "nda.pdf", *PEOPLE, "--dry-run", "--json").json
    whose = [{one["id"]: one["signer"] for one in made["fields"]} for made in (dry, untouched)]
    assert whose[0] == whose[1]
    assert terminal.ok("list", "--json").json["data"] == []


def test_a_field_goes_to_the_signer_that_a_file_names_or_to_nobody(terminal):
    place = {"type": "signature", "page": 1, "x": 72, "y": 600, "width": 200, "height": 36}
    asked = ("create", "nda.pdf", "--fields", "-", *PEOPLE, "--dry-run", "--json")
    for written in ("s2", "S2", "Alan@Example.com"):
        stdin = json.dumps([{**place, "signer": written}]).encode()
        (made,) = terminal.ok(*asked, stdin=stdin).json["fields"]
        assert made["signer"] == "s2"
    for written in ("Tenant", "signer2", "s7", "carol@example.com"):
        answer = terminal(*asked, stdin=json.dumps([{**place, "signer": written}]).encode())
        assert answer.code == 2
        assert answer.error["hint"].endswith("s1, s2.")


def test_words_of_ones_own_can_mark_a_field(terminal):
    found = terminal.ok(
        "detect", "without-fields.pdf", "--anchor", "the river rose=signature", "--json"
    ).json
    assert [one["type"] for one in found["fields"]] == ["signature"]
    terminal.ok(
        "create", "--pdf", "without-fields.pdf", "--anchor", "the river rose=signature", *PEOPLE
    )
    assert terminal("detect", "nda.pdf", "--anchor", "signature").code == 2


def test_a_pdf_can_come_from_a_pipe(terminal):
    pdf = (terminal.folder / "nda.pdf").read_bytes()
    assert terminal.ok("create", "--pdf", "-", *PEOPLE, stdin=pdf).text.startswith("doc_")
    assert terminal("create", "--pdf", "-", "--fields", "-", *PEOPLE, stdin=pdf).code == 2


def test_the_same_idempotency_key_makes_one_document(terminal):
    first = terminal.ok(*CREATE, "--idempotency-key", "order-17").text
    assert terminal.ok(*CREATE, "--idempotency-key", "order-17").text == first
    assert terminal(*CREATE, "--idempotency-key", "order-17", "--title", "Other").code == 2


def test_an_empty_idempotency_key_is_refused_and_sends_nothing(terminal):
    answer = terminal(*CREATE, "--idempotency-key", "")
    assert answer.code == 2
    assert "An idempotency key is 1 to 200 printable characters." in answer.err
    assert terminal.ok("list").out == b""


def test_of_those_who_create_at_once_with_one_key_all_get_the_one_document(terminal):
    with ThreadPoolExecutor(max_workers=4) as crowd:
        answers = list(
            crowd.map(lambda _: terminal(*CREATE, "--idempotency-key", "order-17"), range(4))
        )
    assert [one.code for one in answers] == [0] * 4, [one.err for one in answers]
    assert len({one.text for one in answers}) == 1
    assert len(terminal.ok("list").text.splitlines()) == 1


def test_an_idempotency_key_outlasts_the_template_and_is_free_after_a_refusal(terminal):
    terminal.ok("templates", "add", "nda.pdf", "--slug", "nda")
    again = ("create", "--template", "nda", *PEOPLE, "--idempotency-key", "order-17")
    assert terminal(*again, "--expires", "nonsense").code == 2
    first = terminal.ok(*again).text
    terminal.ok("templates", "remove", "nda")
    assert terminal.ok(*again).text == first


def test_a_rotated_link_is_another_link(terminal):
    terminal.ok(*CREATE)
    old = terminal.ok("link", "@last", "s1").text
    assert terminal.ok("link", "@last", "s1").text == old
    assert terminal.ok("link", "@last", "ada@example.com", "--rotate").text != old


def test_qr_codes_go_beside_the_result(terminal):
    answer = terminal.ok(*CREATE, "--qr")
    assert answer.text.count("\n") == 1
    assert "█" in answer.err or "▀" in answer.err


def test_preview_draws_what_was_found(terminal):
    for name, magic in (("out.pdf", b"%PDF-"), ("out.png", b"\x89PNG")):
        terminal.ok("detect", "nda.pdf", "--preview", name)
        assert (terminal.folder / name).read_bytes().startswith(magic)
    assert terminal("detect", "nda.pdf", "--preview", "out.gif").code == 2


def test_doctor_is_content_with_a_fresh_workspace(terminal):
    terminal.ok("init")
    answer = terminal.ok("doctor", "--json").json
    assert answer["ok"] is True
    assert answer["workspace"] == str(terminal.folder / ".sygn")
    assert terminal.ok("doctor").text.startswith(f"workspace\tok\t{terminal.folder / '.sygn'}\n")
    assert {one["check"] for one in answer["findings"]} >= {"seal key", "pdf engine", "sealing"}


def test_doctor_finds_a_damaged_key(terminal):
    terminal.ok("init")
    (terminal.folder / ".sygn" / "keys" / "seal.pem").write_bytes(b"damaged")
    answer = terminal("doctor", "--json")
    assert answer.code == 13
    assert answer.json["ok"] is False
    assert terminal(*CREATE).code == 13


def test_init_may_be_done_twice(terminal):
    first = terminal.ok("init", "--json").json
    assert terminal.ok("init", "--json").json == first


def test_a_wrong_setting_is_named(terminal):
    terminal.ok("init")
    settings = terminal.folder / ".sygn" / "sygn.toml"
    settings.write_text("max_pdf_mb = 'big'\n")
    answer = terminal("list", "--json")
    assert (answer.code, answer.error["error"]) == (13, "workspace_unusable")
    settings.write_text("colour = 1\n")
    assert "colour" in terminal("list").err
    settings.write_text('public_url = "https://sign.example.com/"\n')
    created = terminal.ok(*CREATE, "--json").json
    assert created["signers"][0]["signing_url"].startswith("https://sign.example.com/x?t=")


def test_a_reader_that_goes_away_is_no_error(completed):
    done = subprocess.run(
        f"{SYGN} audit @last --format jsonl | head -c 10",
        shell=True, cwd=completed.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""


def test_create_works_with_a_closed_stderr(terminal):
    done = subprocess.run(
        f"{SYGN} create --pdf letter.pdf --signer 'a@example.com' --json 2>&-",
        shell=True, cwd=terminal.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "sent"


def test_foreign_text_cannot_steer_the_terminal(terminal):
    """Escape bytes are refused at the door; markup is plain text."""
    assert terminal(*CREATE, "--title", "a\x1b[31mb").code == 2
    terminal.ok(*CREATE, "--title", "[/red] <b> {x}")
    assert "[/red] <b> {x}" in terminal.ok("list").text


def test_pdfs_can_be_named_as_every_other_tool_names_files(terminal):
    people = ("--signer", "Ada <ada@example.com>")
    created = terminal.ok("create", "nda.pdf", "letter.pdf", *people, "--json").json
    assert [one["name"] for one in created["files"]] == ["nda.pdf", "letter.pdf"]
    # What a shell makes of --pdf *.pdf.
    created = terminal.ok("create", "--pdf", "nda.pdf", "letter.pdf", *people, "--json").json
    assert [one["name"] for one in created["files"]] == ["nda.pdf", "letter.pdf"]


def test_an_address_of_two_signers_does_not_say_which(terminal):
    both = ("--signer", "Ada <home@example.com>", "--signer", "Bob <HOME@example.com>")
    answer = terminal("create", "nda.pdf", *both, "--assign", "f1=home@example.com", "--json")
    assert answer.code == 2
    assert answer.error["hint"] == "Use one of: s1, s2."


def test_detect_leaves_nothing_behind(terminal, tmp_path):
    (tmp_path / ".sygn").rmdir()
    home = tmp_path / "home"
    terminal.ok("detect", "nda.pdf", HOME=str(home), XDG_DATA_HOME=str(home))
    assert not home.exists()
    terminal.ok("detect", "nda.pdf", SYGN_WORKSPACE=str(tmp_path / "later"))
    assert not (tmp_path / "later").exists()
    assert not (tmp_path / ".sygn").exists()


def test_nothing_to_sign_is_exit_7_for_people_and_programs(terminal):
    for_people = terminal("detect", "without-fields.pdf")
    assert for_people.code == 7
    assert "Unsure ones as well: --all." in for_people.err
    for_programs = terminal("detect", "without-fields.pdf", "--json")
    assert for_programs.code == 7
    assert for_programs.json == {"count": 0, "fields": [], "unreadable_pages": []}
    assert for_programs.error["error"] == "no_fields_detected"


def test_a_page_that_there_is_not_is_named(terminal):
    answer = terminal("detect", "nda.pdf", "--pages", "9")
    assert answer.code == 2
    assert "There is no page 9; the PDF has 2 pages." in answer.err
