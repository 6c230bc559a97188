"""The school year that is played, and the clock that runs through it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from ledger.aggregates.school import Term
from ledger.errors import LedgerError
from ledger.values.dates import nth_weekday
from ledger.values.school_year import SEPTEMBER, SchoolYear

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY, WEDNESDAY, FRIDAY, SATURDAY = 0, 2, 4, 5
DAYS: Final = timedelta(days=1)
_MORNING: Final = time(9, 0)
_PAUSE: Final = timedelta(minutes=10)
_RELATIVE: Final = re.compile(r"(?:([+-][0-9]{1,2})/)?([0-9]{2})-([0-9]{2})\Z")


@dataclass(slots=True)
class DemoClock:
    """The clock given to a home: it stands where the story is, then follows the real one.

    Attributes:
        system: this computer's clock.
        shown: the instant of the story, or None once it has come to the present.
    """

    system: Callable[[], datetime]
    shown: datetime | None = None

    def __call__(self) -> datetime:
        """Give the instant."""
        return self.system() if self.shown is None else self.shown

    def turn_to(self, day: date) -> None:
        """Go on to a day: its morning, or ten minutes later where it is that day already.

        Raises:
            LedgerError: kind "demo-clock": the story would go back, or past the present.
        """
        wanted = datetime.combine(day, _MORNING, UTC)
        if self.shown is not None and self.shown >= wanted:
            wanted = self.shown + _PAUSE
        if wanted.date() != day or wanted > self.system():
            raise LedgerError(
                "The demonstration's story is not in the order of time.", kind="demo-clock"
            )
        self.shown = wanted

    def follow(self) -> None:
        """Show this computer's time from now on."""
        self.shown = None


@dataclass(frozen=True, slots=True)
class PlayedYear:
    """A school year with made-up term dates; the days of the story are told by it."""

    year: SchoolYear

    @classmethod
    def before(cls, today: date) -> PlayedYear:
        """Give the last complete school year before a day."""
        return cls(SchoolYear(SchoolYear.of(today).starts_in - 1))

    def day(self, text: str) -> date:
        """Give a day of the story: "11-20", or "-2/11-20" two school years earlier."""
        match = _RELATIVE.match(text)
        if match is None:
            raise LedgerError(f"“{text}” is no day of the story.", kind="demo-day")
        month = int(match[2])
        first = self.year.starts_in + int(match[1] or 0)
        return date(first if month >= SEPTEMBER else first + 1, month, int(match[3]))

    def on(self, text: str) -> date:
        """Give that day, or the Monday after where it is at a weekend."""
        return weekday_from(self.day(text))

    def terms(self) -> tuple[Term, ...]:
        """Make up the half-terms: what a school would record of its own calendar."""
        autumn, spring = self.year.starts_in, self.year.starts_in + 1
        october = nth_weekday(autumn, 10, MONDAY, -1)
        february = nth_weekday(spring, 2, MONDAY, 3)
        easter = nth_weekday(spring, 3, FRIDAY, -1)
        may = nth_weekday(spring, 5, MONDAY, -1)
        return (
            Term(_from(date(autumn, 9, 2), WEDNESDAY), october - 3 * DAYS),
            Term(october + 7 * DAYS, _until(date(autumn, 12, 20), FRIDAY)),
            Term(_from(date(spring, 1, 4), MONDAY), february - 3 * DAYS),
            Term(february + 7 * DAYS, easter),
            Term(easter + 17 * DAYS, may - 3 * DAYS),
            Term(may + 7 * DAYS, _until(date(spring, 7, 23), FRIDAY)),
        )

    def following(self) -> PlayedYear:
        """Give the school year after this one."""
        return PlayedYear(SchoolYear(self.year.starts_in + 1))


def weekday_from(day: date) -> date:
    """Give the day, or the Monday after a weekend."""
    return day if day.weekday() < SATURDAY else _from(day, MONDAY)


def weekday_until(day: date) -> date:
    """Give the day, or the Friday before where it is at a weekend."""
    return day if day.weekday() < SATURDAY else _until(day, FRIDAY)


def _from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _until(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)
