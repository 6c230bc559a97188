"""Measure everything, and write `docs/explanation/performance.md`.

    python -m benchmarks                  everything: some ten minutes, 2 GB of temporary disk
    python -m benchmarks --large 20000    the same, the large ledger smaller
    python -m benchmarks --quick          smaller still, and nothing is written

Run it from the project's root, on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import appending, projecting, starting, verifying
from benchmarks.home import BenchmarkHome
from benchmarks.measuring import Comparison

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "performance.md"
LIBRARIES = ("cryptography", "eventsourcing", "msgpack", "click")
NEW_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        small: entries of the ledger on which verifying and projecting go on.
        medium: of the one that is verified and rebuilt as a whole; 20,000 are some 570 pupils.
        large: of the one on which they go on, to be as quick as on the small one.
        rounds: how often each thing is timed.
    """

    small: int
    medium: int
    large: int
    rounds: int


FULL = Size(small=2_000, medium=20_000, large=200_000, rounds=9)
QUICK = Size(small=2_000, medium=6_000, large=6_000, rounds=3)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table, in words."""

    name: str
    target: str
    measured: str
    reached: bool

    @property
    def verdict(self) -> str:
        """Whether the target was reached, where there is one."""
        return ("reached" if self.reached else "missed") if self.target else ""


def compared(line: Comparison) -> Line:
    """Put a comparison in words."""
    target = "" if line.target is None else f"{'≤' if line.at_most else '≥'} {line.target}"
    each = f"{_time(line.ours / line.per_round)} ÷ {_time(line.other / line.per_round)}"
    measured = f"**{line.ratio:.2f}** ({each})"
    return Line(line.name, target, measured, line.reached)


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds > 0.02 else f"{seconds * 1e6:.0f} µs"


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Give the lines of the table, one after another."""
    yield compared(starting.help_page(size.rounds * 2))
    one = appending.one_per_save(folder / "one", 200, size.rounds)
    yield compared(one)
    yield longer_flush(one)
    yield compared(appending.least_one_per_save(folder / "least", 200, size.rounds))
    yield compared(appending.many_per_save(folder / "many", size.rounds))
    medium = BenchmarkHome.create(folder / "medium")
    medium.grow(size.medium)
    yield from map(compared, verifying.whole_ledger(medium, size.rounds))
    yield compared(projecting.rebuild(medium, max(3, size.rounds // 2)))
    small = BenchmarkHome.create(folder / "small")
    small.grow(size.small)
    large = BenchmarkHome.create(folder / "large")
    large.grow(size.large)
    for line in (verifying, projecting):
        yield compared(line.incremental(large, small, NEW_ENTRIES, size.rounds))
    megabytes = verifying.peak_memory(large)
    name = f"peak memory of `verify` at {size.large:,} entries"
    yield Line(name, "≤ 300 MB", f"**{megabytes:.0f} MB**", megabytes <= 300)
    yield compared(starting.register(folder / "school", size.rounds))


def longer_flush(one: Comparison) -> Line:
    """Compute how much longer a flush must take for saves one by one to reach their target.

    Both sides flush once a save, so a slower disk adds the same time to each.
    """
    target = one.target or 0.0
    longer = (target * one.ours - one.other) / (1 - target) / one.per_round
    name = f"for comparison, computed: how much longer a flush must take for {target} to be reached"
    return Line(name, "", f"**{max(longer, 0.0) * 1e3:.1f} ms**", reached=True)


def conditions(load: float) -> str:
    """Say on what it was measured."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"Measured on {datetime.now(UTC):%-d %B %Y}: {os.cpu_count()} cores, {platform.machine()}, "
        f"{platform.system()}, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {libraries}.  Load of the machine before it began: {load:.2f}."
    )


TEXT = """\
# Performance

<!-- Written by `python -m benchmarks`; do not edit by hand. -->

Every figure is a ratio of two things measured turn by turn in one run, so that it
says something about other machines too; the times behind it are of this one.
For speeds the ratio is *ours ÷ the other's speed* (1 is as fast); where the target
says ≤, it is *our time ÷ the other's*.  A ratio is the median of those of its rounds,
and the times beside it are medians of their own, so one need not follow from the other.

{conditions}

| measure | target | measured | |
| --- | --- | --- | --- |
{table}

What is compared:

- *Bare library*: the eventsourcing library's SQLite recorder, its own JSON, the same
  fields, no signature, no encryption.  Both flush every save to the disk.
- *Raw insert + Ed25519 + AEAD + the same digests*: one thread, straight Python; salts
  and decoys drawn, fields written, hashed and sorted, one signature, one encryption,
  two rows.  No chain, tree, authority or checks.  Its own line says what is left of the
  bare library's speed, on this disk, for whoever seals with these parts at all.
- *A longer flush*: both sides flush once a save, so a slower disk adds the same to each
  and brings the ratio nearer to 1.  The line is computed from the one above it.
- *Floors of verifying*: everything read and taken apart beforehand, and shared out to
  one process for each core that we use, all at work at once.
- *Starting*: whole programs, from the shell and back, with compiled bytecode kept on
  both sides, as it is wherever a program is installed.
- *An event* is a review with ten fields of its own, eighteen with those of every entry,
  so thirty-two digests.  A pupil has thirty-five entries in seven streams.
"""


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description="Measure, and write the performance page.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--large", type=int, default=FULL.large)
    asked = parser.parse_args()
    size = QUICK if asked.quick else replace(FULL, large=asked.large)
    load, lines = os.getloadavg()[0], []
    with tempfile.TemporaryDirectory(prefix="send-ledger-benchmarks-") as folder:
        for line in measure(Path(folder), size):
            lines.append(line)
            print(line.verdict.ljust(7), line.measured, line.name, flush=True)
    table = "\n".join(
        f"| {one.name} | {one.target} | {one.measured} | {one.verdict} |" for one in lines
    )
    if not asked.quick:
        PAGE.write_text(TEXT.format(conditions=conditions(load), table=table), "utf-8")


if __name__ == "__main__":
    main()
