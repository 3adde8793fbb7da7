"""Where ``sygn`` starts, as ``python -m sygn_cli`` does: loads the command and runs it."""

from __future__ import annotations

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command; Ctrl-C is no traceback, not even while it is still being loaded."""
    _fill_gaps()
    try:
        from sygn_cli.cli.main import app  # noqa: PLC0415 - the loading is what may be interrupted

        app(prog_name="sygn")
    except KeyboardInterrupt:
        sys.stderr.write("sygn: interrupted\n")
        sys.exit(_INTERRUPTED)


def _fill_gaps() -> None:
    """Keep files of ours from becoming what libraries and processes we start take for output."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest that is free, which is this one


if __name__ == "__main__":
    main()
