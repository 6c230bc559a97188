"""Stated dates keep their precision; days are read without guessing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ledger.values.dates import (
    DateRefused,
    InstantRefused,
    OccurredOn,
    day_words,
    instant_text,
    months_after,
    nth_weekday,
    parse_day,
    parse_instant,
)


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2026-03-03", date(2026, 3, 3), date(2026, 3, 3), "day"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "month"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "month"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "year"),
    ],
)
def test_a_stated_date_spans_its_day_month_or_year(
    text: str, first: date, last: date, precision: str
) -> None:
    stated = OccurredOn.parse(text)
    assert (stated.first, stated.last, stated.precision) == (first, last, precision)
    assert str(stated) == text
    assert stated.contains(first)
    assert stated.contains(last)
    assert not stated.contains(first - timedelta(days=1))
    assert not stated.contains(last + timedelta(days=1))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-3-3",
        "2026-13",
        "2026-00",
        "2026-00-01",
        "2026-02-00",
        "2026-02-29",
        "2026-03-03 ",
        "2026-03-03T00:00:00Z",
        "1899",
        "2200-01-01",
        "٢٠٢٦",
        "03/03/2026",
    ],
)
def test_a_stated_date_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(DateRefused) as refused:
        OccurredOn.parse(text)
    assert refused.value.kind == "bad-date"
    assert refused.value.remedy


def test_a_span_that_is_not_whole_is_refused() -> None:
    with pytest.raises(DateRefused):
        OccurredOn(date(2026, 3, 2), date(2026, 3, 31), "month")
    with pytest.raises(DateRefused):
        OccurredOn(date(2026, 3, 2), date(2026, 3, 3), "day")
    with pytest.raises(DateRefused):
        OccurredOn(date(2026, 1, 1), date(2026, 12, 30), "year")


def test_a_known_day_makes_a_stated_date() -> None:
    assert OccurredOn.on(date(2024, 2, 29)) == OccurredOn.parse("2024-02-29")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09",
        "09/03/2026",
        "9/3/2026",
        "09-03-2026",
        "9 Mar 2026",
        "09 March 2026",
        "9-mar-2026",
        "09-MARCH-2026",
        "  09/03/2026 ",
    ],
)
def test_a_day_is_read_in_the_forms_that_schools_write(text: str) -> None:
    assert parse_day(text) == date(2026, 3, 9)


def test_september_has_two_short_forms() -> None:
    assert parse_day("1 Sep 2025") == parse_day("1 Sept 2025") == date(2025, 9, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12/25/2026",
        "09/03/26",
        "2026/03/09",
        "9/3-2026",
        "9 Mar-2026",
        "9 Marz 2026",
        "9 M 2026",
        "29/02/2026",
        "31/04/2026",
        "0/1/2026",
        "09/03/1899",
        "45720",
        "9.3.2026",
        "tomorrow",
    ],
)
def test_a_day_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(DateRefused):
        parse_day(text)


def test_29_february_is_read_in_leap_years_only() -> None:
    assert parse_day("29/02/2024") == date(2024, 2, 29)
    assert parse_day("29 Feb 2000") == date(2000, 2, 29)
    with pytest.raises(DateRefused):
        parse_day("29/02/1900")


def test_a_day_is_written_in_words() -> None:
    assert day_words(date(2026, 3, 3)) == "3 March 2026"


def test_instants_are_whole_seconds_of_utc() -> None:
    assert instant_text(datetime(2026, 3, 3, 17, 0, 0, 999_999, tzinfo=UTC)) == (
        "2026-03-03T17:00:00Z"
    )
    summer_time = timezone(timedelta(hours=1))
    assert instant_text(datetime(2026, 7, 1, 0, 30, tzinfo=summer_time)) == "2026-06-30T23:30:00Z"


def test_an_instant_reads_back() -> None:
    instant = datetime(2026, 3, 3, 17, 0, 5, tzinfo=UTC)
    assert parse_instant(instant_text(instant)) == instant


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(InstantRefused) as refused:
        instant_text(datetime(2026, 3, 3, 17))  # noqa: DTZ001  the fault under test
    assert refused.value.kind == "bad-instant"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-03T17:00:00",
        "2026-03-03T17:00:00+00:00",
        "2026-03-03T17:00:00.0Z",
        "2026-03-03 17:00:00Z",
        "2026-03-03t17:00:00z",
        "2026-03-03T24:00:00Z",
        "2026-03-03T17:00:60Z",
        "2026-02-29T17:00:00Z",
        "2026-03-03T17:00:00Z\n",
    ],
)
def test_another_form_of_instant_is_refused(text: str) -> None:
    with pytest.raises(InstantRefused):
        parse_instant(text)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 2, 28), 12, date(2026, 2, 28)),
        (date(2025, 10, 31), 1, date(2025, 11, 30)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 11, 15), 2, date(2026, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 6, 1), 0, date(2026, 6, 1)),
    ],
)
def test_a_period_of_months_ends_on_the_corresponding_date(
    start: date, months: int, end: date
) -> None:
    assert months_after(start, months) == end


def test_nth_weekdays() -> None:
    assert nth_weekday(2026, 1, 3, 3) == date(2026, 1, 15)
    assert nth_weekday(2026, 10, 3, 1) == date(2026, 10, 1)
    assert nth_weekday(2026, 6, 4, -1) == date(2026, 6, 26)
    assert nth_weekday(2028, 6, 4, -1) == date(2028, 6, 30)
