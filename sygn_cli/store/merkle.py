"""Merkle trees as certificate transparency builds them (RFC 6962, 2.1; RFC 9162, 2.1).

Pure functions of hashes. Leaves are hashed with a leading 0x00, inner nodes with 0x01, so that a
node can never be passed off as an entry.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EMPTY: Final = hashlib.sha256(b"").digest()


def leaf(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that is needed of a tree to make it grow.

    Attributes:
        size: Number of leaves.
        hashes: Roots of the full subtrees from left to right: one for each bit set in ``size``.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def grown(self, leaves: Iterable[bytes]) -> Frontier:
        """Return the tree with more leaves on its right; costs O(log n) for each."""
        size, hashes = self.size, list(self.hashes)
        for one in leaves:
            top, carry = one, size
            while carry & 1:
                top, carry = node(hashes.pop(), top), carry >> 1
            hashes.append(top)
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """Return the hash of the whole tree."""
        if not self.hashes:
            return EMPTY
        top = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            top = node(left, top)
        return top


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the hash of the tree over these leaf hashes."""
    return Frontier().grown(leaves).root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of one leaf, from the bottom up (RFC 6962, 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def proves_inclusion(
    proof: Sequence[bytes], entry: bytes, *, index: int, size: int, tree: bytes
) -> bool:
    """Tell whether a path leads from a leaf hash to the root of a tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, top = index, size - 1, entry
    for hashed in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            top = node(hashed, top)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            top = node(top, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and top == tree


def consistency_proof(leaves: Sequence[bytes], before: int) -> list[bytes]:
    """Return why the tree over the first ``before`` leaves is the start of this one (RFC 6962, 2.1.2)."""
    if not 0 < before <= len(leaves):
        raise IndexError(before)
    return _consistency(leaves, before, known=True)


def proves_consistency(
    proof: Sequence[bytes], *, before: int, old: bytes, size: int, new: bytes
) -> bool:
    """Tell whether one tree is the start of another, by their roots (RFC 9162, 2.1.4.2)."""
    if before == size:
        return not proof and old == new
    if not 0 < before < size or not proof:
        return False
    path = [old, *proof] if before & (before - 1) == 0 else list(proof)
    place, last = before - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    small = big = path[0]
    for hashed in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            small, big = node(hashed, small), node(hashed, big)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            big = node(big, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and small == old and big == new


def _consistency(leaves: Sequence[bytes], before: int, *, known: bool) -> list[bytes]:
    if before == len(leaves):
        return [] if known else [root(leaves)]
    split = _split(len(leaves))
    if before <= split:
        return [*_consistency(leaves[:split], before, known=known), root(leaves[split:])]
    return [*_consistency(leaves[split:], before - split, known=False), root(leaves[:split])]


def _split(size: int) -> int:
    """Return the largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1
