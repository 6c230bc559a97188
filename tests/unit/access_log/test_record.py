"""What a record says, and how it is kept."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.errors import AlterationFound, MalformedInput, NotFound, StorageFailed
from ledger.formats import kinds
from ledger.formats.access_log import read_access_log, read_access_record
from ledger.formats.statement import read_statement
from ledger.recorder.access_log import create_access_log
from ledger.seal.contents import open_disclosures
from tests.unit.access_log.conftest import READINGS, STREAM, ReadHome

if TYPE_CHECKING:
    from pathlib import Path


def test_a_record_reads_back_as_it_was_made(home: ReadHome) -> None:
    stored = home.stored()[0]
    assert stored.ciphertext is not None
    statement = read_statement(stored.statement)
    opened = open_disclosures(statement, stored.ciphertext, home.log.data_key)
    assert read_access_record({one.name: one.value for one in opened}) == home.record()


def test_records_are_a_chain_signed_by_the_access_key_alone(home: ReadHome) -> None:
    read = [read_statement(one.statement) for one in home.stored()]
    assert [one.seq for one in read] == list(range(1, READINGS + 1))
    assert [one.prev for one in read] == [None, *(one.hash for one in read[:-1])]
    assert {(one.kind, one.role, one.kid, one.stream) for one in read} == {
        (kinds.ACCESS_RECORD, "access", home.built.signing["access"].kid, STREAM)
    }
    assert {one.auth for one in read} == {home.log.signer().auth}


def test_a_record_names_no_pupil_and_bears_no_name_of_a_clear_member(home: ReadHome) -> None:
    shown = home.record().disclosed()
    assert {shown[name] for name in ("subject_name", "subject_born", "subject_id")} == {None}
    assert not shown.keys() & kinds.RESERVED_NAMES


@pytest.mark.parametrize(
    "change",
    [
        {"event": "access.read.v2"},
        {"subject_name": "Zoë"},
        {"reader": "short="},
        {"acted_as": None},
        {"value_seen": "x"},
    ],
)
def test_a_record_of_another_shape_is_refused(home: ReadHome, change: dict[str, object]) -> None:
    with pytest.raises(MalformedInput):
        read_access_record({**home.record().disclosed(), **change})


def test_nothing_that_was_read_stands_in_the_clear(home: ReadHome) -> None:
    data = home.path.read_bytes()
    assert b"annual review" not in data
    assert b"history" not in data


def test_the_file_is_its_owners_alone(home: ReadHome) -> None:
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM records", "UPDATE records SET statement = x'00'", "UPDATE records SET rowid = 9"],
)
def test_a_record_is_neither_deleted_nor_changed_by_accident(home: ReadHome, change: str) -> None:
    with (
        closing(sqlite3.connect(home.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="access records are never"),
    ):
        connection.execute(change)


def test_an_access_log_is_never_begun_anew(home: ReadHome) -> None:
    with pytest.raises(StorageFailed):
        create_access_log(home.path)


def test_a_missing_access_log_is_missed_and_not_made(home: ReadHome) -> None:
    home.path.unlink()
    with pytest.raises(StorageFailed) as refused:
        home.read()
    assert refused.value.kind == "access-log-failed"
    assert not home.path.exists()
    with pytest.raises(NotFound):
        home.stored()


def test_an_access_log_that_is_no_database_takes_no_record(home: ReadHome) -> None:
    home.path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageFailed) as refused:
        home.read()
    assert refused.value.kind == "access-log-failed"


def test_a_record_that_cannot_be_signed_leaves_the_log_as_it_was(home: ReadHome) -> None:
    def refuse(_: bytes) -> bytes:
        raise StorageFailed("no key")

    with pytest.raises(StorageFailed):
        home.read(sign=refuse)
    assert len(home.stored()) == READINGS
    assert home.read().seq == READINGS + 1


def test_a_foreign_file_or_schema_is_refused(home: ReadHome, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE records (statement BLOB)")
    with pytest.raises(MalformedInput):
        list(read_access_log(other))
    with closing(sqlite3.connect(home.path)) as connection:
        connection.execute("CREATE VIEW seen AS SELECT * FROM records")
    with pytest.raises(AlterationFound):
        home.stored()
