"""A restore in the place of a newer state of the same workspace, cut short anywhere."""

from __future__ import annotations

import errno
import io
import itertools
import shutil

import pytest

from sygn_cli.domain.errors import InvalidRequest, WorkspaceUnusable
from sygn_cli.domain.listing import Filters
from sygn_cli.store import backup, restore
from sygn_cli.store.apikeys import FileApiKeys
from sygn_cli.store.webhooks import Endpoints
from sygn_cli.store.workspace import Workspace
from tests.durability.machine import Death, Machine
from tests.soak import at_length
from tests.store.samples import START, created, signed
from tests.store.test_backup import NOW
from tests.store.test_replacing import KEY, opened, waiting, work
from tests.store.test_webhooks import an_endpoint

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]
EVERY = at_length(11, 1)


@pytest.fixture
def scene(scenes):
    """A workspace in which a key was revoked and letters were sent since it was copied."""
    workspace = Workspace.open(scenes / "template" / ".sygn")
    store = opened(workspace)
    FileApiKeys(workspace.keys).add(KEY)
    Endpoints(workspace.webhooks).add(an_endpoint(1))
    store.keys.put_if_absent("owner.key", b"o" * 32)
    signed(store, created(store), "s1")
    work(store)
    created(store, 1)
    out = io.BytesIO()
    backup.write(workspace, store.log, out, keys=True, now=NOW)
    FileApiKeys(workspace.keys).revoke(KEY.id, at=START)
    store.keys.replace("owner.key", b"n" * 32)
    work(store)
    shutil.rmtree(workspace.cache)
    return scenes, out.getvalue()


def restored(content, place, *, force=True):
    restore.restore(io.BytesIO(content), place, force=force, now=NOW, open_store=opened)


def judge(content, place):
    """Fail unless the workspace is at its place, or is put back by the next restore."""
    if not place.exists():
        with pytest.raises(InvalidRequest, match="There is a workspace"):
            restored(content, place, force=False)
    look_at(place)
    for aside in place.parent.glob(".sygn.before-restore-*"):
        aside.rename(aside.with_name("first"))  # it is the same second
    restored(content, place)
    look_at(place)
    assert list(place.parent.glob("*.restoring-*")) == []
    assert list(place.parent.glob("*.meanwhile-*")) == []


def look_at(place):
    store = opened(Workspace.open(place, create=False))
    store.heal_all()
    assert list(store.check()) == []
    assert [one.seq for one in store.list(Filters(), limit=9).documents] == [0, 2]
    assert FileApiKeys(store.workspace.keys).get(KEY.id).revoked_at == START
    assert store.keys.read("owner.key") == b"n" * 32
    assert waiting(store) == {}


def test_one_that_dies_anywhere_is_done_or_undone(scene, tally):
    scenes, content = scene
    for die_at in itertools.count(1, EVERY):
        folder = scenes / str(die_at)
        shutil.copytree(scenes / "template", folder)
        try:
            with Machine(folder, die_at=die_at):
                restored(content, folder / ".sygn")
        except Death:
            judge(content, folder / ".sygn")
            tally("restores over a newer state that were killed", 1)
        else:
            judge(content, folder / ".sygn")
            break
        shutil.rmtree(folder)
    assert die_at > 100


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full", "broken"])
def test_one_of_which_a_call_fails_is_done_or_nothing_has_changed(scene, tally, code):
    scenes, content = scene
    for fail_at in itertools.count(1, EVERY):
        folder = scenes / str(fail_at)
        shutil.copytree(scenes / "template", folder)
        with Machine(folder, fail_at=fail_at, code=code) as machine:
            try:
                restored(content, folder / ".sygn")
            except WorkspaceUnusable:
                assert list(folder.glob(".sygn.before-*")) == []
            tally("restores over a newer state of which a call failed", 1)
        judge(content, folder / ".sygn")
        shutil.rmtree(folder)
        if not machine.failed:
            break
    assert fail_at > 100
