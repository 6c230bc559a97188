"""When a duty falls due.

A period counts *after* its day: fifteen days from the 1st end on the 16th (so
regulation 9 of the Education (Pupil Information) (England) Regulations 2005).
A deadline is computed from trigger, rule and calendar whenever it is asked
for, and is never stored as a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from ledger.statute.bank_holidays import bank_holidays, is_working_weekday
from ledger.statute.census import first_census_after
from ledger.values.dates import DAYS_IN_WEEK, MONTHS_IN_YEAR, day_words, months_after
from ledger.values.school_year import SchoolYear

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.statute.school_calendar import SchoolCalendar

ClockKind: TypeAlias = Literal[
    "none",
    "calendar_days",
    "weeks",
    "months",
    "years_from",
    "school_days",
    "agreed_date",
    "next_census",
    "school_year",
]
CLOCK_KINDS: tuple[str, ...] = get_args(ClockKind)

SCHOOL_DAYS_IN_YEAR = 190
"""A maintained school meets for at least 380 sessions a school year (Education
(School Day and School Year) (England) Regulations 1999 reg 3(2))."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long a duty has.

    Attributes:
        kind: "none": no deadline; "calendar_days", "weeks", "months",
            "school_days": so many after the trigger's day, 0 for that day
            itself; "years_from": so many years that begin with that day, so that the
            last is the day before the anniversary; "agreed_date": the date that
            the trigger's own field names; "next_census": the first census day
            after; "school_year": the end of each school year.
        length: how many; not used by the last three and "none".
        field: for "agreed_date", the field that names the date.
    """

    kind: ClockKind
    length: int = 0
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day for a duty.

    Attributes:
        due_on: the last day, None when there is none or it cannot be known;
            for an estimate, the earliest that it can be.
        latest_on: `due_on`, but for an estimate the latest that it can be.
        note: how it was counted, in a sentence.
    """

    due_on: date | None
    latest_on: date | None
    note: str = ""


def deadline(
    clock: Clock,
    start: date,
    *,
    agreed: date | None = None,
    calendar: SchoolCalendar | None = None,
) -> Deadline:
    """Compute when a duty that began on a day falls due.

    Args:
        clock: how long it has.
        start: the day of its trigger.
        agreed: for "agreed_date", the date that was agreed; None if unknown.
        calendar: the school's own calendar, for school days.
    """
    if clock.kind == "school_days":
        return _school_days(start, clock.length, calendar)
    if clock.kind == "agreed_date":
        note = "" if agreed else "No agreed date can be read."
        return Deadline(due_on=agreed, latest_on=agreed, note=note)
    if clock.kind == "none":
        return Deadline(due_on=None, latest_on=None, note="No date is set for it.")
    due_on = _PLAIN_CLOCKS[clock.kind](start, clock.length)
    return Deadline(due_on=due_on, latest_on=due_on)


def _last_of_years(start: date, length: int) -> date:
    """Give the last day of so many years that begin with a day.

    The one that begins on 29 February ends, where the next has none, with that month.
    """
    anniversary = months_after(start, length * MONTHS_IN_YEAR)
    return anniversary - _ONE_DAY if anniversary.day == start.day else anniversary


_PLAIN_CLOCKS: Mapping[str, Callable[[date, int], date]] = {
    "calendar_days": lambda start, length: start + timedelta(days=length),
    "weeks": lambda start, length: start + timedelta(days=length * DAYS_IN_WEEK),
    "months": months_after,
    "years_from": _last_of_years,
    "next_census": lambda start, _: first_census_after(start),
    "school_year": lambda start, _: SchoolYear.of(start).last,
}


def _school_days(start: date, length: int, calendar: SchoolCalendar | None) -> Deadline:
    """Count school days, or bound them where the calendar does not reach."""
    earliest = _earliest(start, length, calendar)
    if _is_certain(start, earliest, calendar):
        note = f"{length} school days by the school's calendar."
        if not bank_holidays().covers(earliest):
            note += f" Bank holidays of {earliest.year} are not known yet; enter them as closures."
        return Deadline(due_on=earliest, latest_on=earliest, note=note)
    latest = _latest(start, length, calendar)
    return Deadline(
        due_on=earliest,
        latest_on=latest,
        note=(
            f"Estimate: {length} school days end between {day_words(earliest)} and "
            f"{day_words(latest)}; bring in the school's calendar to know the day."
        ),
    )


def _is_certain(start: date, due_on: date, calendar: SchoolCalendar | None) -> bool:
    if start == due_on:
        return True
    return calendar is not None and calendar.covers(start + _ONE_DAY) and calendar.covers(due_on)


def _earliest(start: date, length: int, calendar: SchoolCalendar | None) -> date:
    """Count every weekday that is no bank holiday, where no calendar says better."""
    day = start
    while length > 0:
        day += _ONE_DAY
        covered = calendar is not None and calendar.covers(day)
        length -= calendar.is_school_day(day) if calendar and covered else is_working_weekday(day)
    return day


def _latest(start: date, length: int, calendar: SchoolCalendar | None) -> date:
    """Let all the holidays that a school year can hold come first.

    A school year of W working weekdays with 190 school days has at most W - 190
    days off; taking them as early as possible puts the deadline as late as it
    can be.
    """
    day = start
    days_off: dict[SchoolYear, int] = {}
    while length > 0:
        day += _ONE_DAY
        if calendar and calendar.covers(day):
            length -= calendar.is_school_day(day)
        elif is_working_weekday(day):
            year = SchoolYear.of(day)
            left = days_off.setdefault(year, _most_days_off(year))
            days_off[year] = max(left - 1, 0)
            length -= left == 0
    return day


def _most_days_off(year: SchoolYear) -> int:
    span = (year.last - year.first).days + 1
    days = (year.first + timedelta(days=number) for number in range(span))
    return max(sum(map(is_working_weekday, days)) - SCHOOL_DAYS_IN_YEAR, 0)
