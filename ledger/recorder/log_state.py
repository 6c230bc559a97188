"""What sealing needs to know of the log so far, kept in memory and checked against it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime

from eventsourcing.sqlite import SQLiteCursor

from ledger.formats.statement import Anchor, Statement, read_anchor, read_statement
from ledger.seal.authority import Authority, apply_checked
from ledger.values.dates import parse_instant


@dataclass(frozen=True, slots=True)
class LedgerStreams:
    """The ids that a home knows its own log by; all random.

    Attributes:
        lid: the ledger's id, 16 bytes.
        authority: the authority stream.
        anchors: the stream of anchor statements.
    """

    lid: bytes
    authority: bytes
    anchors: bytes


@dataclass(slots=True)
class LogState:
    """Authority, newest anchor, stream heads and clock, as of `size` leaves."""

    streams: LedgerStreams
    size: int = 0
    authority: Authority = field(default_factory=Authority)
    anchor: Anchor | None = None
    recorded_at: datetime | None = None
    heads: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)

    def refresh(self, cursor: SQLiteCursor, size: int) -> None:
        """Catch up with entries that other programs wrote since."""
        if size == self.size:
            return
        for statement, index in _authority_since(cursor, self):
            apply_checked(self.authority, index, statement)
        self.anchor = _newest_anchor(cursor, self.streams.anchors)
        cursor.execute("SELECT statement FROM entries WHERE rowid = ?", (size,))
        self.recorded_at = parse_instant(read_statement(bytes(cursor.fetchone()[0])).recorded_at)
        self.size = size

    def prev(self, cursor: SQLiteCursor, stream: bytes, seq: int) -> bytes | None:
        """Give the hash of the statement before `seq` in a stream; None for the first."""
        if seq == 1:
            return None
        known = self.heads.get(stream)
        if known is not None and known[0] == seq - 1:
            return known[1]
        cursor.execute(
            "SELECT statement FROM entries WHERE originator_id = ? AND originator_version = ?",
            (stream, seq - 1),
        )
        row = cursor.fetchone()
        return read_statement(bytes(row[0])).hash if row else None

    def draft(self, *, changes_authority: bool) -> LogState:
        """Give a copy to seal on, which takes this one's place once the commit succeeded."""
        authority = copy.deepcopy(self.authority) if changes_authority else self.authority
        # `heads` may be shared: a stream's statement, once stored, never changes;
        # after a failed commit the store empties it.
        return LogState(
            self.streams, self.size, authority, self.anchor, self.recorded_at, self.heads
        )

    def follow_anchor(self, statement: Statement) -> None:
        """Quote this anchor from the next statement on."""
        self.anchor = read_anchor(statement.payload)


def _authority_since(cursor: SQLiteCursor, state: LogState) -> list[tuple[Statement, int]]:
    head = state.authority.head
    cursor.execute(
        "SELECT statement, rowid - 1 FROM entries"
        " WHERE originator_id = ? AND originator_version > ? ORDER BY originator_version",
        (state.streams.authority, 0 if head is None else head.seq),
    )
    return [(read_statement(bytes(row[0])), int(row[1])) for row in cursor.fetchall()]


def _newest_anchor(cursor: SQLiteCursor, stream: bytes) -> Anchor | None:
    cursor.execute(
        "SELECT statement FROM entries WHERE originator_id = ?"
        " ORDER BY originator_version DESC LIMIT 1",
        (stream,),
    )
    row = cursor.fetchone()
    return read_anchor(read_statement(bytes(row[0])).payload) if row else None
