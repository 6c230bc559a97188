"""Who holds parental responsibility for a pupil, since when (D-CONS-3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused


@event_type("parental_responsibility.recorded.v1")
@dataclass(frozen=True, kw_only=True)
class ParentalResponsibilityRecorded(Event):
    """Somebody is a parent or carer of the pupil since the day in `occurred_on`.

    Attributes:
        pupil: the pupil's stream.
        holder_name: name of the parent or carer.
        relationship: e.g. mother, foster carer, local authority.
        holds_responsibility: whether they hold parental responsibility in law.
        evidence: what the school saw, e.g. “birth certificate”.
        informed_about_sen: whether notices about SEN go to them.
    """

    pupil: bytes
    holder_name: str
    relationship: str
    holds_responsibility: bool
    evidence: str
    informed_about_sen: bool


@event_type("parental_responsibility.ended.v1")
@dataclass(frozen=True, kw_only=True)
class ParentalResponsibilityEnded(Event):
    """It ended on the day in `occurred_on`, e.g. by a court order."""

    grounds: str


class ParentalResponsibility(Aggregate):
    """One parent or carer of one pupil."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.current: ParentalResponsibilityRecorded | None = None

    def _check(self, event: Event) -> None:
        if isinstance(event, ParentalResponsibilityEnded) and self.current is None:
            raise RuleRefused(
                "This responsibility is not in force; nothing was recorded.",
                "It was never recorded, or has ended.",
                "See send-ledger history for who holds it.",
                kind="not-in-force",
            )

    def _apply(self, event: Event) -> None:
        match event:
            case ParentalResponsibilityRecorded():
                self.current = event
            case ParentalResponsibilityEnded():
                self.current = None
            case _:
                pass
