"""The graduated approach: assess, plan, do, review (Code 6.44–6.56, D-APDR-1 ff.)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.code import Code
from ledger.values.money import Money


@dataclass(frozen=True, slots=True)
class Target:
    """A SMART target (D-APDR-3): what, how success shows, how and by whom it is measured."""

    text: str
    success_criteria: str
    measured_by: str


@dataclass(frozen=True, slots=True)
class Provision:
    """Support that is planned (D-APDR-3).

    Attributes:
        description: what is done.
        led_by: who runs it.
        frequency: how often, how long.
        additional: additional to or different from what is made for others (D-IDN-13).
        starts_on: first day.
        cost: for this pupil, or None.
    """

    description: str
    led_by: str
    frequency: str
    additional: bool
    starts_on: date
    cost: Money | None


@dataclass(frozen=True, slots=True)
class TargetOutcome:
    """What became of a target: met, partly_met or not_met, and how it shows."""

    text: str
    outcome: Code
    evidence: str


@event_type("support_cycle.opened.v1")
@dataclass(frozen=True, kw_only=True)
class CycleOpened(Event):
    """A numbered cycle begins; a later one names the one before it."""

    pupil: bytes
    number: int
    previous: bytes | None


@event_type("support_cycle.assessed.v1")
@dataclass(frozen=True, kw_only=True)
class CycleAssessed(Event):
    """Assess (D-APDR-2): what it rests on, what was found, what was said."""

    sources: tuple[Code, ...]
    findings: str
    parent_views: str | None
    pupil_views: str | None
    pupil_views_method: Code | None


@event_type("support_cycle.planned.v1")
@dataclass(frozen=True, kw_only=True)
class CyclePlanned(Event):
    """Plan (D-APDR-3, D-APDR-5): no plan without a review date."""

    targets: tuple[Target, ...]
    provision: tuple[Provision, ...]
    responsible_teacher: str
    expected_impact: str
    review_on: date


@event_type("support_cycle.started.v1")
@dataclass(frozen=True, kw_only=True)
class CycleStarted(Event):
    """Do: provision begins on the day in `occurred_on` (D-APDR-6 to D-APDR-8)."""

    circulated_on: date | None
    staff_informed: tuple[str, ...]


@event_type("support_cycle.reviewed.v1")
@dataclass(frozen=True, kw_only=True)
class CycleReviewed(Event):
    """Review on the day in `occurred_on` (D-APDR-11, D-APDR-12)."""

    lead: str
    impact: str
    outcomes: tuple[TargetOutcome, ...]
    parent_views: str | None
    pupil_views: str | None
    next_step: Code
    lessons: str


@event_type("support_cycle.closed.v1")
@dataclass(frozen=True, kw_only=True)
class CycleClosed(Event):
    """The cycle ended without or after its review."""

    grounds: str


_STEPS: dict[type[Event], frozenset[str]] = {
    CycleOpened: frozenset({"new"}),
    CycleAssessed: frozenset({"opened", "assessed"}),
    CyclePlanned: frozenset({"assessed", "planned", "started"}),
    CycleStarted: frozenset({"planned"}),
    CycleReviewed: frozenset({"started"}),
    CycleClosed: frozenset({"opened", "assessed", "planned", "started", "reviewed"}),
}
_AFTER: dict[type[Event], str] = {
    CycleOpened: "opened",
    CycleAssessed: "assessed",
    CyclePlanned: "planned",
    CycleStarted: "started",
    CycleReviewed: "reviewed",
    CycleClosed: "closed",
}


class SupportCycle(Aggregate):
    """One assess–plan–do–review cycle of one pupil."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.step = "new"
        self.number = 0
        self.targets: frozenset[str] = frozenset()

    def _check(self, event: Event) -> None:
        allowed = _STEPS.get(type(event))
        if allowed is not None and self.step not in allowed:
            raise RuleRefused(
                f"The cycle is at the step “{self.step}”; nothing was recorded.",
                "The steps are assess, plan, do, review, in this order (Code 6.44).",
                "Record the step before it first; with its own date it may be a late entry.",
                kind="step-out-of-order",
            )
        if isinstance(event, CyclePlanned):
            _check_plan(event)
        if isinstance(event, CycleReviewed):
            self._check_outcomes(event)

    def _check_outcomes(self, event: CycleReviewed) -> None:
        unplanned = [
            str(place)
            for place, one in enumerate(event.outcomes, 1)
            if not any(target.startswith(_folded(one.text)) for target in self.targets)
        ]
        if unplanned:
            raise RuleRefused(
                f"No such target was planned: outcome {', '.join(unplanned)}; "
                "nothing was recorded.",
                "A review says what became of the targets of its plan (D-APDR-11).",
                "Type the target as the plan has it, or how it begins; see send-ledger history.",
                kind="no-such-target",
            )

    def _apply(self, event: Event) -> None:
        self.step = _AFTER.get(type(event), self.step)
        if isinstance(event, CycleOpened):
            self.number = event.number
        if isinstance(event, CyclePlanned):
            self.targets |= {_folded(one.text) for one in event.targets}


def _check_plan(event: CyclePlanned) -> None:
    if not event.targets:
        raise RuleRefused(
            "A plan has at least one target; nothing was recorded.",
            "Targets and how success shows are what a review looks at (D-APDR-3).",
            "Add --target.",
            kind="no-target",
        )
    if event.review_on < event.occurred_on.first:
        raise RuleRefused(
            "The review would be before the plan; nothing was recorded.",
            "A plan agrees when it is reviewed (D-APDR-5).",
            "Check --review-on and --on.",
            kind="review-before-plan",
        )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
