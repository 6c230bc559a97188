"""Cells are read as what their field holds, or refused with a reason."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.errors import InputRefused
from ledger.imports.field_texts import (
    LONGEST_TEXT,
    is_misread,
    parse_flag,
    parse_full_name,
    parse_name,
    parse_register_date,
    parse_register_day,
    parse_sex,
    parse_text,
    parse_year_group,
)


@pytest.mark.parametrize(
    "text",
    [
        "29/02/2016",
        "29-02-2016",
        "2016-02-29",
        "29 Feb 2016",
        "29/02/2016 00:00",
        "29/02/2016 00:00:00",
        "2016-02-29T00:00:00",
        "2016-02-29 00:00:00.000",
    ],
)
def test_a_29_february_is_read_however_it_is_written(text: str) -> None:
    assert parse_register_day(text) == date(2016, 2, 29)


def test_the_day_stands_before_the_month() -> None:
    assert parse_register_day("03/04/2016") == date(2016, 4, 3)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("42429", "date-number"),
        ("42429.0", "date-number"),
        ("29/02/16", "date-two-digits"),
        ("29/02/2015", "bad-date"),
        ("02/29/2016", "bad-date"),
        ("29/02/2016 14:30", "bad-date"),
        ("yesterday", "bad-date"),
    ],
)
def test_what_is_no_certain_day_is_refused(text: str, kind: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_register_day(text)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("01/09/2019", "2019-09-01"),
        ("09/2019", "2019-09"),
        ("9/2019", "2019-09"),
        ("2019-09", "2019-09"),
        ("2019", "2019"),
    ],
)
def test_a_start_may_be_known_to_the_month_or_the_year(text: str, stated: str) -> None:
    assert str(parse_register_date(text)) == stated


def test_a_name_with_lost_letters_is_refused() -> None:
    for name in ("Zo?", "?? ??", "Zo\ufffd"):
        with pytest.raises(InputRefused) as caught:
            parse_name(name)
        assert caught.value.kind == "name-letters-lost"
        assert name not in f"{caught.value.what}{caught.value.why}{caught.value.remedy}"


def test_a_full_name_is_divided_at_its_comma_only() -> None:
    family, given = parse_full_name("van der Berg, Ana Sofía")
    assert (family.text, given.text) == ("van der Berg", "Ana Sofía")
    for undivided in ("Ana Lee", "Lee,", ", Ana"):
        with pytest.raises(InputRefused) as caught:
            parse_full_name(undivided)
        assert caught.value.kind == "name-undivided"


@pytest.mark.parametrize(
    ("text", "misread"),
    [("ZoÃ«", True), ("Oâ€™Brien", True), ("Zoë", False), ("O’Brien", False), ("李", False)],
)
def test_a_name_saved_in_a_wrong_encoding_is_noticed(text: str, *, misread: bool) -> None:
    assert is_misread(text) is misread


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Year 4", "4"),
        ("4", "4"),
        ("Y4", "4"),
        ("Yr 04", "4"),
        ("NC Year 11", "11"),
        ("Curriculum Year 2", "2"),
        ("14", "14"),
        ("Reception", "R"),
        ("R", "R"),
        ("0", "R"),
        ("Nursery 2", "N2"),
        ("Nursery", "N"),
    ],
)
def test_year_groups_are_read_as_schools_write_them(text: str, year: str) -> None:
    assert parse_year_group(text) == year


@pytest.mark.parametrize("text", ["Mixed", "15", "Year 7A", "Year"])
def test_an_unknown_year_group_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        parse_year_group(text)


def test_sex_and_yes_or_no_are_read_in_any_case() -> None:
    assert [parse_sex(one) for one in ("M", "female", "Boy")] == ["M", "F", "M"]
    assert [parse_flag(one) for one in ("Yes", "f", "TRUE", "0")] == [True, False, True, False]
    for parse in (parse_sex, parse_flag):
        with pytest.raises(InputRefused):
            parse("perhaps")


def test_a_short_text_is_kept_and_a_long_one_refused() -> None:
    assert parse_text("x" * LONGEST_TEXT) == "x" * LONGEST_TEXT
    for text in ("x" * (LONGEST_TEXT + 1), "a\x07b"):
        with pytest.raises(InputRefused):
            parse_text(text)
