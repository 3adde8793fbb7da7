"""Which language a page is in: as the address asks, else as its signer reads, else as the browser does.

There are no cookies: the switch on each page changes ``?lang=`` of its own address, which stays while
the page is read, and the scripts of a page tell its language with each call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from flask import g, has_request_context, request

from sygn_cli.domain import language
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.languages import NAMES, Catalogue, translator

if TYPE_CHECKING:
    from flask import Flask, Response

PARAMETER: Final = "lang"
_LINKS: Final = "/x"
_MOST_LOOKED_AT: Final = 20  # of the languages that a browser lists


class Choice(NamedTuple):
    """One language of the switch."""

    tag: str
    name: str
    address: str
    is_chosen: bool


def catalogue() -> Catalogue:
    """Return the language of the answer that is being made; English outside of any."""
    if not has_request_context():
        return translator()
    if "catalogue" not in g:
        g.catalogue = translator(_asked() or _accepted())
    chosen: Catalogue = g.catalogue
    return chosen


def prefer(locale: str) -> None:
    """Take a signer's language, unless the address asks for one; "" changes nothing."""
    if locale and not _asked():
        g.catalogue = translator(locale)


def speak_source() -> None:
    """Answer in English whatever is asked: for pages that exist in no other language."""
    g.catalogue = translator()


def known(written: str) -> str:
    """Return a locale in its usual form, "" where sygn does not have it."""
    try:
        return language.locale(written)
    except InvalidRequest:
        return ""


def choices() -> list[Choice]:
    """Return all languages, each with the address of the present page in it.

    An answer to a form has no address to go to; a signer's stands for the page behind the link.
    """
    page = "" if request.method in {"GET", "HEAD"} else _LINKS
    if page and not request.path.startswith(f"{_LINKS}/"):
        return []
    chosen = catalogue().language
    given = {key: value for key, value in request.args.items() if key != PARAMETER}
    return [
        Choice(tag, name, f"{page}?{urlencode({**given, PARAMETER: tag})}", tag == chosen)
        for tag, name in NAMES.items()
    ]


def register(app: Flask) -> None:
    """Tell with each answer which language it is in, and that it might be in another."""

    @app.after_request
    def tell(answer: Response) -> Response:
        if "catalogue" in g:
            answer.headers["Content-Language"] = g.catalogue.tag
            answer.vary.add("Accept-Language")
        return answer


def _asked() -> str:
    return known(request.args.get(PARAMETER, ""))


def _accepted() -> str:
    """Return the first language of the browser that sygn has (RFC 9110, 12.5.4)."""
    accepted = list(request.accept_languages)[:_MOST_LOOKED_AT]
    return next((tag for one, quality in accepted if quality and (tag := known(one))), "")
