"""Stores sealed rows, leaf and tree state in one transaction.

Knows nothing of pupils, keys or signatures: it takes rows that are sealed, and
gives them the next log indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from ledger.errors import AlreadyRecorded
from ledger.formats.ledger_file import APPLICATION_ID, SCHEMA, SCHEMA_VERSION
from ledger.formats.row import Row, pack_row, unpack_row
from ledger.recorder.datastore import LedgerDatastore
from ledger.seal.tree import EMPTY_ROOT, TILE_WIDTH, Frontier, hashes_in, leaf_hash

TOPIC = "statement"
"""The library's topic column would tell the kind of entry; there is only one."""
_SELECT = (
    "SELECT e.rowid AS rowid, e.originator_id, e.originator_version, e.statement, c.ciphertext"
    " FROM entries e LEFT JOIN contents c ON c.rowid = e.rowid "
)


@dataclass(slots=True)
class TreeState:
    """The tree head, and the leaf hashes that do not yet fill a tile."""

    frontier: Frontier
    root: bytes
    partial: list[bytes] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many leaves."""
        return self.frontier.size


class LedgerRecorder(SQLiteApplicationRecorder):
    """The application recorder of one SQLite ledger file."""

    datastore: LedgerDatastore

    def __init__(self, datastore: LedgerDatastore) -> None:
        super().__init__(datastore, "entries")
        self._tree: TreeState | None = None

    def construct_create_table_statements(self) -> list[str]:
        """Give the pinned schema and the empty tree."""
        return [
            f"PRAGMA application_id={APPLICATION_ID}",
            f"PRAGMA user_version={SCHEMA_VERSION}",
            *SCHEMA,
            f"INSERT INTO tree VALUES (1, 0, x'{EMPTY_ROOT.hex()}', x'')",  # noqa: S608  a constant
        ]

    def read_head(self, cursor: SQLiteCursor) -> tuple[int, bytes]:
        """Give size and root of the stored tree head."""
        cursor.execute("SELECT size, root FROM tree WHERE id = 1")
        row = cursor.fetchone()
        return int(row[0]), bytes(row[1])

    def tree_state(self, cursor: SQLiteCursor) -> TreeState:
        """Give the tree state inside a transaction, from memory where still true."""
        cursor.execute("SELECT size, root, frontier FROM tree WHERE id = 1")
        size, root, frontier = cursor.fetchone()
        if self._tree is None or (self._tree.size, self._tree.root) != (size, root):
            boundary = size - size % TILE_WIDTH
            cursor.execute(
                "SELECT statement FROM entries WHERE rowid > ? ORDER BY rowid", (boundary,)
            )
            partial = [leaf_hash(row[0]) for row in cursor.fetchall()]
            self._tree = TreeState(Frontier.from_bytes(size, frontier), root, partial)
        return self._tree

    def check_command(self, cursor: SQLiteCursor, mac: bytes) -> None:
        """Demand that no command with this keyed MAC was carried out before.

        Raises:
            AlreadyRecorded: it was.
        """
        cursor.execute("SELECT first_index FROM commands WHERE mac = ?", (mac,))
        if row := cursor.fetchone():
            raise AlreadyRecorded(int(row[0]))

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        state: TreeState = kwargs.get("tree") or self.tree_state(c)
        first = state.size
        rows = [unpack_row(bytes(one.state)) for one in stored_events]
        c.executemany(
            "INSERT INTO entries VALUES (?,?,?,?)",
            [
                (first + n + 1, one.originator_id.bytes, one.originator_version, row.statement)
                for n, (one, row) in enumerate(zip(stored_events, rows, strict=True))
                if isinstance(one.originator_id, UUID)
            ],
        )
        c.executemany(
            "INSERT INTO contents VALUES (?,?)",
            [
                (first + n + 1, row.ciphertext)
                for n, row in enumerate(rows)
                if row.ciphertext is not None
            ],
        )
        macs: Sequence[bytes] = kwargs.get("commands", ())
        c.executemany("INSERT INTO commands VALUES (?,?)", [(mac, first) for mac in macs])
        self._grow(c, state, rows)
        return range(first + 1, first + len(rows) + 1)

    def _grow(self, cursor: SQLiteCursor, state: TreeState, rows: Sequence[Row]) -> None:
        # Dropped until the commit is known to have happened: a failed one leaves no trace.
        self._tree = None
        leaves = [leaf_hash(row.statement) for row in rows]
        frontier = state.frontier.extend(leaves)
        partial = state.partial + leaves
        number = state.size // TILE_WIDTH
        while len(partial) >= TILE_WIDTH:
            write_tile(cursor, 0, number, b"".join(partial[:TILE_WIDTH]))
            partial, number = partial[TILE_WIDTH:], number + 1
        root = frontier.root()
        cursor.execute(
            "UPDATE tree SET size = ?, root = ?, frontier = ? WHERE id = 1",
            (frontier.size, root, frontier.to_bytes()),
        )
        self._tree = TreeState(frontier, root, partial)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Give the rows of one stream in order (the library's interface)."""
        if not isinstance(originator_id, UUID):
            raise TypeError("stream ids are UUIDs here")
        order = "DESC" if desc else "ASC"
        query = (
            _SELECT + "WHERE e.originator_id = ? AND e.originator_version > ?"
            f" AND e.originator_version <= ? ORDER BY e.originator_version {order} LIMIT ?"
        )
        bounds = (gt or 0, 2**62 if lte is None else lte, -1 if limit is None else limit)
        with self.datastore.transaction(commit=False) as c:
            c.execute(query, (originator_id.bytes, *bounds))
            return [StoredEvent(*_library_row(row)) for row in c.fetchall()]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Give rows in log order; a notification's id is the log index + 1."""
        if topics and TOPIC not in topics:
            return []
        lowest = (start or 0) + (0 if inclusive_of_start else 1)
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                _SELECT + "WHERE e.rowid >= ? AND e.rowid <= ? ORDER BY e.rowid LIMIT ?",
                (lowest, 2**62 if stop is None else stop, limit),
            )
            return [Notification(*_library_row(row), row["rowid"]) for row in c.fetchall()]

    def _max_notification_id(self, c: SQLiteCursor) -> int:
        return self.read_head(c)[0]


def write_tile(cursor: SQLiteCursor, level: int, number: int, hashes: bytes) -> None:
    """Store a full tile, and the tile above it where this one completes that.

    A tile holds 256 hashes of tree level 8 × `level` (C2SP tlog-tiles).
    """
    cursor.execute("INSERT INTO tiles VALUES (?,?,?)", (level, number, hashes))
    if number % TILE_WIDTH == TILE_WIDTH - 1:
        first = number - TILE_WIDTH + 1
        cursor.execute(
            "SELECT hashes FROM tiles WHERE level = ? AND number BETWEEN ? AND ? ORDER BY number",
            (level, first, number),
        )
        tiles = [hashes_in(bytes(row[0])) for row in cursor.fetchall()]
        roots = [Frontier.empty().extend(tile).root() for tile in tiles]
        write_tile(cursor, level + 1, number // TILE_WIDTH, b"".join(roots))


def _library_row(row: Any) -> tuple[UUID, int, str, bytes]:
    state = pack_row(Row(row["statement"], row["ciphertext"]))
    return UUID(bytes=row["originator_id"]), row["originator_version"], TOPIC, state
