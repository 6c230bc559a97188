"""From which day on the ledger can know what was done for a pupil.

What an old status or plan asked for before that day may well have been done: it
stands in an earlier record, of this school or of another.  So nothing of that
time is ever called missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.values.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.statute.facts import Fact

_ON_ROLL = {
    "pupil.enrolled": "the pupil's first day on roll here",
    "pupil.found_on_roll": "the first day of which it is known that the pupil was on roll",
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first day of which the ledger can know what was done for a pupil.

    Attributes:
        day: that day.
        words: what it is the first day of.
    """

    day: date
    words: str

    @property
    def note(self) -> str:
        """Where to look for what was done before."""
        return f"Before {self.words}, {day_words(self.day)}: see the earlier record."


def beginning_for(facts: Sequence[Fact], begun_on: date | None) -> Beginning | None:
    """Give the ledger's first day, or the pupil's first known day on roll where that is later.

    Args:
        facts: the pupil's events, in any order.
        begun_on: the day of the ledger's first entry, or None if that is not to count.
    """
    first = min(
        (fact for fact in facts if fact.name in _ON_ROLL), key=lambda fact: fact.order, default=None
    )
    if first is not None and (begun_on is None or first.occurred_on > begun_on):
        return Beginning(first.occurred_on, _ON_ROLL[first.name])
    return None if begun_on is None else Beginning(begun_on, "this ledger's first day")
