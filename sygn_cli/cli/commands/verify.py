"""``sygn verify``: judge files, with no server and no account."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import BY_CODE, ExitCode
from sygn_cli.cli.options import JsonOption, WorkspaceOption, nearby
from sygn_cli.domain import moment
from sygn_cli.domain.errors import InvalidRequest, NotFound, SygnError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sygn_cli.engine.verify import Verdict

_SCHEMA = Path(__file__).parent.parent / "verify.schema.json"


def _print_schema(wanted: bool) -> None:
    if wanted:
        console.emit_raw(_SCHEMA.read_text().rstrip("\n"))
        raise typer.Exit


def verify(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|DIR|-...", help="Of a folder, all PDFs in it.", show_default=False
        ),
    ],
    trust: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="CA.pem",
            help="Trust this root as well as the workspace's own.",
            show_default=False,
        ),
    ] = None,
    trust_system: Annotated[
        bool,
        typer.Option("--trust-system", help="Trust the authorities that the system trusts, too."),
    ] = False,
    crl: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="An authority's revocation list: whom it names needs a trusted timestamp from before.",
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
    schema: Annotated[  # noqa: ARG001 - its callback does all
        bool,
        typer.Option(
            "--schema",
            callback=_print_schema,
            is_eager=True,
            help="Print the JSON schema of what --json prints.",
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Tell whether a PDF is sealed, by whom, and unchanged since.

    Exit code 0 only if all holds, for every file; 10 if one was changed; else 11 if one is not
    signed, not by anybody trusted, or not as demanded; else 3 if one is not there.
    """
    from sygn_cli import bootstrap
    from sygn_cli.services import verdict_view, verification

    roots = list(_roots(trust or (), system=trust_system))
    lists = [console.read_bytes(str(path), what="revocation list") for path in crl or ()]
    rt = nearby(workspace)
    work = rt.pdf if rt else bootstrap.pdf_work()
    if files.count("-") > 1:
        raise InvalidRequest("Only one file can come from stdin.")
    many = len(files) > 1 or Path(files[0]).is_dir()
    verdicts: list[tuple[str, Verdict]] = []
    unread: list[tuple[str, SygnError]] = []
    for name, content in _contents(files):
        if isinstance(content, SygnError):
            if [name] == files:
                raise content
            console.fail(content, as_json=json)
            unread.append((name, content))
            continue
        verdict = verification.verify(
            rt,
            content,
            work=work,
            trust=roots,
            signers=signers,
            require_timestamp=require_timestamp,
            revoked=lists,
        )
        verdicts.append((name, verdict))
        if not json:
            _show(verdict, name if many else None)
    if json:
        console.emit_json(
            _told(verdicts, unread) if many else verdict_view.to_json(verdicts[0][1])
        )
    codes = [_EXIT[one.status] for _, one in verdicts] + [BY_CODE[one.code] for _, one in unread]
    if worst := min(codes, key=_BY_GRAVITY.index):
        raise typer.Exit(worst)


def _told(
    verdicts: Sequence[tuple[str, Verdict]], unread: Sequence[tuple[str, SygnError]]
) -> dict[str, object]:
    from sygn_cli.services import verdict_view

    return {
        "data": [{"file": name, **verdict_view.to_json(one)} for name, one in verdicts],
        "unread": [
            {"file": name, "error": one.code, "message": one.message} for name, one in unread
        ],
        "has_more": False,
        "next_cursor": None,
    }


_EXIT = {
    "valid": ExitCode.OK,
    "tampered": ExitCode.TAMPERED,
    "untrusted": ExitCode.UNTRUSTED,
    "unsigned": ExitCode.UNTRUSTED,
    "unmet": ExitCode.UNTRUSTED,
}
_BY_GRAVITY = (
    ExitCode.TAMPERED,
    ExitCode.UNTRUSTED,
    ExitCode.NOT_FOUND,
    ExitCode.USAGE,
    ExitCode.OK,
)


def _contents(files: Sequence[str]) -> Iterator[tuple[str, bytes | SygnError]]:
    """Yield what is in the files, those of a folder in the order of their names; or why not.

    A folder without a PDF is an error, too: nothing to judge must not pass for good.
    """
    for name in files:
        folder = Path(name)
        found = [name]
        if folder.is_dir():
            below = sorted(one for one in folder.rglob("*") if _is_pdf(one.relative_to(folder)))
            found = list(map(str, below))
            if not found:
                yield name, NotFound(f"There is no PDF in {name!r}.")
        for one in found:
            try:
                yield one, console.read_bytes(one, what="file")
            except (NotFound, InvalidRequest) as error:
                yield one, error


def _is_pdf(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)  # such as a workspace
    return path.suffix.lower() == ".pdf" and not hidden


def _roots(trust: Sequence[Path], *, system: bool) -> Iterator[bytes]:
    for path in trust:
        yield console.read_bytes(str(path), what="root certificate")
    if system:
        from sygn_cli.delivery.system_roots import system_roots

        yield system_roots()


def _show(verdict: Verdict, name: str | None) -> None:
    from sygn_cli.services import verdict_view

    prefix = "" if name is None else f"{name}: "
    console.emit(f"{prefix}{verdict.status.upper()}: {verdict_view.headline(verdict)}")
    for reason in verdict.reasons:
        console.emit(f"  - {reason}")
    if verdict.changes:
        console.emit("  What came after the last signature:")
    for change in verdict.changes:
        console.emit(f"  - {change}")
    if name is not None:
        return  # among many, the trail of each would hide the verdicts
    for event in verdict.trail:
        who = event.actor.get("id") or event.actor.get("kind")
        console.emit(f"    {moment.to_wire(event.at)}  {event.type}  {who}")
    if words := verdict_view.advice(verdict):
        console.hint(words)
