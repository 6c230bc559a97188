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


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A line of the table.

    Attributes:
        name: what is measured ÷ what it is measured against.
        ours: median seconds of one round of ours.
        other: median seconds of one round of the other.
        per_round: how many items a round holds.
        target: the least ratio of speeds to reach; or the greatest ratio of
            times, where `at_most`.
        at_most: whether the target is a ratio of times not to exceed.
    """

    name: str
    ours: float
    other: float
    per_round: int
    target: float
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """Our speed ÷ the other's; with `at_most`, our time ÷ the other's."""
        return self.ours / self.other if self.at_most else self.other / self.ours

    @property
    def reached(self) -> bool:
        """Whether the target is reached."""
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def alternate(ours: Work, other: Work, rounds: int) -> tuple[float, float]:
    """Give the median seconds of each, run turn by turn after one warm-up each."""
    ours()
    other()
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        order = (0, 1) if number % 2 else (1, 0)
        for which in order:
            taken[which].append(seconds((ours, other)[which]))
    return statistics.median(taken[0]), statistics.median(taken[1])


def seconds(work: Work) -> float:
    """Give the seconds that it takes once, garbage collected before."""
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start
