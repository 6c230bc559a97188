"""Bank holidays are GOV.UK's, unchanged."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.statute.bank_holidays import bank_holidays, is_working_weekday


def test_the_whole_published_list_is_there() -> None:
    loaded = bank_holidays()
    assert len(loaded.days) == 140
    assert (min(loaded.days), max(loaded.days)) == (date(2012, 1, 2), date(2028, 12, 26))
    assert "Open Government Licence" in loaded.source


@pytest.mark.parametrize(
    ("day", "title"),
    [
        (date(2012, 6, 5), "Queen’s Diamond Jubilee"),
        (date(2020, 5, 8), "Early May bank holiday (VE day)"),
        (date(2023, 5, 8), "Bank holiday for the coronation of King Charles III"),
        (date(2026, 4, 3), "Good Friday"),
        (date(2027, 12, 28), "Boxing Day"),
    ],
)
def test_days_that_were_added_or_moved(day: date, title: str) -> None:
    assert bank_holidays().days[day] == title


def test_scottish_and_northern_irish_days_are_not_among_them() -> None:
    assert date(2026, 1, 2) not in bank_holidays().days
    assert date(2026, 7, 13) not in bank_holidays().days


def test_working_weekdays() -> None:
    assert is_working_weekday(date(2026, 4, 2))
    assert not is_working_weekday(date(2026, 4, 3))  # Good Friday
    assert not is_working_weekday(date(2026, 4, 4))  # a Saturday
    assert not is_working_weekday(date(2026, 4, 6))  # Easter Monday


def test_years_beyond_the_list_are_not_known() -> None:
    assert bank_holidays().covers(date(2028, 12, 31))
    assert not bank_holidays().covers(date(2029, 1, 1))
    assert not bank_holidays().covers(date(2011, 12, 31))
