"""The annual review of an EHC plan: D-AR-1, D-AR-6, D-AR-7."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.statute.obligations import obligations_of
from tests.unit.statute.made_up_facts import every, fact, issued, only

if TYPE_CHECKING:
    from ledger.statute.facts import Fact


def held(day: date, about: str = "review 1") -> Fact:
    return fact("annual_review.held", day, about)


def decided(day: date, about: str = "review 1") -> Fact:
    return fact("annual_review.decided", day, about)


def test_d_ar_1_the_first_review_ends_with_the_decision_before_the_anniversary() -> None:
    plan = issued(date(2025, 3, 3))
    assert [
        only("D-AR-1", obligations_of([plan], today=today)).status
        for today in (date(2026, 3, 2), date(2026, 3, 3))
    ] == ["due", "overdue"]
    meeting = held(date(2026, 2, 2))
    first, second = every("D-AR-1", obligations_of([plan, meeting], today=date(2026, 3, 4)))
    assert (first.status, first.due_on) == ("overdue", date(2026, 3, 2))  # no decision yet
    assert (second.status, second.due_on) == ("due", date(2027, 2, 1))
    decision = decided(date(2026, 2, 27))
    first, second = every(
        "D-AR-1", obligations_of([plan, meeting, decision], today=date(2026, 3, 4))
    )
    assert (first.status, first.met_index, first.late) == ("met", decision.index, False)
    assert second.status == "due"  # the decision on one review does not meet the next


def test_d_ar_1_a_plan_of_29_february_is_due_on_28_february() -> None:
    duty = only("D-AR-1", obligations_of([issued(date(2024, 2, 29))], today=date(2024, 3, 1)))
    assert duty.due_on == date(2025, 2, 28)


def test_d_ar_7_counts_the_day_on_which_the_family_was_told() -> None:
    meeting = held(date(2026, 2, 2))
    for told_on, late in (("2026-03-02", False), ("2026-03-03", True)):
        decision = fact("annual_review.decided", date(2026, 2, 20), "review 1", notified_on=told_on)
        duty = only("D-AR-7", obligations_of([meeting, decision], today=date(2026, 4, 1)))
        assert (duty.status, duty.met_on, duty.late) == ("met", date.fromisoformat(told_on), late)


def test_d_ar_1_the_decision_on_another_review_does_not_complete_this_one() -> None:
    facts = [
        issued(date(2025, 3, 3)),
        held(date(2026, 2, 2)),
        decided(date(2026, 2, 9), "review 9"),
    ]
    first, _ = every("D-AR-1", obligations_of(facts, today=date(2026, 3, 1)))
    assert first.status == "due"


def test_d_ar_1_the_next_review_meets_the_one_before() -> None:
    facts = [
        issued(date(2024, 3, 4)),
        held(date(2025, 2, 3)),
        decided(date(2025, 2, 28)),
        held(date(2026, 1, 26), "review 2"),
        decided(date(2026, 2, 20), "review 2"),
    ]
    duties = every("D-AR-1", obligations_of(facts, today=date(2026, 3, 1)))
    assert [(one.due_on, one.status, one.late) for one in duties] == [
        (date(2025, 3, 3), "met", False),
        (date(2026, 2, 2), "met", True),
        (date(2027, 1, 25), "due", False),
    ]


def test_d_ar_1_an_amended_issue_does_not_move_the_anniversary() -> None:
    facts = [issued(date(2025, 3, 3)), issued(date(2025, 9, 1))]
    duty = only("D-AR-1", obligations_of(facts, today=date(2025, 10, 1)))
    assert duty.due_on == date(2026, 3, 2)


@pytest.mark.parametrize("ending", ["ehc_plan.ceased", "pupil.left"])
def test_d_ar_1_ends_with_the_plan_or_the_pupil_s_leaving(ending: str) -> None:
    facts = [issued(date(2025, 3, 3)), fact(ending, date(2025, 12, 1))]
    duty = only("D-AR-1", obligations_of(facts, today=date(2026, 6, 1)))
    assert duty.status == "not-applicable"


@pytest.mark.parametrize(
    ("rule_id", "event", "due_on"),
    [
        ("D-AR-6", "annual_review.report_sent", date(2026, 2, 16)),
        ("D-AR-7", "annual_review.decided", date(2026, 3, 2)),
    ],
)
def test_d_ar_6_d_ar_7_weeks_after_the_meeting(rule_id: str, event: str, due_on: date) -> None:
    meeting = held(date(2026, 2, 2))
    duty = only(rule_id, obligations_of([meeting], today=due_on))
    assert (duty.status, duty.due_on) == ("due", due_on)
    after = due_on.replace(day=due_on.day + 1)
    assert only(rule_id, obligations_of([meeting], today=after)).status == "overdue"
    done = fact(event, due_on, "review 1")
    duty = only(rule_id, obligations_of([meeting, done], today=after))
    assert (duty.status, duty.met_index, duty.late) == ("met", done.index, False)
    of_another = fact(event, due_on, "review 9")
    duty = only(rule_id, obligations_of([meeting, of_another], today=after))
    assert duty.status == "overdue"
