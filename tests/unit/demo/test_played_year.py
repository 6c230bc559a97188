"""The school year that is played, and its clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.demo.played_year import DemoClock, PlayedYear, weekday_until
from ledger.errors import LedgerError
from ledger.values.school_year import SchoolYear

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PLAYED = PlayedYear(SchoolYear(2025))


@pytest.mark.parametrize(
    ("today", "starts_in"),
    [
        (date(2026, 11, 21), 2025),
        (date(2026, 9, 1), 2025),
        (date(2026, 8, 31), 2024),
        (date(2027, 1, 1), 2025),
    ],
)
def test_the_last_complete_school_year_is_played(today: date, starts_in: int) -> None:
    played = PlayedYear.before(today)
    assert played.year == SchoolYear(starts_in)
    assert played.year.last < today


def test_days_are_told_by_the_school_year() -> None:
    assert PLAYED.day("11-20") == date(2025, 11, 20)
    assert PLAYED.day("03-01") == date(2026, 3, 1)
    assert PLAYED.day("-2/08-31") == date(2024, 8, 31)
    assert PLAYED.day("+1/09-01") == date(2026, 9, 1)


def test_a_day_at_a_weekend_is_told_as_the_monday_after() -> None:
    assert PLAYED.day("09-06").weekday() == 5
    assert PLAYED.on("09-06") == date(2025, 9, 8)
    assert PLAYED.on("09-08") == date(2025, 9, 8)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(LedgerError, match="no day"):
        PLAYED.day("20 November")


def test_the_friday_before_stands_for_a_day_at_a_weekend() -> None:
    assert weekday_until(date(2026, 11, 21)) == date(2026, 11, 20)
    assert weekday_until(date(2026, 11, 20)) == date(2026, 11, 20)


@pytest.mark.parametrize("year", range(2024, 2064))
def test_the_made_up_terms_are_in_order_and_on_weekdays(year: int) -> None:
    ends = [day for term in PlayedYear(SchoolYear(year)).terms() for day in (term.first, term.last)]
    assert ends == sorted(ends)
    assert all(day.weekday() < 5 for day in ends)
    assert SchoolYear(year).contains(ends[0])
    assert SchoolYear(year).contains(ends[-1])


def test_the_clock_stands_where_the_story_is_and_then_follows_the_real_one() -> None:
    clock = DemoClock(lambda: NOW)
    clock.turn_to(date(2025, 9, 1))
    first = clock()
    assert clock() == first
    assert first.date() == date(2025, 9, 1)
    clock.turn_to(date(2025, 9, 1))
    assert clock() > first
    clock.follow()
    assert clock() == NOW


@pytest.mark.parametrize("day", [date(2025, 9, 1), NOW.date() + timedelta(days=1)])
def test_the_story_goes_neither_back_nor_past_the_present(day: date) -> None:
    clock = DemoClock(lambda: NOW)
    clock.turn_to(date(2025, 9, 2))
    with pytest.raises(LedgerError) as refused:
        clock.turn_to(day)
    assert refused.value.kind == "demo-clock"
