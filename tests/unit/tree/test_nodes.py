"""Where the hashes of complete subtrees come from: a list in memory, or tiles."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.seal.tree import (
    TILE_WIDTH,
    TILES_KEPT,
    Frontier,
    LeafHashes,
    TileNodes,
    leaf_hash,
    prove_inclusion,
)

LEAVES = [leaf_hash(n.to_bytes(4, "big")) for n in range(70_000)]
NODES = LeafHashes(LEAVES)


def tile(level: int, index: int) -> bytes:
    """Cut a tile as C2SP tlog-tiles defines it: every node that is complete, at most 256."""
    complete = len(LEAVES) >> (8 * level)
    first = index * TILE_WIDTH
    return b"".join(
        NODES(8 * level, node) for node in range(first, min(first + TILE_WIDTH, complete))
    )


def test_the_tiles_of_70000_leaves_are_those_of_the_specification() -> None:
    # C2SP tlog-tiles, "Partial Tiles": 273 full tiles and one of 112; one full and one of 17; 1
    assert len(tile(0, 272)) == 256 * 32
    assert len(tile(0, 273)) == 112 * 32
    assert len(tile(1, 0)) == 256 * 32
    assert len(tile(1, 1)) == 17 * 32
    assert len(tile(2, 0)) == 1 * 32


@pytest.mark.parametrize("level", range(17))
def test_tiles_give_the_same_nodes_as_the_leaves_at_every_level(level: int) -> None:
    nodes, last = TileNodes(tile), (len(LEAVES) >> level) - 1
    for index in {0, 1, 2, 127, 128, 255, 256, 257, last // 2, last - 1, last}:
        if 0 <= index <= last:
            assert nodes(level, index) == NODES(level, index)


def test_a_node_is_computed_from_one_tile() -> None:
    asked = []

    def watched(level: int, index: int) -> bytes:
        asked.append((level, index))
        return tile(level, index)

    TileNodes(watched)(7, 3)
    TileNodes(watched)(8, 3)
    TileNodes(watched)(15, 1)
    assert asked == [(0, 1), (1, 0), (1, 0)]


def test_one_proof_asks_for_each_tile_once_and_many_keep_few() -> None:
    asked = []

    def watched(level: int, index: int) -> bytes:
        asked.append((level, index))
        return tile(level, index)

    nodes = TileNodes(watched)
    proof = prove_inclusion(nodes, 12_345, 70_000)
    assert proof == prove_inclusion(NODES, 12_345, 70_000)
    assert len(asked) == len(set(asked)) <= 6
    for index in range(0, 70_000, 256):
        nodes(0, index)
    assert len(nodes._kept) <= TILES_KEPT


@pytest.mark.parametrize(
    ("level", "index"),
    [(0, 70_000), (1, 35_000), (16, 1), (17, 0), (64, 0), (0, -1), (-1, 0), (-1, -1)],
)
def test_a_node_that_is_not_there_is_refused(level: int, index: int) -> None:
    for nodes in (NODES, TileNodes(tile)):
        with pytest.raises(MalformedInput) as refused:
            nodes(level, index)
        assert refused.value.kind == "no-such-node"


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"x" * 33, "bad-hash-size"), (b"x" * 31, "bad-hash-size"), (b"x" * 32 * 257, "bad-tile")],
)
def test_a_malformed_tile_is_refused(data: bytes, kind: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        TileNodes(lambda _level, _index: data)(0, 0)
    assert refused.value.kind == kind


def test_a_tile_that_lost_its_end_is_refused_not_shortened() -> None:
    nodes = TileNodes(lambda _level, _index: b"".join(LEAVES[:100]))
    assert nodes(2, 24) == NODES(2, 24)
    for level, index in [(0, 100), (3, 12), (7, 0)]:
        with pytest.raises(MalformedInput):
            nodes(level, index)


def test_leaf_hashes_of_a_wrong_length_are_refused() -> None:
    with pytest.raises(MalformedInput):
        LeafHashes([LEAVES[0], b"short"])


def test_the_root_of_a_full_tile_is_the_node_above_it() -> None:
    hashes = [tile(0, 5)[at : at + 32] for at in range(0, 256 * 32, 32)]
    assert Frontier.empty().extend(hashes).root() == NODES(8, 5)
