"""The mini-verifier reads a home's database by itself, and finds what was done to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.formats.statement import read_statement
from tests.golden.small_log import small_log
from tests.mini_verifier.home import check_home

if TYPE_CHECKING:
    from pathlib import Path

    from tests.golden.small_log import SmallLog

SCHEMA = """
CREATE TABLE entries (
    originator_id BLOB NOT NULL, originator_version INTEGER NOT NULL, statement BLOB NOT NULL
) STRICT;
CREATE TABLE tree (size INTEGER NOT NULL, root BLOB NOT NULL, frontier BLOB NOT NULL) STRICT;
CREATE TABLE checkpoints (size INTEGER NOT NULL, note BLOB NOT NULL) STRICT;
CREATE TABLE cosignatures (size INTEGER NOT NULL, line BLOB NOT NULL) STRICT;
CREATE TABLE tokens (size INTEGER NOT NULL, token BLOB NOT NULL) STRICT;
"""


def write_home(path: Path, log: SmallLog) -> None:
    """Write the tables that hold a log, its head and two checkpoints."""
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(SCHEMA)
        for jwt in log.leaves:
            read = read_statement(jwt)
            database.execute("INSERT INTO entries VALUES (?, ?, ?)", (read.stream, read.seq, jwt))
        size = len(log.leaves)
        database.execute("INSERT INTO tree VALUES (?, ?, ?)", (size, log.root(size), b""))
        for signed in (9, size):
            note = log.checkpoint(signed)
            database.execute("INSERT INTO checkpoints VALUES (?, ?)", (signed, note))
        database.execute("INSERT INTO tokens VALUES (?, ?)", (size, b"a token"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_home(tmp_path / "ledger.db", small_log())
    return tmp_path / "ledger.db"


def test_a_sound_home_is_not_altered_but_nothing_outside_it_was_compared(home: Path) -> None:
    walk = check_home(home)
    assert walk.codes == {"self-rooted", "unanchored"}
    assert walk.result == "unanchored"


CHANGES = {
    "a stamp that an anchor names removed": ("seal-missing", "DELETE FROM tokens"),
    "the newest rows removed": ("tree-state", "DELETE FROM entries WHERE rowid > 14"),
    "a row in the middle removed": ("row-misplaced", "DELETE FROM entries WHERE rowid = 10"),
    "two rows swapped": (
        "tree-state",
        """
        UPDATE entries SET rowid = CASE rowid WHEN 10 THEN -11 ELSE -10 END
        WHERE rowid IN (10, 11);
        UPDATE entries SET rowid = -rowid WHERE rowid < 0;
        """,
    ),
    "a row under another stream": (
        "row-misplaced",
        "UPDATE entries SET originator_id = zeroblob(16) WHERE rowid = 10",
    ),
    "a row under another version": (
        "row-misplaced",
        "UPDATE entries SET originator_version = 7 WHERE rowid = 10",
    ),
    "another tree head": ("tree-state", "UPDATE tree SET root = zeroblob(32)"),
    "no tree head": ("tree-state", "DELETE FROM tree"),
    "a checkpoint under another size": ("fork", "UPDATE checkpoints SET size = 8 WHERE size = 9"),
    "a checkpoint gone whose cosignature is there": (
        "checkpoint-missing",
        "INSERT INTO cosignatures VALUES (9, x'00'); DELETE FROM checkpoints WHERE size = 9",
    ),
    "newest rows and their tree head removed": (
        "fork",
        "DELETE FROM entries WHERE rowid > 14; DELETE FROM tree",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_change_to_the_tables_is_found_and_named(what: str, home: Path) -> None:
    code, change = CHANGES[what]
    with closing(sqlite3.connect(home)) as database, database:
        database.executescript(change)
    walk = check_home(home)
    assert code in walk.codes
    assert walk.result == "altered"


def test_a_checkpoint_signed_by_a_key_without_the_role_log_is_found(tmp_path: Path) -> None:
    log = small_log()
    write_home(tmp_path / "ledger.db", log)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        note = log.checkpoint(9, signer="senco")
        database.execute("UPDATE checkpoints SET note = ? WHERE size = 9", (note,))
    walk = check_home(tmp_path / "ledger.db")
    assert "unknown-key" in walk.codes


def test_a_log_rewritten_and_signed_anew_contradicts_the_checkpoint_that_was_kept(
    tmp_path: Path,
) -> None:
    kept, rewritten = small_log(), small_log()
    rewritten.leaves.pop()
    rewritten.streams.pop("heads")
    rewritten.event("support plan")
    write_home(tmp_path / "ledger.db", rewritten)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database, database:
        size = len(kept.leaves)
        note = kept.checkpoint(size)
        database.execute("UPDATE checkpoints SET note = ? WHERE size = ?", (note, size))
    assert "fork" in check_home(tmp_path / "ledger.db").codes
