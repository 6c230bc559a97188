"""Copies of a home's databases, through the database's own backup interface.

A file copied while it is written, or without its `-wal`, silently loses its
end; the backup interface copies one consistent state.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ledger.recorder.sqlite_errors import BUSY_SECONDS, translated


def copy_database(source: Path, target: Path) -> None:
    """Copy a database file as of one moment; the copy needs no other file beside it.

    Raises:
        StorageFailed: the disk is full, or a folder cannot be read or written.
        LedgerBusy: a writer held on too long.
    """
    with translated():
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        # Not mode=ro, which could not tidy up after a writer that was killed; a file
        # that cannot be written is opened for reading all the same.
        reading = sqlite3.connect(
            f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS
        )
        writing = sqlite3.connect(target, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            reading.backup(writing)
            # Read-only media cannot open a file in WAL mode.
            writing.execute("PRAGMA journal_mode=DELETE")
            writing.execute("PRAGMA synchronous=FULL")
        finally:
            reading.close()
            writing.close()
