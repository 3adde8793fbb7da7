"""From configuration to a :class:`Runtime`: the only place that chooses implementations."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.domain.errors import WorkspaceUnusable
from sygn_cli.services.runtime import Runtime
from sygn_cli.services.settings import settings_from
from sygn_cli.store.documents import WorkspaceStore
from sygn_cli.store.workspace import FOLDER_NAME, Workspace, find, is_unused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from sygn_cli.delivery.keys import WorkspaceKeys
    from sygn_cli.delivery.pdf_work import LazyWorkers
    from sygn_cli.domain.audit import Event
    from sygn_cli.domain.document import Document
    from sygn_cli.services.mail_ports import Mailer, Mails
    from sygn_cli.services.ports import Clock
    from sygn_cli.services.runtime import Settings
    from sygn_cli.services.webhook_ports import Webhooks
    from sygn_cli.store.answers import FileAnswers
    from sygn_cli.store.apikeys import FileApiKeys
    from sygn_cli.store.cache import FolderCache
    from sygn_cli.store.keyring import Keyring
    from sygn_cli.store.ledger import WorkspaceLedger
    from sygn_cli.store.outbox import Job
    from sygn_cli.store.progress import FileProgress
    from sygn_cli.store.templates import FolderTemplates
    from sygn_cli.store.webhooks import Endpoints

T = TypeVar("T")
_WORKERS = 2


def open_runtime(
    workspace: str | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
) -> Runtime:
    """Return the workspace to use, opened; it is made if there is none.

    Args:
        workspace: Its folder; None finds it in the usual order: the environment, the nearest
            ``.sygn`` upwards, the user's data folder.
        environment: For ``SYGN_*`` variables.
        clock: What time it is, and chance; None for the machine's.

    Raises:
        WorkspaceUnusable: It cannot be opened, made, or its settings are wrong.
    """
    opened = Workspace.open(_place(workspace, environment))
    return _runtime(opened, environment, clock or SystemClock())


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
        # Settings that are already there do not make a damaged workspace: nobody has used it yet.
        if workspace is not None or not is_unused(place):
            raise
        return None
    return _runtime(opened, environment, SystemClock())


def _runtime(workspace: Workspace, environment: Mapping[str, str], clock: Clock) -> Runtime:
    settings = _settings(workspace, environment)
    endpoints = later(lambda: _endpoints(workspace))
    store = _store(workspace, endpoints, settings.owner)
    return Runtime(
        store=store,
        clock=clock,
        pdf=later(pdf_work),
        keys=later(lambda: _keys(store.keys, clock, settings, environment)),
        cache=later(lambda: _cache(workspace)),
        settings=settings,
        api_keys=later(lambda: _api_keys(workspace)),
        templates=later(lambda: _templates(workspace)),
        answers=later(lambda: _answers(workspace)),
        webhooks=later(lambda: _webhooks(workspace, endpoints)),
        mails=later(lambda: _mails(workspace, settings)),
        ledger=later(lambda: _ledger(store)),
        progress=later(lambda: _progress(workspace)),
    )


def pdf_work() -> LazyWorkers:
    """Return a place to read foreign PDFs in, also for who has no workspace."""
    from sygn_cli.delivery.pdf_work import LazyWorkers

    return LazyWorkers(_WORKERS)


def _endpoints(workspace: Workspace) -> Endpoints:
    from sygn_cli.store.webhooks import Endpoints

    return Endpoints(workspace.webhooks)


def _api_keys(workspace: Workspace) -> FileApiKeys:
    from sygn_cli.store.apikeys import FileApiKeys

    return FileApiKeys(workspace.keys)


def _templates(workspace: Workspace) -> FolderTemplates:
    from sygn_cli.store.templates import FolderTemplates

    return FolderTemplates(workspace.templates, workspace.staging)


def _progress(workspace: Workspace) -> FileProgress:
    from sygn_cli.store.progress import FileProgress

    return FileProgress(workspace.progress)


def _answers(workspace: Workspace) -> FileAnswers:
    from sygn_cli.store.answers import FileAnswers

    return FileAnswers(workspace.idempotency)


def _webhooks(workspace: Workspace, endpoints: Endpoints) -> Webhooks:
    from sygn_cli.delivery.lazy_http import LazyHttp
    from sygn_cli.services.webhook_ports import Webhooks
    from sygn_cli.store.delivery_log import DeliveryLog
    from sygn_cli.store.outbox import Outbox

    return Webhooks(
        endpoints=endpoints,
        log=DeliveryLog(workspace.webhooks / "log"),
        jobs=Outbox(workspace.outbox),
        http=LazyHttp(),
    )


def _mails(workspace: Workspace, settings: Settings) -> Mails:
    from sygn_cli.services.mail_ports import Mails
    from sygn_cli.store.mails import MailLog
    from sygn_cli.store.outbox import Outbox

    return Mails(
        mailer=_mailer(workspace, settings),
        log=MailLog(workspace.mail / "log"),
        jobs=Outbox(workspace.outbox),
    )


def _mailer(workspace: Workspace, settings: Settings) -> Mailer:
    if settings.smtp is None:
        from sygn_cli.delivery.mail_folder import MailFolder

        return MailFolder(workspace.mail)
    from sygn_cli.delivery.smtp import SmtpMailer

    return SmtpMailer(settings.smtp)


def _ledger(store: WorkspaceStore) -> WorkspaceLedger:
    from sygn_cli.store.ledger import WorkspaceLedger

    return WorkspaceLedger(store)


def _cache(workspace: Workspace) -> FolderCache:
    from sygn_cli.store.cache import FolderCache

    return FolderCache(workspace.cache)


class _Later:
    """Stands for a part until it is used: importing all of them takes longer than `status`."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._part: object | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the part has
        with self._lock:
            if self._part is None:
                self._part = self._make()
        return getattr(self._part, name)


def later(make: Callable[[], T]) -> T:
    """Return something that becomes what ``make`` gives when one of its attributes is used."""
    return cast("T", _Later(make))


def open_store(
    workspace: str | None = None, *, environment: Mapping[str, str] = os.environ
) -> WorkspaceStore:
    """Return the documents of the workspace to use, for looking after it; makes nothing.

    Raises:
        WorkspaceUnusable: There is none, or it cannot be opened.
    """
    return store_of(Workspace.open(_place(workspace, environment), create=False), environment)


def _settings(workspace: Workspace, environment: Mapping[str, str]) -> Settings:
    """Return the settings of a workspace; a mistake in them names the file where it is."""
    try:
        return settings_from(workspace.settings_text(), environment)
    except WorkspaceUnusable as error:
        place = str(workspace.path / "sygn.toml")
        hint = error.hint and error.hint.replace("sygn.toml", place)
        raise WorkspaceUnusable(error.message.replace("sygn.toml", place), hint=hint) from error


def store_of(workspace: Workspace, environment: Mapping[str, str] = os.environ) -> WorkspaceStore:
    """Return the documents of a workspace, with the jobs that follow from their events.

    Raises:
        WorkspaceUnusable: Its settings are wrong.
    """
    settings = _settings(workspace, environment)
    return _store(workspace, later(lambda: _endpoints(workspace)), settings.owner)


def now() -> datetime:
    """Return the present moment, for what is done without a runtime."""
    return SystemClock().now()


def place_for(
    workspace: str | None = None, *, environment: Mapping[str, str] = os.environ
) -> Path:
    """Return the folder of the workspace to use; it need not exist."""
    return _place(workspace, environment)


def _store(workspace: Workspace, endpoints: Endpoints, owner: str) -> WorkspaceStore:
    def jobs_for(document: Document, event: Event) -> Sequence[Job]:
        from sygn_cli.store import mails

        told = mails.jobs_for(document, event, owner=owner)
        return [*endpoints.jobs_for(document, event), *told]

    return WorkspaceStore(workspace, jobs_for=jobs_for)


def open_keys(
    workspace: str | None = None, *, environment: Mapping[str, str] = os.environ
) -> WorkspaceKeys:
    """Return the keys of the workspace to use, to be looked after; makes no workspace.

    Raises:
        WorkspaceUnusable: There is none, or it cannot be opened.
    """
    opened = Workspace.open(_place(workspace, environment), create=False)
    settings = _settings(opened, environment)
    return _keys(store_of(opened, environment).keys, SystemClock(), settings, environment)


def replace_lost_keys(
    workspace: str | None = None, *, environment: Mapping[str, str] = os.environ
) -> bool:
    """Make anew what is lost of CA and seal; the roots in sealed documents stay trusted.

    Returns:
        Whether seals have another credential from now on.

    Raises:
        Unauthorized: What is left is under a passphrase, and that is missing or wrong.
    """
    from sygn_cli.delivery import sealed_roots

    former = sealed_roots.roots(open_store(workspace, environment=environment))
    return open_keys(workspace, environment=environment).replace_lost(former)


def _keys(
    files: Keyring, clock: Clock, settings: Settings, environment: Mapping[str, str]
) -> WorkspaceKeys:
    from sygn_cli.delivery import passphrase
    from sygn_cli.delivery.keys import WorkspaceKeys

    unlock, organisation = passphrase.unlocking(environment), settings.organisation
    if settings.pkcs11 is None:
        return WorkspaceKeys(files, clock, organisation, unlock)
    from sygn_cli.delivery.token_keys import TokenKeys

    pin = passphrase.token_pin(environment, settings.pkcs11.token)
    return TokenKeys(files, clock, organisation, unlock, where=settings.pkcs11, pin=pin)


def used_in(folder: Path, *, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the workspace that commands in a folder use; None if there is none yet."""
    place = _place(None, environment, folder).resolve()
    return place if (place / "sygn.json").exists() else None


def _place(
    workspace: str | None, environment: Mapping[str, str], start: Path | None = None
) -> Path:
    named = None if workspace is None else Path(workspace).expanduser()
    place = find(named, environment.get("SYGN_WORKSPACE"), start or Path.cwd())
    # Whoever names the folder around a .sygn means that workspace.
    inside = place / FOLDER_NAME
    return inside if inside.is_dir() and not (place / "sygn.json").exists() else place
