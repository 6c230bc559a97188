"""The recomputed tree against the tree of RFC 9162 computed in one go."""

from __future__ import annotations

import hashlib

import pytest

from ledger.seal.tree import Frontier, LeafHashes, root_of
from ledger.verify.grown_tree import GrownTree, TileAltered

LEAVES = [hashlib.sha256(str(n).encode()).digest() for n in range(66_200)]
SIZES = (1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_200)
ALL = LeafHashes(LEAVES)


def grown(*steps: int) -> GrownTree:
    tree, size = GrownTree(), 0
    for step in steps:
        tree.extend(LEAVES[size : size + step])
        size += step
    return tree


@pytest.fixture(scope="module")
def whole() -> GrownTree:
    return grown(1, 254, 1, 1, 1000, 64_943)


def test_it_has_the_root_of_every_size_it_had(whole: GrownTree) -> None:
    assert whole.size == len(LEAVES)
    assert whole.root_at(0, *SIZES) == [
        hashlib.sha256(b"").digest(),
        *(root_of(ALL, size) for size in SIZES),
    ]


def test_it_has_the_frontier_and_leaves_of_the_same_tree(whole: GrownTree) -> None:
    assert whole.frontier() == Frontier.empty().extend(LEAVES)
    assert GrownTree().frontier() == Frontier.empty()
    assert [whole.leaf(n) for n in (0, 255, 256, 66_199)] == [
        LEAVES[n] for n in (0, 255, 256, 66_199)
    ]
    assert whole.leaf(66_200) == b""


def test_its_full_tiles_are_those_of_tlog_tiles(whole: GrownTree) -> None:
    assert list(whole.full_tiles()) == [*((0, n) for n in range(258)), (1, 0)]
    assert whole.tile(0, 1) == b"".join(LEAVES[256:512])
    assert whole.tile(1, 0)[:64] == root_of(ALL, 256) + ALL(8, 1)
    assert whole.tile(0, 258) == b"".join(LEAVES[66_048:])


@pytest.mark.parametrize("size", SIZES)
def test_it_goes_on_from_any_size(whole: GrownTree, size: int) -> None:
    stored = {tile: whole.tile(*tile) for tile in whole.full_tiles()}
    tree = GrownTree.going_on(
        size, LEAVES[size - size % 256 : size], lambda *tile: stored.get(tile)
    )
    assert tree.root_at(size) == [root_of(ALL, size)]
    tree.extend(LEAVES[size:])
    assert tree.frontier() == whole.frontier()
    assert tree.root_at(*SIZES) == whole.root_at(*SIZES)
    assert all(tree.tile(*tile) == whole.tile(*tile) for tile in tree.full_tiles())


def test_an_earlier_tile_that_was_changed_is_not_believed(whole: GrownTree) -> None:
    stored = {tile: whole.tile(*tile) for tile in whole.full_tiles()}
    stored[0, 3] = bytes(8192)
    tree = GrownTree.going_on(66_000, LEAVES[65_792:66_000], lambda *tile: stored.get(tile))
    assert tree.leaf(0) == LEAVES[0]
    with pytest.raises(TileAltered):
        tree.leaf(3 * 256)


@pytest.mark.parametrize("tile", [None, b"", bytes(8191), bytes(8193)])
def test_a_tile_that_is_missing_or_of_another_width_is_no_place_to_go_on(
    tile: bytes | None,
) -> None:
    with pytest.raises(TileAltered):
        GrownTree.going_on(257, LEAVES[256:257], lambda *_tile: tile)
