"""The database: pragmas asserted, schema pinned, one writer, closed to others."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.errors import EntryConflict, LedgerBusy, LedgerError, StorageFailed
from ledger.formats.ledger_file import APPLICATION_ID, SCHEMA, SCHEMA_VERSION
from ledger.recorder import datastore
from ledger.recorder.datastore import LedgerDatastore, create_ledger_file
from ledger.recorder.sqlite_errors import translated

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.ledger_builder import BuiltLedger


def test_every_connection_has_the_pragmas_of_the_day_one_list(built: BuiltLedger) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "foreign_keys": 1,
        "temp_store": 2,
    }
    for commit in (True, False):
        with built.datastore.transaction(commit=commit) as cursor:
            for name, value in wanted.items():
                cursor.execute(f"PRAGMA {name}")
                assert cursor.fetchone()[0] == value, name


def test_a_sqlite_that_does_not_keep_a_pragma_is_refused(
    built: BuiltLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(datastore._PINNED, "synchronous", 77)
    again = LedgerDatastore(built.path)
    with (
        pytest.raises(StorageFailed, match="synchronous") as refused,
        again.transaction(commit=True),
    ):
        pass
    assert refused.value.kind == "sqlite-too-old"
    again.close()


def test_the_schema_is_exactly_the_pinned_one(built: BuiltLedger) -> None:
    with closing(sqlite3.connect(built.path)) as connection:
        texts = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert sorted(text for (text,) in texts) == sorted(SCHEMA)
    assert (application, version) == (APPLICATION_ID, SCHEMA_VERSION)
    assert all(" STRICT" in text for text in SCHEMA if text.startswith("CREATE TABLE"))


@pytest.mark.parametrize("sql", ["DELETE FROM entries", "UPDATE entries SET rowid = rowid + 100"])
def test_entries_are_guarded_against_accidents(built: BuiltLedger, sql: str) -> None:
    with (
        closing(sqlite3.connect(built.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="entries are never"),
    ):
        connection.execute(sql)


def test_the_files_are_their_owners_alone(built: BuiltLedger) -> None:
    built.pupil(0)
    names = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "keys.db"}
    files = {path.name: path for path in built.home.iterdir()}
    assert names <= files.keys()
    for path in files.values():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_no_ledger_file_is_made_over_another(tmp_path: Path) -> None:
    create_ledger_file(tmp_path / "ledger.db")
    with pytest.raises(StorageFailed, match="cannot be made"):
        create_ledger_file(tmp_path / "ledger.db")
    with pytest.raises(StorageFailed):
        create_ledger_file(tmp_path / "nowhere" / "ledger.db")


def test_a_writer_takes_its_place_at_once_and_the_next_one_is_told(
    built: BuiltLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datastore, "BUSY_SECONDS", 0.05)
    other = LedgerDatastore(built.path)
    with (
        built.datastore.transaction(commit=True),
        pytest.raises(LedgerBusy) as refused,
        other.transaction(commit=True),
    ):
        pass
    assert (refused.value.kind, refused.value.exit_code) == ("ledger-busy", 8)
    with other.transaction(commit=False) as cursor:
        cursor.execute("SELECT count(*) FROM entries")
        assert cursor.fetchone()[0] > 0
    other.close()


def test_after_closing_the_file_alone_holds_everything(built: BuiltLedger, tmp_path: Path) -> None:
    built.pupil(0)
    with built.reading_file() as reader:
        size, root = reader.size, reader.root
        built.close()  # while another program has it open for reading
    alone = tmp_path / "alone.db"
    alone.write_bytes(built.path.read_bytes())
    with closing(sqlite3.connect(alone)) as connection:
        assert connection.execute("SELECT size, root FROM tree").fetchone() == (size, root)


@pytest.mark.parametrize(
    ("error", "cls", "kind"),
    [
        (sqlite3.IntegrityError("UNIQUE constraint failed"), EntryConflict, "conflict"),
        (sqlite3.OperationalError("database is locked"), LedgerBusy, "ledger-busy"),
        (sqlite3.OperationalError("database or disk is full"), StorageFailed, "disk-full"),
        (
            sqlite3.OperationalError("attempt to write a readonly database"),
            StorageFailed,
            "read-only",
        ),
        (sqlite3.OperationalError("unable to open database file"), StorageFailed, "read-only"),
        (sqlite3.OperationalError("disk I/O error"), StorageFailed, "storage-failed"),
        (sqlite3.DatabaseError("file is not a database"), StorageFailed, "storage-failed"),
    ],
)
def test_sqlites_failures_get_our_words_and_what_to_try(
    error: sqlite3.Error, cls: type[LedgerError], kind: str
) -> None:
    with pytest.raises(cls) as refused, translated():
        raise error
    assert (refused.value.kind, refused.value.exit_code) == (kind, 8)
    assert refused.value.what
    assert refused.value.why
    assert refused.value.remedy
