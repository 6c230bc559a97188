"""Upgrades, copies, seals, marks and documents kept beside the entries."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.bootstrap.backups import check_copy
from ledger.errors import (
    AlterationFound,
    KeyUnavailable,
    LedgerBusy,
    MalformedInput,
    StorageFailed,
)
from ledger.formats.high_water_mark import HighWaterMark
from ledger.formats.ledger_file import SCHEMA_VERSION
from ledger.recorder.attachment_store import AttachmentStore
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.recorder.copies import copy_database
from ledger.recorder.mark_file import MarkFile
from ledger.recorder.upgrade import upgrade_ledger
from ledger.seal.content_keys import ContentAltered, ReadingKey
from ledger.seal.private_files import WriterLock
from tests.support.ledger_builder import drawn
from tests.support.tampering import counting
from tests.unit.recorder.conftest import enrolled, rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.support.ledger_builder import BuiltLedger

STEP = ("CREATE TABLE notes (number INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT",)
LAST = ("ALTER TABLE notes ADD COLUMN at TEXT", "INSERT INTO notes VALUES (1, 'upgraded', 'now')")


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def file(built: BuiltLedger, tmp_path: Path) -> Path:
    """A ledger file of today's version, closed, in a folder of its own."""
    built.pupil(0)
    built.close()
    shutil.copy(built.path, tmp_path / "ledger.db")
    return tmp_path / "ledger.db"


# --- upgrades ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "target"), [({1: STEP}, 2), ({1: STEP, 2: LAST}, 3)], ids=["one step", "two steps"]
)
def test_an_older_file_is_upgraded_and_its_copy_kept_beside(
    file: Path, steps: Mapping[int, Sequence[str]], target: int
) -> None:
    entries = ask(file, "SELECT * FROM entries")
    assert upgrade_ledger(file, steps, target) == SCHEMA_VERSION
    assert ask(file, "PRAGMA user_version") == [(target,)]
    assert ask(file, "SELECT * FROM entries") == entries
    assert len(ask(file, "SELECT * FROM notes")) == target - 2
    copy = file.with_name("ledger.db.v1")
    assert ask(copy, "SELECT * FROM entries") == entries
    assert ask(copy, "PRAGMA user_version") == [(1,)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert upgrade_ledger(file, steps, target) == target  # again: nothing to do


def test_a_failing_step_leaves_the_file_as_it_was(file: Path) -> None:
    before = list(_dump(file))
    with pytest.raises(StorageFailed):
        upgrade_ledger(file, {1: (*STEP, "INSERT INTO nowhere VALUES (1)")}, 2)
    assert list(_dump(file)) == before
    assert ask(file, "PRAGMA user_version") == [(1,)]
    assert upgrade_ledger(file, {1: STEP}, 2) == 1


def test_a_file_upgraded_by_another_program_meanwhile_is_not_upgraded_twice(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def meanwhile(_connection: sqlite3.Connection, _copy: Path) -> None:
        monkeypatch.undo()
        upgrade_ledger(file, {1: STEP}, 2)

    monkeypatch.setattr("ledger.recorder.upgrade._copy_beside", meanwhile)
    assert upgrade_ledger(file, {1: STEP}, 2) == 1
    assert ask(file, "SELECT * FROM notes") == []


@pytest.mark.parametrize(("steps", "target"), [({}, 2), ({2: STEP}, 3), ({}, 0)])
def test_a_file_to_which_no_step_leads_is_left_alone(
    file: Path, steps: Mapping[int, Sequence[str]], target: int
) -> None:
    before = file.read_bytes()
    with pytest.raises(StorageFailed) as refused:
        upgrade_ledger(file, steps, target)
    assert refused.value.kind == "other-schema-version"
    assert file.read_bytes() == before


def test_what_is_no_ledger_is_not_upgraded(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE entries (one)")
    with pytest.raises(StorageFailed) as refused:
        upgrade_ledger(tmp_path / "other.db", {0: STEP}, 1)
    assert refused.value.kind == "not-a-ledger"


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


# --- copies ------------------------------------------------------------------


def test_copies_made_while_a_writer_writes_are_each_whole(
    built: BuiltLedger, tmp_path: Path
) -> None:
    pupil, done = built.pupil(0), threading.Event()

    def write() -> None:
        for number in range(60):
            built.put("senco", [enrolled(built, pupil, 4 + number)])
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    sizes: list[int] = []
    while not done.is_set() or len(sizes) < 3:
        target = tmp_path / f"copy-{len(sizes)}.db"
        copy_database(built.path, target)
        folder = tmp_path / f"folder-{len(sizes)}"
        folder.mkdir()
        sizes.append(check_copy(target.rename(folder / "ledger.db").parent).size)
    writer.join()
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 1


def test_a_copy_needs_no_file_beside_it_and_goes_over_no_other(
    built: BuiltLedger, tmp_path: Path
) -> None:
    built.pupil(0)
    target = tmp_path / "copy.db"
    copy_database(built.path, target)
    assert sorted(path.name for path in tmp_path.glob("copy.db*")) == ["copy.db"]
    assert ask(target, "PRAGMA journal_mode") == [("delete",)]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert _dump(target) == rows(built)
    with pytest.raises(FileExistsError):
        copy_database(built.path, target)


def test_a_file_whose_writer_was_killed_is_copied_as_it_was_before(tmp_path: Path) -> None:
    source, left = tmp_path / "keys.db", tmp_path / "left" / "keys.db"
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=2")
        connection.execute("CREATE TABLE key_rows (stream BLOB, wrapped BLOB)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
            " INSERT INTO key_rows SELECT randomblob(16), randomblob(100) FROM n"
        )
        before = list(connection.iterdump())
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE key_rows SET wrapped = zeroblob(100)")
        left.parent.mkdir()
        for name in ("keys.db", "keys.db-journal"):  # what a killed writer leaves
            shutil.copy(tmp_path / name, left.parent / name)
    copy_database(left, tmp_path / "copy.db")
    assert _dump(tmp_path / "copy.db") == before


# --- seals -------------------------------------------------------------------


def test_keeping_a_seal_again_changes_nothing(built: BuiltLedger) -> None:
    built.pupil(0)
    note = built.seal()
    built.seals.add_cosignature(built.sealed, "— a line\n")
    built.seals.add_token(built.sealed, b"a token")
    before = rows(built)
    built.keep_checkpoint(note)
    built.keep_checkpoint(b"another over the same size")
    built.seals.add_cosignature(built.sealed, "— a line")
    built.seals.add_token(built.sealed, b"a token")
    assert rows(built) == before


# --- high-water marks --------------------------------------------------------


def test_a_mark_only_moves_up(tmp_path: Path) -> None:
    mark = MarkFile.of(tmp_path / "state", drawn("lid", 16))
    assert mark.read() is None
    mark.write(7, b"\x07" * 32)
    mark.write(5, b"\x05" * 32)
    mark.write(7, b"\x08" * 32)  # another log of that size: what was seen first stays known
    assert mark.read() == HighWaterMark(mark.lid, 7, b"\x07" * 32)
    mark.write(9, b"\x09" * 32)
    assert mark.read() == HighWaterMark(mark.lid, 9, b"\x09" * 32)
    assert stat.S_IMODE(mark.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(mark.path.parent.stat().st_mode) == 0o700


def test_a_mark_noted_by_another_program_meanwhile_is_not_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = MarkFile.of(tmp_path, drawn("lid", 16))
    mark.write(9, b"\x09" * 32)
    real, others = os.read, [threading.Thread(target=mark.write, args=(11, b"\x0b" * 32))]
    started = []

    def read(handle: int, count: int) -> bytes:
        data = real(handle, count)
        if others:
            started.append(others.pop())
            started[0].start()
            with pytest.raises(LedgerBusy):  # the other one has to wait until 10 is written
                WriterLock(mark.path).acquire()
        return data

    monkeypatch.setattr("ledger.recorder.mark_file.os.read", read)
    mark.write(10, b"\x0a" * 32)
    started[0].join()
    assert mark.read() == HighWaterMark(mark.lid, 11, b"\x0b" * 32)


def test_a_mark_can_be_read_while_another_program_writes_it(tmp_path: Path) -> None:
    mark = MarkFile.of(tmp_path, drawn("lid", 16))
    mark.write(9, b"\x09" * 32)
    with WriterLock(mark.path):
        assert mark.read() == HighWaterMark(mark.lid, 9, b"\x09" * 32)


def test_a_mark_that_was_begun_and_not_written_is_no_mark(tmp_path: Path) -> None:
    mark = MarkFile.of(tmp_path, drawn("lid", 16))
    mark.path.touch(mode=0o600)
    assert mark.read() is None
    mark.write(3, bytes(32))
    assert mark.read() == HighWaterMark(mark.lid, 3, bytes(32))


def test_a_damaged_mark_is_named_not_taken_for_none(tmp_path: Path) -> None:
    mark = MarkFile.of(tmp_path, drawn("lid", 16))
    mark.write(3, bytes(32))
    data = mark.path.read_bytes()
    for damaged in (data[:-1], data.replace(b"0003", b"0002"), b"\n", b"\xff" * 99):
        mark.path.write_bytes(damaged)
        with pytest.raises(MalformedInput) as refused:
            mark.read()
        assert refused.value.kind == "bad-mark"


def test_a_mark_that_cannot_be_noted_says_that_the_entry_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(StorageFailed) as refused:
        MarkFile.of(tmp_path / "state", drawn("lid", 16)).write(1, bytes(32))
    assert refused.value.kind == "mark-not-written"
    assert refused.value.what.startswith("The entry was recorded")


# --- attachments -------------------------------------------------------------


def test_a_document_is_kept_closed_and_given_back(built: BuiltLedger, tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path, built.keys, built.lid)
    store.put(b"n" * 16, b"A report about Zoe")
    store.put(b"m" * 16, b"A report about Zoe, and a little more of it")
    one, other = sorted(tmp_path.glob("[bm]*"))
    assert b"Zoe" not in one.read_bytes() + other.read_bytes()
    assert one.stat().st_size == other.stat().st_size
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert store.get(b"n" * 16) == b"A report about Zoe"
    other.write_bytes(one.read_bytes())
    with pytest.raises(ContentAltered):
        assert store.get(b"n" * 16) != store.get(b"m" * 16)
    one.unlink()
    other.unlink()
    with pytest.raises(AlterationFound) as refused:
        store.get(b"n" * 16)
    assert refused.value.kind == "attachment-missing"


def test_a_document_is_closed_to_who_does_not_read_its_class(
    built: BuiltLedger, tmp_path: Path
) -> None:
    AttachmentStore(tmp_path, built.keys, built.lid).put(b"n" * 16, b"words")
    closed = ContentKeyStore(built.keys.path, built.lid, built.entropy)
    closed.unlock(ReadingKey(drawn("a stranger")), counting(built))
    with pytest.raises(KeyUnavailable):
        AttachmentStore(tmp_path, closed, built.lid).get(b"n" * 16)


def test_a_mark_is_not_read_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = MarkFile.of(tmp_path, drawn("lid", 16))
    file.write(1, bytes(32))
    read, write = list[HighWaterMark | None](), os.write

    def slowly(handle: int, data: bytes) -> int:
        write(handle, data[:-20])
        reading.start()
        reading.join(0.2)
        return len(data) - 20 + write(handle, data[-20:])

    reading = threading.Thread(target=lambda: read.append(file.read()))
    monkeypatch.setattr(os, "write", slowly)
    file.write(2, b"\xff" * 32)
    reading.join()
    assert read == [HighWaterMark(file.lid, 2, b"\xff" * 32)]
