"""Graduated approach, plans, EHC plans and annual reviews, each step in its order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.annual_review import (
    AnnualReview,
    AnnualReviewDecided,
    AnnualReviewHeld,
    AnnualReviewReportSent,
)
from ledger.aggregates.ehc_plan import EhcPlan, EhcPlanAmended, EhcPlanCeased
from ledger.aggregates.support_cycle import (
    CycleAssessed,
    CycleClosed,
    CycleOpened,
    CyclePlanned,
    CycleReviewed,
    CycleStarted,
    SupportCycle,
    Target,
)
from ledger.aggregates.support_plan import PlanCirculated, PlanFinalised, SupportPlan
from tests.unit.aggregates.facts import (
    PUPIL,
    TODAY,
    code,
    entry,
    new,
    rebuilt,
    refused,
    state,
)

if TYPE_CHECKING:
    from ledger.aggregates.event import Event

CYCLE: dict[type[Event], dict[str, Any]] = {
    CycleOpened: {"pupil": PUPIL, "number": 2, "previous": PUPIL},
    CycleAssessed: {
        "sources": (),
        "findings": "x",
        "parent_views": None,
        "pupil_views": None,
        "pupil_views_method": None,
    },
    CyclePlanned: {
        "targets": (Target("read", "x", "x"),),
        "provision": (),
        "responsible_teacher": "x",
        "expected_impact": "x",
        "review_on": date(2026, 6, 1),
    },
    CycleStarted: {"circulated_on": None, "staff_informed": ()},
    CycleReviewed: {
        "lead": "x",
        "impact": "x",
        "outcomes": (),
        "parent_views": None,
        "pupil_views": None,
        "next_step": code("new-cycle"),
        "lessons": "x",
    },
    CycleClosed: {"grounds": "x"},
}
IN_ORDER: tuple[type[Event], ...] = (
    CycleOpened,
    CycleAssessed,
    CyclePlanned,
    CycleStarted,
    CycleReviewed,
    CycleClosed,
)
ALLOWED_AFTER: dict[tuple[type[Event], ...], set[type[Event]]] = {
    (): {CycleOpened},
    IN_ORDER[:1]: {CycleAssessed, CycleClosed},
    IN_ORDER[:2]: {CycleAssessed, CyclePlanned, CycleClosed},
    IN_ORDER[:3]: {CyclePlanned, CycleStarted, CycleClosed},
    IN_ORDER[:4]: {CyclePlanned, CycleReviewed, CycleClosed},
    IN_ORDER[:5]: {CycleClosed},
    IN_ORDER: set(),
}


@pytest.mark.parametrize("done", ALLOWED_AFTER, ids=lambda done: str(len(done)))
def test_code_6_44_a_cycle_goes_through_assess_plan_do_review_in_order(
    done: tuple[type[Event], ...],
) -> None:
    for step in IN_ORDER:
        cycle = new(SupportCycle)
        for cls in done:
            cycle.record(cls, entry(), **CYCLE[cls])
        if step in ALLOWED_AFTER[done]:
            cycle.record(step, entry(), **CYCLE[step])
            assert state(rebuilt(cycle)) == state(cycle)
        else:
            assert refused(cycle, step, entry(), **CYCLE[step]) == "step-out-of-order"


def test_d_apdr_3_a_plan_has_a_target() -> None:
    cycle = new(SupportCycle)
    for cls in IN_ORDER[:2]:
        cycle.record(cls, entry(), **CYCLE[cls])
    facts = CYCLE[CyclePlanned] | {"targets": ()}
    assert refused(cycle, CyclePlanned, entry(), **facts) == "no-target"


def finalised(version: int) -> dict[str, Any]:
    return {
        "pupil": PUPIL,
        "plan_kind": code("isp"),
        "plan_version": version,
        "strengths": "x",
        "needs": "x",
        "provision": "x",
        "outcomes": (),
        "review_on": date(2026, 9, 1),
    }


def test_d_plan_1_versions_of_a_plan_follow_each_other() -> None:
    plan = new(SupportPlan)
    circulated = {"to_names": ("x",), "means": code("letter")}
    assert refused(plan, PlanCirculated, entry(), plan_version=1, **circulated) == "no-such-version"
    assert refused(plan, PlanFinalised, entry(), **finalised(2)) == "version-out-of-order"
    plan.record(PlanFinalised, entry(), **finalised(1))
    assert refused(plan, PlanFinalised, entry(), **finalised(1)) == "version-out-of-order"
    plan.record(PlanFinalised, entry(), **finalised(2))
    for version in (1, 2):
        plan.record(PlanCirculated, entry(), plan_version=version, **circulated)
    assert refused(plan, PlanCirculated, entry(), plan_version=3, **circulated) == "no-such-version"


def test_a_plan_that_is_not_in_force_is_neither_amended_nor_ceased() -> None:
    plan = new(EhcPlan)
    amended = {"outcomes": (), "provision": "x", "placement": "x", "grounds": "x", "document": None}
    assert refused(plan, EhcPlanAmended, entry(), **amended) == "not-in-force"
    assert refused(plan, EhcPlanCeased, entry(), grounds="x") == "not-in-force"


def test_an_annual_review_is_reported_and_decided_after_it_was_held() -> None:
    review = new(AnnualReview)
    decided = {"decision": code("maintain"), "notified_on": TODAY}
    for cls, facts in ((AnnualReviewReportSent, {"to_names": ()}), (AnnualReviewDecided, decided)):
        assert refused(review, cls, entry(), **facts) == "step-out-of-order"
    held = {
        "pupil": PUPIL,
        "ehc_plan": PUPIL,
        "present": (),
        "parent_views": None,
        "pupil_views": None,
        "outcomes_still_right": True,
        "provision_still_right": True,
        "recommendation": code("maintain"),
        "differences_of_opinion": None,
    }
    review.record(AnnualReviewHeld, entry(), **held)
    early = {**decided, "notified_on": TODAY - timedelta(days=1)}
    assert refused(review, AnnualReviewDecided, entry(), **early) == "before-meeting"
    review.record(AnnualReviewReportSent, entry(), to_names=())
    review.record(AnnualReviewDecided, entry(), **decided)
