"""What the engine of obligations is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from ledger.statute.event_names import base_name
from ledger.values.dates import DateRefused, parse_day

if TYPE_CHECKING:
    from datetime import date, datetime

Status: TypeAlias = Literal["met", "due", "overdue", "not-applicable", "unknown", "earlier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event of a pupil's history, as the rules read it.

    Attributes:
        event_type: the published type name, with or without its version.
        occurred_on: the stated day; for a month or a year its first day, so
            that a deadline errs on the early side.
        recorded_at: when the ledger took it in.
        index: its log index; unique among the pupil's facts.
        about: what ties facts of one matter together (a support cycle, an
            annual review, a transfer), such as the stream's text; None if the
            caller cannot say.
        seq: its place in its stream; None if the caller cannot say.
        fields: the event's fields, typed or as its disclosures have them.
    """

    event_type: str
    occurred_on: date
    recorded_at: datetime
    index: int
    about: str | None = None
    seq: int | None = None
    fields: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The event's name without version."""
        return base_name(self.event_type)

    @property
    def order(self) -> tuple[date, int]:
        """Its place in time: by the stated day, then by log index."""
        return self.occurred_on, self.index

    def value(self, path: str) -> object:
        """Give a field's value, None when it is absent.

        Args:
            path: a field's name; "status.code" looks inside a coded value.
        """
        value: object = self.fields
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        return value

    def day(self, path: str) -> date | None:
        """Give a field's value as a day, None when it is absent or cannot be read."""
        try:
            return parse_day(str(self.value(path)))
        except DateRefused:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What one rule says of one triggering event on one day.

    Attributes:
        rule_id: the id in the catalogue of obligations.
        title: the duty in a sentence.
        force: MUST, SHOULD, LOCAL or GOOD.
        source: the citation.
        status: "met", "due" (still in time), "overdue", "not-applicable",
            "unknown" where it cannot be told from what is known, or "earlier"
            where it fell due at a time of which this ledger knows nothing.
        trigger_index: the log index of the event that began it.
        due_on: the last day for it; None when there is none or it is unknown;
            where the day is an estimate, the earliest that it can be.
        due_note: how the day was found and what else to know, in sentences.
        met_index: the log index of the event that met it, else None.
        met_on: the day on which it was met, else None.
    """

    rule_id: str
    title: str
    force: str
    source: str
    status: Status
    trigger_index: int
    due_on: date | None
    due_note: str
    met_index: int | None = None
    met_on: date | None = None

    @property
    def late(self) -> bool:
        """Whether it was met, but after the day it was due."""
        return self.met_on is not None and self.due_on is not None and self.met_on > self.due_on


def known_by(facts: Sequence[Fact], today: date) -> list[Fact]:
    """Give the facts that had happened by a day, in order of time."""
    return sorted((fact for fact in facts if fact.occurred_on <= today), key=lambda one: one.order)
