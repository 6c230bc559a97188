"""Checkpoints, cosignatures and stamps that were there, and are there no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mini_verifier.home import check_home
from tests.support.ledger_builder import FIRST_SEALED
from tests.support.tampering import editing

if TYPE_CHECKING:
    from ledger.verify.findings import Report
    from tests.support.ledger_builder import BuiltLedger
    from tests.unit.verify.conftest import Verify


def found(report: Report) -> set[str]:
    return {one.code for one in report.findings}


def test_entries_under_no_checkpoint_are_counted_in_a_note(
    built: BuiltLedger, verify: Verify
) -> None:
    built.seal()
    assert "unsealed" not in verify(built).codes
    before = built.mark.size
    built.pupil(7)
    report = verify(built)
    assert report.result == "intact"
    (note,) = [one for one in report.notes if one.code == "unsealed"]
    assert f"The newest {built.mark.size - before:,} entries" in note.words


def test_checkpoints_and_cosignatures_taken_out_together_are_found_by_both(
    built: BuiltLedger, verify: Verify
) -> None:
    with editing(built.path) as connection:
        connection.execute("DELETE FROM checkpoints")
        connection.execute("DELETE FROM cosignatures")
    report = verify(built)
    assert (report.result, found(report)) == ("altered", {"seal-missing", "sealing-incomplete"})
    assert check_home(built.path).result == "altered"


def test_a_cosignature_that_an_anchor_names_is_missed_by_both(
    built: BuiltLedger, verify: Verify
) -> None:
    assert check_home(built.path).result == "unanchored"
    with editing(built.path) as connection:
        connection.execute("DELETE FROM cosignatures")
    assert found(verify(built)) == {"seal-missing"}
    assert check_home(built.path).result == "altered"


def test_the_newest_checkpoint_taken_out_leaves_a_sealing_without_one(
    built: BuiltLedger, verify: Verify
) -> None:
    built.seal()
    with editing(built.path) as connection:
        connection.execute("DELETE FROM checkpoints WHERE size = ?", (built.sealed,))
    report = verify(built)
    assert (report.exit_code, found(report)) == (11, {"sealing-incomplete"})
    assert "the checkpoint made then was removed" in report.words()
    # Sealing again is the remedy; what happened stays said.
    built.pupil(7)
    built.seal()
    again = verify(built)
    assert (again.result, again.codes["sealing-skipped"]) == ("intact", 1)


def test_a_sealing_that_was_finished_is_not_remarked_upon(
    built: BuiltLedger, verify: Verify
) -> None:
    report = verify(built)
    assert report.result == "intact"
    assert not {"sealing-incomplete", "sealing-skipped", "seal-missing"} & report.codes.keys()
    assert built.sealed > FIRST_SEALED
