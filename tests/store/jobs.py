"""One job for each event, so that a test can count them."""

from __future__ import annotations

from datetime import timedelta

from sygn_cli.store.outbox import Job


def jobs_for(document, event):
    return [
        Job(
            id=f"{event.doc}.{event.seq}.webhook",
            kind="webhook",
            due=event.at + timedelta(seconds=5),
            payload={"type": str(event.type), "head": document.head},
        )
    ]
