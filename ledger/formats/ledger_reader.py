"""Questions that readers ask of an open ledger file: entries, streams, heads, tokens."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ledger.errors import NotFound
from ledger.formats.ledger_file import StoredEntry, read_entries, read_tree
from ledger.formats.statement import read_statement
from ledger.values.dates import parse_instant

_COLUMNS = (
    "SELECT e.rowid - 1, e.originator_id, e.originator_version, e.statement, c.ciphertext"
    " FROM entries e LEFT JOIN contents c ON c.rowid = e.rowid "
)


@dataclass(frozen=True, slots=True)
class LedgerReader:
    """An open ledger file, asked but never written.

    Attributes:
        connection: from `open_for_reading`.
    """

    connection: sqlite3.Connection

    @property
    def head(self) -> tuple[int, bytes]:
        """Size and root hash of the stored tree head, of one moment."""
        return read_tree(self.connection)[:2]

    @property
    def size(self) -> int:
        """How many entries the stored tree head covers."""
        return read_tree(self.connection)[0]

    @property
    def root(self) -> bytes:
        """Root hash of the stored tree head."""
        return read_tree(self.connection)[1]

    @property
    def clock(self) -> datetime:
        """When the newest entry was recorded.

        Raises:
            NotFound: the ledger is empty.
        """
        newest = self.entry(self.size - 1)
        return parse_instant(read_statement(newest.statement).recorded_at)

    def entry(self, index: int) -> StoredEntry:
        """Give the entry at a log index.

        Raises:
            NotFound: there is none.
        """
        for entry in read_entries(self.connection, index, index + 1):
            return entry
        raise NotFound(
            f"There is no entry {index} in this ledger.",
            "The ledger does not reach so far, or the number is another ledger's.",
            "Look at the number: send-ledger history shows it.",
            kind="no-entry",
        )

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[StoredEntry]:
        """Stream entries in log order."""
        return read_entries(self.connection, start, stop)

    def place(self, stream: bytes, seq: int) -> StoredEntry:
        """Give the entry at a place of a stream.

        Raises:
            NotFound: there is none.
        """
        row = self.connection.execute(
            _COLUMNS + "WHERE e.originator_id = ? AND e.originator_version = ?", (stream, seq)
        ).fetchone()
        if row is None:
            raise NotFound("There is no such entry in this record.", kind="no-entry")
        return StoredEntry(*row)

    def stream(self, stream: bytes, through: int | None = None) -> list[StoredEntry]:
        """Give a stream's entries in order, up to sequence number `through`."""
        rows = self.connection.execute(
            _COLUMNS + "WHERE e.originator_id = ? AND e.originator_version <= ?"
            " ORDER BY e.originator_version",
            (stream, 2**62 if through is None else through),
        ).fetchall()
        return [StoredEntry(*row) for row in rows]

    def stream_heads(self) -> list[tuple[bytes, int, int]]:
        """Give stream, newest sequence number and its log index, of every stream."""
        rows = self.connection.execute(
            "SELECT originator_id, max(originator_version), max(rowid) - 1 FROM entries"
            " GROUP BY originator_id"
        )
        return [(bytes(row[0]), int(row[1]), int(row[2])) for row in rows]

    def stream_length(self, stream: bytes) -> int:
        """Give a stream's newest sequence number; 0 where it has no entry."""
        row = self.connection.execute(
            "SELECT max(originator_version) FROM entries WHERE originator_id = ?", (stream,)
        ).fetchone()
        return int(row[0] or 0)

    def checkpoints(self) -> list[tuple[int, bytes]]:
        """Give size and signed note of every checkpoint, smallest first."""
        rows = self.connection.execute("SELECT size, note FROM checkpoints ORDER BY size")
        return [(int(row[0]), bytes(row[1])) for row in rows]

    def cosignatures(self, size: int) -> list[str]:
        """Give the cosignature lines collected for the checkpoint of that size."""
        rows = self.connection.execute(
            "SELECT line FROM cosignatures WHERE size = ? ORDER BY line", (size,)
        )
        return [bytes(row[0]).decode("utf-8") for row in rows]

    def tokens(self, size: int) -> list[bytes]:
        """Give the time-stamp tokens (.tsr bytes) over the checkpoint of that size."""
        rows = self.connection.execute(
            "SELECT token FROM tokens WHERE size = ? ORDER BY hash", (size,)
        )
        return [bytes(row[0]) for row in rows]

    def entry_of_command(self, mac: bytes) -> int | None:
        """Give the first log index that the command with this keyed MAC wrote, or None."""
        query = "SELECT first_index FROM commands WHERE mac = ?"
        row = self.connection.execute(query, (mac,)).fetchone()
        return None if row is None else int(row[0])

    def stored_tile(self, level: int, number: int) -> bytes | None:
        """Give a full tile's hashes, or None where it is not full yet."""
        row = self.connection.execute(
            "SELECT hashes FROM tiles WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return None if row is None else bytes(row[0])
