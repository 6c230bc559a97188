"""The SEN register's duties: D-REG-4 and D-REG-9."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.statute.obligations import obligations_of
from tests.unit.statute.made_up_facts import every, fact, only, status, told


@pytest.mark.parametrize("code", ["K", "E"])
def test_d_reg_4_putting_on_the_register_calls_for_a_notification(code: str) -> None:
    added = status(code, date(2026, 3, 3))
    open_duty = only("D-REG-4", obligations_of([added], today=date(2026, 3, 3)))
    assert (open_duty.status, open_duty.due_on) == ("due", date(2026, 3, 3))
    assert (open_duty.force, open_duty.trigger_index) == ("MUST", added.index)
    assert "COP 6.43" in open_duty.source
    late = only("D-REG-4", obligations_of([added], today=date(2026, 3, 4)))
    assert late.status == "overdue"


def test_d_reg_4_a_later_notification_meets_it() -> None:
    added, notified = status("K", date(2026, 3, 3)), told(date(2026, 3, 5))
    duty = only("D-REG-4", obligations_of([notified, added], today=date(2026, 6, 1)))
    assert (duty.status, duty.met_index, duty.met_on) == ("met", notified.index, date(2026, 3, 5))
    assert duty.late
    assert "Done late, on 5 March 2026." in duty.due_note


def test_d_reg_4_on_the_same_day_the_order_of_entry_does_not_matter() -> None:
    notified = told(date(2026, 3, 3), index=1)
    added = status("K", date(2026, 3, 3), index=2)
    duty = only("D-REG-4", obligations_of([notified, added], today=date(2026, 3, 3)))
    assert (duty.status, duty.late) == ("met", False)


def test_d_reg_4_an_earlier_notification_or_one_of_something_else_does_not_meet_it() -> None:
    facts = [
        told(date(2026, 3, 2)),
        status("K", date(2026, 3, 3)),
        fact("notification.given", date(2026, 3, 4), regarding="ehc_plan.issued.v1"),
        fact("notification.given", date(2026, 3, 4)),
    ]
    duty = only("D-REG-4", obligations_of(facts, today=date(2026, 3, 10)))
    assert (duty.status, duty.met_index) == ("overdue", None)


def test_d_reg_4_taking_off_the_register_calls_for_one_too() -> None:
    facts = [status("K", date(2025, 9, 8)), told(date(2025, 9, 8)), status("N", date(2026, 3, 3))]
    added, removed = every("D-REG-4", obligations_of(facts, today=date(2026, 3, 10)))
    assert (added.status, removed.status) == ("met", "overdue")
    assert "late" not in added.due_note


def test_d_reg_4_what_counts_is_the_status_just_before() -> None:
    facts = [
        status("N", date(2024, 9, 2)),
        status("K", date(2025, 9, 8)),
        status("N", date(2026, 3, 3)),
    ]
    assert len(every("D-REG-4", obligations_of(facts, today=date(2026, 3, 10)))) == 2


def test_d_reg_4_one_notification_answers_the_newest_change_only() -> None:
    first, second = status("K", date(2025, 9, 8)), status("E", date(2026, 3, 3))
    notified = told(date(2026, 3, 3))
    duties = every("D-REG-4", obligations_of([first, second, notified], today=date(2026, 3, 10)))
    assert [(one.trigger_index, one.status) for one in duties] == [
        (first.index, "overdue"),
        (second.index, "met"),
    ]
    again = told(date(2026, 3, 9))
    duties = every(
        "D-REG-4", obligations_of([first, second, notified, again], today=date(2026, 3, 10))
    )
    assert [one.met_index for one in duties] == [again.index, notified.index]


def test_d_reg_4_a_notification_that_names_its_event_answers_that_one() -> None:
    first = replace(status("K", date(2025, 9, 8)), seq=3)
    second = replace(status("E", date(2026, 3, 3)), seq=7)
    names_the_first = fact(
        "notification.given",
        date(2026, 3, 4),
        regarding="pupil.sen_status_changed",
        regarding_seq=3,
    )
    facts = [first, second, names_the_first]
    duties = every("D-REG-4", obligations_of(facts, today=date(2026, 3, 10)))
    assert [duty.status for duty in duties] == ["met", "overdue"]


def test_d_reg_4_a_pupil_who_never_had_sen_calls_for_nothing() -> None:
    facts = [status("N", date(2025, 9, 8)), status("N", date(2026, 3, 3))]
    assert obligations_of(facts, today=date(2026, 3, 10)) == []


DURHAM = frozenset({"durham"})


def test_d_reg_9_is_durham_s_rule_and_runs_to_the_next_census() -> None:
    facts = [status("K", date(2025, 9, 8)), status("N", date(2026, 3, 3))]
    assert every("D-REG-9", obligations_of(facts, today=date(2026, 3, 3))) == []
    shown = only("D-REG-9", obligations_of(facts, today=date(2026, 5, 21), profiles=DURHAM))
    assert (shown.status, shown.due_on) == ("due", date(2026, 5, 21))
    dropped = only("D-REG-9", obligations_of(facts, today=date(2026, 5, 22), profiles=DURHAM))
    assert dropped.status == "met"


def test_d_reg_9_ends_when_the_pupil_is_put_on_again() -> None:
    facts = [
        status("K", date(2025, 9, 8)),
        status("N", date(2026, 3, 3)),
        status("K", date(2026, 4, 20)),
    ]
    duty = only("D-REG-9", obligations_of(facts, today=date(2026, 6, 1), profiles=DURHAM))
    assert duty.status == "not-applicable"
    assert "It ended on 20 April 2026." in duty.due_note
