"""A terminal in a fresh folder, and one with a completed document."""

from __future__ import annotations

import pytest

from tests.cli.terminal import Terminal

PEOPLE = (
    "--signer",
    "Ada Lovelace <ada@example.com>",
    "--signer",
    "Alan Turing <alan@example.com>",
)


@pytest.fixture
def terminal(tmp_path) -> Terminal:
    made = Terminal(tmp_path)
    made.draw("nda.pdf", "letter.pdf", "without-fields.pdf")
    return made


@pytest.fixture(scope="session")
def completed(tmp_path_factory) -> Terminal:
    """Return a terminal whose newest document is completed; tests only read there."""
    made = Terminal(tmp_path_factory.mktemp("completed"))
    made.draw("nda.pdf", "without-fields.pdf")
    made.ok("create", "--pdf", "nda.pdf", *PEOPLE, "--sequential", "--title", "Mutual NDA")
    made.ok("sign", "@last", "s1", "--type", "Ada Lovelace")
    made.ok("sign", "@last", "alan@example.com", "--type", "Alan Turing")
    made.ok("download", "@last", "-o", "signed.pdf")
    made.ok("audit", "@last", "-o", "certificate.pdf")
    return made
