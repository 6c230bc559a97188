"""Time two things turn by turn, and say how one compares with the other.

Absolute times are of one machine and one day; a ratio of two medians, taken
alternately in one run, holds on others too.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Rounds:
    """Seconds of each round of both, side by side."""

    ours: tuple[float, ...]
    other: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A line of the table.

    Attributes:
        name: what is measured ÷ what it is measured against.
        rounds: what each took.
        per_round: how many items a round holds.
        target: the least ratio of speeds to reach; or the greatest ratio of
            times, where `at_most`; None where nothing is asked.
        at_most: whether the target is a ratio of times not to exceed.
    """

    name: str
    rounds: Rounds
    per_round: int
    target: float | None
    at_most: bool = False

    @property
    def ours(self) -> float:
        """Median seconds of one round of ours."""
        return statistics.median(self.rounds.ours)

    @property
    def other(self) -> float:
        """Median seconds of one round of the other."""
        return statistics.median(self.rounds.other)

    @property
    def ratio(self) -> float:
        """Our speed ÷ the other's; with `at_most`, our time ÷ the other's.

        The median of the rounds' own ratios: what disturbs the machine for a
        while disturbs both sides of a round.
        """
        pairs = zip(self.rounds.ours, self.rounds.other, strict=True)
        times = [ours / other for ours, other in pairs]
        return statistics.median(times if self.at_most else [1 / time for time in times])

    @property
    def reached(self) -> bool:
        """Whether the target, if there is one, is reached."""
        if self.target is None:
            return True
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def nothing() -> None:
    """Do nothing."""


def alternate(
    ours: Work, other: Work, rounds: int, *, before: Work = nothing, uncounted: Work = nothing
) -> Rounds:
    """Time both turn by turn, after one warm-up each.

    Args:
        ours: what is measured.
        other: what it is measured against.
        rounds: how often.
        before: what makes a round ready; not timed.
        uncounted: a part of ours that does not count, timed in each round and taken off.
    """
    before()
    ours()
    other()
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        before()
        order = (0, 1) if number % 2 else (1, 0)
        for which in order:
            taken[which].append(seconds((ours, other)[which]))
        taken[0][-1] -= seconds(uncounted)
    return Rounds(tuple(taken[0]), tuple(taken[1]))


def seconds(work: Work) -> float:
    """Give the seconds that it takes once, garbage collected before."""
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start
