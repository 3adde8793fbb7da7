"""How well fields are found: runs the public scorer and prints its table next to its peers'.

``python -m bench detect`` looks for the set of labelled PDFs in the folder named by
``SYGN_DETECT_SET``, else in ``../shared/detect`` beside this checkout. The set is not part of the
project: it holds forms under many licences; where it is missing, only the time is taken, on the
documents that the tests draw.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pymupdf

from bench._figure import Figure
from bench._plan import in_turn, timed
from fixtures import detect_cases
from sygn_cli.engine.detect import detect_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench._plan import Plan

_RUNS = 5
_LIMIT_MS = 12
ROOT = Path(__file__).resolve().parent.parent
ADAPTER = """
import pathlib
from sygn_cli.engine.detect import THRESHOLD, detect_fields

def detect(path):
    report = detect_fields(pathlib.Path(path).read_bytes(), ocr={ocr})
    return [
        dict(
            type="text" if field.options else str(field.type), page=field.page, x=field.box.x, y=field.box.y,
            width=field.box.width, height=field.box.height,
            confidence=field.confidence, label=field.label, signer=field.party,
        )
        for field in report.detections
        if field.confidence >= THRESHOLD
    ]
"""


@dataclass(frozen=True)
class Run:
    """One way to run the scorer."""

    title: str
    options: tuple[str, ...] = ()
    ocr: bool = False


RUNS = (
    Run("flat copies"),
    Run("form fields kept", ("--keep-widgets",)),
    Run("scans, 150 dpi, not read", ("--scan", "150", "--kinds", "flat,neg")),
    Run("scans, 150 dpi, read by Tesseract", ("--scan", "150", "--kinds", "flat,neg"), ocr=True),
)
# Typed F1 of all fields, of those that a signer acts on, and F1 of the places, as published with
# the set for its development half.
PEERS = (
    ("keywords and underscores", 0.318, 0.264, 0.379),
    ("FormFyxer (OpenCV, 1.65 s per page)", 0.564, 0.457, 0.665),
    ("an hour of geometry rules", 0.800, 0.901, 0.843),
)
CLASSES = ("signature", "initials", "date", "checkbox", "text")


def main(plan: Plan) -> list[Figure]:
    """Print the table, with scanned copies too where SYGN_DETECT_SCANS is set."""
    folder = _folder()
    if folder is None:
        print("No labelled PDFs here; SYGN_DETECT_SET names their folder.")
        files, kind = [case.draw() for case in detect_cases.cases()], "drawn"
    else:
        runs = RUNS if os.environ.get("SYGN_DETECT_SCANS") else RUNS[:2]
        print(_table([(run, _score(folder, run)) for run in runs]))
        files = [one.read_bytes() for one in sorted((folder / "dev").glob("*.pdf"))]
        kind = "real"
    return [_speed(files, kind, plan.times(_RUNS))]


def _speed(files: Sequence[bytes], kind: str, runs: int) -> Figure:
    """Return the processor's time for a page, all files one after the other in this process."""
    pages = sum(map(_pages, files))

    def detect() -> None:
        for one in files:
            detect_fields(one, ocr=False)

    detect()
    (times,) = in_turn({"all": timed(detect, time.process_time)}, runs).values()
    each = [one / pages for one in times]
    what = f"a page, of {pages} in {len(files)} {kind} documents (processor time)"
    print(f"\n{what}: {median(each):.1f} ms, median of {runs}")
    return Figure("detect", what, each, limit=_LIMIT_MS)


def _pages(pdf: bytes) -> int:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return int(document.page_count)


def _folder() -> Path | None:
    named = os.environ.get("SYGN_DETECT_SET")
    folder = Path(named) if named else ROOT.parent / "shared" / "detect"
    return folder if (folder / "score.py").is_file() else None


def _score(folder: Path, run: Run) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as scratch:
        adapter = Path(scratch) / "adapter.py"
        adapter.write_text(ADAPTER.format(ocr=run.ocr))
        out = Path(scratch) / "scores.json"
        command = [sys.executable, str(folder / "score.py"), "--split", "dev"]
        command += ["--py", f"{adapter}:detect", "--json", str(out), *run.options]
        surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
        subprocess.run(command, check=True, env=surroundings, stdout=subprocess.DEVNULL)
        scores: dict[str, object] = json.loads(out.read_text())["res"]
        return scores


def _table(results: list[tuple[Run, dict]]) -> str:  # type: ignore[type-arg]
    lines = [
        "| F1 | all | to sign | places | " + " | ".join(CLASSES) + " |",
        "|" + " --- |" * (4 + len(CLASSES)),
    ]
    for run, scores in results:
        parts = [scores[name]["F1"] for name in ("all_typed", "sign_set", "location", *CLASSES)]
        lines.append(f"| **sygn**, {run.title} | " + " | ".join(_shown(p) for p in parts) + " |")
    for name, *parts in PEERS:
        blanks = " |" * len(CLASSES)
        lines.append(f"| {name} | " + " | ".join(_shown(p) for p in parts) + " |" + blanks)
    lines.append("")
    for run, scores in results:
        right, documents = scores["sig_perfect_docs"]
        agreed, pairs = scores["routing_pairs"]
        lines.append(
            f"- {run.title}: {scores['neg_fp_per_page']:.2f} false fields per page without any; "
            f"every signature right in {right} of {documents} documents; "
            f"{agreed} of {pairs} pairs of fields routed alike; "
            f"{scores['ms_per_page']:.1f} ms per page"
        )
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:.3f}".lstrip("0") if value < 1 else "1.000"
