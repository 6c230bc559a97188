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

    from ledger.statute.rules import Condition, Rule

LEAVING = "pupil.left"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spell:
    """An unbroken time on the register; `last` is None while it goes on."""

    first: date
    last: date | None
    trigger: Fact

    def overlaps(self, year: SchoolYear) -> bool:
        return self.first <= year.last and (self.last is None or self.last >= year.first)

    def fills(self, year: SchoolYear) -> bool:
        return self.first <= year.first and (self.last is None or self.last >= year.last)


def yearly_obligations(rule: Rule, facts: Sequence[Fact], today: date) -> list[Obligation]:
    """Count, for each school year in which the pupil was on the register.

    Args:
        rule: a rule whose clock is "school_year".
        facts: the pupil's events known by `today`, in order of time.
        today: the day that is asked about.
    """
    spells = _spells(rule, facts)
    if not spells:
        return []
    first, last = SchoolYear.of(spells[0].first), SchoolYear.of(today)
    years = (SchoolYear(number) for number in range(first.starts_in, last.starts_in + 1))
    return [
        _judge(rule, year, overlapping, facts, today)
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
            spells.append(_Spell(first=begun.occurred_on, last=last, trigger=begun))
            begun = None
    if begun is not None:
        spells.append(_Spell(first=begun.occurred_on, last=None, trigger=begun))
    return spells


def _puts_on(conditions: tuple[Condition, ...], fact: Fact) -> bool:
    return any(fact.value(each.field) in each.any_of for each in conditions)


def _judge(
    rule: Rule, year: SchoolYear, spells: list[_Spell], facts: Sequence[Fact], today: date
) -> Obligation:
    counted = {
        fact.occurred_on: fact
        for fact in reversed(facts)
        if fact.name in rule.counts and year.contains(fact.occurred_on)
    }
    days = sorted(counted)
    met = counted[days[rule.at_least - 1]] if len(days) >= rule.at_least else None
    return Obligation(
        rule_id=rule.rule_id,
        title=rule.title,
        force=rule.force,
        source=rule.source,
        status="met" if met else _open_status(year, spells, today),
        trigger_index=spells[0].trigger.index,
        due_on=year.last,
        due_note=_note(rule, year, days, spells),
        met_index=met.index if met else None,
        met_on=met.occurred_on if met else None,
    )


def _open_status(year: SchoolYear, spells: list[_Spell], today: date) -> Status:
    """Judge a shortfall: no source says how many a part of a year calls for."""
    if today <= year.last and spells[-1].last is None:
        return "due"
    return "overdue" if any(spell.fills(year) for spell in spells) else "unknown"


def _note(rule: Rule, year: SchoolYear, days: list[date], spells: list[_Spell]) -> str:
    held = ", ".join(map(day_words, days))
    count = f"{len(days)} of {rule.at_least} in {year}{': ' + held if held else ''}."
    part = "" if any(spell.fills(year) for spell in spells) else "On the register for a part of it."
    return " ".join(each for each in (count, part, rule.note) if each)
