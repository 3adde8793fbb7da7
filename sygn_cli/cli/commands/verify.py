"""``sygn verify``: judge a file, with no server and no account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import ExitCode
from sygn_cli.cli.options import JsonOption, WorkspaceOption
from sygn_cli.domain import moment

if TYPE_CHECKING:
    from sygn_cli.engine.verify import SignatureFinding, Verdict


def verify(
    file: Annotated[str, typer.Argument(metavar="FILE|-", show_default=False)],
    trust: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="CA.pem",
            help="Trust this root as well as the workspace's own.",
            show_default=False,
        ),
    ] = None,
    signers: Annotated[
        int | None,
        typer.Option(min=1, help="Demand that so many people have signed.", show_default=False),
    ] = None,
    require_timestamp: Annotated[
        bool, typer.Option("--require-timestamp", help="Demand a trusted timestamp.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Tell whether a PDF is sealed, by whom, and unchanged since.

    Exit code 0 only if all holds; 10 if the file was changed; 11 if it is not signed or not by
    anybody trusted.
    """
    from sygn_cli import bootstrap
    from sygn_cli.services import verification

    content = console.read_bytes(file, what="file")
    roots = [console.read_bytes(str(path), what="root certificate") for path in trust or ()]
    verdict = verification.verify(
        bootstrap.existing_runtime(workspace),
        content,
        trust=roots,
        signers=signers,
        require_timestamp=require_timestamp,
    )
    if json:
        console.emit_json(_to_json(verdict))
    else:
        _show(verdict)
    if code := _EXIT[verdict.status]:
        raise typer.Exit(code)


_EXIT = {
    "valid": ExitCode.OK,
    "tampered": ExitCode.TAMPERED,
    "untrusted": ExitCode.UNTRUSTED,
    "unsigned": ExitCode.UNTRUSTED,
}


def _show(verdict: Verdict) -> None:
    console.emit(f"{verdict.status.upper()}: {_headline(verdict)}")
    for reason in verdict.reasons:
        console.emit(f"  - {reason}")
    for event in verdict.trail:
        who = event.actor.get("id") or event.actor.get("kind")
        console.emit(f"    {moment.to_wire(event.at)}  {event.type}  {who}")


def _headline(verdict: Verdict) -> str:
    match verdict.status:
        case "valid":
            return f"unchanged since it was sealed by {verdict.signatures[-1].signer!r}"
        case "tampered":
            return "the file is not what was sealed"
        case "untrusted":
            return "sealed by somebody who is not trusted"
        case _:
            return "the file carries no signature"


def _to_json(verdict: Verdict) -> dict[str, object]:
    return {
        "status": str(verdict.status),
        "reasons": list(verdict.reasons),
        "sha256": verdict.sha256,
        "level": verdict.level or None,
        "document": verdict.document or None,
        "audit_head": verdict.head or None,
        "signatures": [_signature(one) for one in verdict.signatures],
        "events": [
            {"seq": e.seq, "at": moment.to_wire(e.at), "type": str(e.type), "actor": dict(e.actor)}
            for e in verdict.trail
        ],
    }


def _signature(one: SignatureFinding) -> dict[str, object]:
    return {
        "field": one.field,
        "signer": one.signer,
        "fingerprint": one.fingerprint,
        "claimed_at": one.claimed_at and moment.to_wire(one.claimed_at),
        "timestamped_at": one.timestamped_at and moment.to_wire(one.timestamped_at),
        "timestamp_trusted": one.timestamp_trusted,
        "intact": one.intact,
        "valid": one.valid,
        "trusted": one.trusted,
        "covers_file": one.covers_file,
        "coverage": one.coverage,
        "modification": one.modification,
        "docmdp": one.docmdp,
    }
