"""Leaf, node and root hashes of RFC 9162 §2.1.1, and the frontier that computes them."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ledger.errors import MalformedInput
from ledger.formats.checkpoint import MAX_TREE_SIZE
from ledger.seal.tree import EMPTY_ROOT, Frontier, leaf_hash, node_hash


def tree_hash(leaves: list[bytes]) -> bytes:
    """Compute MTH(D_n) exactly as RFC 9162 §2.1.1 writes it, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = max(2**i for i in range(64) if 2**i < len(leaves))
    return sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


LEAVES = [leaf_hash(bytes([n])) for n in range(70)]


def test_a_leaf_is_hashed_behind_a_zero_byte_and_a_node_behind_a_one() -> None:
    assert leaf_hash(b"").hex() == sha256(b"\x00").hexdigest()
    assert leaf_hash(b"abc").hex() == sha256(b"\x00abc").hexdigest()
    left, right = b"l" * 32, b"r" * 32
    assert node_hash(left, right) == sha256(b"\x01" + left + right).digest()
    assert leaf_hash(b"\x01" + left + right) != node_hash(left, right)


def test_the_empty_tree_hashes_to_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier.empty().root() == EMPTY_ROOT
    assert Frontier.empty().size == 0


@pytest.mark.parametrize("size", range(70))
def test_the_root_of_every_small_tree_is_that_of_the_definition(size: int) -> None:
    frontier = Frontier.empty().extend(LEAVES[:size])
    assert frontier.root() == tree_hash(LEAVES[:size])
    assert frontier.size == size


def test_an_odd_last_node_is_not_duplicated() -> None:
    three = Frontier.empty().extend(LEAVES[:3])
    assert three.root() != Frontier.empty().extend([*LEAVES[:3], LEAVES[2]]).root()
    assert three.root() == node_hash(node_hash(LEAVES[0], LEAVES[1]), LEAVES[2])


def test_leaves_appended_one_by_one_and_in_any_two_runs_give_the_same_frontier() -> None:
    one_by_one = Frontier.empty()
    for leaf in LEAVES:
        one_by_one = one_by_one.append(leaf)
    for cut in range(len(LEAVES) + 1):
        assert Frontier.empty().extend(LEAVES[:cut]).extend(LEAVES[cut:]) == one_by_one


def test_appending_leaves_the_frontier_before_it_unchanged() -> None:
    before = Frontier.empty().extend(LEAVES[:5])
    root = before.root()
    before.append(LEAVES[5])
    assert (before.size, before.root()) == (5, root)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 37, 64, 70])
def test_a_frontier_is_stored_as_its_roots_and_read_back(size: int) -> None:
    frontier = Frontier.empty().extend(LEAVES[:size])
    stored = frontier.to_bytes()
    assert len(stored) == 32 * size.bit_count()
    assert Frontier.from_bytes(size, stored) == frontier


def test_a_stored_frontier_begins_with_the_largest_subtree() -> None:
    stored = Frontier.empty().extend(LEAVES[:6]).to_bytes()
    assert stored == tree_hash(LEAVES[:4]) + tree_hash(LEAVES[4:6])


@pytest.mark.parametrize(
    ("size", "data", "kind"),
    [
        (3, b"x" * 32, "bad-frontier"),
        (2, b"x" * 64, "bad-frontier"),
        (0, b"x" * 32, "bad-frontier"),
        (1, b"", "bad-frontier"),
        (1, b"x" * 31, "bad-hash-size"),
        (1, b"x" * 33, "bad-hash-size"),
        (-1, b"x" * 32, "bad-tree-size"),
        (2**63, b"x" * 32, "bad-tree-size"),
    ],
)
def test_a_stored_frontier_that_does_not_fit_its_size_is_refused(
    size: int, data: bytes, kind: str
) -> None:
    with pytest.raises(MalformedInput) as refused:
        Frontier.from_bytes(size, data)
    assert refused.value.kind == kind


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, b"x" * 33, b"x" * 64])
def test_a_leaf_hash_that_is_not_32_bytes_is_refused(wrong: bytes) -> None:
    with pytest.raises(MalformedInput) as refused:
        Frontier.empty().extend([LEAVES[0], wrong])
    assert refused.value.kind == "bad-hash-size"


def test_a_tree_at_its_largest_size_takes_no_more_leaves() -> None:
    full = Frontier(MAX_TREE_SIZE, tuple(LEAVES[:63]))
    with pytest.raises(MalformedInput) as refused:
        full.append(LEAVES[0])
    assert refused.value.kind == "bad-tree-size"
