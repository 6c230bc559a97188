"""The three census days of a year, and how long a removed pupil stays in view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ledger.values.data_table import DataTable
from ledger.values.dates import nth_weekday

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class _CensusDay:
    month: int
    weekday: int
    nth: int


def census_dates(year: int) -> tuple[date, date, date]:
    """Give the census days of a calendar year: January, May, October (D-CEN-1, D-CEN-2)."""
    spring, summer, autumn = (
        nth_weekday(year, day.month, day.weekday, day.nth) for day in _census_days()
    )
    return spring, summer, autumn


def first_census_after(day: date) -> date:
    """Give the first census day that is later than a day."""
    dates = (*census_dates(day.year), *census_dates(day.year + 1))
    return min(census for census in dates if census > day)


def register_shows_removed(removed_on: date, today: date) -> bool:
    """Whether a pupil taken off the register still stands on it, as N (D-REG-9).

    From the removal up to and including the first census day after it; from
    the next day on the pupil is no longer shown (DUR L219-220; X1 in
    docs/reference/sources.md).

    Args:
        removed_on: the day from which the pupil has no SEN status K or E.
        today: the day that the register is asked about.
    """
    return removed_on <= today <= first_census_after(removed_on)


@cache
def _census_days() -> tuple[_CensusDay, ...]:
    table = DataTable.load("ledger.statute", "census.toml")
    days = tuple(_census_day(each) for each in table.tables("day"))
    table.close()
    return days


def _census_day(table: DataTable) -> _CensusDay:
    day = _CensusDay(
        month=table.number("month"), weekday=table.number("weekday"), nth=table.number("nth")
    )
    table.text("term")
    table.text("source")
    table.close()
    return day
