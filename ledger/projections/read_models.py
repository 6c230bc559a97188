"""The file of read models: encrypted documents, and how far in the log they reach.

Rebuildable at any time from the log alone.  Each pupil's documents are under
that pupil's own data key, so that destroying it closes them with everything
else; the position stands beside the root hash that the log had there, so that
models built on another history are found out.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.errors import AlterationFound, KeyUnavailable, LedgerBusy, MalformedInput, StorageFailed
from ledger.formats.encoding import b64url
from ledger.formats.row import pack, unpack_own
from ledger.seal.content_keys import open_content, seal_content
from ledger.seal.tree import Frontier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCHEMA = (
    (
        "CREATE TABLE IF NOT EXISTS reached (id INTEGER PRIMARY KEY CHECK (id = 1),"
        " size INTEGER NOT NULL, root BLOB NOT NULL, frontier BLOB NOT NULL,"
        " version INTEGER NOT NULL) STRICT"
    ),
    (
        "CREATE TABLE IF NOT EXISTS documents (model TEXT NOT NULL, key BLOB NOT NULL,"
        " ciphertext BLOB NOT NULL, PRIMARY KEY (model, key)) STRICT, WITHOUT ROWID"
    ),
    # Entries of a class that no reader who caught up so far could open.
    "CREATE TABLE IF NOT EXISTS closed (number INTEGER PRIMARY KEY) STRICT",
)
MODEL_VERSION = 2
"""Raised whenever a fold changes, so that older files are rebuilt."""
BUSY_SECONDS = 10
TITLE = "send-ledger/v1/read-model"


@dataclass(frozen=True, slots=True)
class Position:
    """How far in the log the models reach.

    Attributes:
        folded: the tree of the very statements that were folded.
        root: the root hash that the log itself named for that size, 32 bytes.
    """

    folded: Frontier
    root: bytes

    @property
    def head(self) -> tuple[int, bytes]:
        """Size and root, as the log names its head."""
        return self.folded.size, self.root


@dataclass(slots=True)
class ReadModelFile:
    """One file of read models, open.

    Attributes:
        connection: the database.
        data_key: stream id → data key.
    """

    connection: sqlite3.Connection
    data_key: Callable[[bytes], bytes]
    _known: dict[tuple[str, bytes], Any] = field(default_factory=dict)
    _dirty: dict[tuple[str, bytes], Any] = field(default_factory=dict)

    def position(self) -> Position | None:
        """Give how far the models reach; None where they reach nowhere."""
        query = "SELECT size, root, frontier FROM reached WHERE version = ?"
        for size, root, frontier in self._ask(query, (MODEL_VERSION,)):
            return Position(Frontier.from_bytes(size, frontier), root)
        return None

    def begin(self) -> None:
        """Take the file's one writing place; `commit` ends it."""
        self._ask("BEGIN IMMEDIATE")

    def forget(self) -> None:
        """Empty the file, to be rebuilt."""
        self._forget_known()
        for table in ("reached", "documents", "closed"):
            self._ask(f"DELETE FROM {table}")  # noqa: S608  our own three names

    def forget_position(self) -> None:
        """Reach nowhere, so that what is held is made anew."""
        self._ask("DELETE FROM reached")

    def get(self, model: str, key: bytes) -> Any:
        """Give a document, or None where there is none.

        Raises:
            KeyUnavailable: its class is not open to this reader.
        """
        if (model, key) in self._known:
            return self._known[model, key]
        document = None
        query = "SELECT ciphertext FROM documents WHERE model = ? AND key = ?"
        for (ciphertext,) in self._ask(query, (model, key)):
            document = self._open(model, key, ciphertext)
        if self.connection.in_transaction:  # then nobody else writes, and it stays true
            self._known[model, key] = document
        return document

    def put(self, model: str, key: bytes, document: object) -> None:
        """Keep a document; it is written by `commit`, once however often it changed."""
        self._known[model, key] = self._dirty[model, key] = document

    def documents(self, model: str) -> Iterator[tuple[bytes, Any]]:
        """Stream the documents of one model that are open to this reader."""
        query = "SELECT key, ciphertext FROM documents WHERE model = ? ORDER BY key"
        for key, ciphertext in self._ask(query, (model,)):
            try:
                yield key, self._open(model, key, ciphertext)
            except KeyUnavailable:
                continue

    def closed(self) -> list[int]:
        """Give the log indexes of entries that were not open so far, in order."""
        return [row[0] for row in self._ask("SELECT number FROM closed ORDER BY number")]

    def note_closed(self, number: int, *, closed: bool) -> None:
        """Note that an entry was not open, or is now."""
        statement = (
            "INSERT OR IGNORE INTO closed VALUES (?)"
            if closed
            else "DELETE FROM closed WHERE number = ?"
        )
        self._ask(statement, (number,))

    def commit(self, position: Position) -> None:
        """Write every changed document and the new position in one transaction."""
        sealed = [
            (model, key, seal_content(self.data_key(key), _context(model, key), pack(document)))
            for (model, key), document in self._dirty.items()
        ]
        with _translated():
            self.connection.executemany("INSERT OR REPLACE INTO documents VALUES (?,?,?)", sealed)
        reached = (position.folded.size, position.root, position.folded.to_bytes(), MODEL_VERSION)
        self._ask("INSERT OR REPLACE INTO reached VALUES (1,?,?,?,?)", reached)
        self._ask("COMMIT")
        self._forget_known()

    def _forget_known(self) -> None:
        self._known.clear()
        self._dirty.clear()

    def _ask(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        with _translated():
            return self.connection.execute(statement, values)

    def _open(self, model: str, key: bytes, ciphertext: bytes) -> Any:
        data_key = self.data_key(key)
        try:
            return unpack_own(open_content(data_key, _context(model, key), ciphertext))
        except (AlterationFound, MalformedInput) as error:
            raise _failed("The file of read models is damaged.", error.what) from error


@contextmanager
def open_read_models(
    path: Path | None, data_key: Callable[[bytes], bytes]
) -> Iterator[ReadModelFile]:
    """Open the file of read models, making it where it is missing.

    Args:
        path: the file; None keeps the models in memory, for a comparison.
        data_key: stream id → data key.

    Raises:
        StorageFailed: it cannot be opened or written.
    """
    if path is not None and not path.exists():
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "wb"):
            pass
    connection = sqlite3.connect(path or ":memory:", timeout=BUSY_SECONDS, isolation_level=None)
    try:
        with _translated():
            for pragma in ("secure_delete=ON", "trusted_schema=OFF", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            for statement in SCHEMA:
                connection.execute(statement)
        yield ReadModelFile(connection, data_key)
    finally:
        connection.close()


def begin_anew(path: Path) -> None:
    """Let whoever catches up next make the file anew.

    What it holds stays until then, for those who are reading it.  The file is not
    replaced: a program that has it open would spoil the new one with its journal.  One
    that is no sound database is removed; nobody can be using that.

    Raises:
        LedgerBusy: another program is writing to it.
    """
    try:
        with open_read_models(path, _nobodys) as models:
            models.forget_position()
    except LedgerBusy:
        raise
    except StorageFailed:
        # The journal goes first: left alone, it would be played back into the new file.
        path.with_name(path.name + "-journal").unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _nobodys(_stream: bytes) -> bytes:
    raise KeyUnavailable(
        "Nothing of the read models is opened.",
        "They are to be made anew.",
        "Run send-ledger projections rebuild.",
        kind="contents-unopened",
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name == "SQLITE_FULL":
            raise StorageFailed(
                "The disk is full; the file of read models cannot follow the ledger.",
                str(error),
                "Free some space, then repeat the command.",
                kind="disk-full",
            ) from error
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise LedgerBusy(
                "The file of read models is busy.",
                f"Another program has been writing to it for more than {BUSY_SECONDS} seconds.",
                "Wait for it to end, then repeat the command.",
            ) from error
        raise _failed("The file of read models failed.", str(error)) from error


def _failed(what: str, why: str) -> StorageFailed:
    return StorageFailed(
        what,
        why,
        "Run send-ledger projections rebuild: it is made anew from the ledger.",
        kind="read-models-failed",
    )


def _context(model: str, key: bytes) -> bytes:
    return f"{TITLE}\n{model}\n{b64url(key)}\n".encode("ascii")
