"""The file of wrapped keys beside the ledger: what erasure destroys, apart from the log.

One row per stream, wrapped by its class's key, so that nothing in the clear
joins a pupil's streams; one row per class key and reader.  A row is durable
before its stream's first statement.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ledger.errors import KeyUnavailable, LedgerBusy
from ledger.recorder.sqlite_errors import BUSY_SECONDS, translated
from ledger.seal.content_keys import (
    KeyRowAltered,
    ReadingKey,
    unwrap_class_key,
    unwrap_data_key,
    wrap_class_key,
    wrap_data_key,
)

FILE_NAME = "keys.db"
KEY_BYTES = 32
KEK_ID_BYTES = 16
SCHEMA = (
    (
        "CREATE TABLE class_keys (kek_id BLOB NOT NULL, reader BLOB NOT NULL,"
        " wrapped BLOB NOT NULL, PRIMARY KEY (kek_id, reader)) STRICT, WITHOUT ROWID"
    ),
    (
        "CREATE TABLE key_rows (stream BLOB PRIMARY KEY, kek_id BLOB NOT NULL,"
        " wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID"
    ),
)


@dataclass(slots=True)
class ContentKeyStore:
    """The file of wrapped keys, opened by one reader or not at all.

    Attributes:
        path: the database file.
        lid: the ledger's id, which every wrapped key is bound to.
        classes: class name → (id, key) of the class keys open to this reader.
    """

    path: Path
    lid: bytes
    entropy: Callable[[int], bytes]
    classes: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    _by_id: dict[bytes, bytes] = field(default_factory=dict)
    _data_keys: dict[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def create(
        cls,
        path: Path,
        lid: bytes,
        entropy: Callable[[int], bytes],
        readers: Mapping[str, Iterable[bytes]],
    ) -> ContentKeyStore:
        """Make the file with a fresh key for every class.

        Args:
            path: where; must not exist.
            lid: the ledger's id.
            entropy: gives random bytes.
            readers: class name → public reading keys (X25519) entitled to it.
        """
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        store = cls(path, lid, entropy)
        with store._writing() as connection:
            for statement in SCHEMA:
                connection.execute(statement)
        for name, publics in readers.items():
            store._new_class(name, publics)
        return store

    def unlock(self, reader: ReadingKey) -> None:
        """Open every class key that is wrapped for this reader."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT kek_id, wrapped FROM class_keys WHERE reader = ?", (reader.public,)
            ).fetchall()
        for kek_id, wrapped in rows:
            name, key = unwrap_class_key(reader, wrapped, kek_id, self.lid)
            self.classes[name] = (kek_id, key)
            self._by_id[kek_id] = key

    def add_reader(self, public: bytes, names: Iterable[str]) -> None:
        """Open classes to one more reader; the classes must be open here.

        Raises:
            LedgerBusy: a class got a new key meanwhile; nothing was written.
        """
        with self._writing() as connection:
            for name in names:
                kek_id, key = self._live_class(connection, name)
                wrapped = wrap_class_key(key, name, kek_id, self.lid, public)
                connection.execute(
                    "INSERT OR REPLACE INTO class_keys VALUES (?,?,?)", (kek_id, public, wrapped)
                )

    def readers(self, name: str) -> list[bytes]:
        """Give the public reading keys entitled to a class."""
        kek_id, _key = self._class(name)
        with self._reading() as connection:
            return _readers(connection, kek_id)

    def rotate(self, name: str, leaving: Iterable[bytes]) -> None:
        """Replace a class's key and wrap its data keys anew, without the readers who leave.

        From now on this file opens nothing for them.  Whoever kept a data key
        itself can still open what is encrypted under it: rotation takes away the
        way to the keys, not what a person already copied.

        Raises:
            LedgerBusy: the class got a new key meanwhile; nothing was written.
        """
        gone = set(leaving)
        new_id, new_key = self.entropy(KEK_ID_BYTES), self.entropy(KEY_BYTES)
        with self._writing() as connection:
            old_id, old_key = self._live_class(connection, name)
            remaining = [one for one in _readers(connection, old_id) if one not in gone]
            rows = connection.execute(
                "SELECT stream, wrapped FROM key_rows WHERE kek_id = ?", (old_id,)
            ).fetchall()
            for stream, wrapped in rows:
                data_key = unwrap_data_key(old_key, wrapped, lid=self.lid, stream=stream)
                anew = wrap_data_key(new_key, data_key, lid=self.lid, stream=stream)
                connection.execute(
                    "UPDATE key_rows SET kek_id = ?, wrapped = ? WHERE stream = ?",
                    (new_id, anew, stream),
                )
            connection.execute("DELETE FROM class_keys WHERE kek_id = ?", (old_id,))
            self._wrap_for(connection, name, new_id, new_key, remaining)
        self._by_id.pop(old_id, None)
        self.classes[name], self._by_id[new_id] = (new_id, new_key), new_key

    def add_stream(self, stream: bytes, name: str, data_key: bytes | None = None) -> None:
        """Give a new stream its data key: a fresh one, or the pupil's own of that class.

        Raises:
            LedgerBusy: the class got a new key meanwhile; nothing was written.
        """
        chosen = self.entropy(KEY_BYTES) if data_key is None else data_key
        with self._writing() as connection:
            kek_id, key = self._live_class(connection, name)
            wrapped = wrap_data_key(key, chosen, lid=self.lid, stream=stream)
            connection.execute("INSERT INTO key_rows VALUES (?,?,?)", (stream, kek_id, wrapped))
        self._data_keys[stream] = chosen

    def data_key(self, stream: bytes) -> bytes:
        """Give a stream's data key.

        Raises:
            KeyUnavailable: kind `contents-unopened` where the class is not
                open to this reader; kind `key-row-missing` where the row is gone.
            KeyRowAltered: the row does not open under its class's key.
        """
        known = self._data_keys.get(stream)
        if known is not None:
            return known
        if not self._data_keys:
            self._load_all()
            return self.data_key(stream) if stream in self._data_keys else self._one(stream)
        return self._one(stream)

    def _one(self, stream: bytes) -> bytes:
        with self._reading() as connection:
            row = connection.execute(
                "SELECT kek_id, wrapped FROM key_rows WHERE stream = ?", (stream,)
            ).fetchone()
        if row is None:
            raise KeyUnavailable(
                "The key of a record is gone.",
                "Its row is not in the key file beside the ledger.",
                "Restore the key file from its newest backup.",
                kind="key-row-missing",
            )
        key = self._by_id.get(row[0])
        if key is None:
            raise KeyUnavailable(
                "These contents are not open to you.",
                "Your role does not read this class of records.",
                "Ask somebody whose role does, such as the SENCO.",
                kind="contents-unopened",
            )
        self._data_keys[stream] = unwrap_data_key(key, row[1], lid=self.lid, stream=stream)
        return self._data_keys[stream]

    def _load_all(self) -> None:
        with self._reading() as connection:
            rows = connection.execute("SELECT stream, kek_id, wrapped FROM key_rows").fetchall()
        for stream, kek_id, wrapped in rows:
            if (key := self._by_id.get(kek_id)) is not None:
                # One altered row must not close all others; asked for, it refuses itself.
                with suppress(KeyRowAltered):
                    self._data_keys[stream] = unwrap_data_key(
                        key, wrapped, lid=self.lid, stream=stream
                    )

    def _class(self, name: str) -> tuple[bytes, bytes]:
        known = self.classes.get(name)
        if known is None:
            raise KeyUnavailable(
                f"The class “{name}” is not open to you.",
                "Your role does not read this class of records.",
                "Ask somebody whose role does, such as the SENCO.",
                kind="contents-unopened",
            )
        return known

    def _live_class(self, connection: sqlite3.Connection, name: str) -> tuple[bytes, bytes]:
        # What is wrapped by a key that nobody has any more is lost for good.
        kek_id, key = self._class(name)
        if not _readers(connection, kek_id):
            raise LedgerBusy(
                "The keys of this home were renewed a moment ago; nothing was recorded.",
                "Somebody's key or role was taken back meanwhile.",
                "Repeat the command.",
                kind="keys-renewed",
            )
        return kek_id, key

    def _new_class(self, name: str, publics: Iterable[bytes]) -> None:
        kek_id, key = self.entropy(KEK_ID_BYTES), self.entropy(KEY_BYTES)
        with self._writing() as connection:
            self._wrap_for(connection, name, kek_id, key, publics)
        self.classes[name], self._by_id[kek_id] = (kek_id, key), key

    def _wrap_for(
        self,
        connection: sqlite3.Connection,
        name: str,
        kek_id: bytes,
        key: bytes,
        publics: Iterable[bytes],
    ) -> None:
        connection.executemany(
            "INSERT INTO class_keys VALUES (?,?,?)",
            [(kek_id, one, wrap_class_key(key, name, kek_id, self.lid, one)) for one in publics],
        )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with translated():
            connection = self._connect()
            try:
                yield connection
            finally:
                connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with translated():
            connection = self._connect()
            try:
                # A rollback journal, not WAL: the file is small, seldom written,
                # and a destroyed key must not linger in a log beside it.
                for pragma in ("synchronous=FULL", "secure_delete=ON", "trusted_schema=OFF"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)


def _readers(connection: sqlite3.Connection, kek_id: bytes) -> list[bytes]:
    rows = connection.execute("SELECT reader FROM class_keys WHERE kek_id = ?", (kek_id,))
    return [row[0] for row in rows.fetchall()]
