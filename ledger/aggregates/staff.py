"""Staff: who they are and, for the SENCO, on what footing (Code 6.84–6.86, D-EVID-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.code import Code
from ledger.values.nouns import class_of_contents


@event_type("staff.appointed.v1")
@dataclass(frozen=True, kw_only=True)
class StaffAppointed(Event):
    """Somebody works here from the day in `occurred_on`."""

    name: str
    job_title: str


@event_type("staff.senco_designated.v1")
@dataclass(frozen=True, kw_only=True)
class SencoDesignated(Event):
    """Somebody is the SENCO.

    Attributes:
        from_day: first day.
        until_day: last day, or None while it lasts.
        qualified_teacher: the SENCO must be one (Code 6.85).
        award: NASENCO, NPQ for SENCOs (from 1 September 2024), or none yet.
        award_started: first day of the course, or None.
        award_completed: day of the award, or None; due within three years (Code 6.85).
    """

    from_day: date
    until_day: date | None
    qualified_teacher: bool
    award: Code
    award_started: date | None
    award_completed: date | None


@event_type("staff.left.v1")
@dataclass(frozen=True, kw_only=True)
class StaffLeft(Event):
    """Somebody works here no more from the day after `occurred_on`."""

    grounds: str | None


class Staff(Aggregate):
    """One member of staff; the stream's id is the person's id in the authority stream."""

    CONTENT_CLASS = class_of_contents("staff")

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.name: str | None = None
        self.left = False

    def _check(self, event: Event) -> None:
        if isinstance(event, SencoDesignated) and not event.qualified_teacher:
            raise RuleRefused(
                "The SENCO must be a qualified teacher; nothing was recorded.",
                "SEND Code of Practice 6.85 (D-EVID-6).",
                "Record the qualification, or designate somebody else.",
                kind="senco-not-qualified",
            )
        if self.left:
            raise RuleRefused(
                "That person has left; nothing was recorded.",
                "Nothing is recorded of somebody's work here after they left.",
                remedy="If that is wrong, put the entry right with send-ledger correct.",
                kind="has-left",
            )

    def _apply(self, event: Event) -> None:
        match event:
            case StaffAppointed():
                self.name = event.name
            case StaffLeft():
                self.left = True
            case _:
                pass
