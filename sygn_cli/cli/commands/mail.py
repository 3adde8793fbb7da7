"""``sygn mail``: what became of letters, and sending them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console, post
from sygn_cli.cli.groups import group
from sygn_cli.cli.options import JsonOption, OfDocumentOption, WorkspaceOption, runtime
from sygn_cli.domain.errors import InvalidRequest, NetworkFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sygn_cli.domain.mail import Posting

app = group("mail", "See what became of letters, and send them again.")


@app.command("list")
def list_(
    document: OfDocumentOption = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only what nobody will get.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List letters and what became of each, the newest first."""
    from sygn_cli.services import mailbox

    rt = runtime(workspace)
    found = mailbox.newest(
        rt,
        document_id="" if document is None else rt.store.resolve(document),
        failed=failed,
        limit=limit,
    )
    if json:
        console.emit_json({"data": [mailbox.as_json(one) for one in found]})
    elif found:
        _show(found)
    else:
        console.narrate("there are no such letters")


@app.command("retry")
def retry(
    letter: Annotated[
        str | None,
        typer.Argument(metavar="[LETTER]", help="Its id in `list`.", show_default=False),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that were given up.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Send a letter again, or all that were given up."""
    from sygn_cli.services import mailbox

    if (letter is None) != failed:
        raise InvalidRequest("Say what to send again.", hint="A letter's id, or --failed.")
    rt = runtime(workspace)
    if letter is not None:
        mailbox.retry(rt, letter)
    else:
        mailbox.retry_failed(rt)
    done = post.deliver(rt)
    if json:
        console.emit_json({"data": [mailbox.as_json(one) for one in done]})
    elif done:
        _show(done)
    else:
        console.narrate("there was no letter to send again")


@app.command("test")
def try_out(
    address: Annotated[str, typer.Argument(metavar="MAIL", help="Who gets it.")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Send somebody a letter, to see whether the settings are right."""
    from sygn_cli.domain.mail import Outcome
    from sygn_cli.services import mailbox

    said = mailbox.try_out(runtime(workspace), address)
    if said.outcome not in {Outcome.ACCEPTED, Outcome.KEPT}:
        raise NetworkFailed(
            f"No mail was sent to {address}: {said.words}.", hint="Look with: sygn doctor"
        )
    if json:
        console.emit_json({"outcome": str(said.outcome), "words": said.words})
    else:
        console.emit_table(["outcome", "by or in"], [[str(said.outcome), said.words]])


def _show(postings: Iterable[Posting]) -> None:
    from sygn_cli.domain import moment

    rows = [
        [
            one.notice.id,
            one.notice.email,
            str(one.notice.kind).replace("_", " "),
            moment.to_wire(one.at)[:16].replace("T", " "),
            "failed" if one.has_failed else str(one.handover.outcome),
            one.handover.words,
        ]
        for one in postings
    ]
    if rows:
        console.emit_table(["letter", "to", "about", "at (UTC)", "outcome", "words"], rows)
