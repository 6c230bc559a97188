"""The file of wrapped keys beside the ledger: what erasure destroys, apart from the log.

One row per stream, wrapped by its class's key, so that nothing in the clear
joins a pupil's streams; one row per class key and reader, signed by whoever
gave the key.  A row is durable before its stream's first statement.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import NamedTuple

from ledger.errors import KeyUnavailable
from ledger.recorder.sqlite_errors import BUSY_SECONDS, translated
from ledger.seal.authority import Authority
from ledger.seal.class_key_rows import (
    ClassKeyRow,
    Signer,
    ambiguous,
    check_row,
    demand_may_give,
    renewed,
    signed_row,
)
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
        " wrapped BLOB NOT NULL, number INTEGER NOT NULL, kid TEXT NOT NULL,"
        " signature BLOB NOT NULL, PRIMARY KEY (kek_id, reader)) STRICT, WITHOUT ROWID"
    ),
    (
        "CREATE TABLE key_rows (stream BLOB PRIMARY KEY, kek_id BLOB NOT NULL,"
        " wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID"
    ),
)


_ROW = "SELECT kek_id, reader, wrapped, number, kid, signature FROM class_keys"


class ClassKey(NamedTuple):
    """A class key that is open.

    Attributes:
        kek_id: its 16 bytes of name.
        key: 32 bytes.
        number: how many keys the class has had, this one included.
        live: whether a key that is not revoked signed its row.
    """

    kek_id: bytes
    key: bytes
    number: int
    live: bool


@dataclass(slots=True)
class ContentKeyStore:
    """The file of wrapped keys, opened by one reader or not at all.

    Attributes:
        path: the database file.
        lid: the ledger's id, which every wrapped key is bound to.
        classes: class name → the class key in force, as far as open to this reader.
    """

    path: Path
    lid: bytes
    entropy: Callable[[int], bytes]
    classes: dict[str, ClassKey] = field(default_factory=dict)
    _by_id: dict[bytes, bytes] = field(default_factory=dict)
    _reader: ReadingKey | None = None
    _data_keys: dict[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def create(
        cls,
        path: Path,
        lid: bytes,
        entropy: Callable[[int], bytes],
        readers: Mapping[str, Iterable[bytes]],
        by: Signer,
    ) -> ContentKeyStore:
        """Make the file with a fresh key for every class.

        Args:
            path: where; must not exist.
            lid: the ledger's id.
            entropy: gives random bytes.
            readers: class name → public reading keys (X25519) entitled to it.
            by: who signs the rows; their key is registered by the time they are read.
        """
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        store = cls(path, lid, entropy)
        with store._writing() as connection:
            for statement in SCHEMA:
                connection.execute(statement)
        for name, publics in readers.items():
            store._new_class(name, publics, by)
        return store

    def unlock(self, reader: ReadingKey, authority: Authority) -> None:
        """Open every class key that was given to this reader by somebody who may give it.

        Of several keys of one class, those whose signer is not revoked come first;
        among them the newest is in force, by the number that is signed.

        Raises:
            KeyRowAltered: a row is not signed by such a person, or does not open;
                no class is open then.
        """
        opened: dict[str, ClassKey] = {}
        by_id: dict[bytes, bytes] = {}
        for row in self._rows("reader", reader.public):
            live = check_row(row, self.lid, authority)
            name, key = unwrap_class_key(reader, row.wrapped, row.kek_id, self.lid)
            demand_may_give(row, name, authority)
            one = ClassKey(row.kek_id, key, row.number, live)
            opened[name] = _newer(opened.get(name), one)
            by_id[one.kek_id] = key
        self.classes, self._by_id, self._reader = opened, by_id, reader

    def unlock_again(self, authority: Authority) -> None:
        """Open what is given to the same reader now; see `unlock`."""
        if self._reader is not None:
            self.unlock(self._reader, authority)

    def check_rows(self, authority: Authority) -> int:
        """Check the signature of every row of class keys, with nobody's key; count them.

        Raises:
            KeyRowAltered: a row is not signed by a key of this ledger.
        """
        with self._reading() as connection:
            rows = _class_key_rows(connection.execute(_ROW))
        for row in rows:
            check_row(row, self.lid, authority)
        return len(rows)

    def add_reader(self, public: bytes, names: Iterable[str], by: Signer) -> None:
        """Open classes to one more reader; the classes must be open here.

        Raises:
            LedgerBusy: a class got a new key meanwhile; nothing was written.
        """
        with self._writing() as connection:
            for name in names:
                self._wrap_for(connection, name, self._live_class(connection, name), [public], by)

    def readers(self, name: str) -> list[bytes]:
        """Give the public reading keys entitled to a class."""
        return [row.reader for row in self._rows("kek_id", self._class(name).kek_id)]

    def rotate(
        self,
        name: str,
        leaving: Iterable[bytes],
        by: Signer,
        authority: Authority,
        people: Collection[bytes] = (),
    ) -> None:
        """Replace a class's key and wrap its data keys anew, without the readers who leave.

        From now on this file opens nothing for them.  Whoever kept a data key
        itself can still open what is encrypted under it: rotation takes away the
        way to the keys, not what a person already copied.

        Args:
            name: the class.
            leaving: public reading keys that get nothing more.
            by: who signs the new rows.
            authority: keys and roles, as they stand now.
            people: public reading keys of the people of this ledger.

        Raises:
            LedgerBusy: the class got a new key meanwhile; nothing was written.
            KeyRowAltered: a reader was not let in by anybody who may do that;
                nothing was written.
        """
        gone = set(leaving)
        with self._writing() as connection:
            old = self._live_class(connection, name)
            new = ClassKey(
                self.entropy(KEK_ID_BYTES), self.entropy(KEY_BYTES), old.number + 1, live=True
            )
            rows = [r for r in _rows(connection, "kek_id", old.kek_id) if r.reader not in gone]
            self._demand_let_in(name, rows, authority, people)
            for stream, wrapped in connection.execute(
                "SELECT stream, wrapped FROM key_rows WHERE kek_id = ?", (old.kek_id,)
            ).fetchall():
                data_key = unwrap_data_key(old.key, wrapped, lid=self.lid, stream=stream)
                anew = wrap_data_key(new.key, data_key, lid=self.lid, stream=stream)
                connection.execute(
                    "UPDATE key_rows SET kek_id = ?, wrapped = ? WHERE stream = ?",
                    (new.kek_id, anew, stream),
                )
            connection.execute("DELETE FROM class_keys WHERE kek_id = ?", (old.kek_id,))
            self._wrap_for(connection, name, new, [row.reader for row in rows], by)
        self._by_id.pop(old.kek_id, None)
        self.classes[name], self._by_id[new.kek_id] = new, new.key

    def _demand_let_in(
        self, name: str, rows: list[ClassKeyRow], authority: Authority, people: Collection[bytes]
    ) -> None:
        # Else whoever can write the file, or stole a key, would be given the new one.
        old = self._class(name)
        # The recovery sheet is nobody's; a second such reader may be a thief's.
        unknown = {row.reader for row in rows}.difference(people)
        for row in rows:
            live = check_row(row, self.lid, authority)
            demand_may_give(row, name, authority)
            # Whoever renews their key signs everybody's rows, and may lose that key later.
            doubted = row.reader in unknown and len(unknown) > 1
            if row.number != old.number or (old.live and not live and doubted):
                raise ambiguous()

    def add_stream(self, stream: bytes, name: str, data_key: bytes | None = None) -> None:
        """Give a new stream its data key: a fresh one, or the pupil's own of that class.

        Raises:
            LedgerBusy: the class got a new key meanwhile; nothing was written.
        """
        chosen = self.entropy(KEY_BYTES) if data_key is None else data_key
        with self._writing() as connection:
            live = self._live_class(connection, name)
            wrapped = wrap_data_key(live.key, chosen, lid=self.lid, stream=stream)
            connection.execute(
                "INSERT INTO key_rows VALUES (?,?,?)", (stream, live.kek_id, wrapped)
            )
        self._data_keys[stream] = chosen

    def data_key(self, stream: bytes) -> bytes:
        """Give a stream's data key.

        Raises:
            KeyUnavailable: kind `contents-unopened` where the class is not
                open to this reader; kind `key-row-missing` where the row is gone.
            KeyRowAltered: the row does not open under its class's key.
            LedgerBusy: the classes got new keys since they were opened.
        """
        if not self._data_keys:
            self._load_all()
        return self._data_keys.get(stream) or self._one(stream)

    def _one(self, stream: bytes) -> bytes:
        with self._reading() as connection:
            row = connection.execute(
                "SELECT kek_id, wrapped FROM key_rows WHERE stream = ?", (stream,)
            ).fetchone()
            if row is not None and row[0] not in self._by_id:
                self._demand_in_force(connection)
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
            if any(kek_id not in self._by_id for _stream, kek_id, _wrapped in rows):
                self._demand_in_force(connection)
        for stream, kek_id, wrapped in rows:
            if (key := self._by_id.get(kek_id)) is not None:
                # One altered row must not close all others; asked for, it refuses itself.
                with suppress(KeyRowAltered):
                    self._data_keys[stream] = unwrap_data_key(
                        key, wrapped, lid=self.lid, stream=stream
                    )

    def _class(self, name: str) -> ClassKey:
        known = self.classes.get(name)
        if known is None:
            raise KeyUnavailable(
                f"The class “{name}” is not open to you.",
                "Your role does not read this class of records.",
                "Ask somebody whose role does, such as the SENCO.",
                kind="contents-unopened",
            )
        return known

    def _live_class(self, connection: sqlite3.Connection, name: str) -> ClassKey:
        # What is wrapped by a key that nobody has any more is lost for good.
        known = self._class(name)
        if not _rows(connection, "kek_id", known.kek_id):
            raise renewed("nothing was recorded")
        return known

    def _demand_in_force(self, connection: sqlite3.Connection) -> None:
        # Else what was given anew meanwhile would look closed, and a register empty.
        if not all(_rows(connection, "kek_id", kek_id) for kek_id in self._by_id):
            raise renewed("nothing is shown")

    def _new_class(self, name: str, publics: Iterable[bytes], by: Signer) -> None:
        new = ClassKey(self.entropy(KEK_ID_BYTES), self.entropy(KEY_BYTES), 1, live=True)
        with self._writing() as connection:
            self._wrap_for(connection, name, new, publics, by)
        self.classes[name], self._by_id[new.kek_id] = new, new.key

    def _wrap_for(
        self,
        connection: sqlite3.Connection,
        name: str,
        given: ClassKey,
        publics: Iterable[bytes],
        by: Signer,
    ) -> None:
        for public in publics:
            row = signed_row(
                kek_id=given.kek_id,
                reader=public,
                wrapped=wrap_class_key(given.key, name, given.kek_id, self.lid, public),
                number=given.number,
                lid=self.lid,
                by=by,
            )
            connection.execute(
                "INSERT OR REPLACE INTO class_keys VALUES (?,?,?,?,?,?)", astuple(row)
            )

    def _rows(self, column: str, value: bytes) -> list[ClassKeyRow]:
        with self._reading() as connection:
            return _rows(connection, column, value)

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


def _rows(connection: sqlite3.Connection, column: str, value: bytes) -> list[ClassKeyRow]:
    return _class_key_rows(connection.execute(f"{_ROW} WHERE {column} = ?", (value,)))


def _class_key_rows(found: sqlite3.Cursor) -> list[ClassKeyRow]:
    names = ClassKeyRow.__slots__  # in the order of `_ROW`
    return [ClassKeyRow(**dict(zip(names, row, strict=True))) for row in found.fetchall()]


def _newer(known: ClassKey | None, one: ClassKey) -> ClassKey:
    if known is None:
        return one
    if (known.live, known.number) == (one.live, one.number):
        raise ambiguous()
    return max(known, one, key=lambda each: (each.live, each.number))
