"""The engine of obligations: what is due, met and overdue for one pupil on one day.

Pure: the same facts, day, calendar and rules always give the same answer.
Nothing it says is ever stored as a fact.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ledger.statute.answers import find_answers, find_ending
from ledger.statute.beginning import beginning_for
from ledger.statute.clocks import Deadline, deadline
from ledger.statute.facts import Fact, Obligation, Status, known_by
from ledger.statute.rules import Condition, Rule, rules_for
from ledger.statute.yearly import yearly_obligations
from ledger.values.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.statute.beginning import Beginning
    from ledger.statute.school_calendar import SchoolCalendar


def obligations_of(
    facts: Sequence[Fact],
    *,
    today: date,
    calendar: SchoolCalendar | None = None,
    profiles: frozenset[str] = frozenset(),
    begun_on: date | None = None,
) -> list[Obligation]:
    """Judge every rule for one pupil.

    Args:
        facts: the pupil's events, in any order; what is later than `today` is
            left aside.  A corrected entry stands in its corrected form.
        today: the day that is asked about.
        calendar: the school's own calendar; without it a count of school days
            is an estimate between two bounds.
        profiles: the local profiles that the school belongs to.
        begun_on: the day of the ledger's first entry: what fell due before it,
            or before the pupil was on roll, is "earlier", never overdue.

    Returns:
        One obligation for each event that a rule in force on its day applies
        to, in order of the day due; those without a day come last.
    """
    known = known_by(facts, today)
    beginning = beginning_for(known, begun_on)
    found: list[Obligation] = []
    for rule in rules_for(profiles):
        if rule.clock.kind == "school_year":
            found += yearly_obligations(rule, known, today, beginning)
        else:
            found += _by_trigger(rule, known, today, calendar, beginning)
    return sorted(found, key=lambda one: (one.due_on or date.max, one.rule_id, one.trigger_index))


def _by_trigger(
    rule: Rule,
    facts: Sequence[Fact],
    today: date,
    calendar: SchoolCalendar | None,
    beginning: Beginning | None,
) -> list[Obligation]:
    begun = [fact for fact in facts if _begins(rule, fact, facts)]
    applying = [fact for fact in begun if _says(rule, fact, facts)]
    answers = find_answers(rule, applying, facts)
    found = [
        _judge(
            rule,
            trigger,
            facts,
            today=today,
            calendar=calendar,
            beginning=beginning,
            met=answers.get(trigger.index),
        )
        for trigger in applying
    ]
    if rule.otherwise:
        found += [_not_applicable(rule, fact) for fact in begun if fact not in applying]
    return found


def _begins(rule: Rule, fact: Fact, facts: Sequence[Fact]) -> bool:
    if fact.name != rule.trigger or not rule.in_force(fact.occurred_on):
        return False
    earlier = (one for one in facts if one.name == fact.name and one.order < fact.order)
    return not rule.first_of_matter or all(one.about != fact.about for one in earlier)


def _says(rule: Rule, fact: Fact, facts: Sequence[Fact]) -> bool:
    return not rule.when or any(_fulfils(each, fact, facts) for each in rule.when)


def _fulfils(condition: Condition, fact: Fact, facts: Sequence[Fact]) -> bool:
    value = fact.value(condition.field)
    if not value or (condition.any_of and value not in condition.any_of):
        return False
    if not condition.after:
        return True
    earlier = [one for one in facts if one.name == fact.name and one.order < fact.order]
    return bool(earlier) and earlier[-1].value(condition.field) in condition.after


def _judge(
    rule: Rule,
    trigger: Fact,
    facts: Sequence[Fact],
    *,
    today: date,
    calendar: SchoolCalendar | None,
    beginning: Beginning | None,
    met: Fact | None,
) -> Obligation:
    agreed = trigger.day(rule.clock.field) if rule.clock.field else None
    due = deadline(rule.clock, trigger.occurred_on, agreed=agreed, calendar=calendar)
    met_on = _met_on(rule, met) if met else None
    ending = find_ending(rule, trigger, facts) if met is None else None
    status: Status
    if met_on is not None:
        status, note = "met", _met_note(met_on, due)
    elif ending is not None and (due.latest_on is None or ending.occurred_on <= due.latest_on):
        status, note = "not-applicable", f"It ended on {day_words(ending.occurred_on)}."
    elif beginning is not None and _fell_due_before(beginning, due):
        status, note = _earlier_status(rule), beginning.note
    else:
        status, note = _open_status(rule, due, today), ""
    return Obligation(
        rule_id=rule.rule_id,
        title=rule.title,
        force=rule.force,
        source=rule.source,
        status=status,
        trigger_index=trigger.index,
        due_on=due.due_on,
        due_note=" ".join(part for part in (due.note, note, rule.note) if part),
        met_index=met.index if met else None,
        met_on=met_on,
    )


def _fell_due_before(beginning: Beginning, due: Deadline) -> bool:
    return due.latest_on is not None and due.latest_on < beginning.day


def _earlier_status(rule: Rule) -> Status:
    """Judge what fell due before the ledger can know: what comes round again is not over."""
    return "unknown" if rule.clock.kind == "years_from" else "earlier"


def _open_status(rule: Rule, due: Deadline, today: date) -> Status:
    """Judge a duty that nothing has answered yet."""
    if due.due_on is None or due.latest_on is None:
        return "due" if rule.clock.kind == "none" else "unknown"
    if today <= due.due_on:
        return "due"
    if rule.self_acting:
        return "met"
    return "unknown" if today <= due.latest_on else "overdue"


def _met_note(met_on: date, due: Deadline) -> str:
    late = due.latest_on is not None and met_on > due.latest_on
    return f"Done late, on {day_words(met_on)}." if late else ""


def _met_on(rule: Rule, met: Fact) -> date:
    """Give the day that counts: when the parent was told of a decision, not when it was made."""
    named = (answer.dated_by for answer in rule.met_by if answer.event == met.name)
    field = next((field for field in named if field), "")
    return (met.day(field) if field else None) or met.occurred_on


def _not_applicable(rule: Rule, trigger: Fact) -> Obligation:
    return Obligation(
        rule_id=rule.rule_id,
        title=rule.title,
        force=rule.force,
        source=rule.source,
        status="not-applicable",
        trigger_index=trigger.index,
        due_on=None,
        due_note=rule.otherwise,
    )
