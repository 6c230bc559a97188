"""Wrapped keys beside the ledger: who opens what, and what a new class key takes away."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from dataclasses import astuple, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ledger.errors import KeyUnavailable, LedgerBusy, StorageFailed
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.authority import Authority
from ledger.seal.authority_records import KeyRecord, RoleRecord
from ledger.seal.class_key_rows import ClassKeyRow, Signer, signed_row
from ledger.seal.content_keys import KeyRowAltered, ReadingKey, wrap_class_key
from ledger.seal.ed25519 import SigningKey
from tests.support.ledger_builder import Drawing, drawn

if TYPE_CHECKING:
    from pathlib import Path

LID = bytes(16)
SENCO, TEACHER = ReadingKey(drawn("senco reads")), ReadingKey(drawn("teacher reads"))
HEAD, TUTOR = SigningKey(drawn("head signs")), SigningKey(drawn("teacher signs"))
STRANGER, MACHINE = SigningKey(drawn("stranger signs")), SigningKey(drawn("machine signs"))
ROLES = {"head": HEAD, "teacher": TUTOR, "system": MACHINE}
AUTHORITY = Authority(
    keys={key.kid: KeyRecord(key.public, role, "passphrase", 1) for role, key in ROLES.items()},
    roles={role: [RoleRecord(role, 1, "2026-01-01", None)] for role in ROLES},
)
PUPIL, STORY, OTHER = b"p" * 16, b"s" * 16, b"o" * 16


def opened(path: Path, reader: ReadingKey) -> ContentKeyStore:
    store = ContentKeyStore(path, LID, Drawing(f"again {reader.public.hex()}"))
    store.unlock(reader, AUTHORITY)
    return store


def sql(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with two classes, a pupil's stream in one and a My Story in the other."""
    readers = {"general": [SENCO.public, TEACHER.public], "my_story": [SENCO.public]}
    store = ContentKeyStore.create(tmp_path / "keys.db", LID, Drawing("keys"), readers, HEAD)
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
        ContentKeyStore.create(path, LID, Drawing("keys"), {}, HEAD)


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
    store.rotate("general", [TEACHER.public], HEAD, AUTHORITY)
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
    opened(path, SENCO).add_reader(newcomer.public, ["general", "my_story"], HEAD)
    assert opened(path, newcomer).data_key(STORY) == opened(path, SENCO).data_key(STORY)
    opened(path, SENCO).add_reader(newcomer.public, ["general"], HEAD)  # again: changes nothing
    assert len(opened(path, SENCO).readers("general")) == 3


def test_no_key_is_wrapped_by_a_class_key_that_was_replaced_meanwhile(path: Path) -> None:
    at_work = opened(path, SENCO)
    opened(path, SENCO).rotate("general", [TEACHER.public], HEAD, AUTHORITY)
    newcomer = ReadingKey(drawn("newcomer"))
    for write in (
        partial(at_work.add_stream, OTHER, "general"),
        partial(at_work.add_reader, newcomer.public, ["general"], HEAD),
        partial(at_work.rotate, "general", [], HEAD, AUTHORITY),
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
        store.rotate("general", [TEACHER.public], HEAD, AUTHORITY)
    assert path.read_bytes() == before
    assert opened(path, TEACHER).readers("general") == store.readers("general")
    assert store.data_key(PUPIL) == key


def given(
    reader: ReadingKey, by: Signer, name: str = "general", number: int = 2, signed_for: bytes = LID
) -> ClassKeyRow:
    """Seal a class key of one's own to a reader, as anybody can who knows their public key.

    It claims to be newer than the true one, so that nothing but its signer speaks against it.
    """
    kek_id = b"\xff" * 16
    wrapped = wrap_class_key(bytes(32), name, kek_id, LID, reader.public)
    return signed_row(
        kek_id=kek_id, reader=reader.public, wrapped=wrapped, number=number, lid=signed_for, by=by
    )


def put(path: Path, row: ClassKeyRow) -> None:
    sql(path, "INSERT INTO class_keys VALUES (?,?,?,?,?,?)", *astuple(row))


def revoked(*kids: str) -> Authority:
    keys = {kid: replace(key) for kid, key in AUTHORITY.keys.items()}
    for kid in kids:
        keys[kid].revoked = 5
    return Authority(keys=keys, roles=AUTHORITY.roles)


UNKNOWN, UNFIT = "No key that is registered", "A signature does not fit"


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        pytest.param(given(SENCO, STRANGER), UNKNOWN, id="nobody of this ledger"),
        pytest.param(given(SENCO, MACHINE), "reads anything", id="a machine, whose key is open"),
        pytest.param(given(SENCO, TUTOR, "my_story"), "“my_story”", id="no role that reads it"),
        pytest.param(replace(given(SENCO, STRANGER), kid=HEAD.kid), UNFIT, id="another's name"),
        pytest.param(replace(given(SENCO, HEAD), number=9), UNFIT, id="another number"),
        pytest.param(replace(given(TEACHER, HEAD), reader=SENCO.public), UNFIT, id="other reader"),
        pytest.param(replace(given(SENCO, HEAD), kek_id=b"e" * 16), UNFIT, id="another key's name"),
        pytest.param(
            replace(given(SENCO, HEAD), wrapped=given(SENCO, STRANGER).wrapped),
            UNFIT,
            id="other bytes",
        ),
        pytest.param(given(SENCO, HEAD, signed_for=b"l" * 16), UNFIT, id="another ledger"),
        pytest.param(given(SENCO, HEAD, number=1), "Two keys", id="two newest of one class"),
    ],
)
def test_a_class_key_that_nobody_entitled_gave_is_refused_and_nothing_opened(
    path: Path, forged: ClassKeyRow, why: str
) -> None:
    put(path, forged)
    store = ContentKeyStore(path, LID, Drawing("again"))
    with pytest.raises(KeyRowAltered) as refused:
        store.unlock(SENCO, AUTHORITY)
    assert (refused.value.kind, refused.value.exit_code) == ("key-row-altered", 10)
    assert why in refused.value.why
    assert store.classes == {}
    with pytest.raises(KeyUnavailable):
        store.add_stream(OTHER, "general", bytes(32))


@pytest.mark.parametrize("by", [STRANGER, MACHINE])
def test_the_rows_are_checked_without_anybodys_key(path: Path, by: SigningKey) -> None:
    store = ContentKeyStore(path, LID, Drawing("again"))
    assert store.check_rows(AUTHORITY) == 3
    put(path, given(ReadingKey(drawn("technician")), by))
    with pytest.raises(KeyRowAltered):
        store.check_rows(AUTHORITY)


def test_the_newest_class_key_by_its_signed_number_is_in_force(path: Path) -> None:
    before = opened(path, SENCO).classes["general"]
    put(path, given(SENCO, HEAD))
    assert opened(path, SENCO).classes["general"].kek_id == b"\xff" * 16
    sql(path, "DELETE FROM class_keys WHERE number = 2")
    put(path, given(SENCO, TUTOR))
    # A key that was revoked gives out nothing over one that counts.
    store = ContentKeyStore(path, LID, Drawing("again"))
    store.unlock(SENCO, revoked(TUTOR.kid))
    assert store.classes["general"] == before


@pytest.mark.parametrize(
    ("name", "by", "authority"),
    [
        ("general", STRANGER, AUTHORITY),
        ("general", TUTOR, revoked(TUTOR.kid)),
        ("my_story", TUTOR, AUTHORITY),  # who never had a role that reads it
    ],
)
def test_a_new_class_key_is_not_given_to_a_reader_whom_nobody_let_in(
    path: Path, name: str, by: SigningKey, authority: Authority
) -> None:
    store = opened(path, SENCO)
    technician = ReadingKey(drawn("technician"))
    kek_id = store.classes[name].kek_id
    row = signed_row(
        kek_id=kek_id, reader=technician.public, wrapped=bytes(144), number=1, lid=LID, by=by
    )
    put(path, row)
    before = path.read_bytes()
    with pytest.raises(KeyRowAltered):
        store.rotate(name, [TEACHER.public], HEAD, authority)
    assert path.read_bytes() == before


def test_rotation_by_a_member_of_staff_gives_keys_that_count(path: Path) -> None:
    opened(path, TEACHER).rotate("general", [], TUTOR, AUTHORITY)
    senco = opened(path, SENCO)
    assert (senco.classes["general"].number, senco.classes["my_story"].number) == (2, 1)
    assert senco.data_key(PUPIL) == opened(path, TEACHER).data_key(PUPIL)


def test_rows_by_a_revoked_key_go_on_but_for_a_second_reader_who_is_nobody(path: Path) -> None:
    opened(path, TEACHER).rotate("general", [], TUTOR, AUTHORITY)
    store, people = opened(path, SENCO), {TEACHER.public}  # SENCO stands for the recovery sheet
    theirs, now = store.classes["general"], revoked(TUTOR.kid)
    thief = ReadingKey(drawn("thief")).public
    row = signed_row(
        kek_id=theirs.kek_id, reader=thief, wrapped=bytes(144), number=2, lid=LID, by=TUTOR
    )
    put(path, row)
    with pytest.raises(KeyRowAltered):
        store.rotate("general", [], HEAD, now, people)
    sql(path, "DELETE FROM class_keys WHERE reader = ?", thief)
    store.rotate("general", [], HEAD, now, people)
    assert opened(path, TEACHER).data_key(PUPIL) == opened(path, SENCO).data_key(PUPIL)


def test_another_program_that_writes_is_waited_for_then_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.recorder.content_key_store.BUSY_SECONDS", 0.05)
    store = opened(path, SENCO)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerBusy):
            store.add_stream(OTHER, "general")
