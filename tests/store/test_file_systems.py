"""Disks that are read-only, full, or know no locks: nothing is lost and one clear thing is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests import judges
from tests.cli.terminal import SYGN
from tests.store.samples import consented, created, signed

ROOT = Path(__file__).parents[2]
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("SYGN_")}

FILL = """
import os, sys
from pathlib import Path
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.domain.listing import Filters
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.workspace import Workspace
from tests.store.samples import created, signed

root = Path(sys.argv[1])
ballast = root / "ballast"
ballast.write_bytes(bytes(1 << 20))
acknowledged = {}
store = WorkspaceStore(Workspace.open(root / ".sygn"))
refused = []
for number in range(5000):
    try:
        document = created(store, number)
        acknowledged[document.id] = document
        document = signed(store, document, "s1")
        acknowledged[document.id] = document
    except WorkspaceUnusable as error:
        refused.append(error)
        if len(refused) == 5:
            break

def all_there():
    fresh = WorkspaceStore(Workspace.open(root / ".sygn"))
    for document_id, document in acknowledged.items():
        now = fresh.load(document_id)
        assert now.seq >= document.seq, (now.seq, document.seq)
    assert len(fresh.list(Filters(), limit=9000).documents) == len(acknowledged)
    return fresh

assert len(refused) == 5, "the disk was never full"
assert all("no space" in error.message and error.hint for error in refused), refused[0].message
assert not any(one.level is Level.DAMAGE for one in all_there().check())
ballast.unlink()
store = all_there()
store.tend(now=next(iter(acknowledged.values())).created_at)
for number in range(6000, 6010):
    signed(store, created(store, number), "s1")
assert [one for one in store.check() if one.level is not Level.LITTER] == []
print(len(acknowledged))
"""


def in_namespace(prepare, *command, cwd=ROOT):
    """Run a command among mounts of its own; skip where that is not allowed."""
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f'{prepare} && exec "$@"', "sh", *map(str, command)],
        cwd=cwd,
        env={**PLAIN, "SYGN_NO_INPUT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare failed" in done.stderr or "permission denied" in done.stderr:
        if os.environ.get("SYGN_REQUIRE_TOOLS"):
            pytest.fail("this run may not do without mounts")
        pytest.skip("mounting needs privileges")
    return done


@pytest.mark.slow
def test_a_full_disk_loses_nothing_says_so_and_is_forgotten_when_there_is_space(tmp_path):
    done = in_namespace(
        f"mount -t tmpfs -o size=4m none '{tmp_path}'",
        sys.executable, "-B", "-c", FILL, tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20


@pytest.mark.slow
def test_a_read_only_workspace_is_listed_shown_checked_and_copied(tmp_path):
    store = WorkspaceStore(Workspace.open(tmp_path / ".sygn"))
    document = consented(store, created(store), "s1").id
    store.keys.link_key()
    path = store.workspace.path
    # Without its derived files as well: then all comes from the trails.
    store.workspace.folder(document).projection.unlink()
    frozen = f"mount --bind '{path}' '{path}' && mount -o remount,ro,bind '{path}'"
    for command, code, words in (
        (["list"], 0, document),
        (["status", document], 0, "Ada Lovelace"),
        (["status", "@last", "--json"], 0, document),
        (["audit", document, "--format", "jsonl"], 0, "consent.given"),
        (["audit", "--verify"], 0, "WHOLE"),
        (["fsck"], 0, "document.json is missing"),
        (["backup", tmp_path / "b.tar"], 0, ""),
        (["void", document], 13, "cannot be written"),
        (["fsck", "--repair"], 13, "cannot be written"),
        (["purge", "--older-than", "1d", "--yes"], 0, ""),
    ):
        done = in_namespace(frozen, SYGN, *command, "--workspace", path, cwd=tmp_path)
        assert done.returncode == code, (command, done.stdout, done.stderr)
        assert words in done.stdout + done.stderr, command
        assert "Traceback" not in done.stderr
    assert (tmp_path / "b.tar").stat().st_size > 2000


@pytest.mark.slow
@pytest.mark.parametrize("code", ["ENOLCK", "ENOSYS"])
def test_a_file_system_without_locks_is_refused_and_still_read(tmp_path, code):
    store = WorkspaceStore(Workspace.open(tmp_path / ".sygn"))
    document = signed(store, created(store), "s1").id
    before = store.workspace.folder(document).trail.read_bytes()

    def without_locks(*command):
        return subprocess.run(
            ["strace", "-f", "-o", "/dev/null", "-e", "trace=flock",
             "-e", f"inject=flock:error={code}", SYGN, *command, "-w", store.workspace.path],
            env={**PLAIN, "SYGN_NO_INPUT": "1"}, cwd=tmp_path,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = without_locks("void", document)
    if "strace: " in done.stderr:
        judges.do_without("strace may not trace here")
    assert done.returncode == 13
    assert "without locks" in done.stderr
    assert "Traceback" not in done.stderr
    assert without_locks("status", document).returncode == 0
    assert without_locks("audit", "--verify").returncode == 0
    assert store.workspace.folder(document).trail.read_bytes() == before
