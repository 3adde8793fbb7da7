"""``sygn keys``: the workspace's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sygn_cli.cli import console
from sygn_cli.cli.commands import seal_keys
from sygn_cli.cli.groups import group
from sygn_cli.cli.options import (
    ForceOption,
    JsonOption,
    OutputOption,
    WorkspaceOption,
    begun,
    runtime,
)
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.domain.document import Mode

app = group("keys", "Keys to the REST API, and the root that others verify with.")


LabelOption: TypeAlias = Annotated[
    str, typer.Option("--label", metavar="L", help="To tell keys apart.", show_default=False)
]


@app.command("create")
def create(
    label: LabelOption = "",
    mode: Annotated[
        str, typer.Option(metavar="live|test", help="test: documents that say SANDBOX.")
    ] = "live",
    partner: Annotated[
        bool,
        typer.Option("--partner", help="A master key that mints keys for a partner's users."),
    ] = False,
    expires: Annotated[
        str, typer.Option(metavar="30d|DATE|never", help="When it stops working.")
    ] = "never",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make a key to the REST API and print it, this once.

    It sees the documents that this command line makes. With --partner it acts as the partner that
    --label names instead.
    """
    from sygn_cli.services import apikeys, wire

    rt = begun(workspace)
    key, secret = apikeys.create(
        rt, label=label, mode=_mode(mode), partner=partner, expires=expires
    )
    if json:
        console.emit_json({"key": secret, **wire.key(rt, key)})
        return
    console.emit(secret)
    console.narrate(f"{key.id} acts as {key.account}; the key is shown only now, so store it")


@app.command("list")
def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the keys to the REST API; never the keys themselves."""
    from sygn_cli.services import wire

    rt = runtime(workspace)
    keys = rt.api_keys.list()
    if json:
        shown = [wire.key(rt, one) for one in keys]
        console.emit_json({"data": shown, "has_more": False, "next_cursor": None})
        return
    if not keys:
        console.narrate("there are no keys")
        return
    now = rt.clock.now()
    rows = [
        [
            one.id,
            str(one.mode),
            one.account,
            one.state(now),
            _day(rt.api_keys.last_used(one.id)),
            one.label,
        ]
        for one in keys
    ]
    console.emit_table(["key", "mode", "account", "state", "last used", "label"], rows)


@app.command("revoke")
def revoke(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY_ID|seal|SHA256",
            help="An API key by its id; the credential that seals, or a former one by its "
            "fingerprint. How they begin is enough.",
        ),
    ],
    reason: Annotated[
        str,
        typer.Option(
            metavar="WORD",
            help="Of a credential: key-compromise, superseded, affiliation-changed, "
            "cessation-of-operation.",
            show_default="unspecified",
        ),
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            metavar="DATE|3d",
            help="Of a credential: when its key was stolen, if that was earlier.",
            show_default="now",
        ),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before a credential is revoked.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make an API key useless from now on, or revoke a credential that seals.

    What a revoked credential has sealed is good only with a trusted timestamp from before; else
    `sygn verify` in this workspace finds it untrusted. Nothing is sealed before `sygn keys rotate`.
    A credential is asked about first, as it stays revoked for good; scripts say --yes.
    """
    from sygn_cli.services import apikeys, revocation, wire

    if revocation.names_credential(key):
        from sygn_cli import bootstrap
        from sygn_cli.delivery.clock import SystemClock

        if not yes and not seal_keys.is_to_be_revoked(key):
            console.narrate("nothing was revoked")
            return
        revoked_seal = revocation.revoke(
            bootstrap.open_keys(workspace), SystemClock(), key, reason=reason, since=since
        )
        seal_keys.tell_revoked(revoked_seal, as_json=json)
        return
    if reason or since:
        raise InvalidRequest("--reason and --since are for credentials; an API key needs none.")
    rt = runtime(workspace)
    revoked = apikeys.revoke(rt, key)
    if json:
        console.emit_json(wire.key(rt, revoked))
    else:
        console.narrate(f"revoked {revoked.id} ({revoked.label or 'no label'})")


@app.command("export-root")
def export_root(
    output: OutputOption = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Former roots as well, and that of signers' own signatures if it is another.",
        ),
    ] = False,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the root certificate (PEM) that others need to trust your seals.

    Give it to whoever verifies: `sygn verify signed.pdf --trust root.pem`, or import it in
    Acrobat as a trusted root.
    """
    from sygn_cli.engine import credential

    keys = runtime(workspace).keys
    fingerprint = credential.fingerprint(keys.root_pem())
    root = b"".join(keys.roots()) if every else keys.root_pem()
    to_stdout = output in {None, "-"}
    if not to_stdout:
        console.emit_bytes(root, output, force=force, what="root certificate")
    if json:
        console.emit_json({"sha256": fingerprint, "pem": root.decode("ascii")})
    elif to_stdout:
        console.emit_raw(root.decode("ascii").rstrip("\n"))
    console.narrate(f"SHA-256 of the root certificate: {fingerprint}")
    for step in _TRUSTING.format(root=output or "root.pem").splitlines():
        console.narrate(step)


_TRUSTING = """\
To trust it, after comparing that fingerprint:
  sygn       sygn verify signed.pdf --trust {root}
  openssl    openssl cms -verify ... -CAfile {root} (see VERIFY.md in: sygn export DOC)
  Acrobat    Preferences > Signatures > Identities & Trusted Certificates > More
             > Trusted Certificates > Import {root}, then Edit Trust
             > Use this certificate as a trusted root > Certified documents
  pdfsig     mkdir nss && certutil -N -d sql:nss --empty-password
             certutil -A -d sql:nss -n sygn -t C,C,C -i {root}
             pdfsig -nssdir "$PWD/nss" signed.pdf"""


seal_keys.add_to(app)


def _mode(written: str) -> Mode:
    from sygn_cli.domain.document import Mode

    try:
        return Mode(written)
    except ValueError as error:
        raise InvalidRequest(f"There is no mode {written!r}.", hint="Use: live, test.") from error


def _day(at: datetime | None) -> str:
    from sygn_cli.domain import moment

    return "never" if at is None else moment.to_wire(at)[:16].replace("T", " ")
