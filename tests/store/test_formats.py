"""Older workspaces come along, cut short or not; newer ones are refused by name."""

from __future__ import annotations

import errno
import json
import shutil

import pytest

from sygn_cli import __version__
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.store import durable, formats, locks
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.formats import Step
from sygn_cli.store.workspace import Workspace
from tests.store.faults import FaultyOs
from tests.store.samples import created, signed


def of_format(workspace, number, **more):
    data = {"format": number, "workspace": workspace.id, **more}
    (workspace.path / "sygn.json").write_text(json.dumps(data) + "\n")


def told(path):
    return json.loads((path / "sygn.json").read_text())


def test_a_new_workspace_is_of_the_newest_format(workspace):
    assert told(workspace.path) == {
        "format": formats.CURRENT,
        "workspace": workspace.id,
        "sygn": __version__,
    }


def test_a_workspace_of_format_1_is_brought_along_and_keeps_everything(workspace, store):
    document = signed(store, created(store), "s1")
    of_format(workspace, 1)
    before = (workspace.path / "sygn.json").read_bytes()
    again = WorkspaceStore(Workspace.open(workspace.path))
    assert again.workspace.id == workspace.id
    assert told(workspace.path)["format"] == 2
    assert (workspace.path / "before-format-2" / "sygn.json").read_bytes() == before
    assert again.load(document.id) == document
    assert list(again.check()) == []


def test_a_newer_workspace_is_refused_by_its_version(workspace):
    of_format(workspace, 7, sygn="9.1")
    before = (workspace.path / "sygn.json").read_bytes()
    with pytest.raises(WorkspaceUnusable, match=r"of format 7, made by sygn 9\.1") as caught:
        Workspace.open(workspace.path)
    assert "up to 2" in caught.value.message
    assert "Install a newer sygn" in (caught.value.hint or "")
    assert (workspace.path / "sygn.json").read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"format":"2","workspace":"w"}', b'{"format":true}',
                b'{"format":0,"workspace":"w"}', b'{"format":2,"workspace":3}', b"\xff"]
)  # fmt: skip
def test_a_damaged_description_is_refused(workspace, content):
    (workspace.path / "sygn.json").write_bytes(content)
    with pytest.raises(WorkspaceUnusable, match="damaged"):
        Workspace.open(workspace.path)


def shouted(path):
    """Write all settings in capitals: a step that changes what it may find changed already."""
    for file in path.glob("*.toml"):
        durable.replace(file, durable.read(file).upper())


STEPS = {1: Step(lambda _path: None), 2: Step(shouted, changes=("*.toml", "log/*"))}


def test_each_step_is_taken_in_turn_after_a_copy(workspace):
    of_format(workspace, 1)
    settings = workspace.settings_text()
    assert formats.brought_up(workspace.path, STEPS).format == 3
    assert workspace.settings_text() == settings.upper()
    assert (workspace.path / "before-format-3" / "sygn.toml").read_text() == settings
    assert told(workspace.path / "before-format-3")["format"] == 2
    assert formats.brought_up(workspace.path, STEPS).format == 3


def test_a_migration_that_fails_at_any_call_can_be_done_again(tmp_path, monkeypatch):
    template = Workspace.open(tmp_path / "template")
    of_format(template, 1)
    settings = template.settings_text()
    faulty = FaultyOs()
    failed = 0
    for number in range(1, 200):
        path = tmp_path / str(number)
        shutil.copytree(template.path, path)
        with monkeypatch.context() as patch:
            patch.setattr(durable, "os", faulty)
            patch.setattr(locks, "os", faulty)
            faulty.fail("*", at=number, code=errno.EIO)
            try:
                formats.brought_up(path, STEPS)
            except WorkspaceUnusable:
                failed += 1
            reached = faulty.count >= number
        assert formats.brought_up(path, STEPS).format == 3
        assert (path / "sygn.toml").read_text() == settings.upper()
        assert (path / "before-format-3" / "sygn.toml").read_text() == settings
        assert list(path.glob("*.tmp")) == []
        if not reached:
            break
    assert failed > 20


def test_what_cannot_be_changed_is_read_as_it_is_if_that_is_possible(workspace, monkeypatch):
    of_format(workspace, 1)
    faulty = FaultyOs()
    monkeypatch.setattr(locks, "os", faulty)
    faulty.fail("open", at=None, code=errno.EROFS)
    assert formats.brought_up(workspace.path).format == 1
    with pytest.raises(WorkspaceUnusable):
        formats.brought_up(workspace.path, STEPS)
