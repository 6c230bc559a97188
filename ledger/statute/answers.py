"""Which event answers which duty.

An event answers the newest duty still open that it can answer, so that telling
the parents of today's change does not count as having told them of last
year's.  Where it names the same matter as its duties, it answers all of those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.statute.event_names import base_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.statute.facts import Fact
    from ledger.statute.rules import Answer, Rule


def find_answers(rule: Rule, triggers: Sequence[Fact], facts: Sequence[Fact]) -> dict[int, Fact]:
    """Find the event that finally met each duty.

    Args:
        rule: the rule in question.
        triggers: the events that began a duty under it, in order of time.
        facts: all events known, in order of time.

    Returns:
        The trigger's log index → the event that met the last step; a duty that
        is not met is absent.
    """
    if rule.in_order:
        chains = {trigger.index: _chain(rule, trigger, facts) for trigger in triggers}
        return {index: fact for index, fact in chains.items() if fact is not None}
    met: dict[int, dict[int, Fact]] = {trigger.index: {} for trigger in triggers}
    for fact in facts:
        for answer in rule.met_by:
            if _could_answer(rule, answer, fact):
                for trigger in _answered(rule, answer, fact, triggers, met):
                    met[trigger.index][answer.step] = fact
    return {
        index: max(steps.values(), key=lambda fact: fact.order)
        for index, steps in met.items()
        if steps and len(steps) == len(rule.steps)
    }


def find_ending(rule: Rule, trigger: Fact, facts: Sequence[Fact]) -> Fact | None:
    """Find the first later event after which a duty no longer stands."""
    for fact in facts:
        if fact.order > trigger.order and any(
            _could_answer(rule, ending, fact)
            and (not ending.same_matter or (fact.about is not None and fact.about == trigger.about))
            for ending in rule.ended_by
        ):
            return fact
    return None


def _could_answer(rule: Rule, answer: Answer, fact: Fact) -> bool:
    if fact.name != answer.event:
        return False
    value = fact.value(answer.field) if answer.field else True
    if not value or (answer.any_of and value not in answer.any_of):
        return False
    named = fact.value(answer.naming_trigger) if answer.naming_trigger else rule.trigger
    return isinstance(named, str) and base_name(named) == rule.trigger


def _answered(
    rule: Rule,
    answer: Answer,
    fact: Fact,
    triggers: Sequence[Fact],
    met: dict[int, dict[int, Fact]],
) -> list[Fact]:
    """Give the duties that an event answers: those of its matter, or the newest."""
    still_open = [
        trigger
        for trigger in triggers
        if answer.step not in met[trigger.index] and _may_follow(rule, answer, trigger, fact)
    ]
    if answer.same_matter and fact.about is not None:
        of_matter = [trigger for trigger in still_open if trigger.about == fact.about]
        return of_matter or [trigger for trigger in still_open if trigger.about is None][-1:]
    return still_open[-1:]


def _may_follow(rule: Rule, answer: Answer, trigger: Fact, fact: Fact) -> bool:
    """Whether an event is late enough to answer, and names no other trigger.

    On one day the order of entry is chance, but a plan never answers for one
    made after it.
    """
    place = fact.value(answer.naming_place) if answer.naming_place else None
    if None not in (place, trigger.seq) and place != trigger.seq:
        return False
    if answer.event == rule.trigger:
        return trigger.order <= fact.order
    return trigger.occurred_on <= fact.occurred_on


def _chain(rule: Rule, trigger: Fact, facts: Sequence[Fact]) -> Fact | None:
    """Follow the steps one after another; each must be of the matter of the one before."""
    link = trigger
    for step in rule.steps:
        answers = [answer for answer in rule.met_by if answer.step == step]
        following = (
            fact
            for fact in facts
            if fact.order > link.order
            and any(
                _could_answer(rule, answer, fact)
                and not (answer.same_matter and _of_another_matter(link, fact))
                for answer in answers
            )
        )
        found = next(following, None)
        if found is None:
            return None
        link = found
    return link


def _of_another_matter(one: Fact, other: Fact) -> bool:
    return None not in (one.about, other.about) and one.about != other.about
