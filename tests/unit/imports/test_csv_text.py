"""The bytes of a CSV file become rows, or a refusal that says what to do."""

from __future__ import annotations

import codecs

import pytest

from ledger.errors import InputRefused, LedgerError, MalformedInput
from ledger.imports import csv_text
from ledger.imports.csv_text import read_csv

PLAIN = "UPN,Surname,Forename\nA1,Ó Briain,Zoë\n"


def refusal(data: bytes) -> LedgerError:
    with pytest.raises(InputRefused) as caught:
        read_csv(data)
    assert caught.value.exit_code == 6
    assert caught.value.what
    assert caught.value.why
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_utf8_is_read_with_and_without_excels_mark(mark: bytes) -> None:
    read = read_csv(mark + PLAIN.encode())
    assert read.header == ("UPN", "Surname", "Forename")
    assert read.rows[0].cells == ("A1", "Ó Briain", "Zoë")
    assert read.encoding == "utf-8"
    assert read.warnings == ()


def test_windows_1252_is_read_with_a_warning() -> None:
    read = read_csv("UPN,Surname\nA1,O’Shea Müller €\n".encode("cp1252"))
    assert read.rows[0].cells == ("A1", "O’Shea Müller €")
    assert read.encoding == "windows-1252"
    assert len(read.warnings) == 1
    assert "Windows-1252" in read.warnings[0]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_refused_and_told_to_save_as_csv_utf8(codec: str) -> None:
    error = refusal(PLAIN.encode(codec))
    assert error.kind == "csv-utf16"
    assert "CSV UTF-8" in error.remedy


def test_a_nul_byte_is_refused() -> None:
    assert refusal(PLAIN.encode() + b"A2,Al\0i,B\n").kind == "csv-nul"


def test_letters_in_neither_encoding_are_refused() -> None:
    assert refusal(b"UPN,Surname\nA1,\x81\xff\n").kind == "csv-encoding"


@pytest.mark.parametrize(
    ("beginning", "word"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0rest", "workbook"),
        (b"%PDF-1.7", "PDF"),
        (b'<?xml version="1.0"?><CTfile/>', "CTF"),
    ],
)
def test_another_kind_of_file_is_named(beginning: bytes, word: str) -> None:
    error = refusal(beginning)
    assert error.kind == "csv-not-text"
    assert word in error.what


@pytest.mark.parametrize("data", [b"", b"\n\n", codecs.BOM_UTF8, b"   \r\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data).kind == "csv-empty"


def test_a_file_of_one_column_is_refused() -> None:
    assert refusal(b"Surname\nKhan\nLee\n").kind == "csv-one-column"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_from_the_headings(separator: str) -> None:
    lines = [("UPN", '"Surname, Forename"', "DOB"), ("A1", '"Lee, Ana; Li"', "1")]
    text = "".join(separator.join(line) + "\r\n" for line in lines)
    read = read_csv(text.encode())
    assert read.separator == separator
    assert read.header == ("UPN", "Surname, Forename", "DOB")
    assert read.rows[0].cells == ("A1", "Lee, Ana; Li", "1")


def test_excels_sep_line_is_obeyed_and_is_no_row() -> None:
    read = read_csv(b"sep=;\r\nUPN;Surname\r\nA1;Lee\r\n")
    assert read.separator == ";"
    assert read.header_row == 1
    assert read.rows[0].number == 2


def test_a_title_above_the_headings_is_passed_over_and_said() -> None:
    read = read_csv(b"SEN register\n\nUPN,Surname\nA1,Lee\n")
    assert read.header == ("UPN", "Surname")
    assert read.header_row == 3
    assert read.rows[0].number == 4
    assert "row 3" in read.warnings[0]


def test_known_headings_tell_the_header_from_a_title_with_several_cells() -> None:
    text = "SEN register, autumn, 21/11/2026\nUPN;Surname\nA1;Lee, Ana, Li\n"
    read = read_csv(text.encode(), {"UPN", "Surname"}.__contains__)
    assert (read.separator, read.header_row, read.header) == (";", 2, ("UPN", "Surname"))
    assert read.rows[0].cells == ("A1", "Lee, Ana, Li")


def test_the_row_with_most_known_headings_is_the_header() -> None:
    text = "Class,5A,autumn\nUPN,Surname,Class\nA1,Lee,5A\n"
    read = read_csv(text.encode(), {"UPN", "Surname", "Class"}.__contains__)
    assert read.header_row == 2


def test_separators_within_cells_do_not_outweigh_known_headings() -> None:
    read = read_csv(b"UPN,Notes\nA1,a;b;c;d\n", {"UPN"}.__contains__)
    assert (read.separator, read.header_row) == (",", 1)


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    text = 'UPN,Surname\nA1,"Lee\nChan"\n\n,,\nA2,Khan\n'
    read = read_csv(text.encode())
    assert [(row.number, row.cells) for row in read.rows] == [
        (2, ("A1", "Lee\nChan")),
        (5, ("A2", "Khan")),
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read(newline: str) -> None:
    read = read_csv(newline.join(["UPN,Surname", "A1,Lee", "A2,Khan"]).encode())
    assert [row.cells[1] for row in read.rows] == ["Lee", "Khan"]


def test_other_unicode_line_separators_stay_within_their_cell() -> None:
    read = read_csv("UPN,Surname\nA1,Lee\u2028Chan\x0bX\x85Y\n".encode())
    assert read.rows[0].cells == ("A1", "Lee\u2028Chan\x0bX\x85Y")


def test_a_short_row_is_filled_up_and_marked() -> None:
    row = read_csv(b"UPN,Surname,DOB\nA1,Lee\n").rows[0]
    assert row.cells == ("A1", "Lee", "")
    assert row.short
    assert row.surplus == 0


def test_a_long_row_tells_how_many_filled_cells_are_left_over() -> None:
    row = read_csv(b"UPN,Surname\nA1,Lee,,Ana,x\n").rows[0]
    assert row.cells == ("A1", "Lee")
    assert row.surplus == 2


def test_empty_columns_at_the_end_are_no_columns() -> None:
    read = read_csv(b"UPN,Surname,,\nA1,Lee,,\n")
    assert read.header == ("UPN", "Surname")
    assert read.rows[0].surplus == 0


@pytest.mark.parametrize(
    "text",
    ['UPN,Surname\nA1,Khan\nA2,"Lee\nA3,Chan\n', 'UPN,Surname\nA1,Khan\nA2,"Lee"x\n'],
)
def test_quotation_marks_that_do_not_pair_are_refused_by_row(text: str) -> None:
    error = refusal(text.encode())
    assert isinstance(error, MalformedInput)
    assert error.kind == "csv-quotes"
    assert "row 3" in error.what
    assert "Lee" not in f"{error.what} {error.why} {error.remedy}"


def test_quotation_marks_that_do_not_pair_in_the_headings_are_refused() -> None:
    assert refusal(b'"UPN,Surname\nA1,Lee\n').kind == "csv-quotes"


def test_each_limit_holds_and_one_below_it_does_not_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("MAX_BYTES", 60), ("MAX_ROWS", 3), ("MAX_COLUMNS", 3)):
        monkeypatch.setattr(csv_text, name, value)
    monkeypatch.setattr(csv_text, "MAX_CELL_CHARACTERS", 9)
    read_csv(b"UPN,Surname,DOB\nA1,123456789,x\nA2,Lee,x\n")
    assert refusal(b"UPN,Surname\n" + b"A1,Lee\n" * 7).kind == "csv-too-large"
    assert refusal(b"UPN,Surname\nA1,Lee\nA2,Lee\nA3,Lee\n").kind == "csv-too-many-rows"
    assert refusal(b"UPN,Surname,DOB,Sex\n").kind == "csv-too-many-columns"
    long_cell = refusal(b"UPN,Surname\nA1,1234567890\n")
    assert long_cell.kind == "csv-cell-too-long"
    assert "Row 2" in long_cell.what


def test_a_quotation_mark_that_swallows_a_long_file_names_its_row() -> None:
    data = b'UPN,Surname\nA1,"Lee\n' + b"A2,Khan\n" * 30_000
    error = refusal(data)
    assert error.kind == "csv-cell-too-long"
    assert "Row 2" in error.what
