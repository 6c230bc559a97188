"""The ledger's clock never goes backwards (threat T2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ledger.errors import ClockSetBack
from ledger.formats.statement import read_statement
from ledger.recorder.clock import CLOCK_TOLERANCE
from ledger.values.dates import parse_instant
from tests.unit.recorder.conftest import enrolled, found, rows

if TYPE_CHECKING:
    from tests.support.ledger_builder import BuiltLedger
    from tests.unit.recorder.conftest import Writer


def test_t2_a_clock_set_back_beyond_the_tolerance_is_refused(built: BuiltLedger) -> None:
    pupil, before = built.pupil(0), rows(built)
    before = rows(built)
    newest = built.now - timedelta(minutes=1)
    built.now = newest - CLOCK_TOLERANCE - timedelta(seconds=1)
    with pytest.raises(ClockSetBack) as refused:
        built.put("senco", [enrolled(built, pupil, 4)])
    assert (refused.value.kind, refused.value.exit_code) == ("clock-set-back", 7)
    assert "clock" in refused.value.remedy
    assert rows(built) == before


@pytest.mark.parametrize("back", [timedelta(seconds=1), CLOCK_TOLERANCE])
def test_t2_a_clock_a_little_behind_is_taken_as_equal(built: BuiltLedger, back: timedelta) -> None:
    pupil = built.pupil(0)
    newest = built.now - timedelta(minutes=1)
    built.now = newest - back
    built.put("senco", [enrolled(built, pupil, 4)])
    with built.reading_file() as reader:
        stored = read_statement(reader.entry(reader.size - 1).statement).recorded_at
    assert parse_instant(stored) == newest
    assert found(built) == set()


def test_t2_the_clock_of_another_program_counts_too(built: BuiltLedger, second: Writer) -> None:
    pupil = built.pupil(0)
    built.put("senco", [enrolled(built, pupil, 4)])
    built.now -= timedelta(minutes=30)
    with pytest.raises(ClockSetBack):
        second.store.put([enrolled(built, pupil, 5)], actor=built.actor("senco"))
