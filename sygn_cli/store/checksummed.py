"""Small JSON files with a hash of what they say, so that a changed byte is found."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHECK: Final = "check"


def dumped(data: Mapping[str, object]) -> bytes:
    """Return the bytes of such a file."""
    checked = {**data, _CHECK: _hash(data)}
    return json.dumps(checked, ensure_ascii=False, indent=1).encode() + b"\n"


def loaded(content: bytes) -> dict[str, Any]:
    """Return what the bytes of such a file say; without a hash, as they used to be, unchecked.

    Raises:
        ValueError: They are damaged.
    """
    data = json.loads(content)
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004 - it is the content that is wrong
    if data.pop(_CHECK, None) not in {None, _hash(data)}:
        raise ValueError("the check fails")
    return data


def _hash(data: Mapping[str, object]) -> str:
    content = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()
