"""Census days, and how long a removed pupil stays in view (D-REG-9)."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.statute.census import census_dates, first_census_after, register_shows_removed


@pytest.mark.parametrize(
    ("year", "dates"),
    [
        (2025, (date(2025, 1, 16), date(2025, 5, 15), date(2025, 10, 2))),
        (2026, (date(2026, 1, 15), date(2026, 5, 21), date(2026, 10, 1))),
        (2027, (date(2027, 1, 21), date(2027, 5, 20), date(2027, 10, 7))),
    ],
)
def test_census_days_of_a_year(year: int, dates: tuple[date, date, date]) -> None:
    assert census_dates(year) == dates


@pytest.mark.parametrize(
    ("day", "census"),
    [
        (date(2026, 1, 14), date(2026, 1, 15)),
        (date(2026, 1, 15), date(2026, 5, 21)),
        (date(2026, 5, 21), date(2026, 10, 1)),
        (date(2026, 10, 1), date(2027, 1, 21)),
        (date(2026, 12, 31), date(2027, 1, 21)),
    ],
)
def test_the_first_census_after_a_day(day: date, census: date) -> None:
    assert first_census_after(day) == census


@pytest.mark.parametrize(
    ("removed_on", "today", "shown"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), False),  # not yet removed
        (date(2026, 3, 2), date(2026, 3, 2), True),
        (date(2026, 3, 2), date(2026, 5, 21), True),  # the first census after
        (date(2026, 3, 2), date(2026, 5, 22), False),
        (date(2026, 3, 2), date(2026, 10, 1), False),  # the second
        (date(2026, 5, 21), date(2026, 10, 1), True),  # removed on a census day
        (date(2026, 11, 5), date(2027, 1, 21), True),  # over the new year
    ],
)
def test_d_reg_9_a_removed_pupil_shows_until_the_first_census(
    removed_on: date, today: date, *, shown: bool
) -> None:
    assert register_shows_removed(removed_on, today) is shown
