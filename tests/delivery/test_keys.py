"""Keys appear when first needed, once, and stay."""

from __future__ import annotations

import threading

import pytest

from sygn_cli.delivery.keys import WorkspaceKeys
from sygn_cli.delivery.pdf_work import LazyWorkers
from sygn_cli.domain.errors import PdfRefused, SealFailed, WorkspaceUnusable
from sygn_cli.engine import credential, intake
from tests.runtimes import FixedClock, MemoryKeyFiles, sample


def keys(files: MemoryKeyFiles) -> WorkspaceKeys:
    return WorkspaceKeys(files, FixedClock(), "Test workspace")


def test_the_credential_is_made_once_and_can_seal():
    files = MemoryKeyFiles()
    made = keys(files).credential()
    assert keys(files).credential() == made
    credential.test_sign(made, now=FixedClock().now())


def test_the_root_is_the_ca_and_not_the_seal():
    files = MemoryKeyFiles()
    held = keys(files)
    assert held.credential().cert_pem != held.root_pem()
    assert held.root_pem() == keys(files).root_pem()


def test_of_two_processes_that_make_keys_one_wins():
    """Both must go on with the same CA and seal, whoever came first."""

    class Racing(MemoryKeyFiles):
        def __init__(self) -> None:
            super().__init__()
            self._barrier = threading.Barrier(2, timeout=30)
            self._lock = threading.Lock()

        def read(self, name: str) -> bytes | None:
            found = super().read(name)
            self._barrier.wait()
            return found

        def put_if_absent(self, name: str, content: bytes) -> bytes:
            with self._lock:
                return super().put_if_absent(name, content)

    files, found = Racing(), []
    threads = [
        threading.Thread(target=lambda: found.append(keys(files).credential())) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]


def test_a_damaged_key_is_an_error_and_not_a_new_key():
    files = MemoryKeyFiles()
    files.files["seal.pem"] = b"damaged"
    with pytest.raises(SealFailed):
        keys(files).credential()
    assert files.files["seal.pem"] == b"damaged"


def test_pdf_work_happens_in_another_process_and_refusals_come_back():
    work = LazyWorkers(1)
    assert len(work.call(intake.inspect, sample("letter.pdf")).pages) == 1
    with pytest.raises(PdfRefused):
        work.call(intake.inspect, b"no PDF")


def test_the_owners_key_stays_until_it_is_renewed():
    files = MemoryKeyFiles()
    clock = FixedClock()
    held = WorkspaceKeys(files, clock, "Test workspace")
    first = held.owner_key()
    assert len(first) == 32
    assert keys(files).owner_key() == first
    held.renew_owner_key()
    assert keys(files).owner_key() == held.owner_key() != first


def test_a_damaged_owners_key_opens_nothing():
    files = MemoryKeyFiles()
    files.replace("owner.key", b"short")
    with pytest.raises(WorkspaceUnusable):
        keys(files).owner_key()


class Losable(MemoryKeyFiles):
    """Key files of which the CA is missed, and that can be written only so often."""

    left = -1

    def require_not_lost(self, name: str) -> None:
        if name == "ca.pem" and name not in self.files and "seal.pem" in self.files:
            raise SealFailed("It is gone.")

    def put_if_absent(self, name: str, content: bytes) -> bytes:
        self._count()
        return super().put_if_absent(name, content)

    def replace(self, name: str, content: bytes) -> None:
        self._count()
        super().replace(name, content)

    def _count(self) -> None:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1


@pytest.mark.parametrize("left", range(6))
@pytest.mark.parametrize("organisation", ["Test workspace", "ä" * 31, "ä" * 40])
def test_replacing_a_lost_ca_comes_to_the_same_end_wherever_it_was_stopped(left, organisation):
    files = Losable()
    held = WorkspaceKeys(files, FixedClock(), organisation)
    held.credential()
    held.rotate()
    first, root = held.certificate(), held.root_pem()
    del files.files["ca.pem"]
    files.left = left
    try:
        held.replace_lost()
    except KeyboardInterrupt:
        files.left = -1
        assert held.replace_lost() == (left < 4)  # the CA is the fourth
    else:
        assert left > 4
    files.left = -1
    assert not held.replace_lost()
    assert not held.are_imported
    assert held.root_pem() != root
    assert root in held.roots()
    assert first in held.own_certificates()
    credential.test_sign(held.credential(), now=FixedClock().now())


def test_of_two_repairs_of_a_lost_ca_the_seal_follows_the_one_that_wins():
    class Beaten(Losable):
        is_beaten, lost = False, b""

        def put_if_absent(self, name: str, content: bytes) -> bytes:
            if self.is_beaten and not self.lost:
                self.lost = content
                keys(self).replace_lost()
            return super().put_if_absent(name, content)

    files = Beaten()
    held = keys(files)
    first = held.credential().cert_pem
    del files.files["ca.pem"]
    files.is_beaten = True
    held.replace_lost()
    assert files.lost
    assert files.files["ca.pem"] != files.lost
    assert not held.are_imported
    assert first in held.own_certificates()
