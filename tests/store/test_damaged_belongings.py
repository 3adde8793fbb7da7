"""What lies around the evidence, harmed in every way: found and named, or nothing shows it."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sygn_cli.domain import retention
from sygn_cli.domain.audit import sha256
from sygn_cli.domain.errors import NotFound, Purged, SygnError, Tampered, WorkspaceUnusable
from sygn_cli.domain.evidence import OPERATOR
from sygn_cli.domain.listing import Filters
from sygn_cli.domain.template import Template
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.findings import Level
from sygn_cli.store.fsck import fsck
from sygn_cli.store.keyring import CA, SEAL
from sygn_cli.store.templates import FolderTemplates
from sygn_cli.store.webhooks import Endpoints
from sygn_cli.store.workspace import Workspace
from tests.store.harm import FLIPS, HARMS, flipped
from tests.store.samples import START, completed, created, signed, voiding
from tests.store.test_library import PDF, a_template
from tests.store.test_webhooks import an_endpoint

LATER = START + timedelta(days=800)
KINDS = ("sygn.json", "template.json", "source.pdf", "webhooks", "purged.json")


@dataclass
class Shown:
    """All that a workspace shows, and what it says of what it cannot show."""

    documents: dict[str, Any] = field(default_factory=dict)
    templates: dict[str, Any] = field(default_factory=dict)
    endpoints: dict[str, Any] = field(default_factory=dict)
    refused: list[SygnError] = field(default_factory=list)

    def attempt(self, into: dict[str, Any], name: str, ask: Callable[[], Any]) -> None:
        try:
            into[name] = ask()
        except (Tampered, WorkspaceUnusable) as error:
            self.refused.append(error)
        except Purged as error:
            # When it was purged and why is between the tombstone and the log, which a check reads.
            into[name] = re.findall("it was ([a-z]+ on [0-9-]+)", error.message)
        except NotFound:
            pass


class Scene:
    """A workspace with two of everything, and a way back to how it was."""

    def __init__(self, path: Path) -> None:
        store = opened(path)
        workspace = store.workspace
        for name in (CA, SEAL):
            store.keys.put_if_absent(name, b"-")
        done = completed(store, signed(store, signed(store, created(store), "s1"), "s2"))
        sent = signed(store, created(store, 1), "s1")
        rule = retention.retention("2y", now=LATER)
        gone = [created(store, number) for number in (2, 3)]
        for one in gone:
            ended = store.commit(one, voiding(one), at=START)
            entry = retention.purge(ended, rule, actor=OPERATOR)
            assert entry is not None
            with store.purging.alone():
                store.purging.bury(ended, entry, at=LATER)
        store.keys.link_key()
        for number, slug in enumerate(("nda", "offer")):
            pdf = PDF + bytes([number])
            FolderTemplates(workspace.templates, workspace.staging).add(
                a_template(slug, sha256=sha256(pdf), title=slug.title()), pdf
            )
            Endpoints(workspace.webhooks).add(an_endpoint(number))
        self.path = workspace.path
        self.ids = [one.id for one in (done, sent, *gone)]
        self.kept = {
            one: one.read_bytes()
            for one in sorted(self.path.rglob("*"))
            if one.is_file() and one.name not in {".lock", ".gitignore", "sygn.toml"}
        }
        self.shown = self.look()
        assert self.shown.refused == []
        assert [len(one) for one in (self.shown.templates, self.shown.endpoints)] == [2, 2]
        assert self.found() == []

    def files(self, kind: str) -> list[Path]:
        found = [one for one in self.kept if kind in one.relative_to(self.path).parts[:-1]]
        return found or [one for one in self.kept if one.name == kind]

    def look(self) -> Shown:
        """Ask for everything; whoever cannot be answered is told one clear error."""
        shown = Shown()
        try:
            store = opened(self.path)
        except WorkspaceUnusable as error:
            shown.refused.append(error)
            return shown
        for one in self.ids:
            shown.attempt(shown.documents, one, partial(store.load, one))
        listed = store.list(Filters(), limit=9).documents
        assert [one for one in listed if shown.documents.get(one.id) != one] == []
        templates = FolderTemplates(store.workspace.templates, store.workspace.staging)
        for slug in ("nda", "offer"):
            shown.attempt(shown.templates, slug, partial(whole_template, templates, slug))
        shown.attempt({}, "", templates.list)
        endpoints = Endpoints(store.workspace.webhooks)
        shown.endpoints = {one.id: one for one in endpoints.all()}
        return shown

    def found(self) -> list[str]:
        """Return what a check names; opening may be refused as well."""
        try:
            problems = fsck(opened(self.path), now=LATER, repair=False)
            return [
                f"{one.where}: {one.what}"
                for one in problems
                if one.level in {Level.DAMAGE, Level.BROKEN}
            ]
        except WorkspaceUnusable as error:
            return [error.message]

    def judge(self, *paths: Path, may_miss: bool = False) -> None:
        """Fail where something is shown that was not so, or is not shown and nobody says why."""
        shown, found = self.look(), self.found()
        for now, before in (
            (shown.documents, self.shown.documents),
            (shown.templates, self.shown.templates),
            (shown.endpoints, self.shown.endpoints),
        ):
            assert {name: before[name] for name in now} == now, paths
        assert all(one.message for one in shown.refused)
        assert not shown.refused or found, paths
        if shown == self.shown or may_miss:
            return
        for path in paths:
            names = {path.name, path.parent.name, "log" if path.name == "sygn.json" else path.name}
            assert any(name in what for name in names for what in found), (path, found)

    def mend(self) -> None:
        shutil.rmtree(self.path)
        for one, content in self.kept.items():
            one.parent.mkdir(parents=True, exist_ok=True)
            one.write_bytes(content)


def whole_template(templates: FolderTemplates, slug: str) -> tuple[Template, bytes]:
    found = templates.get(slug)
    return found, templates.pdf(found)


def opened(path: Path) -> WorkspaceStore:
    return WorkspaceStore(Workspace.open(path))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    memory = Path("/dev/shm")
    base = tmp_path_factory.mktemp("belongings")
    if os.access(memory, os.W_OK):
        base = memory / f"sygn-test-{os.getpid()}-{base.name}"
    yield Scene(base / ".sygn")
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def scene(whole):
    yield whole
    whole.mend()


by_kind = pytest.mark.parametrize("kind", KINDS)
pytestmark = pytest.mark.usefixtures("expects_warnings")


@by_kind
@pytest.mark.parametrize("harm", HARMS)
def test_what_is_harmed_is_named_or_shows_as_before(scene, kind, harm):
    files = scene.files(kind)
    assert files
    for path in files:
        path.write_bytes(harm(scene.kept[path]))
        scene.judge(path)
        scene.mend()


@by_kind
def test_one_flipped_bit_is_named_or_shows_as_before(scene, tally, kind):
    chance = random.Random(2026)  # noqa: S311 - the same places each time
    files = scene.files(kind)
    for number in range(FLIPS):
        path = files[number % len(files)]
        path.write_bytes(flipped(scene.kept[path], chance))
        scene.judge(path)
        assert kind != "purged.json" or scene.found(), path.read_bytes()
        scene.mend()
    tally("flipped bits of what lies around the evidence", FLIPS)


@by_kind
def test_what_is_gone_is_named(scene, kind):
    for path in scene.files(kind):
        path.unlink()
        # An endpoint's file is all that there is of it.
        scene.judge(path, may_miss=kind == "webhooks")
        scene.mend()


@pytest.mark.parametrize("kind", KINDS[1:])
def test_what_lies_in_the_place_of_another_is_named(scene, kind):
    first, second = scene.files(kind)
    first.write_bytes(scene.kept[second])
    second.write_bytes(scene.kept[first])
    scene.judge(first, second)
    assert scene.found()


def test_templates_in_each_others_place_are_named(scene):
    first, second = (path.parent for path in scene.files("template.json"))
    first.rename(first.with_name("other"))
    second.rename(first)
    first.with_name("other").rename(second)
    scene.judge(first / "template.json", second / "template.json")
    assert len(scene.found()) == 2


def test_the_description_of_another_workspace_is_named(scene, tmp_path):
    other = opened(tmp_path / "other").workspace
    (path,) = scene.files("sygn.json")
    path.write_bytes((other.path / path.name).read_bytes())
    scene.judge(path)
    assert any("log" in one for one in scene.found())


def test_a_workspace_that_lost_its_description_is_not_made_anew(scene):
    (path,) = scene.files("sygn.json")
    path.unlink()
    with pytest.raises(WorkspaceUnusable, match=r"sygn\.json of .* is gone") as caught:
        opened(scene.path)
    assert "backup" in (caught.value.hint or "")
    assert not path.exists()


@pytest.mark.parametrize("kind", ["template.json", "webhooks"])
def test_what_an_older_version_wrote_without_a_check_is_read(scene, kind):
    for path in scene.files(kind):
        data = json.loads(scene.kept[path])
        assert data.pop("check")
        path.write_text(json.dumps(data))
    assert scene.look() == scene.shown
    assert scene.found() == []


@pytest.mark.parametrize("name", ["template.json", "source.pdf"])
def test_a_template_that_is_damaged_can_be_taken_away(scene, name):
    templates = FolderTemplates(scene.path / "templates", scene.path / "tmp")
    (path,) = (one for one in scene.files(name) if "nda" in one.parts)
    path.unlink()
    assert scene.found()
    templates.remove("nda")
    assert [one.slug for one in templates.list()] == ["offer"]
    assert scene.found() == []


def test_an_endpoint_that_is_damaged_can_be_taken_away_as_its_hint_says(scene):
    path, other = scene.files("webhooks")
    path.write_bytes(b"{")
    with pytest.raises(WorkspaceUnusable, match="damaged") as caught:
        Endpoints(path.parent).get(path.stem)
    assert "fsck --repair" in (caught.value.hint or "")
    store = opened(scene.path)
    assert [one.where for one in fsck(store, now=LATER, repair=True)] == ["webhooks"]
    assert [one.id for one in Endpoints(path.parent).all()] == [other.stem]
    assert scene.found() == []
