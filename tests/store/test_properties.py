"""Whatever happens in whatever order, the state is what the trail folds to."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sygn_cli.domain import history, lifecycle
from sygn_cli.domain.errors import StateConflict
from sygn_cli.domain.evidence import COMMAND_LINE, OPERATOR
from sygn_cli.domain.listing import Filters
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import Workspace
from tests.soak import at_length
from tests.store.samples import (
    PDF,
    START,
    completed,
    consented,
    creation,
    document_id,
    signature,
    voiding,
)

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document

signers = st.sampled_from(["s1", "s2", "s3"])
seconds = st.integers(-3600, 3600)  # clocks go back, too


class LifeOfADocument(RuleBasedStateMachine):
    """All operations, in any order, at any time, with files disappearing in between."""

    document: Document

    def __init__(self):
        super().__init__()
        self.scratch = Path(tempfile.mkdtemp())
        self.store = WorkspaceStore(Workspace.open(self.scratch / ".sygn"))
        self.folder = self.store.workspace.folder(document_id())

    def teardown(self):
        try:
            self.check()
            self.store.heal_all()
            assert list(self.store.check()) == []
        finally:
            shutil.rmtree(self.scratch)

    def check(self):
        """The loaded state, the folded state and the last returned one are the same."""
        loaded = self.store.load(document_id())
        events = self.store.trail(document_id())
        folded = history.fold(events, lambda sha256: self.store.blob(loaded.id, sha256))
        assert loaded == folded == self.document
        assert [event.seq for event in events] == list(range(len(events)))
        assert all(a.at <= b.at for a, b in pairwise(events))
        page = self.store.list(Filters(status=loaded.status), limit=2)
        assert page.documents == (loaded,)

    def commit(self, entry, at):
        if entry is not None:
            self.document = self.store.commit(
                self.document, entry, at=START + timedelta(seconds=at)
            )
        self.check()

    @initialize(number=st.integers(1, 3))
    def create(self, number):
        entry = creation(signers=number)
        self.document = self.store.create(document_id(), entry, at=START, blobs=[PDF])
        self.check()

    @rule(signer=signers, at=seconds)
    def view(self, signer, at):
        who = [one for one in self.document.signers if one.id == signer]
        if who:
            self.commit(lifecycle.view(self.document, who[0], COMMAND_LINE), at)

    @rule(signer=signers, at=seconds, drawn=st.booleans())
    def sign(self, signer, at, drawn):
        if signer not in {one.id for one in self.document.signers}:
            return
        try:
            self.document = consented(self.store, self.document, signer)
            entry = signature(self.document, signer, drawn=drawn)
        except StateConflict:
            return
        self.commit(entry, at)

    @rule(at=seconds)
    def rotate(self, at):
        try:
            entry = lifecycle.rotate_link(self.document, self.document.signers[0])
        except StateConflict:
            return
        self.commit(entry, at)

    @rule(at=seconds)
    def download(self, at):
        entry = lifecycle.downloaded(self.document, "original", OPERATOR, COMMAND_LINE)
        self.commit(entry, at)

    @rule(at=seconds, words=st.text('aé\u65e5 "\\{}', min_size=1, max_size=20))
    def fail_to_seal(self, at, words):
        self.commit(lifecycle.seal_failed(self.document, words), at)

    @rule(at=seconds)
    @precondition(lambda self: len(self.document.signers) == 3)
    def void(self, at):
        try:
            entry = voiding(self.document)
        except (StateConflict, AssertionError):
            return
        self.commit(entry, at)

    @rule()
    @precondition(lambda self: self.document.awaits_seal)
    def complete(self):
        self.document = completed(self.store, self.document)
        self.check()

    @rule()
    def lose_the_projection(self):
        self.folder.projection.unlink(missing_ok=True)
        self.check()

    @rule(place=st.floats(0, 1))
    def damage_the_projection(self, place):
        if self.folder.projection.exists():
            content = self.folder.projection.read_bytes()
            self.folder.projection.write_bytes(content[: int(len(content) * place)])
        self.check()

    @rule(torn=st.binary(min_size=1, max_size=30).filter(lambda one: b"\n" not in one))
    def leave_an_unfinished_event(self, torn):
        content = self.folder.trail.read_bytes()
        if content.endswith(b"\n"):
            self.folder.trail.write_bytes(content + torn)
        self.check()

    @rule()
    def lose_the_index_and_the_frontier(self):
        (self.store.workspace.cache / "index.sqlite3").unlink(missing_ok=True)
        (self.store.workspace.log / "frontier").unlink(missing_ok=True)
        self.check()

    @rule()
    def start_another_process(self):
        self.store = WorkspaceStore(Workspace.open(self.store.workspace.path, create=False))
        self.check()


LifeOfADocument.TestCase.settings = settings(
    max_examples=at_length(15, 100), stateful_step_count=20, deadline=None
)
test_the_state_is_what_the_trail_says = LifeOfADocument.TestCase
