"""The roots that the seals of a workspace's documents lead to, for one that lost its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain.audit import EventType
from sygn_cli.domain.errors import SygnError
from sygn_cli.engine import sealer, verify
from sygn_cli.store import reading

if TYPE_CHECKING:
    from sygn_cli.store.documents import WorkspaceStore


def roots(store: WorkspaceStore) -> tuple[bytes, ...]:
    """Return the roots in PEM, each from a sealed file that is whole and as the trail names it.

    Only one file of each credential is opened.
    """
    found: dict[bytes, None] = {}
    seen: set[str] = set()
    for document_id in reading.walk(store.workspace.documents):
        try:
            document = store.load(document_id)
            credential = _credential(store, document_id)
            if not document.sealed_sha256 or credential in seen:
                continue
            pdf = store.blob(document_id, document.sealed_sha256)
        except SygnError:
            continue  # purged or damaged: another may tell
        good = [root for root in sealer.embedded_roots(pdf) if _is_good(pdf, root, credential)]
        if good:
            seen.add(credential)
            found |= dict.fromkeys(good)
    return tuple(found)


def _credential(store: WorkspaceStore, document_id: str) -> str:
    """Return the fingerprint of the seal's certificate, as recorded; "" before."""
    sealed = [one for one in store.trail(document_id) if one.type is EventType.SEALED]
    return str(sealed[-1].data["credential_sha256"]) if sealed else ""


def _is_good(pdf: bytes, root: bytes, credential: str) -> bool:
    """Tell whether the recorded credential made a seal here that this root vouches for."""
    verdict = verify.verify(pdf, trust=[root])
    vouched = any(one.trusted and one.fingerprint == credential for one in verdict.signatures)
    return vouched and verdict.status is not verify.Status.TAMPERED
