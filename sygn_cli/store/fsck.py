"""Looking through a whole workspace and mending what can be mended.

Evidence (trails, the workspace log, blobs) is never touched: damage there is told, and a backup is
the cure. Everything else is made again from the evidence, or moved into quarantine.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sygn_cli.domain.errors import SygnError, WorkspaceUnusable
from sygn_cli.domain.ids import DOCUMENT_ID
from sygn_cli.store import audit, durable, locks, reading, trouble
from sygn_cli.store.findings import Finding, Level
from sygn_cli.store.keyring import CA, LINK_KEY, SEAL
from sygn_cli.store.loose import loose
from sygn_cli.store.quarantine import Quarantine
from sygn_cli.store.verify import check_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sygn_cli.store.documents import WorkspaceStore
    from sygn_cli.store.workspace import DocumentFolder


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be, and what became of it.

    Attributes:
        done: What was done about it; "" if nothing was.
    """

    level: Level
    where: str
    what: str
    done: str = ""


def fsck(
    store: WorkspaceStore,
    *,
    now: datetime,
    repair: bool,
    replace_lost_keys: Callable[[], bool] | None = None,
) -> Iterator[Problem]:
    """Yield everything that is wrong; with ``repair`` after mending it.

    Args:
        replace_lost_keys: Makes another CA or seal's credential in the place of a lost one, and
            tells whether seals have another credential; the store knows nothing of how.

    Raises:
        WorkspaceUnusable: A repair cannot be written.
    """
    found = [one for one in store.check() if one.level is not Level.PURGED]
    found += loose(store, now=now)
    quarantine = Quarantine(store.workspace, now=now) if repair else None
    repairs = None if quarantine is None else _Repairs(store, quarantine, replace_lost_keys)
    mended: set[str] = set()
    for one in found:
        if repairs is None or _is_evidence(one):
            yield Problem(one.level, one.where, one.what)
        elif not DOCUMENT_ID.fullmatch(one.where):
            yield Problem(one.level, one.where, one.what, repairs.loose(one))
        elif one.where not in mended:
            mended.add(one.where)
            told = {known for known in found if known.where == one.where}
            yield from repairs.document(store.workspace.folder(one.where), told)


def _is_evidence(finding: Finding) -> bool:
    """Tell whether it is about what must not be touched; a projection's damage can be mended."""
    return finding.level is Level.DAMAGE and finding.path is None


class _Repairs:
    def __init__(
        self,
        store: WorkspaceStore,
        quarantine: Quarantine,
        replace_lost_keys: Callable[[], bool] | None,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._replace_lost_keys = replace_lost_keys

    def loose(self, finding: Finding) -> str:
        """Take away what is in the way, or make other keys; return what was done."""
        if finding.path is None:
            return ""
        with trouble.guarded(finding.path):
            if finding.path == self._store.workspace.keys / LINK_KEY:
                return self._new_link_key(finding.path)
            if finding.path in {self._store.workspace.keys / name for name in (CA, SEAL)}:
                return self._new_seal_keys(finding.path.name)
            return self._taken(finding.path)

    def document(self, folder: DocumentFolder, told: set[Finding]) -> Iterator[Problem]:
        """Mend one document, looked at anew while nobody can change it.

        Args:
            folder: Where it lies.
            told: What was found when it was looked at before; damage in it is told already.
        """
        with locks.hold(folder.lock), trouble.guarded(folder.path):
            log = self._store.log
            found = check_document(folder, log.about(folder.id), log)
            damaged = any(map(_is_evidence, found))
            for one in found:
                if one.level is Level.PURGED or (_is_evidence(one) and one in told):
                    continue
                done = "" if damaged else self._mended(folder, one)
                yield Problem(one.level, one.where, one.what, done)

    def _mended(self, folder: DocumentFolder, finding: Finding) -> str:
        if finding.path is not None and finding.path != folder.projection:
            return self._taken(finding.path)
        if folder.tombstone.exists():
            self._store.purging.finish([folder.id])
            return "The purge was finished."
        if finding.path is not None and finding.path.exists():
            self._taken(finding.path)
        self._keep_torn(folder)
        try:
            self._store.settle(folder.id)
        except WorkspaceUnusable:
            raise
        except SygnError:
            return ""
        # What follows from an event is put off where it cannot be done now.
        settled = reading.read(folder).is_settled
        return "It was finished from the audit trail." if settled else ""

    def _new_link_key(self, path: Path) -> str:
        with contextlib.suppress(FileNotFoundError):
            self._quarantine.keep(path, durable.read(path))
        self._store.keys.renew_link_key()
        return (
            "A new one was made: all links, access codes and authenticators given out before are "
            "void. New ones: sygn link, sygn remind, sygn unlock --new-secrets."
        )

    def _new_seal_keys(self, first: str) -> str:
        if self._replace_lost_keys is None:
            return ""
        is_other_seal = self._replace_lost_keys()
        if first == SEAL:
            return "The seal has another credential now, of the same CA."
        if not is_other_seal:
            return (
                "A CA was made anew, for signers' own credentials and for revocation lists. The "
                "seal keeps its credential, which another authority issued."
            )
        return (
            "Made anew: seals lead to another root from now on. Give both to whoever verifies: "
            "sygn keys export-root --all."
        )

    def _keep_torn(self, folder: DocumentFolder) -> None:
        torn = audit.split(durable.read(folder.trail))[1]
        if torn:
            self._quarantine.keep(folder.trail.with_suffix(".torn"), torn)

    def _taken(self, path: Path) -> str:
        if not path.exists():
            return "It is gone."
        target = self._quarantine.take(path)
        return f"Moved to {target.relative_to(self._store.workspace.path)}."
