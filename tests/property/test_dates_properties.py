"""Dates: what is written reads back, and bounds hold for every day."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.statute.census import census_dates, first_census_after, register_shows_removed
from ledger.statute.clocks import Clock, deadline
from ledger.statute.school_calendar import SchoolCalendar, Term
from ledger.values.ages import (
    age_on,
    birthday,
    compulsory_school_age_ends,
    sixteenth_birthday,
    young_person_from,
)
from ledger.values.dates import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    DateRefused,
    OccurredOn,
    day_words,
    instant_text,
    months_after,
    parse_day,
    parse_instant,
)
from ledger.values.school_year import SchoolYear

DAYS = st.dates(date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR, 12, 31))
SCHOOL_DAYS_OF_OUR_TIME = st.dates(date(2012, 1, 1), date(2027, 12, 31))
BIRTHS = st.dates(date(1980, 1, 1), date(2100, 12, 31)) | st.sampled_from(
    [date(2008, 2, 29), date(2084, 2, 29), date(2010, 8, 31), date(2010, 9, 1)]
)
untimed = settings(deadline=None)


@untimed
@given(DAYS)
def test_a_day_reads_back_from_every_form(day: date) -> None:
    forms = [day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", day_words(day)]
    assert [parse_day(form) for form in forms] == [day] * 4


@untimed
@given(DAYS, st.sampled_from([4, 7, 10]))
def test_a_stated_date_reads_back_and_bounds_its_day(day: date, length: int) -> None:
    text = day.isoformat()[:length]
    stated = OccurredOn.parse(text)
    assert str(stated) == text
    assert stated.contains(day)
    assert OccurredOn(stated.first, stated.last, stated.precision) == stated


NUMBERS = st.integers(0, 32).map(str) | st.integers(0, 12).map("{:02d}".format)
WORDS = st.sampled_from(["jan", "Sept", "MAY", "March", "Märch", "Febru", "Sep", "june"])
YEARS = st.sampled_from(["2024", "1900", "2199", "1899", "2200", "26", "20266"])
SEPARATORS = st.sampled_from(["//", "--", "  ", "..", "/-"])
NEARLY_DATES = (
    st.text(max_size=12)
    | st.builds(
        lambda day, month, year, by: f"{day}{by[0]}{month}{by[1]}{year}",
        *(NUMBERS, NUMBERS | WORDS, YEARS, SEPARATORS),
    )
    | st.from_regex(r"\A(19|20|21)[0-9]{2}(-[01]?[0-9](-[0-3]?[0-9])?)?\n?\Z")
)


def spellings(day: date) -> set[str]:
    """Give every text that may be read as a day, in small letters."""
    year = day.isoformat()[:4]
    days, months = {f"{day.day}", f"{day.day:02d}"}, {f"{day.month}", f"{day.month:02d}"}
    word = f"{day:%B}".casefold()
    words = {word, word[:3]} | ({"sept"} if day.month == 9 else set())
    return {
        day.isoformat(),
        *(f"{one}{by}{month}{by}{year}" for one in days for month in months for by in "/-"),
        *(f"{one}{by}{month}{by}{year}" for one in days for month in words for by in " -"),
    }


@settings(deadline=None, max_examples=1500)
@given(NEARLY_DATES)
def test_what_is_read_as_a_date_is_one_of_its_spellings_and_all_else_is_refused(text: str) -> None:
    with suppress(DateRefused):
        assert text.strip().casefold() in spellings(parse_day(text))
    with suppress(DateRefused):
        assert str(OccurredOn.parse(text)) == text


@untimed
@given(st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001  hypothesis wants naive bounds
def test_an_instant_reads_back_without_its_fraction(instant: datetime) -> None:
    assert parse_instant(instant_text(instant)) == instant.replace(microsecond=0)


@untimed
@given(SCHOOL_DAYS_OF_OUR_TIME, st.integers(0, 120))
def test_months_never_skip_a_month_and_keep_the_day_where_they_can(day: date, months: int) -> None:
    end = months_after(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end + timedelta(days=1)).day == 1
    assert end.day <= day.day


@untimed
@given(BIRTHS, st.integers(0, 30))
def test_an_age_is_attained_on_its_birthday_and_not_before(born: date, age: int) -> None:
    attained = birthday(born, age)
    assert age_on(born, attained) == age
    assert age_on(born, attained - timedelta(days=1)) == age - 1


@untimed
@given(BIRTHS)
def test_compulsory_school_age_ends_by_section_8_of_the_act(born: date) -> None:
    ends, sixteen = compulsory_school_age_ends(born), sixteenth_birthday(born)
    assert ends.weekday() == 4
    assert ends.month == 6
    assert (ends + timedelta(days=7)).month == 7
    assert SchoolYear.of(ends) == SchoolYear.of(sixteen)
    assert young_person_from(born) == ends + timedelta(days=1)


@untimed
@given(DAYS)
def test_every_day_falls_in_exactly_one_school_year(day: date) -> None:
    year = SchoolYear.of(day)
    assert year.contains(day)
    assert SchoolYear.parse(str(year)) == year
    assert not SchoolYear(year.starts_in + 1).contains(day)
    assert SchoolYear(year.starts_in + 1).first - year.last == timedelta(days=1)


@untimed
@given(SCHOOL_DAYS_OF_OUR_TIME)
def test_a_removed_pupil_is_shown_at_one_census_only(removed_on: date) -> None:
    later = [
        census
        for year in range(removed_on.year, removed_on.year + 3)
        for census in census_dates(year)
        if census > removed_on
    ]
    assert [register_shows_removed(removed_on, census) for census in later[:3]] == [
        True,
        False,
        False,
    ]
    assert later[0] == first_census_after(removed_on)


@untimed
@given(SCHOOL_DAYS_OF_OUR_TIME, st.integers(0, 40))
def test_the_estimate_bounds_what_any_ordinary_calendar_would_give(start: date, days: int) -> None:
    clock = Clock(kind="school_days", length=days)
    estimate = deadline(clock, start)
    exact = deadline(clock, start, calendar=_ordinary_calendar(start.year))
    assert exact.latest_on == exact.due_on
    assert estimate.due_on is not None
    assert estimate.latest_on is not None
    assert exact.due_on is not None
    assert estimate.due_on <= exact.due_on <= estimate.latest_on


def _ordinary_calendar(year: int) -> SchoolCalendar:
    """Three terms a year with half-terms, round about as schools in England have them."""
    spans = [((9, 3), (10, 23)), ((11, 2), (12, 19)), ((1, 5), (2, 13))]
    spans += [((2, 23), (3, 31)), ((4, 16), (5, 22)), ((6, 1), (7, 22))]
    terms = sorted(
        (date(each, *first), date(each, *last))
        for each in range(year - 1, year + 3)
        for first, last in spans
    )
    return SchoolCalendar(terms=tuple(Term(first=first, last=last) for first, last in terms))
