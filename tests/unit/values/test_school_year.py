"""The school year turns on 1 September."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.values.school_year import SchoolYear, SchoolYearRefused


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2025, 8, 31), "2024/25"),
        (date(2025, 9, 1), "2025/26"),
        (date(2026, 8, 31), "2025/26"),
        (date(1999, 12, 31), "1999/00"),
    ],
)
def test_a_day_falls_in_one_school_year(day: date, text: str) -> None:
    year = SchoolYear.of(day)
    assert str(year) == text
    assert SchoolYear.parse(text) == year
    assert year.contains(day)


def test_its_bounds() -> None:
    year = SchoolYear(2025)
    assert (year.first, year.last) == (date(2025, 9, 1), date(2026, 8, 31))
    assert not year.contains(date(2025, 8, 31))
    assert not year.contains(date(2026, 9, 1))


@pytest.mark.parametrize(
    "text", ["", "2025", "2025/27", "2025/25", "2025-26", "25/26", "2025/2026"]
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(SchoolYearRefused) as refused:
        SchoolYear.parse(text)
    assert refused.value.kind == "bad-school-year"
