"""The log's tree, recomputed while its leaves go by: 32 bytes a leaf, any root at any size.

Kept as tiles (C2SP tlog-tiles: 256 nodes of tree level 8 × tile level), so that
what is recomputed can be laid beside what is stored.  A tree that goes on from a
size verified before holds only the tiles that were not full then; the earlier
ones are read where they are asked for, each checked against the tile above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ledger.errors import AlterationFound
from ledger.formats.checkpoint import HASH_BYTES
from ledger.seal.tree import TILE_HEIGHT, TILE_WIDTH, Frontier, TileNodes, hashes_in, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TILE_BYTES = TILE_WIDTH * HASH_BYTES


class StoredTile(Protocol):
    """Whatever gives a full tile as stored, or None where there is none."""

    def __call__(self, level: int, number: int, /) -> bytes | None:
        """Give the tile's hashes, one after another."""


class TileAltered(AlterationFound):
    """A stored tile is not what the leaves below it hash to."""

    kind = "tile-altered"


class GrownTree:
    """A tree that grows at its right, from nothing or from a size verified before."""

    __slots__ = ("_first", "_levels", "_stored", "size")

    def __init__(self) -> None:
        """Start with the empty tree."""
        self.size = 0
        self._levels = [bytearray()]
        self._first = [0]
        self._stored: StoredTile = _no_tile

    @classmethod
    def going_on(cls, size: int, leaves: Iterable[bytes], stored: StoredTile) -> GrownTree:
        """Go on from an earlier size.

        Args:
            size: how many leaves there were.
            leaves: the hashes of those that did not fill a tile: the last
                `size` modulo 256 of them.
            stored: the log's stored tiles.

        Raises:
            TileAltered: a tile is missing, or not 256 hashes wide.
        """
        tree = cls()
        tree.size, tree._stored = size, stored
        nodes, level = size, 0
        while nodes or level == 0:
            first = nodes - nodes % TILE_WIDTH
            held = leaves if level == 0 else map(_fold, tree._full(level - 1, first, nodes))
            if level == len(tree._levels):
                tree._levels.append(bytearray())
                tree._first.append(0)
            tree._levels[level] += b"".join(held)
            tree._first[level] = first
            nodes, level = nodes // TILE_WIDTH, level + 1
        return tree

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes, 32 bytes each."""
        self._levels[0] += b"".join(leaves)
        self.size = self._first[0] + len(self._levels[0]) // HASH_BYTES
        level = 0
        while level < len(self._levels):
            self._fold_full_tiles(level)
            level += 1

    def root_at(self, *sizes: int) -> list[bytes]:
        """Give the root hashes at some sizes; ascending sizes are quickest.

        Raises:
            TileAltered: a stored tile does not fit the one above it.
        """
        nodes = TileNodes(self.tile)
        return [root_of(nodes, size) for size in sizes]

    def leaf(self, index: int) -> bytes:
        """Give one leaf hash.

        Raises:
            TileAltered: a stored tile does not fit the one above it.
        """
        number, place = divmod(index, TILE_WIDTH)
        return self.tile(0, number)[place * HASH_BYTES : (place + 1) * HASH_BYTES]

    def frontier(self) -> Frontier:
        """Give the roots of the complete subtrees, largest first."""
        nodes, roots, start = TileNodes(self.tile), list[bytes](), 0
        for level in reversed(range(self.size.bit_length())):
            if self.size >> level & 1:
                roots.append(nodes(level, start >> level))
                start += 1 << level
        return Frontier(self.size, tuple(roots))

    def tile(self, level: int, number: int) -> bytes:
        """Give a tile's hashes; one that is not full ends where the tree ends.

        Raises:
            TileAltered: a stored tile does not fit the one above it.
        """
        if level >= len(self._levels):
            return b""
        start = (number * TILE_WIDTH - self._first[level]) * HASH_BYTES
        if start >= 0:
            return bytes(self._levels[level][start : start + _TILE_BYTES])
        hashes = self._full_tile(level, number)
        above, place = divmod(number, TILE_WIDTH)
        expected = self.tile(level + 1, above)[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        if _fold(hashes) != expected:
            raise _altered(level, number)
        return hashes

    def full_tiles(self) -> Iterator[tuple[int, int]]:
        """Give level and number of every full tile held here: what must be stored."""
        for level, first in enumerate(self._first):
            nodes = first + len(self._levels[level]) // HASH_BYTES
            for number in range(first // TILE_WIDTH, nodes // TILE_WIDTH):
                yield level, number

    def _fold_full_tiles(self, level: int) -> None:
        full = len(self._levels[level]) // _TILE_BYTES
        first_above = self._first[level] // TILE_WIDTH
        if not full:
            return
        if level + 1 == len(self._levels):
            self._levels.append(bytearray())
            self._first.append(0)
        above = self._levels[level + 1]
        done = self._first[level + 1] + len(above) // HASH_BYTES - first_above
        for number in range(done, full):
            start = number * _TILE_BYTES
            above += _fold(self._levels[level][start : start + _TILE_BYTES])

    def _full(self, level: int, first: int, stop: int) -> Iterator[bytes]:
        return (self._full_tile(level, number) for number in range(first, stop))

    def _full_tile(self, level: int, number: int) -> bytes:
        hashes = self._stored(level, number)
        if hashes is None or len(hashes) != _TILE_BYTES:
            raise _altered(level, number)
        return hashes


def _fold(hashes: bytes | bytearray) -> bytes:
    return Frontier.empty().extend(hashes_in(bytes(hashes))).root()


def _no_tile(_level: int, _number: int, /) -> bytes | None:
    return None


def _altered(level: int, number: int) -> TileAltered:
    first = number * TILE_WIDTH << (level * TILE_HEIGHT)
    return TileAltered(
        "The stored hashes of the log are not those of its entries.",
        f"The hashes kept for the entries from {first:,} on were changed or removed.",
        "The entries themselves decide; compare with a backup.",
    )
