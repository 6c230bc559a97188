"""Stores what sealing yields beside the entries: checkpoints, cosignatures, tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from eventsourcing.sqlite import SQLiteCursor

from ledger.recorder.datastore import LedgerDatastore


@dataclass(frozen=True, slots=True)
class SealStore:
    """The side tables of one ledger file; repeating an insertion changes nothing."""

    datastore: LedgerDatastore

    def add_cosignature(self, size: int, line: str) -> None:
        """Keep a cosigner's line, without its newline, over the checkpoint of that size."""
        values = (size, line.removesuffix("\n").encode("utf-8"))
        self._insert("INSERT OR IGNORE INTO cosignatures VALUES (?,?)", values)

    def add_token(self, size: int, token: bytes) -> None:
        """Keep a time-stamp token over the checkpoint of that size."""
        hashed = hashlib.sha256(token).digest()
        self._insert("INSERT OR IGNORE INTO tokens VALUES (?,?,?)", (hashed, size, token))

    def _insert(self, statement: str, values: tuple[object, ...]) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(statement, values)


def insert_checkpoint(cursor: SQLiteCursor, size: int, note: bytes) -> None:
    """Keep a signed checkpoint in a save's own transaction; the first one of a size stays."""
    cursor.execute("INSERT OR IGNORE INTO checkpoints VALUES (?,?)", (size, note))
