"""The rules of law, guidance and local profiles: dated, cited data.

A rule says which event begins a duty, which events meet it and how long there
is.  Its id is that of the catalogue of obligations.  One id may have several
entries: one for each version of the law, or for each side of a handover.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NoReturn, cast

from ledger.statute.clocks import CLOCK_KINDS, Clock, ClockKind
from ledger.values.data_table import DataBroken, DataTable

if TYPE_CHECKING:
    from datetime import date

RULE_FILES = ("register", "support_cycle", "annual_review", "record_transfer")
FORCES = frozenset({"MUST", "SHOULD", "LOCAL", "GOOD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a triggering event must say for the rule to apply.

    Attributes:
        field: a field of the event; "status.code" looks inside a coded value.
        any_of: the values it may have; empty for any value that is not empty.
        after: the values that the same field must have had in the event of
            the same type before; empty for no such demand.
    """

    field: str
    any_of: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An event that meets a duty, or one step of it, or that ends it.

    Attributes:
        event: the event's name, without version.
        step: which step it meets; a duty is met when every step is.
        same_matter: whether it must be about the same matter as the trigger.
        field: a field that must not be empty; "" for no such demand.
        any_of: the values that this field may have; empty for any.
        naming_trigger: a field that must name the trigger's event; "" for no
            such demand.
        naming_place: a field that, where it is filled, must give the trigger's
            place in its stream; "" for no such demand.
        dated_by: a field with the day that counts; "" for the day on which
            the event occurred.
    """

    event: str
    step: int
    same_matter: bool
    field: str
    any_of: tuple[str, ...]
    naming_trigger: str
    naming_place: str
    dated_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One dated rule.

    Attributes:
        rule_id: the id in the catalogue of obligations, as "D-XFER-1".
        title: the duty in a sentence.
        force: MUST (statute), SHOULD (Code), LOCAL (one council's), GOOD.
        source: the citation.
        valid_from: the first day on which an event could begin the duty.
        valid_until: the last such day; None while in force.
        profile: the council whose rule it is; None for every school.
        trigger: the event that begins the duty, without version.
        first_of_matter: whether only the first such event of a matter does.
        when: what the event must say, any one of these; empty for anything.
        otherwise: why the rule does not apply when it says none of them;
            empty where that goes without saying.
        clock: how long there is.
        met_by: the events that meet the duty.
        in_order: whether the steps must follow one another.
        ended_by: events after which the duty no longer stands.
        self_acting: whether nothing need be done: it is over when its day is.
        counts: for a yearly duty, the events that count.
        at_least: for a yearly duty, on how many days in a school year.
        note: what a reader should know beside the source.
    """

    rule_id: str
    title: str
    force: str
    source: str
    valid_from: date
    valid_until: date | None
    profile: str | None
    trigger: str
    first_of_matter: bool
    when: tuple[Condition, ...]
    otherwise: str
    clock: Clock
    met_by: tuple[Answer, ...]
    in_order: bool
    ended_by: tuple[Answer, ...]
    self_acting: bool
    counts: tuple[str, ...]
    at_least: int
    note: str

    def in_force(self, day: date) -> bool:
        """Whether an event on a day can begin this duty."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that must all be met, in order."""
        return tuple(sorted({answer.step for answer in self.met_by}))


@cache
def all_rules() -> tuple[Rule, ...]:
    """Load every rule of the project, in the order of its files.

    Raises:
        DataBroken: a file is missing, or a rule lacks its citation, its dates
            or a way to be met.
    """
    return tuple(rule for name in RULE_FILES for rule in _load(name))


@cache
def local_profiles() -> tuple[str, ...]:
    """Give the councils whose rules are known, by name."""
    return tuple(sorted({rule.profile for rule in all_rules() if rule.profile}))


def rules_for(profiles: frozenset[str]) -> tuple[Rule, ...]:
    """Give the rules for every school, and those of the chosen local profiles."""
    return tuple(rule for rule in all_rules() if rule.profile is None or rule.profile in profiles)


def _load(name: str) -> list[Rule]:
    table = DataTable.load("ledger.statute", "rules", f"{name}.toml")
    rules = [_rule(each) for each in table.tables("rule")]
    table.close()
    return rules


def _rule(table: DataTable) -> Rule:
    rule = Rule(
        rule_id=table.text("id"),
        title=table.text("title"),
        force=table.text("force"),
        source=table.text("source"),
        valid_from=table.required_day("from"),
        valid_until=table.day("until"),
        profile=table.text("profile", "") or None,
        trigger=table.text("trigger"),
        first_of_matter=table.flag("first_of_matter"),
        when=tuple(_condition(each) for each in table.tables("when")),
        otherwise=table.text("otherwise", ""),
        clock=_clock(table),
        met_by=tuple(_answer(each) for each in table.tables("met_by")),
        in_order=table.flag("in_order"),
        ended_by=tuple(_answer(each) for each in table.tables("ended_by")),
        self_acting=table.flag("self_acting"),
        counts=table.texts("counts"),
        at_least=table.number("at_least", 0),
        note=table.text("note", ""),
    )
    table.close()
    if rule.force not in FORCES:
        _broken(table, "Its force is none of MUST, SHOULD, LOCAL and GOOD.")
    if not (rule.met_by or rule.self_acting or (rule.counts and rule.at_least > 0)):
        _broken(table, "It says no way to meet the duty.")
    return rule


def _clock(table: DataTable) -> Clock:
    kind, length = table.text("clock"), table.number("length", 0)
    field = table.text("agreed_field", "")
    if kind not in CLOCK_KINDS or length < 0 or (kind == "agreed_date") != bool(field):
        _broken(table, "Its clock is not one of the known kinds, or lacks its length or field.")
    return Clock(kind=cast("ClockKind", kind), length=length, field=field)


def _condition(table: DataTable) -> Condition:
    condition = Condition(
        field=table.text("field"), any_of=table.texts("any_of"), after=table.texts("after")
    )
    table.close()
    return condition


def _answer(table: DataTable) -> Answer:
    answer = Answer(
        event=table.text("event"),
        step=table.number("step", 1),
        same_matter=table.flag("same_matter"),
        field=table.text("field", ""),
        any_of=table.texts("any_of"),
        naming_trigger=table.text("naming_trigger", ""),
        naming_place=table.text("naming_place", ""),
        dated_by=table.text("dated_by", ""),
    )
    table.close()
    return answer


def _broken(table: DataTable, why: str) -> NoReturn:
    raise DataBroken(
        f"The rule {table.where} is broken.", why, "Install the program again, or correct it."
    )
