"""Dates as people state them, instants as the ledger writes them.

`OccurredOn` is what a person states: a day, a month or a year.  An instant is
what the ledger's clock says, in whole seconds of UTC.  The two never mix.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

from ledger.errors import InputRefused

EARLIEST_YEAR = 1900
LATEST_YEAR = 2199
MONTHS_IN_YEAR = 12
DAYS_IN_WEEK = 7
LATE_AFTER_DAYS = 7
"""An entry made more days than this after the fact is called late everywhere."""

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

Precision: TypeAlias = Literal["day", "month", "year"]

_PRECISIONS: tuple[Precision, ...] = ("year", "month", "day")
_TEXT_LENGTHS = {"year": 4, "month": 7, "day": 10}

_STATED = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_BRITISH_DAY = re.compile(r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})\Z")
_WORDED_DAY = re.compile(r"([0-9]{1,2})([ -])([A-Za-z]{3,9})\2([0-9]{4})\Z")
_MONTH_AND_YEAR = re.compile(r"(?:([A-Za-z]{3,9})|([0-9]{1,2}))[ /-]([0-9]{4})\Z")
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z\Z",
)
_MONTH_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS |= {name[:3].casefold(): number for number, name in enumerate(MONTHS, 1)}
_MONTH_NUMBERS["sept"] = 9


class DateRefused(InputRefused):
    """The text is not a date that the ledger can read without guessing."""

    kind = "bad-date"


class InstantRefused(InputRefused):
    """The value is not an instant in whole seconds of UTC."""

    kind = "bad-instant"


@dataclass(frozen=True, slots=True)
class OccurredOn:
    """When something is stated to have happened, as exactly as it is known.

    Attributes:
        first: the first day that it may have been.
        last: the last day that it may have been; `first` when the day is known.
        precision: "day", "month" or "year".
    """

    first: date
    last: date
    precision: Precision

    def __post_init__(self) -> None:
        """Refuse a span that is not the whole of its day, month or year.

        Raises:
            DateRefused: first, last and precision do not agree, or the year is
                out of bounds.
        """
        if (self.first, self.last) != _span(self.first, self.precision):
            raise _refused("The first and last day do not bound one day, month or year.")

    @classmethod
    def on(cls, day: date) -> OccurredOn:
        """Make the value for a day that is known.

        Raises:
            DateRefused: the year is out of bounds.
        """
        return cls(day, day, "day")

    @classmethod
    def parse(cls, text: str) -> OccurredOn:
        """Read "2026-03-03", "2026-03" or "2026", and nothing else.

        Raises:
            DateRefused: another form, or no such day.
        """
        match = _STATED.match(text)
        if not match:
            raise _refused("A stated date is a day, a month or a year: 2026-03-03, 2026-03, 2026.")
        parts = [int(part) for part in match.groups() if part]
        year, month, day = (*parts, 1, 1)[:3]
        precision = _PRECISIONS[len(parts) - 1]
        first, last = _span(_day(year, month, day), precision)
        return cls(first, last, precision)

    def contains(self, day: date) -> bool:
        """Whether it may have happened on that day."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        """Give back the text that `parse` reads."""
        return self.first.isoformat()[: _TEXT_LENGTHS[self.precision]]


def parse_day(text: str) -> date:
    """Read a day as British schools and their systems write it.

    Reads 2026-03-03, 3/3/2026, 03-03-2026, 3 Mar 2026, 03-March-2026.  The day
    stands before the month; a year has four digits, since two cannot tell a
    great-grandparent from a child.

    Raises:
        DateRefused: another form, or no such day.
    """
    trimmed = text.strip()
    if match := _ISO_DAY.match(trimmed):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _BRITISH_DAY.match(trimmed):
        return _day(int(match[4]), int(match[3]), int(match[1]))
    match = _WORDED_DAY.match(trimmed)
    if match and match[3].casefold() in _MONTH_NUMBERS:
        return _day(int(match[4]), _MONTH_NUMBERS[match[3].casefold()], int(match[1]))
    raise _refused("A day is written 2026-03-31, 31/03/2026, 31-03-2026 or 31 Mar 2026.")


def parse_stated(text: str, read_day: Callable[[str], date] = parse_day) -> OccurredOn:
    """Read a day, a month or a year as people state it.

    Args:
        text: what `read_day` reads, or 2026-03, 03/2026, March 2026, Mar 2026, 2026.
        read_day: reads a day.

    Raises:
        DateRefused: another form, or no such day.
    """
    trimmed = text.strip()
    if match := _MONTH_AND_YEAR.match(trimmed):
        word, number, year = match.groups()
        month = int(number) if number else _MONTH_NUMBERS.get(word.casefold(), 0)
        return OccurredOn.parse(f"{year}-{month:02d}")
    try:
        return OccurredOn.parse(trimmed)
    except DateRefused:
        return OccurredOn.on(read_day(text))


def day_words(day: date) -> str:
    """Write a day for reading, "3 March 2026", whatever the machine's language."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def stated_words(stated: OccurredOn) -> str:
    """Write a stated date for reading: "3 March 2026", "March 2026" or "2026"."""
    if stated.precision == "year":
        return str(stated.first.year)
    if stated.precision == "month":
        return f"{MONTHS[stated.first.month - 1]} {stated.first.year}"
    return day_words(stated.first)


def instant_text(instant: datetime) -> str:
    """Write an instant as "2026-03-03T17:00:00Z"; a fraction of a second is dropped.

    Raises:
        InstantRefused: the instant says no time zone.
    """
    if instant.tzinfo is None:
        raise InstantRefused(
            "The instant has no time zone.",
            "The ledger writes UTC and never guesses a zone.",
            "Give an instant with its zone.",
        )
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat("T", "seconds") + "Z"


def parse_instant(text: str) -> datetime:
    """Read exactly what `instant_text` writes.

    Raises:
        InstantRefused: another form, another zone, or no such instant.
    """
    if match := _INSTANT.match(text):
        year, month, day, hour, minute, second = (int(part) for part in match.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except ValueError:
            pass  # no such instant: refused below, in the same words
    raise InstantRefused(
        "The instant is malformed.",
        "An instant is written in whole seconds of UTC, as 2026-03-03T17:00:00Z.",
        "Use the instant as the ledger wrote it.",
    )


def months_after(day: date, months: int) -> date:
    """Give the corresponding date so many months on.

    A period of months ends on the day of the same number, or on the last day
    of the month where there is none: a year from 29 February ends on
    28 February (the corresponding-date rule, Dodds v Walker [1981] 1 WLR 1027;
    not checked against the report).

    Args:
        day: the day from which the period runs.
        months: how many; may be negative.
    """
    month_index = day.year * MONTHS_IN_YEAR + (day.month - 1) + months
    year, month = month_index // MONTHS_IN_YEAR, month_index % MONTHS_IN_YEAR + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """Give, for example, the third Thursday of a month.

    Args:
        year: the calendar year.
        month: 1 to 12.
        weekday: 0 for Monday to 6 for Sunday, as `date.weekday` counts.
        nth: 1 to 4, or -1 for the last.
    """
    if nth < 0:
        last = date(year, month, calendar.monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - weekday) % DAYS_IN_WEEK)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % DAYS_IN_WEEK + (nth - 1) * 7)


def _day(year: int, month: int, day: int) -> date:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise _refused(f"The year is not between {EARLIEST_YEAR} and {LATEST_YEAR}.")
    try:
        return date(year, month, day)
    except ValueError:
        raise _refused("There is no such day in the calendar.") from None


def _span(first: date, precision: Precision) -> tuple[date, date]:
    year, month, day = first.year, first.month, first.day
    if precision == "year":
        return _day(year, 1, 1), _day(year, 12, 31)
    if precision == "month":
        return _day(year, month, 1), _day(year, month, calendar.monthrange(year, month)[1])
    return _day(year, month, day), first


def _refused(why: str) -> DateRefused:
    return DateRefused(
        "The date could not be read.",
        why,
        "Write the day before the month and the year in full: 03/03/2026 or 2026-03-03.",
    )


def days_late(occurred_on: OccurredOn, recorded_on: date) -> int:
    """Give how many days after the fact an entry was recorded; 0 when on time.

    An imprecise date counts from its last possible day, in the writer's favour.
    """
    late = (recorded_on - occurred_on.last).days
    return late if late > LATE_AFTER_DAYS else 0
