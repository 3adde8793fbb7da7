"""What everybody may have of the keys: for copies that are read and checked without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sygn_cli.domain.pem import certificates
from sygn_cli.store import durable
from sygn_cli.store.keyring import CA, FORMER_ROOTS, FORMER_SEALS, SEAL, SEEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def public(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of files that judge seals like all keys; no key is in them.

    There the present credential is a former one.
    """
    authority, seal, token = (_in(folder / name) for name in (CA, SEAL, SEEN))
    own = seal[:1] if seal[-1:] == authority[:1] else ()
    roots = (*token[-1:], *seal[-1:], *authority[:1], *_in(folder / FORMER_ROOTS))
    for name, found in (
        (FORMER_ROOTS, roots),
        (FORMER_SEALS, (*own, *_in(folder / FORMER_SEALS))),
        (SEEN, token),
    ):
        if found:
            yield name, b"".join(dict.fromkeys(found))
    for path in durable.paths(folder, ".json"):
        if path.name.startswith("revoked-"):
            yield path.name, durable.read(path)


def _in(path: Path) -> tuple[bytes, ...]:
    try:
        return certificates(durable.read(path))
    except FileNotFoundError:
        return ()
