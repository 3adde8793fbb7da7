"""What keepers do with a workspace and what lies around its documents, each as one thing."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from sygn_cli.cli import outputs
from sygn_cli.domain import retention
from sygn_cli.domain.errors import NotFound, WorkspaceUnusable
from sygn_cli.domain.field import Field, FieldType
from sygn_cli.domain.geometry import Box
from sygn_cli.engine import credential
from sygn_cli.services import (
    apikeys,
    creation,
    documents,
    owner,
    revocation,
    seal_keys,
    templates,
    webhooks,
)
from sygn_cli.services import retention as purging
from sygn_cli.store import backup as backups
from sygn_cli.store import durable, trouble
from sygn_cli.store import fsck as checks
from sygn_cli.store import restore as restores
from tests.durability.paper import consented, deliver_webhooks, document, void
from tests.durability.scene import ANOTHER, NO_MORE, PASSPHRASE, START, Process, known_id
from tests.runtimes import sample

LATER: Final = START + timedelta(days=800)
CREDENTIAL: Final = "seal.p12"


def nothing(process: Process) -> None:
    assert process.place.exists()


def endpoint(process: Process) -> str:
    return webhooks.add(process.runtime, webhooks.Wanted("https://hooks.example.com/two")).id


def remove_endpoint(process: Process) -> None:
    for one in process.runtime.webhooks.endpoints.all():
        if one.url.endswith("/two"):
            webhooks.remove(process.runtime, one.id)
            return
    raise NotFound("There is none.")


def be_refused(process: Process) -> None:
    """Deliver to a receiver that wants no more, which disables it."""
    process.outside.answers = NO_MORE
    deliver_webhooks(process)


def disabled(process: Process) -> None:
    (one,) = process.runtime.webhooks.endpoints.all()
    webhooks.disable(process.runtime, one.id, "the receiver answered 410 Gone")


def enable_endpoint(process: Process) -> None:
    (one,) = process.runtime.webhooks.endpoints.all()
    webhooks.enable(process.runtime, one.id)


def turn_secret(process: Process) -> None:
    (one,) = process.runtime.webhooks.endpoints.all()
    webhooks.rotate(process.runtime, one.id)


def key(process: Process) -> str:
    return apikeys.create(process.runtime, label="till")[0].id


def revoke_key(process: Process) -> None:
    (one,) = process.runtime.api_keys.list()
    apikeys.revoke(process.runtime, one.id)


def template(process: Process) -> None:
    field = Field("f1", FieldType.SIGNATURE, 1, Box(40, 70, 200, 36))
    file = creation.GivenFile("letter.pdf", sample("letter.pdf"))
    templates.add(process.runtime, file, slug="letter", title="Letter", fields=[field])


def remove_template(process: Process) -> None:
    process.runtime.templates.remove("letter")


def rotate_seal(process: Process) -> None:
    seal_keys.rotate(process.keys, process.runtime.clock)


def from_an_authority(process: Process) -> None:
    """A credential of another authority, in a file beside the workspace."""
    brought = Process(process.folder.with_name("authority"), seed="authority").keys.credential()
    key = serialization.load_pem_private_key(brought.key_pem, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    content = pkcs12.serialize_key_and_certificates(
        b"seal",
        key,
        credential.certificate(brought.cert_pem),
        [credential.certificate(one) for one in brought.chain_pem],
        serialization.BestAvailableEncryption(PASSPHRASE),
    )
    (process.folder / CREDENTIAL).write_bytes(content)


def import_seal(process: Process) -> None:
    content = durable.read(process.folder / CREDENTIAL)
    seal_keys.import_pkcs12(process.keys, process.runtime.clock, content, PASSPHRASE)


def protected(process: Process) -> None:
    process.keys.protect(PASSPHRASE)


def protect(process: Process) -> None:
    process.keys.protect(ANOTHER)


def revoke_seal(process: Process) -> None:
    revocation.revoke(process.keys, process.runtime.clock, "seal", reason="key-compromise")


def new_owner_link(process: Process) -> None:
    owner.renew(process.runtime)


def ended(process: Process) -> None:
    """Two documents that have ended and one that has not."""
    consented(process)
    void(process)
    consented(process, number=1)
    document(process, 2)
    documents.void(process.runtime, known_id(2))


def purge(process: Process) -> None:
    rule = retention.retention("2y", now=LATER)
    outcomes = list(purging.purge(process.runtime, process.store.purging, rule))
    assert [one.error for one in outcomes if one.error] == []


BROKEN: Final = (b"{", b"torn", b"nobody's", b"mine", b"[1]")


def damaged(process: Process) -> None:
    ended(process)
    workspace = process.store.workspace
    folders = [workspace.folder(known_id(number)) for number in range(3)]
    folders[0].projection.write_bytes(BROKEN[0])
    with folders[1].trail.open("ab") as file:
        file.write(BROKEN[1])
    (folders[2].blobs / ("f" * 64 + ".txt")).write_bytes(BROKEN[2])
    (folders[0].path.parent / "notes.txt").write_bytes(BROKEN[3])
    (workspace.outbox / "20261121T090000123Z_x.json").write_bytes(BROKEN[4])


def repair(process: Process) -> None:
    found = list(checks.fsck(process.store, now=process.at, repair=True))
    if not all(one.done for one in found):
        raise WorkspaceUnusable("Something is still to be repaired.")
    kept = [durable.read(one) for one in durable.below(process.place) if one.is_file()]
    assert set(BROKEN) <= set(kept), set(BROKEN) - set(kept)


def backup(process: Process) -> None:
    store = process.store
    with outputs.whole_file(process.folder / "b.tar", force=True, private=True) as file:
        backups.write(store.workspace, store.log, file, keys=True, now=process.at)


def backed_up(process: Process) -> None:
    """A backup of a workspace in the place of which another lies."""
    ended(process)
    backup(process)
    aside = process.folder.with_name(f"{process.folder.name}.first")
    process.place.rename(aside)
    other = Process(process.folder, seed="other")
    assert other.runtime.keys.owner_key()
    assert other.keys.credential()


def restore(process: Process) -> None:
    from sygn_cli import bootstrap

    path = process.folder / "b.tar"
    with trouble.guarded(path), path.open("rb") as file:
        restores.restore(
            file, process.place, force=True, now=process.at, open_store=bootstrap.store_of
        )
