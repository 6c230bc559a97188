"""SQLite's failures in this product's words, with what to try."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ledger.errors import EntryConflict, LedgerBusy, StorageFailed

BUSY_SECONDS = 10
"""How long a program waits for the writer's place."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLite's errors into this product's, with what to try."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise EntryConflict(
            "Somebody else changed this record a moment ago.",
            str(error),
            "Look at it again, then repeat the command.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise _storage_error(str(error)) from error


def _storage_error(words: str) -> StorageFailed:
    if "locked" in words or "busy" in words:
        return LedgerBusy(
            "The ledger is busy.",
            f"Another program has been writing to it for more than {BUSY_SECONDS} seconds.",
            "Wait for it to end, then repeat the command.",
        )
    if "full" in words:
        return StorageFailed(
            "The disk is full; nothing was recorded.",
            words,
            "Free some space, then repeat the command.",
            kind="disk-full",
        )
    if "readonly" in words or "unable to open" in words:
        return StorageFailed(
            "The ledger's folder cannot be written; nothing was recorded.",
            words,
            "Check the folder's permissions, or copy the home to a disk that can be written.",
            kind="read-only",
        )
    return StorageFailed(
        "The ledger's database failed; nothing was recorded.",
        words,
        "Run send-ledger doctor, then send-ledger verify.",
    )
