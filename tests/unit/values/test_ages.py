"""Birthdays on 29 February and the end of compulsory school age."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger.values.ages import (
    age_on,
    birthday,
    compulsory_school_age_ends,
    school_leaving_date,
    sixteenth_birthday,
    young_person_from,
)

LEAP = date(2008, 2, 29)


def test_born_on_29_february_attains_an_age_on_1_march_of_a_common_year() -> None:
    assert birthday(LEAP, 5) == date(2013, 3, 1)
    assert birthday(LEAP, 16) == date(2024, 2, 29)
    assert age_on(LEAP, date(2013, 2, 28)) == 4
    assert age_on(LEAP, date(2013, 3, 1)) == 5
    assert age_on(LEAP, date(2024, 2, 28)) == 15


def test_sixteenth_birthday_of_29_february_when_no_leap_year_follows() -> None:
    assert sixteenth_birthday(date(2084, 2, 29)) == date(2100, 3, 1)


def test_age_counts_whole_years() -> None:
    born = date(2010, 9, 1)
    assert age_on(born, date(2026, 8, 31)) == 15
    assert age_on(born, date(2026, 9, 1)) == 16
    assert age_on(born, born) == 0
    assert age_on(born, born - timedelta(days=1)) == -1


@pytest.mark.parametrize(
    ("year", "leaving"),
    [
        (1998, date(1998, 6, 26)),
        (2024, date(2024, 6, 28)),
        (2025, date(2025, 6, 27)),
        (2026, date(2026, 6, 26)),
        (2028, date(2028, 6, 30)),
    ],
)
def test_the_school_leaving_date_is_the_last_friday_in_june(year: int, leaving: date) -> None:
    assert school_leaving_date(year) == leaving


@pytest.mark.parametrize(
    ("born", "ends"),
    [
        (date(2009, 9, 1), date(2026, 6, 26)),  # oldest of the year
        (date(2010, 6, 26), date(2026, 6, 26)),  # sixteen on the leaving date: s.8(3)(b)
        (date(2010, 6, 27), date(2026, 6, 26)),  # sixteen the day after: s.8(3)(a)
        (date(2010, 8, 31), date(2026, 6, 26)),  # youngest: leaves at fifteen
        (date(2010, 9, 1), date(2027, 6, 25)),  # a year later
        (date(2010, 1, 1), date(2026, 6, 26)),
        (LEAP, date(2024, 6, 28)),
    ],
)
def test_compulsory_school_age_ends_by_section_8(born: date, ends: date) -> None:
    assert compulsory_school_age_ends(born) == ends
    assert young_person_from(born) == ends + timedelta(days=1)


def test_the_two_switch_dates_differ() -> None:
    autumn, summer = date(2009, 9, 2), date(2010, 8, 30)
    assert sixteenth_birthday(autumn) < young_person_from(autumn)
    assert young_person_from(summer) < sixteenth_birthday(summer)
