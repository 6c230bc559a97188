"""Three ways to cheat, tried on copies by somebody who has the school's computer.

Whoever does this has every file of the home and the ledger's own keys, which lie there
unattended; but nobody's passphrase.  It is done with plain SQLite, past the program.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import LedgerError, MalformedInput
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.encoding import b64url, compact_json, unb64url
from ledger.formats.ledger_file import FILE_NAME, SCHEMA
from ledger.formats.statement import read_statement
from ledger.recorder.mark_file import MarkFile
from ledger.seal.checkpoints import sign_checkpoint
from ledger.seal.key_file import open_machine_key_file
from ledger.seal.private_files import read_private
from ledger.seal.tree import TILE_HEIGHT, TILE_WIDTH, Frontier, LeafHashes, leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TRIGGERS: Final = {text.split()[2]: text for text in SCHEMA if text.startswith("CREATE TRIGGER")}


def copy_home(home: Path, target: Path) -> None:
    """Copy a home, every file of it, as somebody with a memory stick does."""
    shutil.copytree(home, target)


def flip_one_bit(copy: Path, index: int, state_folder: Path) -> None:
    """Change one bit in the signed part of one entry, and nothing else.

    Args:
        copy: the copied home.
        index: log index of the entry.
        state_folder: where the copy's mark is to be, as this computer had it.
    """
    with _past_the_program(copy) as connection:
        _write(connection, index, _with_a_bit_flipped(_statement(connection, index)))
        _set_mark(connection, state_folder)


def cut_short(copy: Path, size: int, state_folder: Path) -> None:
    """Remove the newest entries with every trace of them, this computer's mark included.

    Args:
        copy: the copied home.
        size: how many entries stay; best the size of a checkpoint.
        state_folder: where the copy's mark is to be.
    """
    with _past_the_program(copy) as connection:
        for table in ("entries", "contents"):
            connection.execute(f"DELETE FROM {table} WHERE rowid > ?", (size,))  # noqa: S608  one of two fixed names
        for table in ("checkpoints", "cosignatures", "tokens"):
            connection.execute(f"DELETE FROM {table} WHERE size > ?", (size,))  # noqa: S608  one of three fixed names
        connection.execute("DELETE FROM commands WHERE first_index >= ?", (size,))
        _rebuild_tree(connection)
        _set_mark(connection, state_folder)


def rewrite_and_sign_again(copy: Path, index: int, recorded_at: str, state_folder: Path) -> None:
    """Backdate one entry, rebuild the log over it, and sign all its heads with its real key.

    Args:
        copy: the copied home, the ledger's keys in it.
        index: log index of the entry.
        recorded_at: the time that it is to have been recorded at.
        state_folder: where the copy's mark is to be.
    """
    with _past_the_program(copy) as connection:
        header, payload, signature = _statement(connection, index).split(b".")
        members: dict[str, Any] = json.loads(unb64url(payload.decode("ascii")))
        members["recorded_at"] = recorded_at
        forged = b64url(compact_json(members).encode("utf-8")).encode("ascii")
        # Of the signer's key only the signer has the passphrase: the old signature has to do.
        _write(connection, index, b".".join((header, forged, signature)))
        nodes = _rebuild_tree(connection)
        _sign_heads_again(connection, nodes, copy, index)
        _set_mark(connection, state_folder)


@contextmanager
def _past_the_program(copy: Path) -> Iterator[sqlite3.Connection]:
    """Open the database, its guards taken off and put back so that its schema looks untouched."""
    with closing(sqlite3.connect(copy / FILE_NAME)) as connection:
        for name in _TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for text in _TRIGGERS.values():
            connection.execute(text)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _statement(connection: sqlite3.Connection, index: int) -> bytes:
    query = "SELECT statement FROM entries WHERE rowid = ?"
    return bytes(connection.execute(query, (index + 1,)).fetchone()[0])


def _write(connection: sqlite3.Connection, index: int, statement: bytes) -> None:
    connection.execute("UPDATE entries SET statement = ? WHERE rowid = ?", (statement, index + 1))


def _with_a_bit_flipped(statement: bytes) -> bytes:
    """Change one bit in the middle of the payload, such that the entry can still be read."""
    first, last = statement.index(b"."), statement.rindex(b".")
    for place in range((first + last) // 2, last):
        changed = bytearray(statement)
        changed[place] ^= 1
        with suppress(MalformedInput):
            return read_statement(bytes(changed)).jwt
    raise LedgerError("No bit of the entry can be changed unseen.", kind="demo-no-bit")


def _rebuild_tree(connection: sqlite3.Connection) -> LeafHashes:
    """Write tree head and tiles anew over the entries as they are now."""
    rows = connection.execute("SELECT statement FROM entries ORDER BY rowid")
    leaves = [leaf_hash(bytes(row[0])) for row in rows]
    frontier, nodes = Frontier.empty().extend(leaves), LeafHashes(leaves)
    connection.execute(
        "UPDATE tree SET size = ?, root = ?, frontier = ? WHERE id = 1",
        (frontier.size, frontier.root(), frontier.to_bytes()),
    )
    connection.execute("DELETE FROM tiles")
    for level in count():
        full = (frontier.size >> (TILE_HEIGHT * level)) // TILE_WIDTH
        if not full:
            return nodes
        for number in range(full):
            first = number * TILE_WIDTH
            hashes = [nodes(TILE_HEIGHT * level, first + at) for at in range(TILE_WIDTH)]
            connection.execute(
                "INSERT INTO tiles VALUES (?,?,?)", (level, number, b"".join(hashes))
            )
    return nodes


def _sign_heads_again(
    connection: sqlite3.Connection, nodes: LeafHashes, copy: Path, index: int
) -> None:
    """Sign every checkpoint over the entry anew; what others said of the old ones has to go."""
    log = open_machine_key_file(read_private(copy / "keys" / "log.json"), "log")
    lid = read_statement(_statement(connection, 0)).lid
    sizes = connection.execute("SELECT size FROM checkpoints WHERE size > ?", (index,)).fetchall()
    for (size,) in sizes:
        head = Checkpoint(origin=origin_of(lid), size=size, root=root_of(nodes, size))
        note = sign_checkpoint(head, log.sign, log.public)
        connection.execute("UPDATE checkpoints SET note = ? WHERE size = ?", (note, size))
    for table in ("cosignatures", "tokens"):
        connection.execute(f"DELETE FROM {table} WHERE size > ?", (index,))  # noqa: S608  one of two fixed names


def _set_mark(connection: sqlite3.Connection, state_folder: Path) -> None:
    lid = read_statement(_statement(connection, 0)).lid
    size, root = connection.execute("SELECT size, root FROM tree WHERE id = 1").fetchone()
    MarkFile.of(state_folder, lid).write(size, bytes(root))
