"""Where ``sygn`` starts, as ``python -m sygn_cli`` does: loads the command and runs it."""

from __future__ import annotations

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C is no traceback, not even while it is still being loaded."""
    try:
        from sygn_cli.cli.main import app  # noqa: PLC0415 - the loading is what may be interrupted

        app(prog_name="sygn")
    except KeyboardInterrupt:
        sys.stderr.write("sygn: interrupted\n")
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
