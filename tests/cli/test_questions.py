"""What is asked at a terminal, and what becomes of each answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sygn_cli.domain.ids import document_id
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.cli.person import CTRL_C, CTRL_D, talk
from tests.store.samples import PDF, creation, voiding

OLD = datetime(2020, 2, 1, tzinfo=UTC)
PURGE = ("purge", "--older-than", "2y")


@pytest.fixture
def old(terminal) -> str:
    """A document that was voided years ago."""
    store = WorkspaceStore(Workspace.open(terminal.folder / ".sygn"))
    made = store.create(document_id(OLD, b"0" * 10), creation(), at=OLD, blobs=[PDF])
    return store.commit(made, voiding(made), at=OLD).id


@pytest.mark.parametrize("typed", [["n\n"], ["\n"], ["perhaps\n", "No\n"], [CTRL_D]])
def test_a_no_removes_nothing_and_is_no_failure(terminal, old, typed):
    told = talk(terminal.folder, *PURGE, answers=[("[y/N]: ", one) for one in typed])
    assert told.code == 0, told.seen
    assert told.seen.endswith("\nsygn: nothing was removed\n")
    terminal.ok("status", old)


def test_a_yes_removes(terminal, old):
    told = talk(terminal.folder, *PURGE, answers=[("[y/N]: ", "y\n")])
    assert told.code == 0, told.seen
    assert "1 document purged" in told.seen
    assert terminal("status", old).code == 3


def test_ctrl_c_at_the_question_is_130_and_one_line(terminal, old):
    told = talk(terminal.folder, *PURGE, answers=[("[y/N]: ", CTRL_C)])
    assert told.code == 130, told.seen
    assert told.seen.endswith("\nsygn: interrupted\n")
    assert "Traceback" not in told.seen
    terminal.ok("status", old)


def test_who_forbids_questions_is_asked_nothing(terminal, old):
    told = talk(terminal.folder, *PURGE, SYGN_NO_INPUT="1")
    assert told.code == 2, told.seen
    assert "[y/N]" not in told.seen
    assert "--yes" in told.seen
    terminal.ok("status", old)


def test_a_passphrase_is_asked_for_and_not_shown(terminal):
    terminal.ok("init")
    answers = [("New passphrase: ", "correct horse\n"), ("The same again: ", "correct horse\n")]
    told = talk(terminal.folder, "keys", "protect", answers=answers)
    assert told.code == 0, told.seen
    assert "correct horse" not in told.seen
    sealing = ("seal", "nda.pdf", "-o", "sealed.pdf")
    assert terminal(*sealing).code == 4
    terminal.ok(*sealing, SYGN_PASSPHRASE="correct horse")


@pytest.mark.parametrize(
    ("answer", "code", "last"), [(CTRL_C, 130, "interrupted"), (CTRL_D, 4, "hint: ")]
)
def test_no_passphrase_changes_nothing(terminal, answer, code, last):
    terminal.ok("init")
    told = talk(terminal.folder, "keys", "protect", answers=[("New passphrase: ", answer)])
    assert told.code == code, told.seen
    assert told.seen.splitlines()[-1].startswith(f"sygn: {last}")
    assert terminal.ok("keys", "show").text.endswith("passphrase\tno\n")


def test_who_forbids_questions_is_asked_for_no_passphrase(terminal):
    terminal.ok("init")
    told = talk(terminal.folder, "keys", "protect", SYGN_NO_INPUT="1")
    assert told.code == 4, told.seen
    assert "New passphrase" not in told.seen
