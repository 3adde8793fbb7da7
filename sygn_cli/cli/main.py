"""The ``sygn`` command: gathers the commands and turns expected errors into exit codes."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sygn_cli import __version__
from sygn_cli.cli import console
from sygn_cli.cli.commands import (
    audit,
    create,
    detect,
    doctor,
    download,
    help_,
    init,
    keys,
    link,
    list_,
    serve,
    sign,
    status,
    verify,
    void,
)
from sygn_cli.cli.exit_codes import BY_CODE, ExitCode
from sygn_cli.domain.errors import InvalidRequest, SygnError

# Typer brings its own click. This is the class that its usage errors share.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class ExplainingGroup(TyperGroup):
    """Turns a :class:`SygnError` into lines on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own signature
        """Run the command that was asked for."""
        as_json = _wants_json(ctx)
        try:
            return super().invoke(ctx)
        except SygnError as error:
            console.fail(error, as_json=as_json)
            raise typer.Exit(BY_CODE[error.code]) from error
        except _UsageError as error:
            if not as_json:
                raise
            console.fail(InvalidRequest(_message(error)), as_json=True)
            raise typer.Exit(ExitCode.USAGE) from error
        except KeyboardInterrupt as error:
            console.narrate("interrupted")
            raise typer.Exit(ExitCode.INTERRUPTED) from error
        except BrokenPipeError as error:
            # Whoever read our output has gone; nothing is wrong, and the interpreter must not
            # complain when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.OK) from error


def _message(error: Exception) -> str:
    words = getattr(error, "format_message", None)
    return str(words() if words else error)


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
    epilog="Start: sygn create --pdf nda.pdf --signer 'Ada <ada@example.com>', then: sygn serve",
)


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Send PDFs for signature from a shell, sign them in a browser, seal them for good."""


app.command("init")(init.init)
app.command("doctor")(doctor.doctor)
app.command("detect")(detect.detect)
app.command("create")(create.create)
app.command("list")(list_.list_)
app.command("status")(status.status)
app.command("link")(link.link)
app.command("sign")(sign.sign)
app.command("void")(void.void)
app.command("download")(download.download)
app.command("audit")(audit.audit)
app.command("verify")(verify.verify)
app.command("serve")(serve.serve)
app.command("help")(help_.help_)
app.add_typer(keys.app, name="keys")
