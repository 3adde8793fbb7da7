"""What the description says of operations alike: what the gate answers whatever the route does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sygn_cli.server.api import gate

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNSAFE: Final = (409, 413, 415, 422)


def complete(description: dict[str, Any]) -> None:
    """Add to a description what holds for all operations that change something."""
    for method, operation in _operations(description):
        if method.upper() not in gate.SAFE:
            for status, refusal in gate.refusals(*_UNSAFE).items():
                operation["responses"].setdefault(str(status), refusal)


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for operations in description["paths"].values():
        yield from operations.items()
