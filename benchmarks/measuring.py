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
        deducted: seconds of ours that do not count.
    """

    name: str
    rounds: Rounds
    per_round: int
    target: float | None
    at_most: bool = False
    deducted: float = 0.0

    @property
    def ours(self) -> float:
        """Median seconds of one round of ours."""
        return statistics.median(self.rounds.ours) - self.deducted

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
        times = [(ours - self.deducted) / other for ours, other in pairs]
        return statistics.median(times if self.at_most else [1 / time for time in times])

    @property
    def reached(self) -> bool:
        """Whether the target, if there is one, is reached."""
        if self.target is None:
            return True
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def alternate(ours: Work, other: Work, rounds: int) -> Rounds:
    """Time both turn by turn, after one warm-up each."""
    ours()
    other()
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        order = (0, 1) if number % 2 else (1, 0)
        for which in order:
            taken[which].append(seconds((ours, other)[which]))
    return Rounds(tuple(taken[0]), tuple(taken[1]))


def seconds(work: Work) -> float:
    """Give the seconds that it takes once, garbage collected before."""
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start
