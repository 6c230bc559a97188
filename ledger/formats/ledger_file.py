"""The ledger's database file: its exact schema, and how it is opened for reading.

Verifying and projecting read the file through here, without the eventsourcing
library.  SQLite's own integrity check does not see tampering, so the schema is
pinned: every object, its exact text, `application_id` and `user_version`.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import AlterationFound, MalformedInput, NotFound, StorageFailed

APPLICATION_ID = 0x5345_4E44
"""ASCII “SEND”."""
SCHEMA_VERSION = 1
FILE_NAME = "ledger.db"

SCHEMA = (
    # rowid = log index + 1; the name is what the library's own queries read.
    (
        "CREATE TABLE entries (rowid INTEGER PRIMARY KEY, originator_id BLOB NOT NULL,"
        " originator_version INTEGER NOT NULL, statement BLOB NOT NULL,"
        " UNIQUE (originator_id, originator_version)) STRICT"
    ),
    # Apart from the statement, so that erasing deletes a row and updates none.
    "CREATE TABLE contents (rowid INTEGER PRIMARY KEY, ciphertext BLOB NOT NULL) STRICT",
    (
        "CREATE TABLE tree (id INTEGER PRIMARY KEY CHECK (id = 1), size INTEGER NOT NULL,"
        " root BLOB NOT NULL, frontier BLOB NOT NULL) STRICT"
    ),
    (
        "CREATE TABLE tiles (level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL,"
        " PRIMARY KEY (level, number)) STRICT, WITHOUT ROWID"
    ),
    "CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT",
    (
        "CREATE TABLE cosignatures (size INTEGER NOT NULL, line BLOB NOT NULL,"
        " PRIMARY KEY (size, line)) STRICT, WITHOUT ROWID"
    ),
    (
        "CREATE TABLE tokens (hash BLOB PRIMARY KEY, size INTEGER NOT NULL, token BLOB NOT NULL)"
        " STRICT, WITHOUT ROWID"
    ),
    # Keyed MAC of a command's idempotency key → the first log index it wrote.
    (
        "CREATE TABLE commands (mac BLOB PRIMARY KEY, first_index INTEGER NOT NULL)"
        " STRICT, WITHOUT ROWID"
    ),
    # Guards against accidents; tampering is found by verifying.
    (
        "CREATE TRIGGER entries_stay BEFORE DELETE ON entries"
        " BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END"
    ),
    (
        "CREATE TRIGGER entries_stand BEFORE UPDATE ON entries"
        " BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END"
    ),
)

READING_PRAGMAS = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA query_only=ON",
)
_READ_CHUNK = 500


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry as stored.

    Attributes:
        index: log index, from 0.
        stream: 16 bytes.
        seq: place in the stream, from 1.
        statement: the issuer-signed JWT, verbatim.
        ciphertext: encrypted disclosures, or None.
    """

    index: int
    stream: bytes
    seq: int
    statement: bytes
    ciphertext: bytes | None


@contextmanager
def open_for_reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a ledger file that nothing here will write, even on read-only media.

    A database in WAL mode cannot be opened on read-only media, and opening it
    as immutable would silently leave out what its `-wal` still holds; so such
    a pair is copied (it is ciphertext) to a private temporary folder first.

    Raises:
        NotFound: there is no such file.
        MalformedInput: it is not a ledger file.
        StorageFailed: it cannot be read.
    """
    if not path.is_file():
        raise NotFound(
            f"There is no ledger file {path.name} here.",
            remedy="Name the school's home with --home PATH.",
            kind="no-ledger",
        )
    with tempfile.TemporaryDirectory(prefix="send-ledger-") as scratch:
        connection = _connect(path, Path(scratch))
        try:
            yield connection
        except sqlite3.OperationalError as error:
            raise StorageFailed("The ledger file cannot be read.", str(error)) from error
        except sqlite3.DatabaseError as error:
            raise MalformedInput(
                "The ledger file is not a sound database.", str(error), kind="not-a-ledger"
            ) from error
        finally:
            connection.close()


def _connect(path: Path, scratch: Path) -> sqlite3.Connection:
    try:
        return _prepared(f"{path.absolute().as_uri()}?mode=ro")
    except sqlite3.OperationalError:
        pass
    except sqlite3.DatabaseError as error:
        raise MalformedInput(
            "The file is not a ledger.", str(error), kind="not-a-ledger"
        ) from error
    copy = scratch / path.name
    try:
        shutil.copyfile(path, copy)
        wal = path.with_name(path.name + "-wal")
        if wal.exists():
            shutil.copyfile(wal, copy.with_name(copy.name + "-wal"))
        return _prepared(f"{copy.as_uri()}?mode=rw")
    except (OSError, sqlite3.DatabaseError) as error:
        raise StorageFailed(
            "The ledger file cannot be opened.", str(error), "Check the folder's permissions."
        ) from error


def _prepared(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
    try:
        for pragma in READING_PRAGMAS:
            connection.execute(pragma)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def check_schema(connection: sqlite3.Connection) -> None:
    """Demand exactly the pinned schema: a forged view or trigger shows here.

    Raises:
        AlterationFound: an object more, less or other than pinned.
        MalformedInput: not a ledger file, or one of another version.
    """
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise MalformedInput("The file is not a ledger.", kind="not-a-ledger")
    if version != SCHEMA_VERSION:
        raise MalformedInput(
            f"The ledger file is of version {version}; this program reads {SCHEMA_VERSION}.",
            remedy="Use a newer send-ledger, or run any command that writes: it upgrades the file.",
            kind="other-schema-version",
        )
    rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    if sorted(row[0] for row in rows) != sorted(SCHEMA):
        raise AlterationFound(
            "The ledger file's schema is not the one this program wrote.",
            "Somebody added or changed a table, view, trigger or index.",
            kind="schema-altered",
        )


def read_entries(
    connection: sqlite3.Connection, start: int = 0, stop: int | None = None
) -> Iterator[StoredEntry]:
    """Stream entries in log order, from index `start` up to but not including `stop`."""
    bound = 2**63 - 1 if stop is None else stop
    cursor = connection.execute(
        "SELECT e.rowid - 1, e.originator_id, e.originator_version, e.statement, c.ciphertext"
        " FROM entries e LEFT JOIN contents c ON c.rowid = e.rowid"
        " WHERE e.rowid > ? AND e.rowid <= ? ORDER BY e.rowid",
        (start, bound),
    )
    while rows := cursor.fetchmany(_READ_CHUNK):
        for row in rows:
            yield StoredEntry(*row)


def read_tree(connection: sqlite3.Connection) -> tuple[int, bytes, bytes]:
    """Give the stored tree head: size, root, frontier bytes."""
    row = connection.execute("SELECT size, root, frontier FROM tree WHERE id = 1").fetchone()
    if row is None:
        raise MalformedInput("The ledger file has no tree head.", kind="not-a-ledger")
    return int(row[0]), bytes(row[1]), bytes(row[2])
