"""The SQLite connection of one ledger: pragmas pinned, one writer, clear failures.

The eventsourcing library begins its transactions with a plain BEGIN, under
which a read followed by a write dies at once when another process wrote
meanwhile; and it leaves `synchronous` to the build's default.  Both are set
here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger.errors import StorageFailed
from ledger.recorder.sqlite_errors import BUSY_SECONDS, translated

_PINNED = {
    "synchronous": 2,  # FULL: an acknowledged entry survives a power cut
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "foreign_keys": 1,
    "temp_store": 2,  # MEMORY
}


class LedgerConnectionPool(SQLiteConnectionPool):
    """Connections with the pragmas of the day-one list, asserted."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        cursor = connection.cursor()
        for name, value in _PINNED.items():
            cursor.execute(f"PRAGMA {name}={value}")
            cursor.execute(f"PRAGMA {name}")
            if cursor.fetchone()[0] != value:
                raise StorageFailed(
                    f"SQLite here does not keep the setting “{name}”.",
                    "Without it an entry could be lost or read by others.",
                    "Install Python from python.org, whose SQLite has it.",
                    kind="sqlite-too-old",
                )
        cursor.execute("PRAGMA fullfsync=ON")  # macOS: flush the disk's own cache
        return connection


class LedgerDatastore(SQLiteDatastore):
    """One ledger file."""

    def __init__(self, path: Path) -> None:
        uri = path.absolute().as_uri() + "?mode=rw"
        super().__init__(uri, lock_timeout=BUSY_SECONDS)
        self.pool.close()
        self.pool = LedgerConnectionPool(db_name=uri, lock_timeout=BUSY_SECONDS)
        self._wrote = False

    def close(self) -> None:
        """Close the file, which then holds everything, if no other program reads in it.

        Somebody who copies the file without its `-wal` loses nothing that way.
        """
        if self._wrote:
            self._wrote = False
            with suppress(sqlite3.DatabaseError), self.get_connection(commit=True) as connection:
                cursor = connection.cursor()
                cursor.execute("PRAGMA busy_timeout=0")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        super().close()

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Run one transaction: all or nothing, the writer's place taken at once.

        Raises:
            LedgerBusy: another program kept the writer's place.
            EntryConflict: another entry took the same place in its stream.
            StorageFailed: disk full, read-only folder, I/O error.
        """
        with translated(), self.get_connection(commit=commit) as connection:
            cursor = connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
                yield cursor
                if commit:
                    connection.commit()
                    self._wrote = True
            except BaseException:
                connection.rollback()  # a failed commit too must give the writer's place back
                raise
            if not commit:
                connection.rollback()


def create_ledger_file(path: Path) -> None:
    """Make an empty database file that its owner alone can read.

    Raises:
        StorageFailed: there is one already, or the folder cannot be written.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StorageFailed(
            "The ledger file cannot be made.",
            error.strerror or "",
            "Choose an empty folder that you can write.",
        ) from error
