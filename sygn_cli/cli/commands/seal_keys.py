"""``sygn keys show|rotate|import|protect|export-crl``: the credential that seals."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import ForceOption, JsonOption, OutputOption, WorkspaceOption, begun
from sygn_cli.domain import moment
from sygn_cli.domain.errors import InvalidRequest, Unauthorized

if TYPE_CHECKING:
    from sygn_cli.domain.revocation import Revocation
    from sygn_cli.services.seal_keys import SealKey

PassphraseFileOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Its first line. Else SYGN_PASSPHRASE, else you are asked.",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Make these commands part of ``sygn keys``."""
    app.command("show")(show)
    app.command("rotate")(rotate)
    app.command("import")(import_)
    app.command("protect")(protect)
    app.command("export-crl")(export_crl)


def show(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Show the credential that seals: whose, its fingerprints, until when."""
    from sygn_cli import bootstrap
    from sygn_cli.delivery.clock import SystemClock
    from sygn_cli.services import seal_keys

    _tell(seal_keys.show(bootstrap.open_keys(workspace), SystemClock()), as_json=json)


def rotate(
    force: Annotated[
        bool, typer.Option("--force", help="Even if that gives up an imported credential.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make a new seal key, certified by the same CA, and forget the old one.

    What the old one sealed still verifies, and nobody needs a new root.
    """
    from sygn_cli import bootstrap
    from sygn_cli.delivery.clock import SystemClock
    from sygn_cli.services import seal_keys

    keys = bootstrap.open_keys(workspace)
    _tell(seal_keys.rotate(keys, SystemClock(), back_to_own=force), as_json=json)


def import_(
    file: Annotated[
        str,
        typer.Argument(
            metavar="CERT.p12",
            help="Key and certificates, as PKCS #12; - is stdin.",
            show_default=False,
        ),
    ],
    passphrase_file: PassphraseFileOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Seal with a credential of your own from a PKCS #12 file, after a trial.

    `sygn verify` in this workspace then trusts the topmost certificate in the file, and goes on
    trusting the root of what was sealed before.
    """
    from sygn_cli import bootstrap
    from sygn_cli.delivery.clock import SystemClock
    from sygn_cli.services import seal_keys

    content = console.read_bytes(file, what="PKCS #12 file")
    secret = _passphrase(passphrase_file, "Passphrase of the PKCS #12 file")
    begun(workspace)
    keys = bootstrap.open_keys(workspace)
    _tell(seal_keys.import_pkcs12(keys, SystemClock(), content, secret), as_json=json)


def protect(
    passphrase_file: PassphraseFileOption = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Keep the keys in the clear again.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Put the keys of seal and CA under a passphrase, or another one.

    From then on sealing needs SYGN_PASSPHRASE, SYGN_PASSPHRASE_FILE or somebody to ask.
    --passphrase-file gives the new one. A forgotten passphrase cannot be recovered.
    """
    from sygn_cli import bootstrap

    keys = bootstrap.open_keys(workspace)
    secret = None if remove else _new_passphrase(passphrase_file)
    keys.protect(secret)
    if json:
        console.emit_json({"protected": secret is not None})
    elif secret is None:
        console.narrate("the keys of seal and CA are in the clear")
    else:
        console.narrate("the keys of seal and CA are under the passphrase")


def export_crl(
    output: OutputOption = None,
    der: Annotated[bool, typer.Option("--der", help="DER instead of PEM.")] = False,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write the list of revoked credentials, signed by the workspace's CA just now.

    Others check with it: `openssl verify -crl_check -CAfile root.pem -CRLfile list.pem seal.pem`.
    It counts for a week; hand out a new one then.
    """
    from sygn_cli import bootstrap
    from sygn_cli.engine import crl

    keys = bootstrap.open_keys(workspace)
    made = keys.crl()
    content = made if der else crl.to_pem(made)
    about = {"revoked": [one.to_json() for one in keys.revocations()]}
    if json or der or output not in {None, "-"}:
        console.emit_download(
            content, output, force=force, what="revocation list", as_json=json, about=about
        )
    else:
        console.emit_raw(content.decode("ascii").rstrip("\n"))


def is_to_be_revoked(key: str) -> bool:
    """Return whether the person at the terminal wants a credential revoked.

    Raises:
        InvalidRequest: Nobody can be asked.
    """
    from sygn_cli.delivery import prompt

    if not prompt.is_possible(os.environ):
        raise InvalidRequest(
            "A credential stays revoked for good, and its seals lose their worth.",
            hint=f"If that is meant: sygn keys revoke {key} --yes",
        )
    return prompt.yes("Revoke the credential for good? Its seals lose their worth.")


def tell_revoked(revoked: Revocation, *, as_json: bool) -> None:
    """Tell what was revoked and what that means."""
    if as_json:
        console.emit_json(revoked.to_json())
        return
    since = moment.to_wire(revoked.since)[:16].replace("T", " ")
    console.narrate(f"revoked the credential {revoked.sha256[:16]} of {revoked.name!r}")
    console.narrate(f"its seals are good only with a trusted timestamp from before {since} UTC")
    console.hint("Seal with a new one: sygn keys rotate; tell others: sygn keys export-crl")


def _protection(key: SealKey) -> str:
    if key.token:
        return "the token's PIN"
    return "yes" if key.protected else "no"


def _passphrase(file: str | None, what: str) -> bytes | None:
    from sygn_cli.delivery import passphrase, prompt

    if file is not None:
        return passphrase.from_file(file)
    return passphrase.given(os.environ) or prompt.secret(what, os.environ)


def _new_passphrase(file: str | None) -> bytes:
    from sygn_cli.delivery import passphrase, prompt

    if file is not None:
        return passphrase.from_file(file)
    secret = passphrase.given(os.environ)
    if secret is not None:
        return secret
    secret = prompt.secret("New passphrase", os.environ)
    if secret is None:
        raise Unauthorized("There is no passphrase.", hint="Give one with --passphrase-file FILE.")
    if secret != prompt.secret("The same again", os.environ):
        raise InvalidRequest("The two passphrases differ; nothing was changed.")
    return secret


def _tell(key: SealKey, *, as_json: bool) -> None:
    day = moment.to_wire(key.expires_at)[:10]
    if as_json:
        console.emit_json(key.to_json())
    else:
        origin = "imported" if key.imported else "made here"
        origin = f"on the token {key.token!r}" if key.token else origin
        console.emit_table(
            ["what", "value"],
            [
                ["seals as", key.name],
                ["fingerprint (SHA-256)", key.sha256],
                ["good until", day],
                ["origin", origin],
                ["root", key.root_name],
                ["root's fingerprint (SHA-256)", key.root_sha256],
                ["passphrase", _protection(key)],
            ],
        )
    if key.revoked is not None:
        since = moment.to_wire(key.revoked.since)[:10]
        console.narrate(f"warning: the credential is revoked since {since} and seals nothing")
        console.hint("Replace it: sygn keys rotate")
    elif key.ends_soon:
        console.narrate(f"warning: the credential ends on {day}")
        console.hint("Import its successor." if key.imported else "Replace it: sygn keys rotate")
