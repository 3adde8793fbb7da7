"""``python -m sygn_cli`` is ``sygn``."""

from sygn_cli.cli.main import app

if __name__ == "__main__":
    app(prog_name="sygn")
