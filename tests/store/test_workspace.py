"""A workspace is made once, found where one expects it, and never made on top of something else."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.services.settings import settings_from
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace, find
from tests.store.samples import created, signed

RACER = """
import sys
from pathlib import Path
from sygn_cli.store.workspace import Workspace
sys.stdin.readline()
print(Workspace.open(Path(sys.argv[1])).id)
"""


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_workspace_is_made_on_first_use_and_stays_the_same(tmp_path):
    first = Workspace.open(tmp_path / "deep" / ".sygn")
    again = Workspace.open(tmp_path / "deep" / ".sygn", create=False)
    assert first == again
    assert re.fullmatch("ws_[0-9a-f]{32}", first.id)


def test_only_the_owner_may_look_inside(workspace):
    assert {mode(workspace.path), mode(workspace.keys), mode(workspace.documents)} == {0o700}
    assert mode(workspace.path / "sygn.json") == 0o600


def test_without_create_nothing_is_made(tmp_path):
    with pytest.raises(WorkspaceUnusable) as caught:
        Workspace.open(tmp_path / ".sygn", create=False)
    assert caught.value.hint == f"Make one with: sygn init --workspace {tmp_path / '.sygn'}"
    assert list(tmp_path.iterdir()) == []


def test_processes_that_race_get_the_same_workspace(tmp_path):
    for number in range(3):
        folder = tmp_path / str(number)
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("\n")
            racer.stdin.flush()
        ids = {racer.communicate()[0] for racer in racers}
        assert len(ids) == 1
        assert ids == {Workspace.open(folder, create=False).id + "\n"}


def test_a_workspace_whose_making_was_cut_short_is_finished(tmp_path):
    half = tmp_path / ".sygn"
    (half / "keys").mkdir(parents=True)
    (half / "sygn.json.123.4.tmp").write_text("{")
    (half / "sygn.toml").write_text("# mine\n")
    assert Workspace.open(half).settings_text() == "# mine\n"


def test_empty_folders_that_a_backup_dropped_come_back(store):
    document = created(store)
    for name in ("inflight", "tmp", "outbox", "idempotency"):
        (store.workspace.path / name).rmdir()
    again = WorkspaceStore(Workspace.open(store.workspace.path, create=False))
    assert signed(again, document, "s1").seq == 2


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(WorkspaceUnusable, match=r"thesis\.tex"):
        Workspace.open(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"format": "1", "workspace": "ws"}'])
def test_a_damaged_description_is_never_made_anew(workspace, damage):
    (workspace.path / "sygn.json").write_text(damage)
    with pytest.raises(WorkspaceUnusable, match="damaged"):
        Workspace.open(workspace.path)
    assert (workspace.path / "sygn.json").read_text() == damage


def test_a_place_that_cannot_be_written_is_unusable(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceUnusable):
        Workspace.open(tmp_path / "file" / ".sygn")


def test_a_flag_goes_before_the_environment_before_the_nearest_folder(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / ".sygn").mkdir()
    assert find(Path("x"), "y", inner) == Path("x")
    assert find(None, "y", inner) == Path("y")
    assert find(None, "", inner) == tmp_path / ".sygn"
    (inner / ".sygn").mkdir()
    assert find(None, None, inner) == inner / ".sygn"


def test_where_there_is_none_the_users_data_folder_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = find(None, None, tmp_path)
    assert found.name == "sygn"
    assert not found.exists()


def test_a_repository_ignores_the_workspace_inside_it(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    Workspace.open(tmp_path / ".sygn")
    shown = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--short"], check=True, capture_output=True
    )
    assert shown.stdout == b""


def test_new_settings_change_nothing(workspace):
    assert tomllib.loads(workspace.settings_text()) == {}


def test_every_setting_of_the_template_is_one_that_is_read(workspace):
    named = re.sub(r"(?m)^#(?=[\w\[])", "", workspace.settings_text())
    assert "public_url" in tomllib.loads(named)
    assert settings_from(named, {}).public_url == "https://sign.example.com"


def test_missing_settings_are_empty_and_foreign_bytes_are_refused(workspace):
    path = workspace.path / "sygn.toml"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(WorkspaceUnusable, match="UTF-8"):
        workspace.settings_text()
    path.unlink()
    assert workspace.settings_text() == ""
