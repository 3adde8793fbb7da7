"""A workspace in memory has no log; what the log does is tried on real workspaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sygn_cli.domain.errors import NotFound
from sygn_cli.store.findings import Finding
from sygn_cli.store.ledger import Inclusion


class NoLedger:
    """Nothing was ever logged."""

    def checkpoint(self) -> bytes:
        raise NotFound("There is no log in memory.")

    def verifier(self) -> str:
        raise NotFound("There is no log in memory.")

    def inclusions(self, document_id: str, note: bytes) -> Sequence[Inclusion]:
        return ()

    def check(
        self, document_id: str | None = None, *, kept: Sequence[bytes] = ()
    ) -> Iterator[Finding]:
        return iter(())
