"""What holds for the tree of the log however it grew."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedInput
from ledger.seal.tree import (
    TILE_WIDTH,
    Frontier,
    LeafHashes,
    ProofMismatch,
    TileNodes,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
)

MOST = 1200
LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(MOST)]
NODES = LeafHashes(LEAVES)
ROOTS = [Frontier.empty().root()]
_GROWING = Frontier.empty()
for _leaf in LEAVES:
    _GROWING = _GROWING.append(_leaf)
    ROOTS.append(_GROWING.root())

sizes = st.integers(1, MOST)
bits = st.integers(0, 255)


def _tile(level: int, index: int) -> bytes:
    first, complete = index * TILE_WIDTH, MOST >> (8 * level)
    hashes = (NODES(8 * level, n) for n in range(first, min(first + TILE_WIDTH, complete)))
    return b"".join(hashes)


def _flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value, "big") ^ (1 << bit)).to_bytes(32, "big")


def _altered(hashes: list[bytes], place: int, bit: int) -> list[bytes]:
    at = place % len(hashes)
    return [*hashes[:at], _flipped(hashes[at], bit), *hashes[at + 1 :]]


@given(runs=st.lists(st.integers(0, 300), max_size=4))
def test_any_sequence_of_appends_gives_the_root_of_the_whole(runs: list[int]) -> None:
    frontier = Frontier.empty()
    for run in runs:
        frontier = frontier.extend(LEAVES[frontier.size : frontier.size + run])
        assert Frontier.from_bytes(frontier.size, frontier.to_bytes()) == frontier
    assert frontier.size == sum(runs)
    assert frontier.root() == ROOTS[frontier.size]


@given(size=sizes, data=st.data())
def test_every_inclusion_proof_checks(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(NODES, index, size)
    check_inclusion(LEAVES[index], index, size, proof, ROOTS[size])
    assert len(proof) <= (size - 1).bit_length()


@given(sizes, sizes)
def test_every_consistency_proof_checks(first: int, second: int) -> None:
    old, new = sorted((first, second))
    proof = prove_consistency(NODES, old, new)
    check_consistency(old, ROOTS[old], new, ROOTS[new], proof)
    assert len(proof) <= (new - 1).bit_length() + 1


@given(size=sizes, bit=bits, place=st.integers(-2, 63), data=st.data())
def test_an_inclusion_proof_with_one_bit_flipped_fails(
    size: int, bit: int, place: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = LEAVES[index], ROOTS[size], prove_inclusion(NODES, index, size)
    if place == -1 or not proof:
        leaf = _flipped(leaf, bit)
    elif place == -2:
        root = _flipped(root, bit)
    else:
        proof = _altered(proof, place, bit)
    with pytest.raises(ProofMismatch):
        check_inclusion(leaf, index, size, proof, root)


@given(first=sizes, second=sizes, bit=bits, place=st.integers(-2, 63))
def test_a_consistency_proof_with_one_bit_flipped_fails(
    first: int, second: int, bit: int, place: int
) -> None:
    old, new = sorted((first, second))
    old_root, new_root, proof = ROOTS[old], ROOTS[new], prove_consistency(NODES, old, new)
    if place == -1 or not proof:
        old_root = _flipped(old_root, bit)
    elif place == -2:
        new_root = _flipped(new_root, bit)
    else:
        proof = _altered(proof, place, bit)
    with pytest.raises(ProofMismatch):
        check_consistency(old, old_root, new, new_root, proof)


@given(size=sizes, shift=st.integers(1, MOST - 1), data=st.data())
def test_a_proof_proves_no_other_place(size: int, shift: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = (index + shift) % size
    if other != index:
        proof = prove_inclusion(NODES, index, size)
        with pytest.raises((ProofMismatch, MalformedInput)):
            check_inclusion(LEAVES[index], other, size, proof, ROOTS[size])


@given(first=sizes, second=sizes, place=st.integers(0, MOST - 1))
@settings(max_examples=50)
def test_a_log_with_one_old_leaf_replaced_is_never_consistent(
    first: int, second: int, place: int
) -> None:
    old, new = sorted((first, second))
    at = place % old
    rewritten = [*LEAVES[:at], leaf_hash(b"another"), *LEAVES[at + 1 : new]]
    new_root = Frontier.empty().extend(rewritten).root()
    proof = prove_consistency(LeafHashes(rewritten), old, new)
    with pytest.raises(ProofMismatch):
        check_consistency(old, ROOTS[old], new, new_root, proof)


@given(level=st.integers(0, 10), data=st.data())
def test_tiles_give_the_same_nodes_as_the_leaves(level: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, (MOST >> level) - 1))
    assert TileNodes(_tile)(level, index) == NODES(level, index)


@given(first=sizes, second=sizes)
def test_tiles_give_the_same_proofs_as_the_leaves(first: int, second: int) -> None:
    old, new = sorted((first, second))
    tiles = TileNodes(_tile)
    assert prove_inclusion(tiles, old - 1, new) == prove_inclusion(NODES, old - 1, new)
    assert prove_consistency(tiles, old, new) == prove_consistency(NODES, old, new)


@given(
    index=st.integers(-1, 2**64),
    size=st.integers(-1, 2**64),
    proof=st.lists(st.binary(min_size=31, max_size=33) | st.binary(min_size=32, max_size=32)),
)
def test_whatever_comes_as_an_inclusion_proof_is_refused_in_words(
    index: int, size: int, proof: list[bytes]
) -> None:
    with pytest.raises((ProofMismatch, MalformedInput)):
        check_inclusion(LEAVES[0], index, size, proof, LEAVES[1])


@given(
    old=st.integers(-1, 2**64),
    new=st.integers(-1, 2**64),
    proof=st.lists(st.binary(min_size=31, max_size=33) | st.binary(min_size=32, max_size=32)),
)
def test_whatever_comes_as_a_consistency_proof_is_refused_in_words(
    old: int, new: int, proof: list[bytes]
) -> None:
    with pytest.raises((ProofMismatch, MalformedInput)):
        check_consistency(old, LEAVES[0], new, LEAVES[1], proof)
