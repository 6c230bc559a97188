"""Duties counted by school year: so many reviews for every pupil on the register (D-REV-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ledger.statute.facts import Fact, Obligation, Status
from ledger.values.dates import day_words
from ledger.values.school_year import SchoolYear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.statute.beginning import Beginning
    from ledger.statute.rules import Condition, Rule

LEAVING = "pupil.left"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spell:
    """An unbroken time on the register.

    Attributes:
        first: its first day.
        last: its last; None while it goes on.
        trigger: the entry that began it.
        left_on: the day on which the pupil left the school, if that ended it.
    """

    first: date
    last: date | None
    trigger: Fact
    left_on: date | None = None

    def overlaps(self, year: SchoolYear) -> bool:
        return self.first <= year.last and (self.last is None or self.last >= year.first)

    def fills(self, year: SchoolYear) -> bool:
        return self.first <= year.first and (self.last is None or self.last >= year.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """How often it was done in a school year, and what of the year counts.

    Attributes:
        year: which.
        spells: the times on the register that touch it.
        days: on which it was done, sorted, with the first entry of each.
        beginning: of what the ledger can know; None if that leaves nothing out of the year.
    """

    year: SchoolYear
    spells: list[_Spell]
    days: dict[date, Fact]
    beginning: Beginning | None

    @property
    def whole(self) -> bool:
        """Whether the pupil was on the register, as far as the ledger can know, all the year."""
        return self.beginning is None and any(spell.fills(self.year) for spell in self.spells)

    @property
    def left_on(self) -> date | None:
        """The day in the year on which the pupil left for good, as far as is known."""
        left_on = self.spells[-1].left_on
        return left_on if left_on is not None and left_on <= self.year.last else None


def yearly_obligations(
    rule: Rule, facts: Sequence[Fact], today: date, beginning: Beginning | None = None
) -> list[Obligation]:
    """Count, for each school year in which the pupil was on the register.

    Args:
        rule: a rule whose clock is "school_year".
        facts: the pupil's events known by `today`, in order of time.
        today: the day that is asked about.
        beginning: of what the ledger can know; None if nothing is left out.
    """
    spells = _spells(rule, facts)
    if not spells:
        return []
    first, last = SchoolYear.of(spells[0].first), SchoolYear.of(today)
    years = (SchoolYear(number) for number in range(first.starts_in, last.starts_in + 1))
    return [
        _judge(rule, _count(rule, year, overlapping, facts, beginning), today)
        for year in years
        if rule.in_force(year.last)
        and (overlapping := [spell for spell in spells if spell.overlaps(year)])
    ]


def _spells(rule: Rule, facts: Sequence[Fact]) -> list[_Spell]:
    spells: list[_Spell] = []
    begun: Fact | None = None
    for fact in facts:
        if fact.name not in {rule.trigger, LEAVING}:
            continue
        on_register = fact.name == rule.trigger and _puts_on(rule.when, fact)
        if on_register and begun is None:
            begun = fact
        elif not on_register and begun is not None:
            last = max(begun.occurred_on, fact.occurred_on - timedelta(days=1))
            left_on = fact.occurred_on if fact.name == LEAVING else None
            spells.append(
                _Spell(first=begun.occurred_on, last=last, trigger=begun, left_on=left_on)
            )
            begun = None
    if begun is not None:
        spells.append(_Spell(first=begun.occurred_on, last=None, trigger=begun))
    return spells


def _puts_on(conditions: tuple[Condition, ...], fact: Fact) -> bool:
    return any(fact.value(each.field) in each.any_of for each in conditions)


def _count(
    rule: Rule,
    year: SchoolYear,
    spells: list[_Spell],
    facts: Sequence[Fact],
    beginning: Beginning | None,
) -> _Count:
    counted = {
        fact.occurred_on: fact
        for fact in reversed(facts)
        if fact.name in rule.counts and year.contains(fact.occurred_on)
    }
    cut = beginning if beginning and beginning.day > year.first else None
    return _Count(year=year, spells=spells, days=dict(sorted(counted.items())), beginning=cut)


def _judge(rule: Rule, count: _Count, today: date) -> Obligation:
    held = list(count.days.values())
    met = held[rule.at_least - 1] if len(held) >= rule.at_least else None
    return Obligation(
        rule_id=rule.rule_id,
        title=rule.title,
        force=rule.force,
        source=rule.source,
        status="met" if met else _open_status(count, today),
        trigger_index=count.spells[0].trigger.index,
        due_on=count.year.last,
        due_note=_note(rule, count),
        met_index=met.index if met else None,
        met_on=met.occurred_on if met else None,
    )


def _open_status(count: _Count, today: date) -> Status:
    """Judge a shortfall: no source says how many a part of a year calls for."""
    if count.beginning is not None and count.beginning.day > count.year.last:
        return "earlier"
    if count.left_on is not None:  # as with every other duty: it ended before it fell due
        return "not-applicable"
    if today <= count.year.last and count.spells[-1].last is None:
        return "due"
    return "overdue" if count.whole else "unknown"


def _note(rule: Rule, count: _Count) -> str:
    held = ", ".join(map(day_words, count.days))
    done = f"{len(count.days)} of {rule.at_least} in {count.year}{': ' + held if held else ''}."
    filled = any(spell.fills(count.year) for spell in count.spells)
    part = "" if filled else "On the register for a part of it."
    if count.left_on is not None:
        part = f"The pupil left on {day_words(count.left_on)}."
    before = count.beginning.note if count.beginning else ""
    return " ".join(each for each in (done, part, before, rule.note) if each)
