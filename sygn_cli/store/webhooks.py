"""Webhook endpoints, one small file each, and the log of what was delivered to them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sygn_cli.domain import moment
from sygn_cli.domain.document import Mode
from sygn_cli.domain.errors import NotFound, WorkspaceUnusable
from sygn_cli.domain.webhook import (
    ENDPOINT_ID,
    Endpoint,
    Message,
    Reach,
    Secret,
    WebhookEvent,
    delivery_id,
)
from sygn_cli.domain.webhook_messages import messages
from sygn_cli.store import checksummed, durable, locks, trouble
from sygn_cli.store.outbox import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sygn_cli.domain.audit import Event
    from sygn_cli.domain.document import Document

KIND: Final = "webhook"
_SUFFIX: Final = ".json"
_log = logging.getLogger("sygn.store")


class Endpoints:
    """The folder of endpoints; their secrets lie in it, so it is private like the workspace.

    Args:
        folder: Made when the first endpoint is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._of_documents: set[str] = set()  # those of single documents that were read already

    def all(self) -> list[Endpoint]:
        """Return all endpoints, the oldest first; a damaged file is left out and logged.

        Raises:
            WorkspaceUnusable: One cannot be read, which may be good: it must not miss its message.
        """
        return self._read(self._ids())

    def _read(self, endpoint_ids: Iterable[str]) -> list[Endpoint]:
        found = []
        for endpoint_id in endpoint_ids:
            try:
                found.append(self.get(endpoint_id))
            except NotFound:
                continue  # removed meanwhile
            except durable.Unreadable:
                raise
            except WorkspaceUnusable as error:
                _log.warning("A webhook endpoint is left out: %s", error)
        return found

    def get(self, endpoint_id: str) -> Endpoint:
        """Return an endpoint.

        Raises:
            NotFound: There is none.
            WorkspaceUnusable: Its file is damaged, or cannot be read.
        """
        path = self._path(endpoint_id)
        try:
            found = _parse(durable.read(path), endpoint_id)
        except FileNotFoundError as error:
            raise _unknown(endpoint_id) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise WorkspaceUnusable(
                f"{path} is damaged.",
                hint="Take it away with: sygn fsck --repair; then add the webhook again.",
            ) from error
        if found.reach is Reach.NAMED:
            self._of_documents.add(found.id)
        return found

    def add(self, endpoint: Endpoint) -> None:
        """Store a new endpoint; durable on return.

        Raises:
            WorkspaceUnusable: It could not be written.
        """
        path = self._path(endpoint.id)
        with trouble.guarded(path):
            durable.make_folder(self._folder)
            if not durable.put_if_absent(path, _serialise(endpoint)):
                raise ValueError(f"there is an endpoint {endpoint.id} already")

    def change(self, endpoint_id: str, decide: Callable[[Endpoint], Endpoint]) -> Endpoint:
        """Put what ``decide`` makes of an endpoint in its place; nobody comes in between.

        Raises:
            NotFound: There is none.
            WorkspaceUnusable: It could not be written.
        """
        path = self._path(endpoint_id)
        with trouble.guarded(path), locks.hold(self._folder / ".lock"):
            before = self.get(endpoint_id)
            after = decide(before)
            if after != before:
                durable.replace(path, _serialise(after))
            # Also if nothing changes: whoever changed it may have died before this.
            durable.sync_folder(self._folder)
        return after

    def remove(self, endpoint_id: str) -> None:
        """Forget an endpoint.

        Raises:
            NotFound: There is none.
            WorkspaceUnusable: It could not be removed.
        """
        path = self._path(endpoint_id)
        with trouble.guarded(path):
            if not path.exists():
                raise _unknown(endpoint_id)
            durable.remove(path)
            durable.sync_folder(self._folder)

    def jobs_for(self, document: Document, event: Event) -> list[Job]:
        """Return a job for each endpoint that is to hear of a committed event.

        An endpoint that is disabled gets jobs as well: the log then shows what it missed, and can
        send it again.
        """
        told = messages(document, event)
        if not told:
            return []
        return [
            replace(job_for(endpoint, message), due=event.by_clock)
            for endpoint in self._read(self._that_may_hear(document))
            for message in told
            if endpoint.hears(document, message.event)
        ]

    def _that_may_hear(self, document: Document) -> list[str]:
        """Return ids without those of other documents; which reach one has never changes."""
        ids = self._ids()
        self._of_documents.intersection_update(ids)
        others = self._of_documents - {document.webhook}
        return [one for one in ids if one not in others]

    def _ids(self) -> list[str]:
        names = durable.names(self._folder)
        ids = [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]
        return [one for one in ids if ENDPOINT_ID.fullmatch(one)]

    def _path(self, endpoint_id: str) -> Path:
        if not ENDPOINT_ID.fullmatch(endpoint_id):
            raise _unknown(endpoint_id)
        return self._folder / f"{endpoint_id}{_SUFFIX}"


def job_for(endpoint: Endpoint, message: Message) -> Job:
    """Return the job that brings a message to an endpoint; due when the event happened."""
    return Job(
        id=delivery_id(endpoint.id, message.id),
        kind=KIND,
        due=message.at,
        payload={"endpoint": endpoint.id, **message_to_json(message)},
    )


def message_of(job: Job) -> tuple[str, Message]:
    """Return the endpoint's id and the message that :func:`job_for` wrote down.

    Raises:
        KeyError, TypeError, ValueError: It did not.
    """
    return job.payload["endpoint"], message_from_json(job.payload)


def message_to_json(message: Message) -> dict[str, object]:
    """Return a message as jobs and the log keep it."""
    return {
        "message": message.id,
        "event": str(message.event),
        "document": message.document,
        "timestamp": moment.to_wire(message.at),
        "body": message.body,
    }


def message_from_json(data: Any) -> Message:  # noqa: ANN401 - what json.loads gives
    """Return the message that :func:`message_to_json` wrote."""
    return Message(
        id=data["message"],
        event=WebhookEvent(data["event"]),
        document=data["document"],
        at=moment.from_wire(data["timestamp"]),
        body=data["body"],
    )


def _unknown(endpoint_id: str) -> NotFound:
    return NotFound(
        f"There is no webhook endpoint {endpoint_id[:60]!r}.", hint="See: sygn webhooks list"
    )


def _serialise(endpoint: Endpoint) -> bytes:
    data = {
        "id": endpoint.id,
        "account": endpoint.account,
        "url": endpoint.url,
        "events": sorted(endpoint.events),
        "secrets": [
            {"text": one.text, "until": moment.to_wire_if(one.until)} for one in endpoint.secrets
        ],
        "created_at": moment.to_wire(endpoint.created_at),
        "reach": str(endpoint.reach),
        "mode": None if endpoint.mode is None else str(endpoint.mode),
        "allow_private": endpoint.allow_private,
        "disabled": endpoint.disabled,
        "named_at": moment.to_wire_if(endpoint.named_at),
    }
    return checksummed.dumped(data)


def _parse(content: bytes, endpoint_id: str) -> Endpoint:
    data = checksummed.loaded(content)
    if data["id"] != endpoint_id:
        raise ValueError("another endpoint")
    named_at = data.get("named_at")
    return Endpoint(
        id=data["id"],
        account=data["account"],
        url=data["url"],
        events=frozenset(WebhookEvent(one) for one in data["events"]),
        secrets=tuple(
            Secret(one["text"], None if one["until"] is None else moment.from_wire(one["until"]))
            for one in data["secrets"]
        ),
        created_at=moment.from_wire(data["created_at"]),
        reach=Reach(data["reach"]),
        mode=None if data["mode"] is None else Mode(data["mode"]),
        allow_private=data["allow_private"],
        disabled=data["disabled"],
        named_at=None if named_at is None else moment.from_wire(named_at),
    )
