"""Request bodies as dataclasses: the only place that looks into JSON from a browser."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from sygn_cli.domain import mark, text
from sygn_cli.domain.document import MOST_FIELDS
from sygn_cli.domain.errors import InvalidRequest
from sygn_cli.domain.signer import Invitee

if TYPE_CHECKING:
    from sygn_cli.domain.mark import Mark

Body: TypeAlias = Mapping[str, object]
MOST_UPLOADS: Final = 20


@dataclass(frozen=True, slots=True)
class Signing:
    """What a signer hands in.

    Attributes:
        uploads: Pictures by field id, as the browser sent them: not yet looked into.
    """

    marks: Mapping[str, Mark]
    uploads: Mapping[str, bytes] = field(repr=False)


def body(content: bytes) -> Body:
    """Return the JSON object of a request.

    Raises:
        InvalidRequest: It is none.
    """
    try:
        # Deep nesting raises RecursionError, which is no ValueError.
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("The request is not JSON.") from error
    if not isinstance(data, dict):
        raise InvalidRequest("The request is not a JSON object.")
    return data


def signing(data: Body) -> Signing:
    """Return the marks of ``{"marks": {"f1": {"kind": "typed", "text": "Ada"}}}``.

    Raises:
        InvalidRequest: It is not written like that.
    """
    given = data.get("marks")
    if not isinstance(given, dict):
        raise InvalidRequest("The marks are missing.")
    if len(given) > MOST_FIELDS:
        raise InvalidRequest(f"At most {MOST_FIELDS} marks can be handed in.")
    marks: dict[str, Mark] = {}
    uploads: dict[str, bytes] = {}
    for field_id, one in given.items():
        if isinstance(one, dict) and one.get("kind") == "upload":
            uploads[field_id] = picture(one)
        else:
            marks[field_id] = _mark(one)
    if len(uploads) > MOST_UPLOADS:
        raise InvalidRequest(f"At most {MOST_UPLOADS} pictures can be handed in.")
    return Signing(marks, uploads)


def draft(data: Body) -> tuple[Mapping[str, object], int]:
    """Return marks by field id, and the revision that the page had seen.

    Raises:
        InvalidRequest: It is not written like that.
    """
    marks, revision = data.get("marks"), data.get("revision")
    if not isinstance(marks, dict) or len(marks) > MOST_FIELDS:
        raise InvalidRequest("The marks are missing.")
    if not isinstance(revision, int) or isinstance(revision, bool) or not 0 <= revision < 2**53:
        raise InvalidRequest("The revision is not a count.")
    return marks, revision


def somebody(data: Body) -> Invitee:
    """Return the person of ``{"name": "Bob", "email": "bob@example.com"}``.

    Raises:
        InvalidRequest: They are not named like that.
    """
    return Invitee(words(data, "name").strip(), words(data, "email").strip())


def picture(data: Body) -> bytes:
    """Return the bytes of ``{"data": "<base64>"}``.

    Raises:
        InvalidRequest: They are missing or not base64.
    """
    written = data.get("data")
    if not isinstance(written, str):
        raise InvalidRequest("The picture is missing.")
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest("The picture is not base64.") from error


def words(data: Body, key: str) -> str:
    """Return a text, "" where it is left out.

    Raises:
        InvalidRequest: It is something else.
    """
    value = data.get(key, "")
    if not isinstance(value, str):
        raise InvalidRequest(f"{text.printable(key)!r} is not a text.")
    return value


def _mark(data: object) -> Mark:
    parsed = mark.from_json(data)
    if isinstance(parsed, mark.Picture):
        # A stored picture is named by hash; a browser sends the picture itself.
        raise InvalidRequest("A mark is not understood.")
    return parsed
