"""What somebody with the files, and perhaps with keys, can do behind the program's back."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.formats import kinds
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.disclosure import fill_digests, make_disclosures
from ledger.formats.ledger_file import SCHEMA
from ledger.formats.row import pack_contents
from ledger.formats.statement import (
    ClearPart,
    Statement,
    StreamPlace,
    finish,
    read_anchor,
    read_statement,
    unsigned,
)
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.authority import Authority, read_authority
from ledger.seal.checkpoints import sign_checkpoint
from ledger.seal.content_keys import encryption_context, seal_content
from ledger.seal.tree import TILE_WIDTH, Frontier, leaf_hash
from ledger.values.dates import parse_instant
from tests.support.ledger_builder import BuiltLedger, Drawing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ledger.seal.ed25519 import SigningKey

_TRIGGERS = [text for text in SCHEMA if text.startswith("CREATE TRIGGER")]


@contextmanager
def editing(path: Path) -> Iterator[sqlite3.Connection]:
    """Edit a database without its guards, and put them back as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for text in _TRIGGERS:
            connection.execute(f"DROP TRIGGER {text.split()[2]}")
        yield connection
        for text in _TRIGGERS:
            connection.execute(text)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def statements(connection: sqlite3.Connection) -> list[Statement]:
    """Read every statement."""
    rows = connection.execute("SELECT statement FROM entries ORDER BY rowid")
    return [read_statement(row[0]) for row in rows]


def statement_at(path: Path, index: int) -> Statement:
    """Read one statement."""
    with closing(sqlite3.connect(path)) as connection:
        return statements(connection)[index]


def rebuild_tree(connection: sqlite3.Connection) -> tuple[int, bytes]:
    """Make tree head and tiles agree with the entries, as a careful forger does."""
    rows = connection.execute("SELECT statement FROM entries ORDER BY rowid").fetchall()
    level, number = [leaf_hash(row[0]) for row in rows], 0
    tree = Frontier.empty().extend(level)
    connection.execute("DELETE FROM tiles")
    while len(level) >= TILE_WIDTH:
        tiles = [level[at : at + TILE_WIDTH] for at in range(0, len(level), TILE_WIDTH)]
        full = [one for one in tiles if len(one) == TILE_WIDTH]
        for place, one in enumerate(full):
            connection.execute("INSERT INTO tiles VALUES (?,?,?)", (number, place, b"".join(one)))
        level, number = [Frontier.empty().extend(one).root() for one in full], number + 1
    connection.execute(
        "UPDATE tree SET size = ?, root = ?, frontier = ?",
        (tree.size, tree.root(), tree.to_bytes()),
    )
    return tree.size, tree.root()


def cut_tail(path: Path, size: int) -> None:
    """Remove the newest entries with everything in the file that could tell of them."""
    with editing(path) as connection:
        connection.execute("DELETE FROM entries WHERE rowid > ?", (size,))
        connection.execute("DELETE FROM contents WHERE rowid > ?", (size,))
        for table in ("checkpoints", "cosignatures", "tokens"):
            connection.execute(f"DELETE FROM {table} WHERE size > ?", (size,))  # noqa: S608  the names above
        rebuild_tree(connection)


def set_statement(connection: sqlite3.Connection, index: int, jwt: bytes) -> None:
    """Put another statement in an entry's place."""
    connection.execute("UPDATE entries SET statement = ? WHERE rowid = ?", (jwt, index + 1))


def resign_checkpoints(connection: sqlite3.Connection, built: BuiltLedger) -> None:
    """Sign every checkpoint anew over what the entries are now, with the real log key."""
    rows = connection.execute("SELECT statement FROM entries ORDER BY rowid").fetchall()
    leaves, key = [leaf_hash(row[0]) for row in rows], built.signing["log"]
    for (size,) in connection.execute("SELECT size FROM checkpoints").fetchall():
        root = Frontier.empty().extend(leaves[:size]).root()
        head = Checkpoint(origin=built.origin, size=size, root=root)
        note = sign_checkpoint(head, key.sign, key.public)
        connection.execute("UPDATE checkpoints SET note = ? WHERE size = ?", (note, size))


@dataclass(slots=True)
class Forger:
    """Writes statements that the program would refuse to write, with real keys.

    Attributes:
        built: the home.
        connection: its database, being edited.
    """

    built: BuiltLedger
    connection: sqlite3.Connection

    def clear_part(self, **changes: Any) -> dict[str, Any]:
        """Give the clear part of a true next statement of the newest stream, with changes."""
        known = statements(self.connection)
        authority = [one for one in known if one.kind in kinds.AUTHORITY_KINDS][-1]
        anchors = [one for one in known if one.kind == kinds.ANCHOR]
        stream = changes.get("stream", known[-1].stream)
        in_stream = [one for one in known if one.stream == stream]
        part = {
            "kind": kinds.EVENT,
            "lid": self.built.lid,
            "stream": stream,
            "seq": len(in_stream) + 1,
            "prev": in_stream[-1].hash if in_stream else None,
            "recorded_at": self.built.now,
            "anchor": read_anchor(anchors[-1].payload) if anchors else None,
            "auth": StreamPlace(authority.seq, authority.hash),
            "role": "senco",
            "further": {},
        }
        return part | changes

    def make(
        self, key: SigningKey, fields: Mapping[str, object] | None, **changes: Any
    ) -> tuple[bytes, bytes | None, ClearPart]:
        """Sign a statement; gives it, its contents and its clear part."""
        entropy = Drawing(f"forged {len(changes)} {key.kid}")
        members = self.clear_part(**changes)
        texts = [one.text for one in make_disclosures(fields or {}, entropy)]
        part = ClearPart(kid=key.kid, digests=fill_digests(texts, entropy), **members)
        text = unsigned(part)
        jwt = finish(text, key.sign(text))
        if fields is None:
            return jwt, None, part
        context = encryption_context(part.lid, part.stream, part.seq)
        data_key = self.built.keys.data_key(part.stream)
        return jwt, seal_content(data_key, context, pack_contents(texts)), part

    def append(
        self, key: SigningKey, fields: Mapping[str, object] | None = None, **changes: Any
    ) -> int:
        """Append a forged statement and make the tree agree; gives its index."""
        jwt, ciphertext, part = self.make(key, fields, **changes)
        index = int(self.connection.execute("SELECT count(*) FROM entries").fetchone()[0])
        self.connection.execute(
            "INSERT INTO entries VALUES (?,?,?,?)", (index + 1, part.stream, part.seq, jwt)
        )
        if ciphertext is not None:
            self.connection.execute("INSERT INTO contents VALUES (?,?)", (index + 1, ciphertext))
        rebuild_tree(self.connection)
        return index

    def rewrite(self, index: int, key: SigningKey, **changes: Any) -> None:
        """Sign an entry anew in its place, with changes, and make the tree agree."""
        query = "SELECT statement FROM entries WHERE rowid = ?"
        old = read_statement(self.connection.execute(query, (index + 1,)).fetchone()[0])
        members: dict[str, Any] = {
            "kind": old.kind,
            "kid": key.kid,
            "lid": old.lid,
            "stream": old.stream,
            "seq": old.seq,
            "prev": old.prev,
            "recorded_at": parse_instant(old.recorded_at),
            "anchor": old.anchor,
            "auth": old.auth,
            "role": old.role,
            "further": {name: old.payload[name] for name in kinds.CLEAR_MEMBERS[old.kind]},
            "digests": old.digests,
        }
        part = ClearPart(**(members | changes))
        text = unsigned(part)
        set_statement(self.connection, index, finish(text, key.sign(text)))
        rebuild_tree(self.connection)


@contextmanager
def forging(built: BuiltLedger) -> Iterator[Forger]:
    """Forge in a home."""
    with editing(built.path) as connection:
        yield Forger(built, connection)


@contextmanager
def editing_keys(built: BuiltLedger) -> Iterator[sqlite3.Connection]:
    """Edit the file of wrapped keys."""
    with closing(sqlite3.connect(built.keys.path, isolation_level=None)) as connection:
        yield connection


def counting(built: BuiltLedger) -> Authority:
    """Give whose keys count, as of the newest entry."""
    with built.reading_file() as reader:
        return read_authority(reader)


def unlocked_again(built: BuiltLedger) -> ContentKeyStore:
    """Open the file of wrapped keys anew, with the reading key that opens every class."""
    store = ContentKeyStore(built.keys.path, built.lid, built.entropy)
    store.unlock(built.reading, counting(built))
    return store
