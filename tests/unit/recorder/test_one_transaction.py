"""Entry and seal are stored together or not at all, wherever the writing breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from ledger.errors import EntryConflict, NotAuthorised, StorageFailed
from ledger.seal.tree import TILE_WIDTH
from tests.unit.recorder.conftest import enrolled, found, rows

if TYPE_CHECKING:
    import sqlite3

    from tests.support.ledger_builder import BuiltLedger
    from tests.unit.recorder.conftest import Writer

MAC = b"\x07" * 32


def connection_of(built: BuiltLedger) -> sqlite3.Connection:
    """Give the connection on which the next save is written."""
    with built.datastore.get_connection(commit=True) as held:
        return held._sqlite_conn


def break_off(held: sqlite3.Connection, steps: int) -> None:
    """Let the database fail once, after about so many steps of its machine."""

    def fail() -> int:
        held.set_progress_handler(None, 0)
        return 1

    held.set_progress_handler(fail, steps)


def test_a_save_broken_off_at_any_point_leaves_every_table_as_it_was(built: BuiltLedger) -> None:
    pupil = built.pupil(0)
    with built.reading_file() as reader:
        missing = TILE_WIDTH - 1 - reader.size
    built.put("senco", [enrolled(built, pupil, 4 + number) for number in range(missing)])
    last = 4 + missing
    events = [enrolled(built, pupil, last), enrolled(built, pupil, last + 1)]
    before, held, steps, broken = rows(built), connection_of(built), 1, 0
    while True:
        break_off(held, steps)
        try:
            built.store.put(events, actor=built.actor("senco"), commands=[MAC])
            break
        except StorageFailed:
            broken += 1
            assert rows(built) == before
        steps += 1 + steps // 6
    held.set_progress_handler(None, 0)
    assert broken > 15
    after = rows(built)
    assert len(after) == len(before) + 2 + 2 + 1 + 1  # entries, contents, a tile, the command
    assert found(built) == set()


def test_a_full_disk_is_named_and_leaves_every_table_as_it_was(built: BuiltLedger) -> None:
    pupil, held = built.pupil(0), connection_of(built)
    before = rows(built)
    pages = held.execute("PRAGMA page_count").fetchone()[0]
    held.execute(f"PRAGMA max_page_count={pages}")
    events = [enrolled(built, pupil, 4 + number) for number in range(40)]
    with pytest.raises(StorageFailed) as refused:
        built.put("senco", events)
    assert (refused.value.kind, refused.value.exit_code) == ("disk-full", 8)
    assert rows(built) == before
    held.execute("PRAGMA max_page_count=100000")
    built.put("senco", events)
    assert found(built) == set()


def test_a_save_of_which_one_event_is_not_permitted_stores_none(built: BuiltLedger) -> None:
    pupil, before = built.pupil(0), rows(built)
    before = rows(built)
    with pytest.raises(NotAuthorised, match="teacher may not sign “pupil enrolled”"):
        built.put("teacher", [enrolled(built, pupil, 4)])
    assert rows(built) == before


def test_what_was_drafted_and_lost_a_race_is_never_quoted(
    built: BuiltLedger, second: Writer
) -> None:
    pupil = built.pupil(0)
    second.store.put([enrolled(built, pupil, 4, "4")], actor=built.actor("senco"))
    with pytest.raises(EntryConflict):
        built.put("senco", [enrolled(built, pupil, 4, "5")])
    built.put("senco", [enrolled(built, pupil, 5, "6")])
    assert found(built) == set()


def test_the_next_save_after_a_failed_one_continues_the_log(built: BuiltLedger) -> None:
    pupil, held = built.pupil(0), connection_of(built)
    seq, broken = 4, 0
    for steps in range(1, 45, 4):
        break_off(held, steps)
        try:
            built.put("senco", [enrolled(built, pupil, seq)])
            seq += 1
        except StorageFailed:
            broken += 1
    held.set_progress_handler(None, 0)
    built.put("senco", [enrolled(built, pupil, seq)])
    assert broken >= 3
    assert found(built) == set()


def test_an_authority_change_that_was_not_stored_has_no_effect(built: BuiltLedger) -> None:
    pupil, broken = built.pupil(0), StorageFailed("The disk is full.")
    with (
        patch.object(built.store.recorder, "_insert_events", side_effect=broken),
        pytest.raises(StorageFailed),
    ):
        built.revoke("senco", 3, by="head")
    built.put("senco", [enrolled(built, pupil, 4)])
    assert found(built) == set()
