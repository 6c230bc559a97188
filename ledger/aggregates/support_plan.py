"""The support plan: every issued version is kept (D-PLAN-1, D-PLAN-14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.code import Code


@event_type("support_plan.finalised.v1")
@dataclass(frozen=True, kw_only=True)
class PlanFinalised(Event):
    """A version of the plan is in force from the day in `occurred_on`.

    Attributes:
        pupil: the pupil's stream.
        plan_kind: individual support plan, pupil profile … as a code: kinds will change.
        plan_version: 1, 2, 3 …
        strengths: strengths and aspirations.
        needs: needs and difficulties.
        provision: what is provided to meet them.
        outcomes: shorter-term outcomes; about six at most (D-PLAN-8).
        review_on: when it is reviewed.
    """

    pupil: bytes
    plan_kind: Code
    plan_version: int
    strengths: str
    needs: str
    provision: str
    outcomes: tuple[str, ...]
    review_on: date


@event_type("support_plan.circulated.v1")
@dataclass(frozen=True, kw_only=True)
class PlanCirculated(Event):
    """The version in force was given to people on the day in `occurred_on`."""

    plan_version: int
    to_names: tuple[str, ...]
    means: Code


class SupportPlan(Aggregate):
    """One plan of one pupil, in all its versions."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.plan_version = 0

    def _check(self, event: Event) -> None:
        if isinstance(event, PlanFinalised) and event.plan_version != self.plan_version + 1:
            raise RuleRefused(
                f"The next version of this plan is {self.plan_version + 1}; nothing was recorded.",
                "Versions are counted without a gap, so that a missing one shows.",
                remedy="Look whether somebody else recorded a version meanwhile.",
                kind="version-out-of-order",
            )
        if isinstance(event, PlanFinalised) and event.review_on < event.occurred_on.first:
            raise RuleRefused(
                "The review would be before the plan; nothing was recorded.",
                "A plan says when it is reviewed next.",
                "Check --review-on and --on.",
                kind="review-before-plan",
            )
        if isinstance(event, PlanCirculated) and event.plan_version > self.plan_version:
            raise RuleRefused(
                "There is no such version of the plan; nothing was recorded.",
                f"The newest is version {self.plan_version}.",
                "Record the version first.",
                kind="no-such-version",
            )

    def _apply(self, event: Event) -> None:
        if isinstance(event, PlanFinalised):
            self.plan_version = event.plan_version
