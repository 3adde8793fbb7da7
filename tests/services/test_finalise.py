"""What is begun with one credential is told of with that one."""

from __future__ import annotations

import pymupdf

from sygn_cli.delivery.keys import WorkspaceKeys
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.engine import completion_certificate
from sygn_cli.services import downloads, finalise, seal_keys, signing, verification
from tests.runtimes import ADA, FixedClock, MemoryKeyFiles, a_document, memory_runtime


def _disk_full(*_: object, **__: object) -> bytes:
    raise OSError("no space left")


def test_the_certificate_names_the_credential_that_sealed_and_no_later_one(monkeypatch):
    keys = WorkspaceKeys(MemoryKeyFiles(), FixedClock(), "Test workspace")
    runtime = memory_runtime(keys=keys)
    document = a_document(runtime, invitees=(ADA,))
    with monkeypatch.context() as broken:
        broken.setattr(completion_certificate, "draw", _disk_full)
        signing.sign_headlessly(runtime, document.id, "s1", name="Ada Lovelace", values={})
    assert runtime.store.load(document.id).awaits_seal
    seal_keys.rotate(keys, FixedClock())

    assert finalise.finalise(runtime, document.id).status is DocumentStatus.COMPLETED
    signed = verification.verify(runtime, downloads.signed_pdf(runtime, document.id))
    certificate = downloads.certificate(runtime, document.id)
    with pymupdf.open(stream=certificate) as pdf:
        told = "".join("".join(page.get_text().split()) for page in pdf)

    sealed_with = signed.signatures[0].fingerprint
    later = verification.verify(runtime, certificate).signatures[0].fingerprint
    assert sealed_with != later
    assert sealed_with in told.replace(":", "").lower()
    assert later not in told.replace(":", "").lower()
