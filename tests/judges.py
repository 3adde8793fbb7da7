"""What programs that we did not write say about a sealed file."""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pypdf
import pytest

Judge = Callable[[str], str]


def do_without(why: str) -> NoReturn:
    """Skip for want of a tool; a run that requires its tools fails instead."""
    if os.environ.get("SYGN_REQUIRE_TOOLS"):
        pytest.fail(f"{why}, and this run may not do without it")
    pytest.skip(why)


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def qpdf_finds_nothing(judge: Judge, pdf: Path) -> None:
    done = _run(judge("qpdf"), "--check", pdf)
    assert done.returncode == 0, done.stdout + done.stderr


def pdfsig_says_valid(judge: Judge, pdf: Path) -> None:
    said = _run(judge("pdfsig"), pdf).stdout
    assert said.count("Signature #") == 1, said
    assert "Signature is Valid" in said, said
    assert "Total document signed" in said, said


def openssl_verifies(judge: Judge, pdf: Path, root: Path) -> None:
    """Cut signature and signed bytes out by hand and let openssl judge them under our root."""
    content = pdf.read_bytes()
    (field,) = (pypdf.PdfReader(io.BytesIO(content)).get_fields() or {}).values()
    signature = field["/V"]
    a, b, c, d = (int(number) for number in signature["/ByteRange"])
    assert (a, c + d) == (0, len(content))
    signed = pdf.with_suffix(".signed-bytes")
    signed.write_bytes(content[a : a + b] + content[c : c + d])
    cms = pdf.with_suffix(".cms")
    cms.write_bytes(bytes.fromhex(content[b + 1 : c - 1].decode("ascii")))
    done = _run(
            judge("openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", cms,
            "-content", signed, "-CAfile", root, "-purpose", "any", "-out", "/dev/null",
    )  # fmt: skip
    assert "successful" in done.stderr.lower(), done.stderr


def pdftotext(judge: Judge, pdf: Path) -> str:
    said = _run(judge("pdftotext"), "-layout", pdf, "-").stdout
    return re.sub(r"[ \t]+", " ", said)
