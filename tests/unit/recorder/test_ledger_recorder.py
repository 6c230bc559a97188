"""Log indexes, tiles and the library's own questions."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from eventsourcing.sqlite import SQLiteCursor

from ledger.errors import EntryConflict
from ledger.formats.row import unpack_row
from ledger.formats.statement import read_statement
from ledger.recorder.ledger_recorder import LedgerRecorder, write_tile
from ledger.seal.tree import TILE_WIDTH, Frontier, leaf_hash
from ledger.verify.grown_tree import GrownTree
from tests.unit.recorder.conftest import enrolled, found, rows

if TYPE_CHECKING:
    from tests.support.ledger_builder import BuiltLedger


def tiles(built: BuiltLedger) -> dict[tuple[int, int], bytes]:
    with closing(sqlite3.connect(built.path)) as connection:
        found = connection.execute("SELECT level, number, hashes FROM tiles").fetchall()
    return {(level, number): hashes for level, number, hashes in found}


def leaves(built: BuiltLedger) -> list[bytes]:
    with built.reading_file() as reader:
        return [leaf_hash(entry.statement) for entry in reader.entries()]


@pytest.mark.parametrize("batch", [1, 100, 300])
def test_tiles_are_complete_across_their_boundaries(built: BuiltLedger, batch: int) -> None:
    pupil, seq = built.pupil(0), 4
    while (size := len(leaves(built))) < 2 * TILE_WIDTH + 3:
        count = min(batch, 2 * TILE_WIDTH + 3 - size) if batch > 1 or size % 256 > 252 else 60
        built.put("senco", [enrolled(built, pupil, seq + number) for number in range(count)])
        seq += count
    tree = GrownTree()
    tree.extend(leaves(built))
    expected = {(level, number): tree.tile(level, number) for level, number in tree.full_tiles()}
    assert tiles(built) == expected
    assert set(expected) == {(0, 0), (0, 1)}
    assert found(built) == set()


def test_a_recorder_that_starts_in_the_middle_of_a_tile_completes_it(built: BuiltLedger) -> None:
    pupil = built.pupil(0)
    with built.reading_file() as reader:
        missing = TILE_WIDTH - reader.size
    for number in range(0, missing, 60):
        built.store.recorder._tree = None
        count = min(60, missing - number)
        built.put("senco", [enrolled(built, pupil, 4 + number + n) for n in range(count)])
    assert tiles(built)[0, 0] == b"".join(leaves(built))


def test_the_tile_that_completes_256_others_writes_the_one_above() -> None:
    """The 65,536th leaf, without the 65,535 before it: the recursion is over tiles."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE TABLE tiles (level, number, hashes, PRIMARY KEY (level, number))"
        )
        cursor = SQLiteCursor(connection.cursor())
        hashes = [
            [hashlib.sha256(b"%d %d" % (tile, leaf)).digest() for leaf in range(TILE_WIDTH)]
            for tile in range(TILE_WIDTH)
        ]
        for number in range(TILE_WIDTH - 1):
            write_tile(cursor, 0, number, b"".join(hashes[number]))
        above = "SELECT level, number, hashes FROM tiles WHERE level > 0"
        assert connection.execute(above).fetchall() == []
        write_tile(cursor, 0, TILE_WIDTH - 1, b"".join(hashes[-1]))
        roots = [Frontier.empty().extend(one).root() for one in hashes]
        assert connection.execute(above).fetchall() == [(1, 0, b"".join(roots))]
        # Level 1 completes level 2 in the same way, 16,777,216 leaves on.
        for number in range(1, TILE_WIDTH):
            write_tile(cursor, 1, number, b"".join(roots))
        top = Frontier.empty().extend(roots).root() * TILE_WIDTH
        assert connection.execute(above).fetchall()[-1] == (2, 0, top)


def test_positions_have_no_gap_after_a_failed_save(built: BuiltLedger) -> None:
    pupil = built.pupil(0)
    with pytest.raises(EntryConflict):
        built.put("senco", [enrolled(built, pupil, 3)])
    built.put("senco", [enrolled(built, pupil, 4)])
    with closing(sqlite3.connect(built.path)) as connection:
        stored = [one for (one,) in connection.execute("SELECT rowid FROM entries ORDER BY rowid")]
    assert stored == list(range(1, len(stored) + 1))


def test_the_librarys_topic_column_is_not_there_and_says_nothing(built: BuiltLedger) -> None:
    built.pupil(0)
    assert {one.topic for one in built.store.recorder.select_notifications(1, 100)} == {"statement"}
    assert not any("pupil.registered" in line for line in rows(built))


def test_streams_are_read_in_order_and_within_bounds(built: BuiltLedger) -> None:
    pupil, recorder = built.pupil(0), built.store.recorder

    def versions(**bounds: int | bool) -> list[int]:
        found = recorder.select_events(pupil.id, **bounds)  # type: ignore[arg-type]  # bounds of either kind
        return [one.originator_version for one in found]

    assert versions() == [1, 2, 3]
    assert versions(gt=1) == [2, 3]
    assert versions(lte=2) == [1, 2]
    assert versions(desc=True, limit=2) == [3, 2]
    assert versions(gt=1, lte=2) == [2]
    assert recorder.select_events(UUID(int=1)) == []
    with pytest.raises(TypeError):
        recorder.select_events("a stream's name")


def test_notifications_are_the_log_itself(built: BuiltLedger) -> None:
    built.pupil(0)
    recorder = built.store.recorder
    with built.reading_file() as reader:
        size, stored = reader.size, [entry.statement for entry in reader.entries()]
    told = recorder.select_notifications(1, 1000)
    assert [one.id for one in told] == list(range(1, size + 1))
    assert [unpack_row(bytes(one.state)).statement for one in told] == stored
    assert [one.id for one in recorder.select_notifications(3, 2)] == [3, 4]
    assert [one.id for one in recorder.select_notifications(3, 2, inclusive_of_start=False)] == [
        4,
        5,
    ]
    assert [one.id for one in recorder.select_notifications(3, 9, stop=4)] == [3, 4]
    assert recorder.select_notifications(1, 9, topics=["another"]) == []
    assert len(recorder.select_notifications(None, 9, topics=["statement"])) == 9
    with built.datastore.transaction(commit=False) as cursor:
        assert recorder._max_notification_id(cursor) == size


def test_what_the_store_answers_is_where_the_entries_stand(built: BuiltLedger) -> None:
    pupil = built.pupil(0)
    with built.reading_file() as reader:
        size = reader.size
    events = [enrolled(built, pupil, 4), enrolled(built, pupil, 5)]
    recordings = built.store.put(events, actor=built.actor("senco"))
    assert [one.notification.id for one in recordings] == [size + 1, size + 2]
    with built.reading_file() as reader:
        for one in recordings:
            stored = read_statement(reader.entry(one.notification.id - 1).statement)
            assert stored.seq == one.domain_event.originator_version
    assert built.store.put([], actor=built.actor("senco")) == []


def test_a_tree_from_memory_is_only_used_while_it_is_true(built: BuiltLedger) -> None:
    pupil = built.pupil(0)
    other = LedgerRecorder(built.datastore)
    with built.datastore.transaction(commit=False) as cursor:
        before = other.tree_state(cursor)
    built.put("senco", [enrolled(built, pupil, 4)])
    with built.datastore.transaction(commit=False) as cursor:
        state = other.tree_state(cursor)
        assert other.tree_state(cursor) is state
        assert (state.size, state.frontier.root()) == other.read_head(cursor)
    assert state.size == before.size + 1
    assert state.partial == leaves(built)
