"""Three reviews in a school year: D-REV-1."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ledger.statute.obligations import obligations_of
from tests.unit.statute.made_up_facts import every, fact, status

if TYPE_CHECKING:
    from ledger.statute.facts import Fact, Obligation


K_ALL_YEAR = status("K", date(2024, 9, 2))


def reviews(*days: date) -> list[Fact]:
    return [fact("review.held", day) for day in days]


def year(found: list[Obligation], ends: int) -> Obligation:
    (one,) = (each for each in every("D-REV-1", found) if each.due_on == date(ends, 8, 31))
    return one


def test_d_rev_1_three_reviews_in_the_school_year_meet_it() -> None:
    held = reviews(date(2025, 11, 10), date(2026, 3, 2), date(2026, 6, 29))
    duty = year(obligations_of([K_ALL_YEAR, *held], today=date(2026, 7, 1)), 2026)
    assert (duty.status, duty.met_index, duty.force) == ("met", held[2].index, "SHOULD")
    assert "3 of 3 in 2025/26: 10 November 2025, 2 March 2026, 29 June 2026." in duty.due_note


def test_d_rev_1_a_shortfall_is_listed_with_its_dates() -> None:
    held = reviews(date(2025, 11, 10), date(2026, 3, 2))
    facts = [K_ALL_YEAR, *held]
    assert year(obligations_of(facts, today=date(2026, 8, 31)), 2026).status == "due"
    short = year(obligations_of(facts, today=date(2026, 9, 1)), 2026)
    assert short.status == "overdue"
    assert "2 of 3 in 2025/26: 10 November 2025, 2 March 2026." in short.due_note
    assert year(obligations_of(facts, today=date(2026, 9, 1)), 2027).due_note.startswith(
        "0 of 3 in 2026/27."
    )


def test_d_rev_1_one_meeting_entered_twice_counts_once() -> None:
    held = [
        *reviews(date(2025, 11, 10), date(2026, 3, 2)),
        fact("support_cycle.reviewed", date(2026, 3, 2)),
    ]
    assert year(obligations_of([K_ALL_YEAR, *held], today=date(2026, 9, 1)), 2026).status == (
        "overdue"
    )


def test_d_rev_1_is_met_by_the_first_entry_of_the_third_day() -> None:
    held = reviews(date(2025, 11, 10), date(2026, 3, 2), date(2026, 6, 29), date(2026, 6, 29))
    duty = year(obligations_of([K_ALL_YEAR, *held], today=date(2026, 7, 1)), 2026)
    assert (duty.met_index, duty.met_on) == (held[2].index, date(2026, 6, 29))


def test_d_rev_1_cycle_reviews_and_annual_reviews_count() -> None:
    held = [
        fact("support_cycle.reviewed", date(2025, 11, 10)),
        fact("annual_review.held", date(2026, 3, 2)),
        fact("review.held", date(2026, 6, 29)),
    ]
    assert year(obligations_of([K_ALL_YEAR, *held], today=date(2026, 7, 1)), 2026).status == "met"


def test_d_rev_1_a_review_of_the_year_before_does_not_count() -> None:
    held = reviews(date(2025, 8, 31), date(2025, 9, 1), date(2026, 3, 2))
    assert year(obligations_of([K_ALL_YEAR, *held], today=date(2026, 9, 1)), 2026).status == (
        "overdue"
    )


def test_d_rev_1_part_of_a_year_is_unknown_once_it_is_over() -> None:
    added = status("K", date(2026, 3, 3))
    running = year(obligations_of([added], today=date(2026, 7, 1)), 2026)
    assert running.status == "due"
    assert "On the register for a part of it." in running.due_note
    assert year(obligations_of([added], today=date(2026, 9, 1)), 2026).status == "unknown"


def test_d_rev_1_ends_with_removal_and_with_leaving() -> None:
    for last, part in (
        (status("N", date(2026, 1, 12)), "unknown"),
        (fact("pupil.left", date(2026, 1, 12)), "not-applicable"),
    ):
        found = every("D-REV-1", obligations_of([K_ALL_YEAR, last], today=date(2027, 1, 1)))
        assert [(one.due_on, one.status) for one in found] == [
            (date(2025, 8, 31), "unknown"),  # began on 2 September 2024
            (date(2026, 8, 31), part),
        ]


def test_d_rev_1_a_leaver_s_year_asks_for_nothing_more_and_says_what_was_done() -> None:
    facts = [K_ALL_YEAR, fact("pupil.left", date(2026, 1, 12))]
    year = every("D-REV-1", obligations_of(facts, today=date(2026, 2, 1)))[-1]
    assert (year.status, year.due_on) == ("not-applicable", date(2026, 8, 31))
    assert year.due_note.startswith("0 of 3 in 2025/26. The pupil left on 12 January 2026.")
    back = [*facts, status("K", date(2026, 3, 2))]
    assert every("D-REV-1", obligations_of(back, today=date(2026, 4, 1)))[-1].status == "due"


def test_d_rev_1_removal_on_the_first_day_leaves_the_new_year_out() -> None:
    facts = [status("K", date(2024, 9, 1)), status("N", date(2025, 9, 1))]
    found = every("D-REV-1", obligations_of(facts, today=date(2026, 9, 1)))
    assert [(one.due_on, one.status) for one in found] == [(date(2025, 8, 31), "overdue")]


def test_d_rev_1_k_to_e_is_one_unbroken_spell() -> None:
    facts = [status("K", date(2024, 9, 1)), status("E", date(2026, 1, 12))]
    found = every("D-REV-1", obligations_of(facts, today=date(2026, 9, 1)))
    assert [one.status for one in found] == ["overdue", "overdue", "due"]


def test_d_rev_1_does_not_concern_a_pupil_without_sen() -> None:
    facts = [status("N", date(2025, 9, 8)), *reviews(date(2025, 11, 10))]
    assert every("D-REV-1", obligations_of(facts, today=date(2026, 9, 1))) == []


def test_d_rev_1_a_year_before_the_ledger_began_is_earlier_not_missed() -> None:
    facts = [status("K", date(2021, 9, 1))]
    begun_on = date(2025, 1, 6)
    found = every("D-REV-1", obligations_of(facts, today=date(2026, 10, 1), begun_on=begun_on))
    assert [(one.due_on, one.status) for one in found] == [
        (date(2022, 8, 31), "earlier"),
        (date(2023, 8, 31), "earlier"),
        (date(2024, 8, 31), "earlier"),
        (date(2025, 8, 31), "unknown"),  # the ledger began in the middle of it
        (date(2026, 8, 31), "overdue"),
        (date(2027, 8, 31), "due"),
    ]
    where = "Before this ledger's first day, 6 January 2025: see the earlier record."
    assert [where in one.due_note for one in found] == [True] * 4 + [False] * 2


def test_d_rev_1_a_year_before_the_pupil_came_is_another_schools() -> None:
    facts = [status("K", date(2021, 9, 1)), fact("pupil.enrolled", date(2025, 9, 1))]
    begun_on = date(2025, 1, 6)
    found = every("D-REV-1", obligations_of(facts, today=date(2026, 9, 1), begun_on=begun_on))
    assert [one.status for one in found] == ["earlier"] * 4 + ["overdue", "due"]
    assert "Before the pupil's first day on roll here, 1 September 2025" in found[3].due_note


def test_d_rev_1_reviews_recorded_later_still_meet_an_earlier_year() -> None:
    held = reviews(date(2023, 11, 10), date(2024, 3, 2), date(2024, 6, 29))
    facts = [status("K", date(2023, 9, 1)), *held]
    found = obligations_of(facts, today=date(2025, 3, 1), begun_on=date(2025, 1, 6))
    assert year(found, 2024).status == "met"
