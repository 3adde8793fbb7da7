"""``sygn verify`` judges one file or many, and says so in words and in JSON."""

from __future__ import annotations

import shutil

import jsonschema_rs
import pytest

from fixtures import build
from tests.cli.terminal import Terminal


@pytest.fixture
def shelf(completed, tmp_path):
    """A folder with a valid, a changed and an unsigned file, and something else."""
    folder = tmp_path / "shelf" / "deeper"
    folder.mkdir(parents=True)
    content = bytearray((completed.folder / "signed.pdf").read_bytes())
    (folder / "good.PDF").write_bytes(content)
    content[len(content) // 2] ^= 1
    (folder.parent / "changed.pdf").write_bytes(content)
    (folder.parent / "plain.pdf").write_bytes(build.DRAWINGS["letter.pdf"]())
    (folder.parent / "notes.txt").write_text("no PDF")
    (folder.parent / ".hidden.pdf").write_text("no PDF either")
    return folder.parent


def test_every_pdf_of_a_folder_gets_a_verdict_and_the_worst_decides(completed, shelf):
    answer = completed("verify", str(shelf))
    assert answer.code == 10
    verdicts = [line for line in answer.text.splitlines() if not line.startswith(" ")]
    assert [one.removeprefix(f"{shelf}/").split(": ")[:2] for one in verdicts] == [
        ["changed.pdf", "TAMPERED"], ["deeper/good.PDF", "VALID"], ["plain.pdf", "UNSIGNED"],
    ]  # fmt: skip
    (shelf / "changed.pdf").unlink()
    assert completed("verify", str(shelf)).code == 11
    (shelf / "plain.pdf").unlink()
    assert completed("verify", str(shelf)).code == 0


def test_several_files_are_judged_in_the_order_they_are_named(completed, shelf):
    answer = completed(
        "verify", "signed.pdf", str(shelf / "plain.pdf"), "certificate.pdf", "--json"
    )
    assert answer.code == 11
    assert [one["status"] for one in answer.json["data"]] == ["valid", "unsigned", "valid"]
    assert answer.json["data"][0]["file"] == "signed.pdf"


def test_a_folder_without_a_pdf_is_not_good(completed, tmp_path):
    (tmp_path / "empty").mkdir()
    assert completed("verify", str(tmp_path / "empty")).code == 3
    assert completed("verify", "-", "-").code == 2


def test_what_json_prints_fits_the_schema(completed, shelf):
    schema = completed.ok("verify", "--schema").json
    judge = jsonschema_rs.validator_for(schema)
    for arguments in (["signed.pdf"], [str(shelf)], [str(shelf / "plain.pdf")]):
        told = completed("verify", *arguments, "--json").json
        judge.validate(told)
        assert set(told) <= {
            *schema["$defs"]["verdict"]["properties"],
            *schema["$defs"]["verdicts"]["properties"],
        }
    assert not judge.is_valid({"status": "fine"})


def test_every_member_of_a_verdict_is_in_the_schema(completed):
    schema = completed.ok("verify", "--schema").json["$defs"]
    told = completed.ok("verify", "signed.pdf", "--json").json
    assert set(told) == set(schema["verdict"]["required"])
    assert set(told["signatures"][0]) == set(schema["signature"]["required"])
    assert set(told["events"][0]) == set(schema["event"]["required"])


def test_the_system_s_authorities_are_trusted_only_when_asked(completed, tmp_path):
    root = tmp_path / "system.pem"
    completed.ok("keys", "export-root", "-o", str(root))
    strange = tmp_path / "elsewhere"
    strange.mkdir()
    shutil.copy(completed.folder / "signed.pdf", strange)
    signed = str(strange / "signed.pdf")
    assert completed("init", str(strange / "other")).code == 0
    other = {"SYGN_WORKSPACE": str(strange / "other"), "SSL_CERT_FILE": str(root)}
    assert completed("verify", signed, **other).code == 11
    assert completed("verify", signed, "--trust-system", **other).code == 0


def test_an_untrusted_seal_comes_with_the_next_step(completed, tmp_path):
    assert completed("init", str(tmp_path / "other")).code == 0
    answer = completed("verify", "signed.pdf", "-w", str(tmp_path / "other"))
    assert answer.code == 11
    assert "--trust root.pem" in answer.err


def test_a_workspace_nearby_that_is_damaged_keeps_nobody_from_judging(completed, tmp_path):
    near = Terminal(tmp_path)
    (tmp_path / ".sygn" / "sygn.json").write_text("damaged")
    signed, root = str(completed.folder / "signed.pdf"), str(tmp_path / "root.pem")
    completed.ok("keys", "export-root", "-o", root)
    answer = near.ok("verify", signed, "--trust", root)
    assert "done without the workspace" in answer.err
    assert near("verify", signed, "--trust", root, "-w", ".sygn").code == 13
    near.draw("nda.pdf")
    assert "done without the workspace" in near.ok("detect", "nda.pdf").err


def test_what_is_not_as_demanded_is_neither_changed_nor_strange(completed):
    answer = completed("verify", "signed.pdf", "--signers", "3", "--require-timestamp")
    assert answer.code == 11
    assert answer.text.startswith("UNMET: valid, but not what was demanded\n")
    assert "The audit trail tells of 2 signers, not of 3." in answer.text
    told = completed("verify", "signed.pdf", "--signers", "3", "--json").json
    assert told["status"] == "unmet"
    assert told["unmet"] == ["The audit trail tells of 2 signers, not of 3."]
    assert completed.ok("verify", "signed.pdf", "--signers", "2", "--json").json["unmet"] == []


def test_a_file_that_is_not_there_keeps_no_other_from_being_judged(completed, shelf):
    missing, changed = str(shelf / "missing.pdf"), str(shelf / "changed.pdf")
    answer = completed("verify", missing, changed, "signed.pdf")
    assert answer.code == 10
    assert f"There is no file {missing!r}." in answer.err
    assert f"{changed}: TAMPERED" in answer.text
    assert "signed.pdf: VALID" in answer.text
    assert completed("verify", missing, "signed.pdf").code == 3
    assert completed("verify", missing, str(shelf / "plain.pdf")).code == 11
    told = completed("verify", "signed.pdf", missing, "--json")
    assert told.code == 3
    assert [one["file"] for one in told.json["data"]] == ["signed.pdf"]
    assert [(one["file"], one["error"]) for one in told.json["unread"]] == [(missing, "not_found")]
    jsonschema_rs.validator_for(completed.ok("verify", "--schema").json).validate(told.json)
    alone = completed("verify", missing, "--json")
    assert (alone.code, alone.out) == (3, b"")
