"""Cells lose what spreadsheets add and keep what people wrote."""

from __future__ import annotations

import pytest

from ledger.imports.cells import clean, row_cells
from ledger.imports.columns import map_columns
from ledger.imports.csv_text import read_csv


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("+SUM(A1)", "+SUM(A1)"),
        ("-Smith", "-Smith"),
        ("@import", "@import"),
        ("\t=1", "=1"),
        ("\rLee", "Lee"),
        ("  =1+1", "=1+1"),
        ("'=1+1", "=1+1"),
    ],
)
def test_a_formula_is_kept_as_text_and_warned_about(cell: str, text: str) -> None:
    kept, warning = clean(cell, "family_name")
    assert kept == text
    assert warning is not None
    assert (warning.kind, warning.field) == ("formula", "family_name")
    assert text not in warning.words


@pytest.mark.parametrize("cell", ["+44 (0)20 7946 0000", "-5", "+3.5", "Smith-Lee", "a=b"])
def test_plain_signed_numbers_and_inner_signs_are_not_warned_about(cell: str) -> None:
    assert clean(cell, "class_name") == (cell, None)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'t Hooft", "'t Hooft"), ("'s-Gravesande", "'s-Gravesande"), ("'0123", "0123"), ("'", "'")],
)
def test_a_leading_apostrophe_goes_only_before_a_digit_or_a_formula(cell: str, text: str) -> None:
    assert clean(cell, "family_name") == (text, None)


def test_a_constant_formula_is_its_text() -> None:
    assert clean('="A801200005001"', "upn") == ("A801200005001", None)


def test_line_breaks_within_a_cell_become_one_space() -> None:
    assert clean(" Li \r\n Ming\u2028Ana ", "given_names") == ("Li Ming Ana", None)


@pytest.mark.parametrize("cell", ["-", "–", "N/A", "  "])
def test_marks_for_nothing_are_empty(cell: str) -> None:
    assert clean(cell, "sen_start") == ("", None)


def test_a_dash_may_stand_for_a_missing_name() -> None:
    assert clean("-", "family_name") == ("-", None)


def test_only_used_columns_are_read_and_repeats_are_kept_apart() -> None:
    text = read_csv(b"UPN,Ethnicity,SEN Status,SEN Status\nA1,=x,SEN Support,K\n")
    mapping = map_columns(text.header)
    cells = row_cells(text.rows[0], mapping)
    assert cells.texts == {"upn": ("A1",), "sen_status": ("SEN Support", "K")}
    assert cells.warnings == ()


def test_a_short_row_is_warned_about() -> None:
    text = read_csv(b"UPN,Surname,DOB\nA1,Lee\n")
    cells = row_cells(text.rows[0], map_columns(text.header))
    assert [one.kind for one in cells.warnings] == ["row-short"]
