"""``sygn purge``: remove documents whose time of retention is over."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import BY_CODE
from sygn_cli.cli.options import JsonOption, WorkspaceOption, runtime
from sygn_cli.domain import moment
from sygn_cli.domain.document import DocumentStatus
from sygn_cli.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sygn_cli.domain.document import Document
    from sygn_cli.domain.retention import Retention
    from sygn_cli.services.retention import Outcome


def purge(
    older_than: Annotated[
        str | None,
        typer.Option(
            metavar="2y",
            help="Documents that ended longer ago: 90d, 26w, 18mo, 2y.",
            show_default="retention in sygn.toml",
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="voided,...",
            help="Only documents that ended so: completed, declined, expired, voided.",
            show_default="all four",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Remove finished documents for good: names, addresses, marks, files, mails and pictures.

    Hashes and a tombstone stay, so that the workspace's log and the sealed files that people hold
    still verify. Files are deleted, not overwritten; copies and backups of the workspace keep them.
    """
    from sygn_cli import bootstrap
    from sygn_cli.domain import retention
    from sygn_cli.services import retention as services

    rt = runtime(workspace)
    wanted = older_than or rt.settings.retention
    if wanted == retention.NEVER:
        raise InvalidRequest(
            "Nothing says how long documents are kept.",
            hint="Say so with --older-than 2y, or with retention in sygn.toml.",
        )
    states = retention.ENDED if state is None else _states(state)
    rule = retention.retention(wanted, now=rt.clock.now(), states=states)
    found = list(services.due(rt, rule))
    if dry_run or not found:
        _show([_row(one, "") for one in found], [], rule, json=json, dry_run=dry_run)
        return
    if not yes and not _wants_it(found, rule):
        if json:
            _show([], [], rule, json=json, dry_run=False)
        console.narrate("nothing was removed")
        return
    outcomes = list(services.purge(rt, bootstrap.open_store(workspace).purging, rule))
    gone = [one.document for one in outcomes if one.error is None]
    failed = [one for one in outcomes if one.error is not None]
    _show([_row(one, "") for one in gone], failed, rule, json=json, dry_run=False)
    if not json and gone:
        console.hint("Files were deleted, not overwritten; backups of the workspace keep theirs.")
    for one in failed:
        raise typer.Exit(BY_CODE[one.error.code if one.error else ""])


def _states(written: str) -> tuple[DocumentStatus, ...]:
    try:
        return tuple(dict.fromkeys(DocumentStatus(one.strip()) for one in written.split(",")))
    except ValueError as error:
        raise InvalidRequest(
            f"{written!r} names no states.", hint="Like --state voided,expired."
        ) from error


def _wants_it(found: Sequence[Document], rule: Retention) -> bool:
    from sygn_cli.delivery import prompt

    counted = console.counted(len(found), "document")
    if not prompt.is_possible(os.environ):
        raise InvalidRequest(
            f"{counted} would be removed for good.",
            hint="See them with --dry-run; remove them with --yes.",
        )
    return prompt.yes(f"Remove {counted} that ended before {moment.to_wire(rule.before)[:10]}?")


def _row(document: Document, error: str) -> dict[str, object]:
    from sygn_cli.domain.retention import ended_at

    at = ended_at(document)
    told: dict[str, object] = {
        "document": document.id,
        "status": str(document.status),
        "ended_at": moment.to_wire_if(at),
    }
    return {**told, "error": error} if error else told


def _show(
    rows: list[dict[str, object]],
    failed: Sequence[Outcome],
    rule: Retention,
    *,
    json: bool,
    dry_run: bool,
) -> None:
    kept = [_row(one.document, one.error.message if one.error else "") for one in failed]
    if json:
        console.emit_json(
            {
                "older_than": rule.older_than,
                "before": moment.to_wire(rule.before),
                "dry_run": dry_run,
                "purged": rows,
                "failed": kept,
            }
        )
        return
    if rows:
        table = [[str(row["document"]), str(row["status"]), str(row["ended_at"])] for row in rows]
        console.emit_table(["document", "status", "ended (UTC)"], table)
    for row in kept:
        console.narrate(f"{row['document']} was not purged: {row['error']}")
    what = "to be purged" if dry_run else "purged"
    console.narrate(
        f"{console.counted(len(rows), 'document')} {what}: ended more than {rule.older_than} ago"
    )
