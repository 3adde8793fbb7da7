"""Everything a service needs, in one value that bootstrap fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sygn_cli.services.turns import Turns

if TYPE_CHECKING:
    from sygn_cli.domain.token import Token
    from sygn_cli.services.mail_ports import Mails
    from sygn_cli.services.mail_settings import Smtp
    from sygn_cli.services.ports import (
        Answers,
        ApiKeys,
        Cache,
        Clock,
        Keys,
        Ledger,
        PdfWork,
        ProgressKeeper,
        Store,
        Templates,
    )
    from sygn_cli.services.webhook_ports import Webhooks

DEFAULT_PUBLIC_URL: Final = "http://127.0.0.1:7447"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may decide about a workspace.

    Attributes:
        public_url: Where signers reach the server; links are built from it, never from a request.
        largest_pdf: Most bytes a source PDF may have.
        most_pages: Most pages a source PDF may have.
        expires: Deadline of new documents, as for ``--expires``.
        expires_from: The key or variable that says so.
        embed_origins: Origins whose pages may show the signing page in a frame.
        trusted_proxies: Networks whose ``X-Forwarded-For`` is believed.
        tsa_urls: RFC 3161 servers, tried in order; none means no trusted timestamp.
        tsa_trust: Roots of those servers as PEM, trusted when the workspace verifies.
        level: PAdES level of seals, "B-B" to "B-LTA"; "" for B-T where there is a server to ask.
        level_required: Whether a document stays uncompleted rather than get a lower level.
        pkcs11: Token with the key that seals; None for one in a file.
        signatures: "each" for a digital signature of each signer beside the seal, else "seal".
        api_per_minute: How many requests an API key may make in the long run.
        api_burst: How many of them at once, after a pause.
        stranger_per_minute: How many an address may make that sends no good key.
        retention: How long documents are kept after their end, as for ``sygn purge --older-than``.
        organisation: Who seals, as the X.509 credential names it.
        smtp: Server that takes mail; None means that letters are only written to files.
        owner: Who hears of the workspace's documents by mail, ``Name <mail>``; "" for nobody.
        attach_signed: Whether the mail that tells of a completion brings the sealed PDF.
        attach_most: Most bytes of what is attached; more is left to be downloaded.
        reminders: Days before the deadline on which signers are reminded, most first.
        owner_page: Who may open the owner's pages with their link: "local" browsers on this machine,
            "remote" ones too, "off" nobody.
        allow_delegation: Whether signers may let somebody else sign, unless a document says so.
    """

    public_url: str = DEFAULT_PUBLIC_URL
    largest_pdf: int = 25 * 1024 * 1024
    most_pages: int = 2000
    expires: str = "30d"
    expires_from: str = "expires"
    embed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    tsa_urls: tuple[str, ...] = ()
    tsa_trust: tuple[bytes, ...] = ()
    level: str = ""
    level_required: bool = False
    signatures: str = "seal"
    pkcs11: Token | None = None
    api_per_minute: int = 100
    api_burst: int = 200
    stranger_per_minute: int = 60
    retention: str = "never"
    organisation: str = "sygn workspace"
    smtp: Smtp | None = None
    owner: str = ""
    attach_signed: bool = True
    attach_most: int = 10 * 1024 * 1024
    reminders: tuple[int, ...] = (3, 1)
    owner_page: str = "local"
    allow_delegation: bool = True


@dataclass(frozen=True, slots=True)
class Runtime:
    """The implementations that one process works with.

    Attributes:
        turns: Who signs on a device that is handed round.
    """

    store: Store
    clock: Clock
    pdf: PdfWork
    keys: Keys
    cache: Cache
    settings: Settings
    api_keys: ApiKeys
    templates: Templates
    answers: Answers
    webhooks: Webhooks
    mails: Mails
    ledger: Ledger
    progress: ProgressKeeper
    turns: Turns = field(default_factory=Turns)
