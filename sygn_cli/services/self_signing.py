"""Somebody signs a PDF of a site that embeds us, alone and without an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from sygn_cli.domain import text
from sygn_cli.domain.errors import Forbidden
from sygn_cli.domain.signer import Invitee
from sygn_cli.services import creation, links

if TYPE_CHECKING:
    from sygn_cli.domain.document import Document
    from sygn_cli.services.runtime import Runtime

LONGEST_SOURCE: Final = 100
VISITOR: Final = "visitor"  # of the site that embeds us; the certificate says so
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to sign.

    Attributes:
        pdf: URL of the PDF; its origin must be one that may embed us.
        source: What the site calls itself, "" for nothing.
    """

    pdf: str
    name: str
    email: str
    title: str = ""
    source: str = ""


def start(runtime: Runtime, wanted: Wanted) -> tuple[Document, str]:
    """Fetch the PDF, make a document with one signer, and return it with the signing URL.

    Only files of the origins in ``embed_origins`` are fetched: those sites are the operator's, and
    a stranger can have nothing signed that they do not offer.

    Raises:
        Forbidden: The PDF lies elsewhere.
        NetworkFailed: It could not be fetched.
        InvalidRequest, PdfRefused, NoFieldsDetected: As for any creation.
    """
    origin = require_allowed(runtime, wanted.pdf)
    invitee = Invitee(wanted.name.strip(), wanted.email.strip())
    content = runtime.webhooks.http.fetch(
        wanted.pdf,
        most=runtime.settings.largest_pdf,
        # An operator who names their own machine as an origin means it.
        allow_private=urlsplit(origin).hostname in _THIS_MACHINE,
    )
    request = creation.Request(
        files=(creation.GivenFile(file_name(wanted.pdf), content),),
        invitees=(invitee,),
        title=wanted.title,
        links_to=VISITOR,
    )
    source = text.clean(wanted.source, what="The source", longest=LONGEST_SOURCE)
    actor = {"kind": "embed", "origin": origin, **({"source": source} if source else {})}
    document, _ = creation.create(runtime, request, actor=actor)
    return document, links.signing_url(runtime, document, document.signers[0])


def require_allowed(runtime: Runtime, pdf: str) -> str:
    """Return the origin of a PDF that may be signed like this.

    Raises:
        Forbidden: It is not among ``embed_origins``.
    """
    wanted = _origin(pdf)
    for origin in runtime.settings.embed_origins:
        if wanted is not None and _origin(origin) == wanted:
            return origin
    raise Forbidden(
        "This PDF does not lie on a site that may be signed from here.",
        hint="The operator names such sites as embed_origins in sygn.toml.",
    )


def file_name(pdf: str) -> str:
    """Return the name of the file that a URL ends with."""
    name = text.printable(unquote(urlsplit(pdf).path).rpartition("/")[2])[:150]
    if not name:
        return "document.pdf"
    return name if name.lower().endswith(".pdf") else f"{name}.pdf"


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            return None
        return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None
