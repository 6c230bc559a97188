"""Deadlines: calendar days, weeks, months, anniversaries and school days."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.statute.clocks import Clock, Deadline, deadline
from ledger.statute.school_calendar import CalendarRefused, SchoolCalendar, Term

FIFTEEN = Clock(kind="school_days", length=15)
CALENDAR = SchoolCalendar(
    terms=(
        Term(first=date(2026, 6, 1), last=date(2026, 7, 21)),
        Term(first=date(2026, 9, 1), last=date(2026, 10, 23)),
        Term(first=date(2026, 11, 2), last=date(2026, 12, 18)),
    ),
    inset_days=frozenset({date(2026, 9, 1), date(2026, 9, 2)}),
    closures=frozenset({date(2026, 9, 10)}),
    version="2026/27, first issue",
)


def exactly(day: date) -> tuple[date, date]:
    return day, day


@pytest.mark.parametrize(
    ("clock", "start", "due_on"),
    [
        (Clock(kind="calendar_days", length=0), date(2026, 3, 3), date(2026, 3, 3)),
        (Clock(kind="calendar_days", length=15), date(2026, 3, 1), date(2026, 3, 16)),
        (Clock(kind="calendar_days", length=15), date(2024, 2, 20), date(2024, 3, 6)),
        (Clock(kind="weeks", length=2), date(2026, 7, 20), date(2026, 8, 3)),
        (Clock(kind="weeks", length=20), date(2026, 1, 1), date(2026, 5, 21)),
        (Clock(kind="months", length=6), date(2025, 8, 31), date(2026, 2, 28)),
        (Clock(kind="years_from", length=1), date(2024, 2, 29), date(2025, 2, 28)),
        (Clock(kind="years_from", length=4), date(2024, 2, 29), date(2028, 2, 28)),
        (Clock(kind="years_from", length=1), date(2025, 3, 3), date(2026, 3, 2)),
        (Clock(kind="years_from", length=1), date(2024, 3, 1), date(2025, 2, 28)),
        (Clock(kind="years_from", length=1), date(2023, 3, 1), date(2024, 2, 29)),
        (Clock(kind="next_census"), date(2026, 3, 3), date(2026, 5, 21)),
        (Clock(kind="school_year"), date(2026, 3, 3), date(2026, 8, 31)),
    ],
)
def test_a_period_counts_after_its_day(clock: Clock, start: date, due_on: date) -> None:
    due = deadline(clock, start)
    assert (due.due_on, due.latest_on) == exactly(due_on)


def test_no_clock_gives_no_day() -> None:
    assert deadline(Clock(kind="none"), date(2026, 3, 3)) == Deadline(
        due_on=None, latest_on=None, note="No date is set for it."
    )


def test_an_agreed_date_is_the_day() -> None:
    clock = Clock(kind="agreed_date", field="review_on")
    agreed = date(2026, 5, 1)
    assert deadline(clock, date(2026, 3, 3), agreed=agreed).due_on == agreed
    assert deadline(clock, date(2026, 3, 3)).due_on is None


def test_school_days_by_the_schools_own_calendar() -> None:
    due = deadline(FIFTEEN, date(2026, 6, 8), calendar=CALENDAR)
    assert (due.due_on, due.latest_on) == exactly(date(2026, 6, 29))
    assert "by the school's calendar" in due.note


def test_a_july_leaver_runs_into_late_september() -> None:
    # 20 and 21 July, then from 3 September without the INSET days and the closure
    due = deadline(FIFTEEN, date(2026, 7, 17), calendar=CALENDAR)
    assert (due.due_on, due.latest_on) == exactly(date(2026, 9, 22))


def test_half_term_is_not_counted() -> None:
    due = deadline(Clock(kind="school_days", length=2), date(2026, 10, 22), calendar=CALENDAR)
    assert due.due_on == date(2026, 11, 2)


def test_a_bank_holiday_in_term_is_not_counted() -> None:
    calendar = SchoolCalendar(terms=(Term(first=date(2026, 4, 20), last=date(2026, 5, 22)),))
    due = deadline(Clock(kind="school_days", length=1), date(2026, 5, 1), calendar=calendar)
    assert due.due_on == date(2026, 5, 5)  # 4 May is the early May bank holiday


def test_without_a_calendar_school_days_are_bounded_and_called_an_estimate() -> None:
    due = deadline(FIFTEEN, date(2026, 7, 17))
    assert due.due_on == date(2026, 8, 7)  # every weekday counted
    assert due.latest_on is not None
    assert due.latest_on > date(2026, 9, 22)
    assert due.note.startswith("Estimate: 15 school days end between 7 August 2026 and ")


def test_the_estimate_leaves_out_bank_holidays() -> None:
    due = deadline(Clock(kind="school_days", length=1), date(2026, 4, 2))
    assert due.due_on == date(2026, 4, 7)  # after Good Friday and Easter Monday


def test_the_upper_bound_spends_all_the_holidays_of_a_year_first() -> None:
    # 2025/26 has 253 working weekdays, so at most 63 days off beside 190 school days
    due = deadline(Clock(kind="school_days", length=1), date(2025, 8, 31))
    assert due.due_on == date(2025, 9, 1)
    assert due.latest_on == date(2025, 11, 27)


def test_beyond_the_calendar_the_count_goes_on_as_an_estimate() -> None:
    due = deadline(FIFTEEN, date(2026, 12, 16), calendar=CALENDAR)
    assert due.latest_on != due.due_on
    assert due.due_on == date(2027, 1, 11)  # 17, 18 December, then weekdays
    before = deadline(Clock(kind="school_days", length=3), date(2026, 5, 28), calendar=CALENDAR)
    assert before.due_on == date(2026, 6, 2)  # whether 29 May counts, the calendar does not say
    assert before.latest_on != before.due_on


def test_beyond_the_known_bank_holidays_the_calendar_decides_and_says_so() -> None:
    terms = (Term(first=date(2029, 4, 16), last=date(2029, 5, 25)),)
    due = deadline(FIFTEEN, date(2029, 4, 20), calendar=SchoolCalendar(terms=terms))
    assert due.due_on == date(2029, 5, 11)
    assert "Bank holidays of 2029 are not known yet" in due.note
    entered = SchoolCalendar(terms=terms, closures=frozenset({date(2029, 5, 7)}))
    assert deadline(FIFTEEN, date(2029, 4, 20), calendar=entered).due_on == date(2029, 5, 14)


def test_no_school_days_end_on_the_day_itself() -> None:
    due = deadline(Clock(kind="school_days", length=0), date(2026, 7, 17))
    assert (due.due_on, due.latest_on) == exactly(date(2026, 7, 17))


@pytest.mark.parametrize(
    "terms",
    [
        (),
        (Term(first=date(2026, 7, 21), last=date(2026, 6, 1)),),
        (
            Term(first=date(2026, 9, 1), last=date(2026, 10, 23)),
            Term(first=date(2026, 6, 1), last=date(2026, 7, 21)),
        ),
        (
            Term(first=date(2026, 6, 1), last=date(2026, 7, 21)),
            Term(first=date(2026, 7, 21), last=date(2026, 8, 1)),
        ),
        (  # the autumn term is missing
            Term(first=date(2026, 6, 1), last=date(2026, 7, 21)),
            Term(first=date(2027, 1, 4), last=date(2027, 2, 12)),
        ),
    ],
)
def test_a_calendar_that_would_count_wrongly_is_refused(terms: tuple[Term, ...]) -> None:
    with pytest.raises(CalendarRefused) as refused:
        SchoolCalendar(terms=terms)
    assert refused.value.kind == "bad-calendar"
