"""A school's own calendar: terms, INSET days, closures.

A school day is any day with a session at that school (Education Act 1996
s.579).  There is no national list of term dates, and academies set their own,
so a calendar is brought in and never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from ledger.errors import InputRefused
from ledger.statute.bank_holidays import is_working_weekday

if TYPE_CHECKING:
    from datetime import date

LONGEST_HOLIDAY = timedelta(weeks=12)
"""A longer gap between two terms means that a term is missing from the calendar."""


class CalendarRefused(InputRefused):
    """The terms do not make a calendar that could be counted by."""

    kind = "bad-calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A stretch of school days without a holiday in it: a term or a half-term.

    Attributes:
        first: its first day.
        last: its last day.
    """

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolCalendar:
    """The days on which one school meets.

    Attributes:
        terms: terms or half-terms in order, half-term holidays left out.
        inset_days: days in term on which only staff come.
        closures: other days in term without a session, such as snow.
        version: what the school calls this issue of the calendar.
    """

    terms: tuple[Term, ...]
    inset_days: frozenset[date] = frozenset()
    closures: frozenset[date] = frozenset()
    version: str = ""

    def __post_init__(self) -> None:
        """Refuse terms that are empty, run backwards, overlap or leave a hole.

        Raises:
            CalendarRefused: counting by this calendar would go wrong.
        """
        if not self.terms or any(term.last < term.first for term in self.terms):
            raise _refused("It has no term, or one that ends before it begins.")
        for earlier, later in pairwise(self.terms):
            if later.first <= earlier.last:
                raise _refused("Its terms overlap or are out of order.")
            if later.first - earlier.last > LONGEST_HOLIDAY:
                raise _refused("Two of its terms are more than 12 weeks apart.")

    def covers(self, day: date) -> bool:
        """Whether the calendar says anything about a day."""
        return self.terms[0].first <= day <= self.terms[-1].last

    def is_school_day(self, day: date) -> bool:
        """Whether the school meets on a day that the calendar covers."""
        in_term = any(term.first <= day <= term.last for term in self.terms)
        return (
            in_term
            and is_working_weekday(day)
            and day not in self.inset_days
            and day not in self.closures
        )


def _refused(why: str) -> CalendarRefused:
    return CalendarRefused(
        "The school calendar cannot be used.", why, "List every term or half-term in order."
    )
