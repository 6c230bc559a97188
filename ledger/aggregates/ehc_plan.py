"""The EHC plan: issued, amended, ceased by the local authority (CFA 2014 ss.37–45)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.dates import OccurredOn


@event_type("ehc_plan.issued.v1")
@dataclass(frozen=True, kw_only=True)
class EhcPlanIssued(Event):
    """The local authority issued the plan on the day in `occurred_on`.

    Attributes:
        pupil: the pupil's stream.
        local_authority: which one.
        received_on: when the school received it.
        outcomes: section E, in words.
        provision: section F, in words.
        placement: section I, the setting named.
        document: SHA-256 of the plan's file, or None where only paper came.
    """

    pupil: bytes
    local_authority: str
    received_on: date
    outcomes: tuple[str, ...]
    provision: str
    placement: str
    document: bytes | None


@event_type("ehc_plan.amended.v1")
@dataclass(frozen=True, kw_only=True)
class EhcPlanAmended(Event):
    """The local authority amended the plan on the day in `occurred_on`."""

    outcomes: tuple[str, ...]
    provision: str
    placement: str
    grounds: str
    document: bytes | None


@event_type("ehc_plan.ceased.v1")
@dataclass(frozen=True, kw_only=True)
class EhcPlanCeased(Event):
    """The local authority ceased to maintain the plan on the day in `occurred_on`."""

    grounds: str


def demand_no_other(plans: Iterable[EhcPlan], issued_on: OccurredOn) -> None:
    """Refuse a plan that would begin while another is in force.

    A child or young person has one plan, which the authority maintains, reviews
    and amends until it ceases (CFA 2014 ss.37, 44, 45).

    Raises:
        RuleRefused: one issued by that day is in force.
    """
    if any(
        one.in_force and one.issued_on and one.issued_on.first <= issued_on.last for one in plans
    ):
        raise RuleRefused(
            "The pupil has an EHC plan in force on that day; nothing was recorded.",
            "A pupil has one plan, which is amended until it ceases (CFA 2014 ss.44, 45).",
            "Record what changed with send-ledger ehc-plan amend, or first which plan ended "
            "with send-ledger ehc-plan cease.",
            kind="plan-in-force",
        )


class EhcPlan(Aggregate):
    """One EHC plan of one pupil."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.issued_on: OccurredOn | None = None
        self.in_force = False

    def _check(self, event: Event) -> None:
        if isinstance(event, EhcPlanAmended | EhcPlanCeased) and not self.in_force:
            raise RuleRefused(
                "The plan is not in force; nothing was recorded.",
                "It was never issued, or has ceased.",
                "Record that it was issued first.",
                kind="not-in-force",
            )
        if isinstance(event, EhcPlanIssued) and self.issued_on is not None:
            raise RuleRefused(
                "The plan was issued already; nothing was recorded.",
                "A plan is issued once; later versions are amendments of it.",
                remedy="Record an amendment, or put the entry right with send-ledger correct.",
                kind="already-issued",
            )

    def _apply(self, event: Event) -> None:
        match event:
            case EhcPlanIssued():
                self.issued_on, self.in_force = event.occurred_on, True
            case EhcPlanCeased():
                self.in_force = False
            case _:
                pass
