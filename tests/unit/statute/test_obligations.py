"""What holds for the engine of obligations whatever the rule."""

from __future__ import annotations

from datetime import date

from ledger.statute.obligations import obligations_of
from ledger.values.code import Code
from tests.unit.statute.made_up_facts import every, fact, issued, left, only, planned, status, told


def test_typed_fields_are_read_as_well_as_disclosed_ones() -> None:
    code = Code(scheme="dfe-sen-provision", code="K", label="SEN support")
    facts = [
        fact("pupil.sen_status_changed", date(2026, 3, 3), status=code),
        planned(date(2026, 3, 3), review_on=date(2026, 4, 20)),
    ]
    found = obligations_of(facts, today=date(2026, 3, 10))
    assert only("D-REG-4", found).status == "overdue"
    assert only("D-APDR-10", found).due_on == date(2026, 4, 20)


def test_what_lies_after_the_day_asked_about_is_left_aside() -> None:
    facts = [status("K", date(2026, 3, 3)), told(date(2026, 3, 5))]
    assert obligations_of(facts, today=date(2026, 3, 2)) == []
    assert only("D-REG-4", obligations_of(facts, today=date(2026, 3, 4))).status == "overdue"


def test_a_rule_does_not_reach_back_before_it_was_in_force() -> None:
    facts = [status("S", date(2012, 9, 3)), status("K", date(2014, 8, 31))]
    assert every("D-REG-4", obligations_of(facts, today=date(2015, 1, 1))) == []


def test_obligations_come_in_order_of_the_day_due() -> None:
    facts = [
        fact("record_transfer.dispatched", date(2026, 3, 20), "t"),
        issued(date(2025, 3, 3)),
        status("K", date(2026, 3, 3)),
        planned(date(2026, 1, 12), review_on="2026-03-02"),
    ]
    found = obligations_of(facts, today=date(2026, 3, 21))
    dues = [one.due_on or date.max for one in found]
    assert dues == sorted(dues)
    assert found[-1].rule_id == "D-XFER-3"


def test_the_order_in_which_facts_are_given_does_not_matter() -> None:
    facts = [
        status("K", date(2025, 9, 8)),
        told(date(2025, 9, 9)),
        planned(date(2025, 9, 15), review_on="2025-11-10"),
        fact("support_cycle.reviewed", date(2025, 11, 10), "cycle 1"),
        left(date(2026, 3, 13)),
    ]
    today = date(2026, 3, 20)
    assert obligations_of(facts, today=today) == obligations_of(facts[::-1], today=today)


def test_what_fell_due_before_the_ledger_began_is_earlier_not_overdue() -> None:
    facts = [status("K", date(2023, 3, 3)), planned(date(2023, 3, 3), review_on="2025-02-03")]
    begun_on, today = date(2025, 1, 6), date(2025, 3, 1)
    found = obligations_of(facts, today=today, begun_on=begun_on)
    told_of = only("D-REG-4", found)
    assert told_of.status == "earlier"
    assert "Before this ledger's first day, 6 January 2025: see the earlier" in told_of.due_note
    assert only("D-APDR-10", found).status == "overdue"  # fell due since


def test_what_the_ledger_can_know_from_its_first_day_on_is_judged() -> None:
    facts = [status("K", date(2025, 1, 6))]
    found = obligations_of(facts, today=date(2025, 1, 7), begun_on=date(2025, 1, 6))
    assert only("D-REG-4", found).status == "overdue"


def test_an_annual_review_comes_round_again_so_an_old_plan_leaves_it_unknown() -> None:
    begun = date(2025, 1, 6)
    duty = only("D-AR-1", obligations_of([issued(date(2021, 3, 3))], today=begun, begun_on=begun))
    assert duty.status == "unknown"
    assert "see the earlier record" in duty.due_note
