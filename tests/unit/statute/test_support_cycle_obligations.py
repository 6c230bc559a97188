"""Plans and their reviews: D-APDR-5 and D-APDR-10."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger.statute.obligations import obligations_of
from tests.unit.statute.made_up_facts import every, fact, only, planned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.statute.facts import Fact


def test_d_apdr_5_a_plan_with_a_review_date_meets_itself() -> None:
    plan = planned(date(2026, 1, 12), review_on="2026-03-02")
    duty = only("D-APDR-5", obligations_of([plan], today=date(2026, 1, 12)))
    assert (duty.status, duty.met_index) == ("met", plan.index)


@pytest.mark.parametrize("fields", [{}, {"review_on": None}, {"review_on": ""}])
def test_d_apdr_5_no_plan_without_a_review_date(fields: Mapping[str, Any]) -> None:
    plan = planned(date(2026, 1, 12), **fields)
    found = obligations_of([plan], today=date(2026, 1, 13))
    assert only("D-APDR-5", found).status == "overdue"
    review = only("D-APDR-10", found)
    assert review.status == "not-applicable"
    assert "D-APDR-5" in review.due_note


def test_d_apdr_5_a_later_plan_of_the_cycle_may_name_the_date() -> None:
    first = planned(date(2026, 1, 12))
    other = planned(date(2026, 1, 14), "cycle 2", review_on="2026-03-02")
    duties = every("D-APDR-5", obligations_of([first, other], today=date(2026, 2, 1)))
    assert [one.status for one in duties] == ["overdue", "met"]
    mended = planned(date(2026, 1, 20), review_on="2026-03-02")
    duties = every("D-APDR-5", obligations_of([first, other, mended], today=date(2026, 2, 1)))
    assert duties[0].met_index == mended.index


def test_d_apdr_5_a_plan_does_not_answer_for_one_made_later_that_day() -> None:
    dated = planned(date(2026, 1, 12), None, review_on="2026-03-02")
    undated = planned(date(2026, 1, 12), None)
    duties = every("D-APDR-5", obligations_of([dated, undated], today=date(2026, 2, 1)))
    assert [one.status for one in duties] == ["met", "overdue"]


def test_d_apdr_10_the_review_is_due_on_the_agreed_date() -> None:
    plan = planned(date(2026, 1, 12), review_on="2026-03-02")
    assert [
        only("D-APDR-10", obligations_of([plan], today=today)).status
        for today in (date(2026, 3, 2), date(2026, 3, 3))
    ] == ["due", "overdue"]


@pytest.mark.parametrize(
    ("review", "late"),
    [
        (fact("support_cycle.reviewed", date(2026, 3, 2), "cycle 1"), False),
        (fact("support_cycle.reviewed", date(2026, 3, 3), "cycle 1"), True),
        (fact("support_cycle.reviewed", date(2026, 2, 27), "cycle 1"), False),
        (fact("support_cycle.reviewed", date(2026, 3, 2)), False),
    ],
)
def test_d_apdr_10_a_review_meets_it_and_a_late_one_is_flagged(review: Fact, *, late: bool) -> None:
    plan = planned(date(2026, 1, 12), review_on="2026-03-02")
    duty = only("D-APDR-10", obligations_of([plan, review], today=date(2026, 4, 1)))
    assert (duty.status, duty.met_index, duty.late) == ("met", review.index, late)


def test_d_apdr_10_a_review_of_something_else_does_not_meet_it() -> None:
    plan = planned(date(2026, 1, 12), review_on="2026-03-02")
    others = [
        fact("support_cycle.reviewed", date(2026, 3, 2), "cycle 9"),
        fact("review.held", date(2026, 3, 2)),
    ]
    duty = only("D-APDR-10", obligations_of([plan, *others], today=date(2026, 4, 1)))
    assert duty.status == "overdue"


def test_d_apdr_10_each_cycle_has_its_own_review() -> None:
    one = planned(date(2025, 9, 15), review_on="2025-11-10")
    two = planned(date(2026, 1, 12), "cycle 2", review_on="2026-03-02")
    reviews = [
        fact("support_cycle.reviewed", date(2025, 11, 10), "cycle 1"),
        fact("support_cycle.reviewed", date(2026, 3, 2), "cycle 2"),
    ]
    duties = every("D-APDR-10", obligations_of([one, two, *reviews], today=date(2026, 4, 1)))
    assert [duty.met_index for duty in duties] == [review.index for review in reviews]


def test_d_apdr_10_a_plan_made_anew_in_time_takes_the_place_of_the_old() -> None:
    old = planned(date(2026, 1, 12), review_on="2026-03-02")
    new = planned(date(2026, 2, 20), review_on="2026-03-20")
    duties = every("D-APDR-10", obligations_of([old, new], today=date(2026, 3, 10)))
    assert [duty.status for duty in duties] == ["not-applicable", "due"]
    review = fact("support_cycle.reviewed", date(2026, 3, 20), "cycle 1")
    duties = every("D-APDR-10", obligations_of([old, new, review], today=date(2026, 4, 1)))
    assert duties[1].status == "met"


@pytest.mark.parametrize(
    ("name", "about"), [("pupil.left", None), ("support_cycle.closed", "cycle 1")]
)
def test_d_apdr_10_ends_with_leaving_or_closing_before_the_date(
    name: str, about: str | None
) -> None:
    plan = planned(date(2026, 1, 12), review_on="2026-03-02")
    for day, expected in (
        (date(2026, 2, 13), "not-applicable"),
        (date(2026, 3, 2), "not-applicable"),
        (date(2026, 3, 3), "overdue"),
    ):
        ending = fact(name, day, about)
        duty = only("D-APDR-10", obligations_of([plan, ending], today=date(2026, 4, 1)))
        assert duty.status == expected


def test_d_apdr_10_closing_another_cycle_does_not_end_it() -> None:
    plan = planned(date(2026, 1, 12), review_on="2026-03-02")
    unnamed = planned(date(2026, 1, 13), None, review_on="2026-03-02")
    others = [
        fact("support_cycle.closed", date(2026, 2, 2), "cycle 9"),
        fact("support_cycle.closed", date(2026, 2, 2)),
    ]
    duties = every("D-APDR-10", obligations_of([plan, unnamed, *others], today=date(2026, 2, 3)))
    assert [duty.status for duty in duties] == ["due", "due"]


def test_d_apdr_10_a_date_that_cannot_be_read_is_unknown() -> None:
    plan = planned(date(2026, 1, 12), review_on="after Easter")
    duty = only("D-APDR-10", obligations_of([plan], today=date(2026, 4, 1)))
    assert (duty.status, duty.due_on) == ("unknown", None)
    assert "No agreed date can be read." in duty.due_note
