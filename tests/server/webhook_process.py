"""A server's worker and somebody who commits, in one process that will be killed.

``python -m tests.server.webhook_process FOLDER TURN`` prints the id of each document once it is
acknowledged, and never ends by itself before 10,000.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.delivery.http import GuardedHttp
from sygn_cli.server.outbox_worker import OutboxWorker
from tests.runtimes import memory_runtime
from tests.store.samples import created
from tests.webhook_fakes import on_disk


def main(folder: str, turn: str) -> None:
    http = GuardedHttp(timeout=5)
    runtime = on_disk(memory_runtime(), Path(folder), http, clock=SystemClock())
    OutboxWorker(runtime, pause=0.01).start()
    for number in range(10_000):
        print(created(runtime.store, int(turn) * 10_000 + number).id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
