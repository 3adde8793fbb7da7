"""``sygn webhooks``: who is told of what, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sygn_cli.cli import console
from sygn_cli.cli.commands.webhooks_listen import listen
from sygn_cli.cli.exit_codes import ExitCode
from sygn_cli.cli.groups import group
from sygn_cli.cli.options import (
    JsonOption,
    OfDocumentOption,
    WorkspaceOption,
    begun,
    runtime,
)
from sygn_cli.domain.errors import InvalidRequest, NetworkFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sygn_cli.domain.webhook import Attempt, Endpoint

app = group(
    "webhooks",
    "Tell other programs what happens to documents.\n\n"
    "`sygn serve` delivers; without it, run `sygn webhooks deliver` every minute.",
)
EndpointArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="WEBHOOK",
        help="Webhook id, a unique beginning of one, or @last.",
        show_default=False,
    ),
]


app.command("listen")(listen)


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to post.", show_default=False)],
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            metavar="EVENT",
            help="Only this event, such as doc.completed; may be given several times.",
            show_default=False,
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(help="Only documents of this account.", show_default="all"),
    ] = None,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private",
            help="The URL may lead to this machine or a private network, be plain http, and name "
            "other ports than 80, 443, 8080 and 8443.",
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Post events to a URL. Prints the webhook's id and its secret, which is shown only now.

    The secret verifies what arrives, by the Standard Webhooks scheme.
    """
    from sygn_cli.domain.webhook import EVERY_ACCOUNT
    from sygn_cli.services import webhooks

    made = webhooks.add(
        begun(workspace),
        webhooks.Wanted(
            url, account or EVERY_ACCOUNT, tuple(event or ()), allow_private=allow_private
        ),
    )
    _show_secret(made, as_json=json)


@app.command("list")
def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List webhooks."""
    from sygn_cli.services import webhook_wire, webhooks

    found = webhooks.show(runtime(workspace))
    if json:
        console.emit_json(webhook_wire.endpoints(found))
        return
    if not found:
        console.narrate("there are no webhooks")
        return
    console.emit_table(
        ["webhook", "state", "account", "events", "URL"],
        [
            [
                one.id,
                f"disabled: {one.disabled}" if one.disabled else "enabled",
                one.account,
                ", ".join(sorted(one.events)) or "all",
                one.url,
            ]
            for one in found
        ],
    )


@app.command("remove")
def remove(
    webhook: EndpointArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Remove a webhook."""
    from sygn_cli.services import webhooks

    rt = runtime(workspace)
    endpoint_id = webhooks.resolve(rt, webhook)
    webhooks.remove(rt, endpoint_id)
    if json:
        console.emit_json({"id": endpoint_id, "removed": True})
    console.narrate(f"removed {endpoint_id}")


@app.command("rotate")
def rotate(
    webhook: EndpointArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Make a new secret; the old one stays good beside it for 24 hours."""
    from sygn_cli.services import webhooks

    rt = runtime(workspace)
    _show_secret(webhooks.rotate(rt, webhooks.resolve(rt, webhook)), as_json=json)


@app.command("enable")
def enable(
    webhook: EndpointArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Enable a webhook again that was disabled because its receiver failed."""
    from sygn_cli.services import webhook_wire, webhooks

    rt = runtime(workspace)
    endpoint = webhooks.enable(rt, webhooks.resolve(rt, webhook))
    if json:
        console.emit_json(webhook_wire.endpoint(endpoint))
    console.narrate(f"enabled {endpoint.id}")
    console.hint(f"send what it missed: sygn webhooks replay --failed {endpoint.id}")


@app.command("test")
def try_out(
    webhook: EndpointArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Post a message that is marked as a test, now and once."""
    from sygn_cli.services import webhook_delivery, webhook_wire, webhooks

    rt = runtime(workspace)
    attempt = webhook_delivery.try_out(rt, webhooks.resolve(rt, webhook))
    if not attempt.is_good:
        raise NetworkFailed(
            f"The test was not received: {attempt.error}.", hint=attempt.head or None
        )
    if json:
        console.emit_json(webhook_wire.attempt(attempt))
    else:
        _show([attempt])


@app.command("deliveries")
def deliveries(
    webhook: Annotated[
        str | None, typer.Argument(metavar="[WEBHOOK]", help="Only to this.", show_default=False)
    ] = None,
    document: OfDocumentOption = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only what was not received.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List what was sent and what was answered, the newest first."""
    from sygn_cli.services import webhook_wire, webhooks

    rt = runtime(workspace)
    found = webhooks.deliveries(
        rt,
        endpoint_id=None if webhook is None else webhooks.resolve(rt, webhook),
        document_id=None if document is None else rt.store.resolve(document),
        failed=failed,
        limit=limit,
    )
    if json:
        console.emit_json(webhook_wire.attempts(found))
    elif found:
        _show(found)
    else:
        console.narrate("nothing was sent yet")


@app.command("replay")
def replay(
    delivery: Annotated[
        str | None,
        typer.Argument(metavar="[DELIVERY]", help="Its id in `deliveries`.", show_default=False),
    ] = None,
    failed: Annotated[
        str | None,
        typer.Option(
            "--failed", metavar="WEBHOOK", help="All that this missed.", show_default=False
        ),
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Send a message again, or everything that a webhook missed."""
    from sygn_cli.services import webhook_wire, webhooks

    rt = runtime(workspace)
    if (delivery is None) == (failed is None):
        raise InvalidRequest(
            "Say what to send again.", hint="A delivery's id, or --failed WEBHOOK."
        )
    if delivery is not None:
        again = [webhooks.replay(rt, delivery)]
    else:
        again = webhooks.replay_failed(rt, webhooks.resolve(rt, failed or ""))
    if json:
        console.emit_json(webhook_wire.attempts(again))
    else:
        for one in again:
            console.emit(one.delivery)
    console.narrate(f"{len(again)} to be sent again, by `sygn serve` or `sygn webhooks deliver`")


@app.command("deliver")
def deliver(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Deliver whatever is due, once; `sygn serve` does so all the time.

    Exit code 12 if something was not received; it is tried again later.
    """
    from sygn_cli.services import webhook_delivery, webhook_wire

    rt = runtime(workspace)
    rt.store.heal()
    webhook_delivery.forget_old(rt)
    done = list(webhook_delivery.deliver_due(rt))
    if json:
        console.emit_json(webhook_wire.attempts(done))
    else:
        _show(done)
    received = sum(one.is_good for one in done)
    console.narrate(f"delivered {received} of {len(done)}")
    if received < len(done):
        raise typer.Exit(ExitCode.NETWORK)


def _show_secret(endpoint: Endpoint, *, as_json: bool) -> None:
    from sygn_cli.services import webhook_wire

    if as_json:
        console.emit_json(webhook_wire.endpoint_with_secret(endpoint))
    else:
        console.emit_table(["webhook", "secret"], [[endpoint.id, endpoint.secrets[0].text]])
    console.narrate("the secret is shown only now; the receiver needs it to check what arrives")


def _show(attempts: Iterable[Attempt]) -> None:
    from sygn_cli.domain import moment

    rows = [
        [
            one.delivery,
            str(one.message.event),
            moment.to_wire(one.at)[:19].replace("T", " "),
            str(one.number),
            str(one.status or "-"),
            f"{one.milliseconds} ms",
            one.error or "received",
        ]
        for one in attempts
    ]
    if rows:
        console.emit_table(
            ["delivery", "event", "at (UTC)", "attempt", "status", "took", "outcome"], rows
        )
