"""A server's worker that sends letters, in a process that dies when it is told to.

``python -m tests.server.mail_process FOLDER PORT MINUTES [dies]`` works on the letters of a workspace as
if it were so many minutes later, and prints each one that a mail server has taken. With ``dies`` it
kills itself then, before anything is recorded.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.delivery.smtp import SmtpMailer
from sygn_cli.domain.mail import Handover, Letter, Outcome
from sygn_cli.server.outbox_worker import OutboxWorker
from sygn_cli.services.mail_settings import Security, Smtp
from sygn_cli.services.runtime import Settings
from tests.mail_fakes import mailing
from tests.runtimes import memory_runtime


class LaterClock(SystemClock):
    def __init__(self, minutes: int) -> None:
        self._ahead = timedelta(minutes=minutes)

    def now(self):
        return super().now() + self._ahead


class MortalMailer(SmtpMailer):
    """Tells that a server has taken a letter, and may not survive it."""

    dies = False

    def send(self, letter: Letter) -> Handover:
        said = super().send(letter)
        if said.outcome is Outcome.ACCEPTED:
            print(letter.id, flush=True)
            if self.dies:
                os.kill(os.getpid(), signal.SIGKILL)
        return said


def main(folder: str, port: str, minutes: str, *how: str) -> None:
    smtp = Smtp("127.0.0.1", int(port), Security.PLAIN, "sygn@example.org", timeout=5)
    mailer = MortalMailer(smtp)
    mailer.dies = "dies" in how
    clock = LaterClock(int(minutes))
    settings = Settings(smtp=smtp)
    runtime = mailing(memory_runtime(settings=settings), Path(folder), mailer, clock=clock)
    OutboxWorker(runtime, pause=0.01).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
