"""``sygn purge``: asks, shows, removes; what people hold still verifies."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sygn_cli import bootstrap
from sygn_cli.domain import retention
from sygn_cli.domain.ids import document_id
from sygn_cli.services import retention as services
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.runtimes import FixedClock
from tests.store.samples import PDF, creation, voiding

ADA = ("--signer", "Ada <ada@example.com>")
OLD = datetime(2020, 2, 1, tzinfo=UTC)


@pytest.fixture
def old(terminal) -> str:
    """A document that was voided years ago."""
    store = WorkspaceStore(Workspace.open(terminal.folder / ".sygn"))
    made = store.create(document_id(OLD, b"0" * 10), creation(), at=OLD, blobs=[PDF])
    return store.commit(made, voiding(made), at=OLD).id


def test_without_a_rule_nothing_goes(terminal, old):
    answer = terminal("purge", "--yes")
    assert answer.code == 2
    assert "--older-than" in answer.err
    assert terminal("purge", "--older-than", "6m", "--yes").code == 2
    assert terminal("purge", "--older-than", "1y", "--state", "sent", "--yes").code == 2
    assert terminal("purge", "--older-than", "1y", "--state", "void").code == 2
    terminal.ok("status", old)


def test_it_asks_shows_and_removes(terminal, old):
    young = terminal.ok("create", "--pdf", "nda.pdf", *ADA).text.strip()
    terminal.ok("void", young)
    told = terminal.ok("purge", "--older-than", "2y", "--dry-run", "--json").json
    assert told["dry_run"] is True
    assert told["purged"] == [
        {"document": old, "status": "voided", "ended_at": "2020-02-01T00:00:00.000Z"}
    ]
    assert terminal("purge", "--older-than", "2y").code == 2  # nobody there to be asked
    terminal.ok("status", old)
    assert terminal.ok("purge", "--older-than", "2y", "--state", "expired", "--yes").text == ""
    answer = terminal.ok("purge", "--older-than", "2y", "--yes")
    assert old in answer.text
    assert "1 document purged" in answer.err
    assert terminal.ok("purge", "--older-than", "2y", "--yes", "--json").json["purged"] == []
    gone = terminal("status", old)
    assert gone.code == 3
    assert "purged on" in gone.err
    assert [one["id"] for one in terminal.ok("list", "--json").json["data"]] == [young]
    assert "purged: 1 under retention" in terminal.ok("audit", "--verify").text
    (finding,) = terminal.ok("audit", old, "--verify", "--json").json["findings"]
    assert finding["level"] == "purged"
    assert "voided on 2020-02-01" in finding["what"]


def test_the_setting_says_how_long(terminal, old):
    (terminal.folder / ".sygn" / "sygn.toml").write_text('retention = "5mo"\n')
    assert old in terminal.ok("purge", "--yes").text
    (terminal.folder / ".sygn" / "sygn.toml").write_text('retention = "soon"\n')
    assert terminal("purge", "--yes").code == 13


def test_a_damaged_document_stays_and_keeps_no_other(terminal, old):
    store = WorkspaceStore(Workspace.open(terminal.folder / ".sygn"))
    made = store.create(document_id(OLD, b"1" * 10), creation(), at=OLD, blobs=[PDF])
    other = store.commit(made, voiding(made), at=OLD).id
    # Its last event is another than in the log, and the projection was adapted.
    path = store.workspace.folder(other).trail
    first, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + last.replace(b'"ts":"2020-02-01', b'"ts":"2020-02-02'))
    store.workspace.folder(other).projection.unlink()
    answer = terminal("purge", "--older-than", "2y", "--yes", "--json")
    assert answer.code == 10
    assert [one["document"] for one in answer.json["purged"]] == [old]
    assert [one["document"] for one in answer.json["failed"]] == [other]
    assert path.exists()


def test_a_sealed_file_that_somebody_holds_still_verifies(terminal):
    document = terminal.ok("create", "--pdf", "nda.pdf", *ADA).text.strip()
    terminal.ok("sign", document, "s1", "--type", "Ada")
    terminal.ok("download", document, "-o", "signed.pdf")
    place = str(terminal.folder / ".sygn")
    clock = FixedClock(datetime.now(UTC) + timedelta(days=800))  # noqa: TID251 - the CLI's clock
    rt = replace(bootstrap.open_runtime(place), clock=clock)
    rule = retention.retention("2y", now=clock.at)
    (done,) = services.purge(rt, bootstrap.open_store(place).purging, rule)
    assert done.document.id == document
    answer = terminal.ok("verify", "signed.pdf")
    assert answer.text.startswith("VALID")
    assert "record of it was purged on" in answer.text
    changed = (terminal.folder / "signed.pdf").read_bytes() + b"\n% more"
    (terminal.folder / "changed.pdf").write_bytes(changed)
    assert terminal("verify", "changed.pdf").code == 10
    assert terminal("download", document, "-o", "again.pdf").code == 3
