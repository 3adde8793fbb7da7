"""From configuration to a :class:`Runtime`: the only place that chooses implementations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.delivery.keys import WorkspaceKeys
from sygn_cli.delivery.lazy_http import LazyHttp
from sygn_cli.delivery.pdf_work import LazyWorkers
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.services.runtime import Runtime
from sygn_cli.services.settings import settings_from
from sygn_cli.services.webhook_ports import Webhooks
from sygn_cli.store.answers import FileAnswers
from sygn_cli.store.apikeys import FileApiKeys
from sygn_cli.store.cache import FolderCache
from sygn_cli.store.delivery_log import DeliveryLog
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.keyring import Keyring
from sygn_cli.store.ledger import WorkspaceLedger
from sygn_cli.store.outbox import Outbox
from sygn_cli.store.templates import FolderTemplates
from sygn_cli.store.webhooks import Endpoints
from sygn_cli.store.workspace import FOLDER_NAME, Workspace, find

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORKERS = 2


def open_runtime(
    workspace: str | None = None, *, environment: Mapping[str, str] = os.environ
) -> Runtime:
    """Return the workspace to use, opened; it is made if there is none.

    Args:
        workspace: Its folder; None finds it in the usual order: the environment, the nearest
            ``.sygn`` upwards, the user's data folder.
        environment: For ``SYGN_*`` variables.

    Raises:
        WorkspaceUnusable: It cannot be opened, made, or its settings are wrong.
    """
    return _runtime(Workspace.open(_place(workspace, environment)), environment)


def existing_runtime(
    workspace: str | None = None, *, environment: Mapping[str, str] = os.environ
) -> Runtime | None:
    """Return the workspace to use, or None where there is none; makes nothing.

    Raises:
        WorkspaceUnusable: It was named and is not there, or it cannot be opened.
    """
    place = _place(workspace, environment)
    try:
        opened = Workspace.open(place, create=False)
    except WorkspaceUnusable:
        if workspace is not None or place.exists():
            raise
        return None
    return _runtime(opened, environment)


def _runtime(workspace: Workspace, environment: Mapping[str, str]) -> Runtime:
    settings = settings_from(workspace.settings_text(), environment)
    clock = SystemClock()
    endpoints = Endpoints(workspace.webhooks)
    store = WorkspaceStore(workspace, jobs_for=endpoints.jobs_for)
    return Runtime(
        store=store,
        clock=clock,
        pdf=LazyWorkers(_WORKERS),
        keys=WorkspaceKeys(Keyring(workspace.keys), clock, settings.organisation),
        cache=FolderCache(workspace.cache),
        settings=settings,
        api_keys=FileApiKeys(workspace.keys),
        templates=FolderTemplates(workspace.templates, workspace.staging),
        answers=FileAnswers(workspace.idempotency),
        webhooks=Webhooks(
            endpoints=endpoints,
            log=DeliveryLog(workspace.webhooks / "log"),
            jobs=Outbox(workspace.outbox),
            http=LazyHttp(),
        ),
        ledger=WorkspaceLedger(store),
    )


def _place(workspace: str | None, environment: Mapping[str, str]) -> Path:
    named = None if workspace is None else Path(workspace).expanduser()
    place = find(named, environment.get("SYGN_WORKSPACE"), Path.cwd())
    # Whoever names the folder around a .sygn means that workspace.
    inside = place / FOLDER_NAME
    return inside if inside.is_dir() and not (place / "sygn.json").exists() else place
