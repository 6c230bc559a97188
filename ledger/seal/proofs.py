"""Proofs drawn from a stored log: inclusion and consistency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ledger.seal.tree import (
    TILE_WIDTH,
    Frontier,
    TileNodes,
    hashes_in,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
)


class StoredStatement(Protocol):
    """An entry, as far as its leaf is concerned."""

    @property
    def statement(self) -> bytes:
        """The issuer-signed JWT, verbatim."""
        ...


class StoredLog(Protocol):
    """What a stored log must answer; `ledger.formats.ledger_reader` does."""

    @property
    def size(self) -> int:
        """How many leaves."""
        ...

    def entries(self, start: int, stop: int | None) -> Iterator[StoredStatement]:
        """Stream entries in log order."""
        ...

    def stored_tile(self, level: int, number: int) -> bytes | None:
        """Give a full tile, or None."""
        ...


class LogProver:
    """Makes proofs about one stored log; only reads."""

    def __init__(self, log: StoredLog) -> None:
        """Take the log; its size is looked up once."""
        self._log = log
        self.size = log.size
        self._nodes = TileNodes(self._tile)

    def root_at(self, size: int) -> bytes:
        """Give the root hash that the log had at a size."""
        return root_of(self._nodes, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Prove that a leaf is in the tree of that size (RFC 9162 §2.1.3)."""
        return prove_inclusion(self._nodes, index, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Prove that the tree of one size continues that of a smaller (RFC 9162 §2.1.4)."""
        return prove_consistency(self._nodes, old, new)

    def _tile(self, level: int, number: int) -> bytes:
        stored = self._log.stored_tile(level, number)
        if stored is not None:
            return stored
        first = number * TILE_WIDTH
        if level == 0:
            return b"".join(
                leaf_hash(entry.statement) for entry in self._log.entries(first, first + TILE_WIDTH)
            )
        # A tile not yet full: the roots of the full tiles below it.
        full = (self.size >> (8 * level)) - first
        return b"".join(self._tile_root(level - 1, first + n) for n in range(max(full, 0)))

    def _tile_root(self, level: int, number: int) -> bytes:
        return Frontier.empty().extend(hashes_in(self._tile(level, number))).root()
