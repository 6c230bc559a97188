"""Going on from where an earlier run found the ledger intact."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.pupil import PupilEnrolled
from ledger.errors import MalformedInput
from ledger.formats.statement import Anchor
from ledger.verify.saved_state import SavedState
from tests.support.ledger_builder import BUILT_SIZE, FIRST_SEALED, FOUNDING, BuiltLedger, new_ledger
from tests.support.tampering import (
    editing,
    forging,
    rebuild_tree,
    set_statement,
    statement_at,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.verify.findings import Report
    from tests.unit.verify.conftest import Verify


def saved(report: Report) -> SavedState:
    assert report.saved is not None, report.words()
    return SavedState.from_bytes(report.saved)


def found(report: Report) -> set[tuple[str, int | None]]:
    return {(one.code, one.index) for one in report.findings}


def enrol_often(built: BuiltLedger, times: int) -> None:
    pupil = built.pupil(len(built.marks))
    for _ in range(times):
        pupil.record(PupilEnrolled, built.entry(), year_group="5", class_name=None)
    built.save("senco", pupil)


def test_a_state_is_read_back_as_it_was_written(built: BuiltLedger, verify: Verify) -> None:
    report = verify(built)
    state = saved(report)
    assert state.to_bytes() == report.saved
    assert (state.size, state.root, state.contents) == (BUILT_SIZE, built.mark.root, True)


@pytest.mark.parametrize(
    "change",
    [
        {"size": 0},
        {"size": True},
        {"root": "x"},
        {"auth": None},
        {"contents": 1},
        {"more": 1},
        {"countersigned": [[1, "x", "x"]]},
        {"countersigned": False},
    ],
)
def test_a_damaged_state_is_refused(
    built: BuiltLedger, verify: Verify, change: dict[str, Any]
) -> None:
    members = json.loads(saved(verify(built)).to_bytes()) | change
    with pytest.raises(MalformedInput):
        SavedState.from_bytes(json.dumps(members).encode())


def test_only_the_new_entries_are_walked(built: BuiltLedger, verify: Verify) -> None:
    state = saved(verify(built))
    built.consent(built.pupil(9))
    built.seal()
    built.anchor()
    report = verify(built, since=state)
    assert (report.result, report.counts["entries"]) == ("intact", built.mark.size - BUILT_SIZE)
    assert report.counts["checkpoints"] == 1
    assert (report.size, report.root) == (built.mark.size, built.mark.root)
    assert any(f"first {BUILT_SIZE} entries" in words for words in report.not_checked)
    assert saved(report) == saved(verify(built))


def test_nothing_new_is_intact_too(built: BuiltLedger, verify: Verify) -> None:
    report = verify(built, since=saved(verify(built)))
    assert (report.result, report.counts["entries"]) == ("intact", 0)
    assert "self-rooted" in report.codes


@pytest.mark.parametrize("first", [1, 230, 256, 260, 600])
def test_the_tree_goes_on_across_tiles(tmp_path: Path, verify: Verify, first: int) -> None:
    built = new_ledger(tmp_path / "home")
    enrol_often(built, first)
    state = saved(verify(built, envelope_only=True))
    enrol_often(built, 300)
    built.seal()
    report = verify(built, envelope_only=True, since=state)
    assert (report.result, report.root) == ("intact", built.mark.root)


def test_a_chain_broken_across_the_two_runs_is_caught(built: BuiltLedger, verify: Verify) -> None:
    state = saved(verify(built))
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], prev=bytes(32), seq=7)
    report = verify(built, since=state, envelope_only=True)
    assert {("chain-broken", index), ("contents-missing", index)} == found(report)


def test_a_second_beginning_of_an_old_record_is_caught(built: BuiltLedger, verify: Verify) -> None:
    state = saved(verify(built))
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], prev=None, seq=1, stream=bytes(16))
        forger.connection.execute("INSERT INTO contents VALUES (?, x'00')", (index + 1,))
    assert verify(built, since=state, envelope_only=True).result == "intact"
    old = statement_at(built.path, FOUNDING).stream
    with editing(built.path) as connection:
        connection.execute(
            "UPDATE entries SET originator_id = ? WHERE rowid = ?", (b"x" * 16, FOUNDING + 1)
        )
    with forging(built) as forger:
        other = forger.append(built.signing["senco"], prev=None, seq=1, stream=old)
    assert ("chain-broken", other) in found(verify(built, since=state, envelope_only=True))


@pytest.mark.parametrize("index", [3, 22, BUILT_SIZE - 1])
def test_what_was_rewritten_below_with_the_tree_rebuilt_is_caught_and_named(
    built: BuiltLedger, verify: Verify, index: int
) -> None:
    state = saved(verify(built))
    with editing(built.path) as connection:
        jwt = bytearray(statement_at(built.path, index).jwt)
        jwt[300] ^= 1
        set_statement(connection, index, bytes(jwt))
        rebuild_tree(connection)
    report = verify(built, since=state)
    assert ("since-mismatch", None) in found(report)
    assert index in {one.index for one in report.findings}


def test_a_ledger_cut_below_the_state_is_caught(built: BuiltLedger, verify: Verify) -> None:
    state = saved(verify(built))
    with editing(built.path) as connection:
        connection.execute("DELETE FROM entries WHERE rowid > ?", (BUILT_SIZE - 2,))
        connection.execute("DELETE FROM contents WHERE rowid > ?", (BUILT_SIZE - 2,))
        connection.execute("DELETE FROM checkpoints WHERE size > ?", (BUILT_SIZE - 2,))
        rebuild_tree(connection)
    report = verify(built, since=state, mark=None)
    assert ("since-mismatch", None) in found(report)


def test_a_changed_entry_about_keys_is_caught(built: BuiltLedger, verify: Verify) -> None:
    enrol_often(built, 300)  # so that the authority stream lies below a full tile
    state = saved(verify(built))
    jwt = statement_at(built.path, 10).jwt
    with editing(built.path) as connection:
        set_statement(connection, 10, jwt[:-3] + b"AAA")
    report = verify(built, since=state)
    assert ("since-mismatch", None) in found(report)
    assert 10 in {one.index for one in report.findings}


def test_an_entry_about_keys_signed_anew_by_its_real_signer_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    enrol_often(built, 300)
    state = saved(verify(built, envelope_only=True))
    with forging(built) as forger:
        tiles = forger.connection.execute("SELECT * FROM tiles").fetchall()
        tree = forger.connection.execute("SELECT size, root, frontier FROM tree").fetchone()
        other = statement_at(built.path, FOUNDING).digests
        forger.rewrite(4, built.signing["root"], digests=other)
        forger.connection.execute("DELETE FROM tiles")
        forger.connection.executemany("INSERT INTO tiles VALUES (?,?,?)", tiles)
        forger.connection.execute("UPDATE tree SET size = ?, root = ?, frontier = ?", tree)
    report = verify(built, envelope_only=True, since=state)
    assert {("since-mismatch", None), ("chain-broken", 5)} <= found(report)


def test_an_entry_about_keys_moved_out_of_its_stream_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    enrol_often(built, 300)
    state = saved(verify(built, envelope_only=True))
    with editing(built.path) as connection:
        moved = (b"x" * 16, FOUNDING)
        connection.execute("UPDATE entries SET originator_id = ? WHERE rowid = ?", moved)
    report = verify(built, envelope_only=True, since=state)
    assert found(report) == {("since-mismatch", None), ("row-misplaced", FOUNDING - 1)}


def test_a_changed_tile_is_caught_when_it_is_rested_on(tmp_path: Path, verify: Verify) -> None:
    built = new_ledger(tmp_path / "home")
    enrol_often(built, 600)
    state = saved(verify(built, envelope_only=True))
    with editing(built.path) as connection:
        connection.execute("UPDATE tiles SET hashes = zeroblob(8192) WHERE number = 1")
    assert found(verify(built, envelope_only=True)) == {("tile-altered", None)}
    assert found(verify(built, envelope_only=True, since=state)) == {
        ("since-mismatch", None),
        ("tile-altered", None),
    }
    with editing(built.path) as connection:
        rebuild_tree(connection)
        connection.execute("DELETE FROM tiles WHERE number = 0")
    assert found(verify(built, envelope_only=True)) == {("tile-altered", None)}
    with editing(built.path) as connection:
        rebuild_tree(connection)
        connection.execute("INSERT INTO tiles VALUES (7, 7, zeroblob(8192))")
    assert found(verify(built, envelope_only=True)) == {("tile-altered", None)}


def test_an_anchor_logged_before_is_known_and_another_is_not(
    built: BuiltLedger, verify: Verify
) -> None:
    old = statement_at(built.path, built.mark.size - 1).anchor
    built.anchor()
    state = saved(verify(built))
    with forging(built) as forger:
        stream = statement_at(built.path, FOUNDING).stream
        first = forger.append(
            built.signing["senco"], {"event": "x.y.v1"}, stream=stream, anchor=old
        )
        unknown = Anchor(FIRST_SEALED, bytes(32), ())
        second = forger.append(
            built.signing["senco"], {"event": "x.y.v1"}, stream=stream, anchor=unknown
        )
    report = verify(built, since=state)
    assert found(report) == {("anchor-wrong", second)}
    assert ("older-anchor", first) in {(one.code, one.index) for one in report.notes}


def test_a_revocation_reaches_back_over_what_was_verified_before(
    built: BuiltLedger, verify: Verify
) -> None:
    state = saved(verify(built))
    built.revoke("senco", from_index=BUILT_SIZE - 3, by="head")
    report = verify(built, since=state)
    assert report.counts["entries"] == 1
    full = verify(built)
    disputed = [one.index for one in report.notes if one.code == "disputed"]
    assert disputed == [one.index for one in full.notes if one.code == "disputed"] != []
    # Said once: the next run, from here, has nothing new to say about it.
    assert "disputed" not in verify(built, since=saved(report)).codes


def test_a_second_revocation_reaches_back_over_what_was_verified_before(
    built: BuiltLedger, verify: Verify
) -> None:
    built.revoke("senco", from_index=BUILT_SIZE - 1, by="head")
    state = saved(verify(built))
    built.revoke("senco", from_index=BUILT_SIZE - 4, by="head")
    report = verify(built, since=state)
    disputed = [one.index for one in report.notes if one.code == "disputed"]
    full = [one.index for one in verify(built).notes if one.code == "disputed"]
    assert disputed == full
    assert len(full) > 1
    assert "disputed" not in verify(built, since=saved(report)).codes


def test_contents_never_opened_are_not_taken_for_checked(
    built: BuiltLedger, verify: Verify
) -> None:
    state = saved(verify(built, envelope_only=True))
    assert not state.contents
    assert verify(built, since=state).counts["contents_opened"] == FOUNDING + 16


def test_nothing_is_saved_of_a_ledger_that_is_not_intact(
    built: BuiltLedger, verify: Verify
) -> None:
    assert verify(built, mark=None).saved is None
    with editing(built.path) as connection:
        connection.execute("UPDATE tree SET size = 1")
    assert verify(built).saved is None


def test_a_state_of_another_ledger_is_no_place_to_go_on_from(
    built: BuiltLedger, verify: Verify, tmp_path: Path
) -> None:
    other = new_ledger(tmp_path / "other", label="second")
    state = saved(verify(other, envelope_only=True))
    assert ("since-mismatch", None) in found(verify(built, since=state, envelope_only=True))
