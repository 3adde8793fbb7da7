"""The same source, marks, times and key give the same stamped bytes and the same trail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sygn_cli.domain.audit import EventType
from sygn_cli.services import signing
from tests.runtimes import FixedClock, a_document, memory_runtime

ROOT = Path(__file__).parents[2]
EPOCH = "1795262400"  # what SOURCE_DATE_EPOCH says (reproducible-builds.org)


def main() -> None:
    """Take a document through its life and print what must be the same each time."""
    clock = FixedClock(datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC))
    runtime = memory_runtime(clock)
    document = a_document(runtime)
    for signer in document.signers:
        clock.sleep(60)
        signing.sign_headlessly(runtime, document.id, signer.id, name=signer.name, values={})
    trail = runtime.store.trail(document.id)
    sealed = next(event for event in trail if event.type is EventType.SEALED)
    # An ECDSA signature holds a random number: from here on nothing can be the same.
    told = {
        "lines": [event.line().decode() for event in trail[: trail.index(sealed)]],
        "stamped": sealed.data["stamped_sha256"],
    }
    print(json.dumps(told))


def _told(**environment: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.services.test_reproducible"],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, **environment},
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


def test_another_process_elsewhere_makes_the_same_bytes():
    here = _told(PYTHONHASHSEED="1", TZ="UTC", LANG="C")
    there = _told(PYTHONHASHSEED="2", TZ="Pacific/Chatham", LANG="pl_PL.UTF-8")

    assert here == there
    assert len(here["lines"]) > len(["created", "consent", "signed"])  # type: ignore[arg-type]


def test_another_time_makes_another_trail():
    assert _told()["lines"] != _told(SOURCE_DATE_EPOCH="1795262401")["lines"]


if __name__ == "__main__":
    main()
