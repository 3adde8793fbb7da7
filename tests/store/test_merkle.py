"""The tree is the one of certificate transparency, and its proofs prove nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sygn_cli.store import merkle
from sygn_cli.store.merkle import Frontier

# The inputs and roots that implementations of RFC 6962 test themselves with.
INPUTS = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
sizes = st.integers(1, 70)


def leaves(number):
    return [merkle.leaf(n.to_bytes(2, "big")) for n in range(number)]


def by_definition(hashes):
    """RFC 6962, 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return merkle.node(by_definition(hashes[:split]), by_definition(hashes[split:]))


def test_an_empty_tree_is_the_hash_of_nothing():
    assert merkle.root([]) == merkle.EMPTY == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("number", range(1, 9))
def test_the_roots_are_those_that_everybody_has(number):
    assert merkle.root([merkle.leaf(one) for one in INPUTS[:number]]).hex() == ROOTS[number - 1]


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(0, 200))
def test_a_tree_that_grew_is_the_tree_that_was_built_at_once(before, more):
    all_leaves = leaves(before + more)
    grown = Frontier().grown(all_leaves[:before]).grown(all_leaves[before:])
    assert grown == Frontier().grown(all_leaves)
    assert grown.root() == by_definition(all_leaves)
    assert len(grown.hashes) == grown.size.bit_count()


@settings(deadline=None)
@given(sizes, st.data())
def test_every_leaf_proves_its_place_and_no_other(size, data):
    tree = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(tree, index)
    root = merkle.root(tree)
    assert merkle.proves_inclusion(proof, tree[index], index=index, size=size, tree=root)
    other = data.draw(st.integers(0, size).filter(lambda n: n != index))
    assert not merkle.proves_inclusion(proof, tree[index], index=other, size=size, tree=root)
    assert not merkle.proves_inclusion(proof, merkle.leaf(b"x"), index=index, size=size, tree=root)
    assert not merkle.proves_inclusion(
        [*proof, root], tree[index], index=index, size=size, tree=root
    )


@settings(deadline=None)
@given(sizes, st.data())
def test_a_tree_proves_to_be_the_start_of_a_later_one(size, data):
    before = data.draw(st.integers(1, size))
    tree = leaves(size)
    proof = merkle.consistency_proof(tree, before)
    old, new = merkle.root(tree[:before]), merkle.root(tree)
    assert merkle.proves_consistency(proof, before=before, old=old, size=size, new=new)
    forged = merkle.root([*tree[: before - 1], merkle.leaf(b"x")])
    assert not merkle.proves_consistency(proof, before=before, old=forged, size=size, new=new)
    if proof:
        assert not merkle.proves_consistency(
            proof[:-1], before=before, old=old, size=size, new=new
        )
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:place], merkle.leaf(b"x"), *proof[place + 1 :]]
        assert not merkle.proves_consistency(changed, before=before, old=old, size=size, new=new)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_for_what_is_not_there(index):
    with pytest.raises(IndexError):
        merkle.inclusion_proof(leaves(3), index)
    with pytest.raises(IndexError):
        merkle.consistency_proof(leaves(3), index + 1 if index > 0 else index)
