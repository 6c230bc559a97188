"""A home's database, read without a line of the program that wrote it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.mini_verifier.encoding import Refused, b64url, sha256
from tests.mini_verifier.log import LOG_KEY, VKey, read_checkpoint
from tests.mini_verifier.walk import Walk, walk_log

if TYPE_CHECKING:
    from pathlib import Path


def check_home(path: Path) -> Walk:
    """Check the log in a database, its tree state and its checkpoints.

    Nobody outside the file is asked, so the best result is `unanchored`.

    Args:
        path: the SQLite file; it is opened read-only.
    """
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
        entries = database.execute(
            "SELECT rowid, originator_id, originator_version, statement FROM entries ORDER BY rowid"
        ).fetchall()
        heads = database.execute("SELECT size, root FROM tree").fetchall()
        checkpoints = database.execute("SELECT size, note FROM checkpoints").fetchall()
        kept = {
            b64url(sha256(data))
            for column in ("line FROM cosignatures", "token FROM tokens")
            for (data,) in database.execute(f"SELECT {column}")
            if isinstance(data, bytes)
        }
        witnessed = {
            size
            for table in ("cosignatures", "tokens")
            for (size,) in database.execute(f"SELECT size FROM {table}")  # noqa: S608  the two names above
        }
    walk = walk_log(bytes(entry[3]) for entry in entries)
    for index, (rowid, stream, version, _) in enumerate(entries):
        if rowid != index + 1:
            walk.add("row-misplaced", index, "row numbers have a gap")
        statement = walk.statements.get(index)
        if statement is not None:
            place = statement.payload["stream"], statement.payload["seq"]
            if place != (b64url(bytes(stream)), version):
                walk.add("row-misplaced", index, "a row under the name of another stream")
    if [(size, bytes(root)) for size, root in heads] != [(len(entries), walk.root)]:
        walk.add("tree-state", words="the stored tree head is not that of the stored leaves")
    for size, note in checkpoints:
        with walk.catching(prefix=f"checkpoint {size}: "):
            _check_checkpoint(walk, size, note if isinstance(note, bytes) else note.encode())
    for size in witnessed - {size for size, _ in checkpoints}:
        walk.add("checkpoint-missing", words=f"size {size} was cosigned or stamped, and is gone")
    for anchor in walk.anchors:
        if not kept.issuperset(anchor["tokens"]):
            walk.add("seal-missing", words="a seal that an anchor names is gone")
    walk.add("unanchored", words="nothing outside this file was compared")
    return walk


def _check_checkpoint(walk: Walk, size: int, note: bytes) -> None:
    if walk.genesis is None:
        raise Refused("bad-genesis", "leaf 0 cannot be read, so nobody's key is known")
    origin = f"send-ledger/v1/{walk.genesis.payload['lid']}"
    last = walk.statements.get(size - 1)
    day = last.payload["recorded_at"][:10] if last else walk.clock[:10]
    publics = walk.authority.publics_of("log", size, day)
    keys = [VKey(origin, LOG_KEY, public) for public in publics]
    head = read_checkpoint(note, keys)
    right = head.size == size <= len(walk.tree.leaves) and head.root == walk.tree.root(size)
    if not right:
        walk.add("fork", words=f"the log of size {size} is not the one that was signed")
