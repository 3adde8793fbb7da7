"""The ``sygn`` command: gathers the commands and turns expected errors into exit codes."""

from __future__ import annotations

import difflib
import importlib
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

import typer

from sygn_cli import __version__
from sygn_cli.cli import console
from sygn_cli.cli.exit_codes import BY_CODE, ExitCode
from sygn_cli.cli.groups import Group, explained
from sygn_cli.domain.errors import InvalidRequest, SygnError

# Typer brings its own click. This is the class that its usage errors share.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command is: its module in ``commands``, the function or group there, a short help.

    Modules are imported when their command is called: reading all of them takes longer than
    `status` itself.
    """

    module: str
    name: str
    help: str


COMMANDS: Final = {
    "create": Command("create", "create", "Send PDFs for signature."),
    "send": Command("send", "send", "Let the signers of a draft act."),
    "serve": Command("serve", "serve", "Serve the signing pages until Ctrl-C."),
    "status": Command("status", "status", "Show who has signed; or wait for it."),
    "list": Command("list_", "list_", "List documents, newest first."),
    "link": Command("link", "link", "Print a signer's private link."),
    "unlock": Command("unlock", "unlock", "Let a signer enter codes again."),
    "delegate": Command("delegate", "delegate", "Let somebody else sign for a signer."),
    "sign": Command("sign", "sign", "Sign without a browser."),
    "remind": Command("remind", "remind", "Remind those whose turn it is."),
    "void": Command("void", "void", "Take a document back."),
    "download": Command("download", "download", "Write the sealed PDF, or the original."),
    "audit": Command("audit", "audit", "Write the certificate, or the audit trail."),
    "export": Command("export", "export", "Write all evidence in one archive."),
    "seal": Command("seal", "seal", "Seal a PDF in your own name."),
    "timestamp": Command("timestamp", "timestamp", "Renew the timestamp of a sealed PDF."),
    "verify": Command("verify", "verify", "Tell whether a PDF is sealed and unchanged."),
    "detect": Command("detect", "detect", "Find the places to sign, fill or tick."),
    "backup": Command("backup", "backup", "Copy the whole workspace into one file."),
    "restore": Command("backup", "restore", "Put a backup in its place."),
    "fsck": Command("fsck", "fsck", "Find what is wrong with the workspace, and mend it."),
    "purge": Command("purge", "purge", "Remove documents whose time of retention is over."),
    "init": Command("init", "init", "Make a workspace with its keys."),
    "doctor": Command("doctor", "doctor", "Check the workspace before you need it."),
    "webhooks": Command("webhooks", "app", "Tell other programs what happens."),
    "mail": Command("mail", "app", "See what became of letters; send them again."),
    "keys": Command("keys", "app", "Make and revoke API keys; hand out the root."),
    "templates": Command("templates", "app", "Keep PDFs to be sent again and again."),
    "help": Command("help_", "help_", "Explain a command, exit codes or variables."),
}
SECTIONS: Final = {
    "Send and sign": (
        "create", "send", "serve", "status", "list", "link", "remind", "sign", "delegate",
        "unlock", "void",
    ),
    "Get the result": ("download", "audit", "verify", "export"),
    "Work on a PDF alone": ("detect", "seal", "timestamp"),
    "Look after the workspace": ("init", "doctor", "backup", "restore", "fsck", "purge"),
    "Set up and explain": ("templates", "keys", "webhooks", "mail", "help"),
}  # fmt: skip


class ExplainingGroup(Group):
    """Loads commands when they are called; turns a :class:`SygnError` into an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - Typer's own signature
        """Return the names in the order in which a newcomer needs them."""
        return [name for names in SECTIONS.values() for name in names]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - as above
        """Write what there is by purpose; imports no command."""
        widest = max(map(len, COMMANDS))
        for section, names in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl([(f"{name:<{widest}}", COMMANDS[name].help) for name in names])

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - Typer's own signature
        """Return a command, imported now."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        wanted = COMMANDS[cmd_name]
        module = importlib.import_module(f"sygn_cli.cli.commands.{wanted.module}")
        found = getattr(module, wanted.name)
        if isinstance(found, typer.Typer):
            group = typer.main.get_command(found)
            group.short_help = wanted.help
            return group
        alone = typer.Typer(
            add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
        )
        alone.command(cmd_name, short_help=wanted.help)(found)
        command = typer.main.get_command(alone)
        command.name = cmd_name
        return explained(command, cmd_name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - as above
        """Read what comes before the command; ``--help`` and ``--version`` write here already."""
        as_json = "--json" in args  # what is read is taken away
        try:
            return list(super().parse_args(ctx, args))
        except BrokenPipeError as error:
            console.discard_output()
            raise typer.Exit(ExitCode.OK) from error
        except _UsageError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                raise  # as below
            console.fail(_explained(error), as_json=as_json)
            raise typer.Exit(ExitCode.USAGE) from error
        except SygnError as error:  # what was asked for here reached nobody
            console.fail(error, as_json=as_json)
            raise typer.Exit(BY_CODE[error.code]) from error

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own signature
        """Run the command that was asked for."""
        as_json = _wants_json(ctx)
        try:
            return super().invoke(ctx)
        except SygnError as error:
            console.fail(error, as_json=as_json)
            raise typer.Exit(BY_CODE[error.code]) from error
        except _UsageError as error:
            if type(error).__name__ == "NoArgsIsHelpError":
                raise  # its message is the whole help; click shows that as it is
            console.fail(_explained(error), as_json=as_json)
            raise typer.Exit(ExitCode.USAGE) from error
        except KeyboardInterrupt as error:
            console.narrate("interrupted")
            raise typer.Exit(ExitCode.INTERRUPTED) from error
        except BrokenPipeError as error:
            # Whoever read our output has gone; nothing is wrong.
            console.discard_output()
            raise typer.Exit(ExitCode.OK) from error


def _explained(error: Any) -> InvalidRequest:  # noqa: ANN401 - click's class is private to Typer
    path = error.ctx.command_path if error.ctx else "sygn"
    message = error.format_message()
    meant = re.fullmatch(r"No such command '(.+)'\.", message)
    if meant and path == "sygn" and (near := difflib.get_close_matches(meant[1], COMMANDS, n=1)):
        return InvalidRequest(message, hint=f"Did you mean: sygn {near[0]}")
    if path == "sygn" and "--json" in message:
        return InvalidRequest("--json stands behind the command.", hint="Like: sygn list --json")
    return InvalidRequest(message, hint=f"See: {path} --help")


def _wants_json(ctx: Any) -> bool:  # noqa: ANN401 - Typer's context
    words = [*ctx.args, *getattr(ctx, "_protected_args", ())]
    before_dashes = words[: words.index("--")] if "--" in words else words
    return "--json" in before_dashes


def _version(value: bool) -> None:
    if value:
        console.emit(f"sygn {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=ExplainingGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Send PDFs for signature from a shell, sign them in a browser, seal them for good.",
    epilog="\b\nStart with:\n"
    "  sygn create nda.pdf -s 'Ada <ada@example.com>' -s 'Alan <alan@example.com>'\n"
    "  sygn serve\n\n"
    "Each command explains itself: sygn create --help",
)


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Send PDFs for signature from a shell, sign them in a browser, seal them for good."""
