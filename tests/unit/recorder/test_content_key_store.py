"""Wrapped keys beside the ledger: who opens what, and what a new class key takes away."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ledger.errors import KeyUnavailable, LedgerBusy, StorageFailed
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.content_keys import KeyRowAltered, ReadingKey
from tests.support.ledger_builder import Drawing, drawn

if TYPE_CHECKING:
    from pathlib import Path

LID = bytes(16)
SENCO, TEACHER = ReadingKey(drawn("senco reads")), ReadingKey(drawn("teacher reads"))
PUPIL, STORY, OTHER = b"p" * 16, b"s" * 16, b"o" * 16


def opened(path: Path, reader: ReadingKey) -> ContentKeyStore:
    store = ContentKeyStore(path, LID, Drawing(f"again {reader.public.hex()}"))
    store.unlock(reader)
    return store


def sql(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with two classes, a pupil's stream in one and a My Story in the other."""
    readers = {"general": [SENCO.public, TEACHER.public], "my_story": [SENCO.public]}
    store = ContentKeyStore.create(tmp_path / "keys.db", LID, Drawing("keys"), readers)
    store.add_stream(PUPIL, "general")
    store.add_stream(STORY, "my_story")
    return tmp_path / "keys.db"


def test_each_reader_opens_their_classes_and_no_other(path: Path) -> None:
    senco, teacher = opened(path, SENCO), opened(path, TEACHER)
    assert senco.data_key(PUPIL) == teacher.data_key(PUPIL)
    assert len(senco.data_key(STORY)) == 32
    for ask in (
        lambda: teacher.data_key(STORY),
        lambda: teacher.add_stream(OTHER, "my_story"),
        lambda: teacher.readers("my_story"),
    ):
        with pytest.raises(KeyUnavailable) as refused:
            ask()
        assert (refused.value.kind, refused.value.exit_code) == ("contents-unopened", 4)
    stranger = opened(path, ReadingKey(drawn("stranger")))
    assert stranger.classes == {}
    with pytest.raises(KeyUnavailable):
        stranger.data_key(PUPIL)


def test_the_file_is_its_owners_alone_and_not_made_twice(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        ContentKeyStore.create(path, LID, Drawing("keys"), {})


def test_a_stream_may_share_the_pupils_own_key(path: Path) -> None:
    store = opened(path, SENCO)
    store.add_stream(OTHER, "general", store.data_key(PUPIL))
    again = opened(path, TEACHER)
    assert again.data_key(OTHER) == again.data_key(PUPIL)
    with closing(sqlite3.connect(path)) as connection:
        wrapped = [row[0] for row in connection.execute("SELECT wrapped FROM key_rows")]
    assert len(set(wrapped)) == 3  # nothing in the clear joins a pupil's streams


def test_a_new_class_key_keeps_every_data_key_and_shuts_out_who_leaves(path: Path) -> None:
    store = opened(path, SENCO)
    key, old_id = store.data_key(PUPIL), store.classes["general"][0]
    store.rotate("general", [TEACHER.public])
    assert store.readers("general") == [SENCO.public]
    assert store.classes["general"][0] != old_id
    assert opened(path, SENCO).data_key(PUPIL) == key
    assert opened(path, TEACHER).classes == {}
    with closing(sqlite3.connect(path)) as connection:
        old = connection.execute("SELECT count(*) FROM class_keys WHERE kek_id = ?", (old_id,))
        assert old.fetchone()[0] == 0
    store.add_stream(OTHER, "general")
    assert opened(path, SENCO).data_key(OTHER) == store.data_key(OTHER)


def test_a_reader_who_is_added_opens_what_was_there_before(path: Path) -> None:
    newcomer = ReadingKey(drawn("newcomer"))
    opened(path, SENCO).add_reader(newcomer.public, ["general", "my_story"])
    assert opened(path, newcomer).data_key(STORY) == opened(path, SENCO).data_key(STORY)
    opened(path, SENCO).add_reader(newcomer.public, ["general"])  # again: changes nothing
    assert len(opened(path, SENCO).readers("general")) == 3


def test_no_key_is_wrapped_by_a_class_key_that_was_replaced_meanwhile(path: Path) -> None:
    at_work = opened(path, SENCO)
    opened(path, SENCO).rotate("general", [TEACHER.public])
    newcomer = ReadingKey(drawn("newcomer"))
    for write in (
        partial(at_work.add_stream, OTHER, "general"),
        partial(at_work.add_reader, newcomer.public, ["general"]),
        partial(at_work.rotate, "general", []),
    ):
        with pytest.raises(LedgerBusy) as refused:
            write()
        assert (refused.value.kind, refused.value.exit_code) == ("keys-renewed", 8)
    again = opened(path, SENCO)
    assert again.readers("general") == [SENCO.public]
    again.add_stream(OTHER, "general")
    assert opened(path, SENCO).data_key(OTHER) == again.data_key(OTHER)


def test_a_missing_row_is_told_from_a_closed_class(path: Path) -> None:
    sql(path, "DELETE FROM key_rows WHERE stream = ?", PUPIL)
    with pytest.raises(KeyUnavailable) as refused:
        opened(path, SENCO).data_key(PUPIL)
    assert refused.value.kind == "key-row-missing"


def test_an_altered_row_refuses_itself_and_closes_no_other(path: Path) -> None:
    store = opened(path, SENCO)
    store.add_stream(OTHER, "general")
    sql(path, "UPDATE key_rows SET wrapped = zeroblob(104) WHERE stream = ?", PUPIL)
    again = opened(path, SENCO)
    assert again.data_key(OTHER) == store.data_key(OTHER)
    with pytest.raises(KeyRowAltered) as refused:
        again.data_key(PUPIL)
    assert refused.value.exit_code == 10


def test_a_row_moved_to_another_stream_does_not_open(path: Path) -> None:
    sql(
        path,
        "UPDATE key_rows SET (kek_id, wrapped) ="
        " (SELECT kek_id, wrapped FROM key_rows WHERE stream = ?) WHERE stream = ?",
        STORY,
        PUPIL,
    )
    with pytest.raises(KeyRowAltered):
        opened(path, SENCO).data_key(PUPIL)


def test_a_stream_gets_one_key_only(path: Path) -> None:
    store = opened(path, SENCO)
    with pytest.raises(StorageFailed):
        store.add_stream(PUPIL, "general")
    assert opened(path, SENCO).data_key(PUPIL) == store.data_key(PUPIL)


def test_a_rotation_broken_off_leaves_the_file_as_it_was(path: Path) -> None:
    store = opened(path, SENCO)
    key = store.data_key(PUPIL)
    sql(path, "UPDATE key_rows SET wrapped = zeroblob(104) WHERE stream = ?", PUPIL)
    store.add_stream(OTHER, "general")
    before = path.read_bytes()
    with pytest.raises(KeyRowAltered):
        store.rotate("general", [TEACHER.public])
    assert path.read_bytes() == before
    assert opened(path, TEACHER).readers("general") == store.readers("general")
    assert store.data_key(PUPIL) == key


def test_another_program_that_writes_is_waited_for_then_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.recorder.content_key_store.BUSY_SECONDS", 0.05)
    store = opened(path, SENCO)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerBusy):
            store.add_stream(OTHER, "general")
