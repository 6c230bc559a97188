"""What people are told of each step; the sentences are in `told_*.txt`."""

from __future__ import annotations

from collections import Counter, defaultdict
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from ledger.demo.attempts import BIT, CUT, REWRITTEN
from ledger.demo.next_steps import next_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ledger.demo.attempts import Attempt
    from ledger.demo.stage import Stage
    from ledger.verify.findings import Report

    Tell = Callable[[str], None]

_CAUGHT: Final = {
    BIT: "Caught: the entry no longer fits the signature of whoever made it.",
    CUT: "By itself the copy looks whole. Caught by the other school's receipt, which saw more.",
    REWRITTEN: "Caught: the ledger's own key cannot make the signature of a SENCO, for which it "
    "takes the SENCO's passphrase.",
}


def founding_lines(tell: Tell, stages: Iterable[Stage]) -> None:
    """Say who began."""
    for stage in stages:
        facts = stage.school.facts
        people = len(stage.home.locators())
        tell(f"{facts.name} (URN {facts.urn}, {facts.authority})")
        tell(f"  {people} people, each with a key and a passphrase of their own")


def year_lines(tell: Tell, stages: Iterable[Stage], types: Mapping[str, int]) -> None:
    """Say what was recorded in the year.

    Args:
        tell: prints a line.
        stages: the schools.
        types: event type → how many entries, both schools together.
    """
    values: defaultdict[str, int] = defaultdict(int)
    for name, number in types.items():
        values[name.removesuffix(".v1").replace(".", "_")] = number
    for name, number in sum((Counter(one.counts) for one in stages), Counter[str]()).items():
        values[name] = number
    for line in _told("year").splitlines():
        tell(line.format_map(values))


def handover_lines(tell: Tell, sender: Stage, receiver: Stage) -> None:
    """Say how the record went over."""
    values: dict[str, Any] = {
        "sender": sender.school.short,
        "receiver": receiver.school.short,
        **sender.counts,
        **receiver.counts,
    }
    for line in _told("handover").splitlines():
        tell(line.format_map(values))


def verdict_lines(tell: Tell, stages: Mapping[str, Stage], reports: Mapping[str, Report]) -> None:
    """Say what verifying found."""
    for name, report in reports.items():
        what = stages[name].school.short if name in stages else "The proof of the consent"
        tell(f"{what}: {report.result.upper()} ({report.counts['signatures']} signatures verified)")


def attempt_lines(tell: Tell, attempts: Sequence[Attempt]) -> None:
    """Say what was tried and how it was caught."""
    for number, one in enumerate(attempts, 1):
        tell(f"{number}. {one.what}")
        tell(f"   {_CAUGHT[one.name]}")
        tell(f"   verify says {one.report.result.upper()}: {', '.join(one.codes)}")


def readme(summary: Mapping[str, Any]) -> str:
    """Say what is where in the demonstration's folder."""
    return _told("readme").format_map({**summary, "next_steps": next_steps(summary)})


def _told(name: str) -> str:
    return resources.files("ledger.demo").joinpath(f"told_{name}.txt").read_text("utf-8")
