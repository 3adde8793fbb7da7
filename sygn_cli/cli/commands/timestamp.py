"""``sygn timestamp``: keep a sealed PDF provable for longer than its timestamp lasts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.options import ForceOption, JsonOption, OutputOption, WorkspaceOption, runtime
from sygn_cli.domain import moment
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from datetime import datetime

    from sygn_cli.services.timestamps import Renewal


def timestamp(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="A sealed PDF; - is stdin.", show_default=False)
    ],
    output: OutputOption = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Put the result in the place of the file.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell when that will be due.")
    ] = False,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Do nothing before that is due.")
    ] = False,
    trust: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="CA.pem",
            help="Trust this root as well as the workspace's own.",
            show_default=False,
        ),
    ] = None,
    force: ForceOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Put one more timestamp over a sealed PDF, before the last one can no longer be checked.

    The authorities are those of the setting tsa. What is in the file stays as it is, and `sygn
    verify` goes on to find it valid. A file that is not valid is refused.
    """
    from sygn_cli.services import timestamps

    _require_one_target(file, output, in_place=in_place, check=check)
    content = console.read_bytes(file, what="file")
    roots = [console.read_bytes(str(path), what="root certificate") for path in trust or ()]
    rt = runtime(workspace)
    if check or if_due:
        renewal = timestamps.check(rt, content, trust=roots)
        if check or not renewal.is_due:
            _tell(renewal, as_json=json, renewed=None if check else False)
            return
    done = timestamps.timestamp(rt, content, trust=roots)
    about = {**done.renewal.to_json(), "renewed": True, "sha256": done.sha256}
    target = file if in_place else output
    console.emit_download(
        done.pdf, target, force=force or in_place, what="PDF", as_json=json, about=about
    )
    console.narrate(_words(done.renewal))


def _require_one_target(file: str, output: str | None, *, in_place: bool, check: bool) -> None:
    if in_place and (file == "-" or output is not None):
        raise InvalidRequest("--in-place needs a file, and no --output.")
    if check and (in_place or output is not None):
        raise InvalidRequest("--check writes nothing; leave out --output and --in-place.")


def _tell(renewal: Renewal, *, as_json: bool, renewed: bool | None) -> None:
    if as_json:
        more = {} if renewed is None else {"renewed": renewed}
        console.emit_json({**renewal.to_json(), **more})
    else:
        console.emit(_words(renewal))


def _words(renewal: Renewal) -> str:
    last, due_at = renewal.last, renewal.due_at
    if last is None or due_at is None:
        return f"level {renewal.level}: there is no timestamp over the whole file to renew"
    ends = f"the timestamp by {last.authority!r} can be checked until {_day(last.expires_at)}"
    if renewal.is_due:
        return f"level {renewal.level}: due now; {ends}"
    return f"level {renewal.level}: to be renewed from {_day(due_at)} on; {ends}"


def _day(at: datetime) -> str:
    return moment.to_wire(at)[:10]
