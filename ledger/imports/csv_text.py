"""The bytes of a CSV file, read into rows.

What arrives is whatever a school's office could export: UTF-8 with or without
Excel's byte-order mark, Windows-1252 from an older Excel, commas, semicolons
or tabs, title lines above the headings.  What leaves is the heading row and
the rows below it, numbered as the spreadsheet numbers them.  RFC 4180 with the
liberties named here; everything else is refused whole, never guessed at.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from ledger.errors import InputRefused, MalformedInput

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 10 * 1024 * 1024
"""The largest file read; the register of a large school is under 1 MiB."""
MAX_ROWS = 20_000
"""The most rows read, headings and empty rows included."""
MAX_COLUMNS = 256
"""The most columns read; the oldest Excel format had as many."""
MAX_CELL_CHARACTERS = 32_767
"""The longest cell read, in characters; Excel itself holds no longer one."""
MAX_TITLE_ROWS = 10
"""How far down the headings may stand, below a report's title."""

SEPARATORS = (",", ";", "\t")
"""The separators tried, in order of preference where two fit equally."""

# Files that office staff pick by mistake, by how they begin.
_OTHER_FILES = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"<", "a web page or an XML file (perhaps a CTF)"),
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SAVE_AS = 'In Excel choose Save As and the type "CSV UTF-8 (Comma delimited)", then try again.'


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One row below the headings.

    Attributes:
        number: the row's number in the spreadsheet, counted from 1.
        cells: exactly as many cells as there are headings; what is missing at
            the end is empty.
        short: the row ended before the headings did.
        surplus: how many filled cells stand beyond the last heading.
    """

    number: int
    cells: tuple[str, ...]
    short: bool
    surplus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    known: int
    filled: int
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvText:
    """A CSV file as rows of text.

    Attributes:
        header: the headings, as they stand.
        header_row: the headings' row number in the spreadsheet.
        rows: the rows below that hold anything at all.
        encoding: "utf-8" or "windows-1252".
        separator: one of `SEPARATORS`.
        warnings: sentences for the person who imports; no personal data.
    """

    header: tuple[str, ...]
    header_row: int
    rows: tuple[CsvRow, ...]
    encoding: str
    separator: str
    warnings: tuple[str, ...]


def read_csv(data: bytes, is_heading: Callable[[str], bool] = lambda _: False) -> CsvText:
    """Read a CSV file's bytes.

    Args:
        data: the whole file.
        is_heading: whether a cell is a heading that the reader of the rows
            knows; it tells the headings from a title above them.

    Raises:
        InputRefused: it is not a CSV file, or is beyond a limit; `kind` is
            csv-too-large, csv-empty, csv-not-text, csv-utf16, csv-nul,
            csv-encoding, csv-one-column, csv-too-many-rows,
            csv-too-many-columns or csv-cell-too-long.
        MalformedInput: its quotation marks do not pair up (csv-quotes).
    """
    text, encoding = _decode(data)
    warnings: list[str] = []
    if encoding != "utf-8":
        warnings.append(
            "The file is not UTF-8 and was read as Windows-1252, as older versions of Excel save "
            "it. Check names with accents, and save as CSV UTF-8 next time."
        )
    declared, text = _declared_separator(text)
    separator, header_row = _find_header(text, declared, is_heading)
    records = _records(text, separator)
    header = _trimmed(records[header_row - 1])
    if len(header) > MAX_COLUMNS:
        raise InputRefused(
            f"The file has {len(header)} columns.",
            f"At most {MAX_COLUMNS} columns are read.",
            "Export only the columns that the register needs.",
            kind="csv-too-many-columns",
        )
    if header_row > 1:
        warnings.append(
            f"The headings are in row {header_row}; what stands above them was not read."
        )
    rows = tuple(
        _row(number, record, len(header))
        for number, record in enumerate(records, start=1)
        if number > header_row and any(cell.strip() for cell in record)
    )
    return CsvText(
        header=header,
        header_row=header_row,
        rows=rows,
        encoding=encoding,
        separator=separator,
        warnings=tuple(warnings),
    )


def _decode(data: bytes) -> tuple[str, str]:
    _refuse_what_is_not_csv(data)
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:
        raise InputRefused(
            "The file's letters cannot be read.",
            "It is neither UTF-8 nor Windows-1252.",
            _SAVE_AS,
            kind="csv-encoding",
        ) from None


def _refuse_what_is_not_csv(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise InputRefused(
            f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.",
            "A school's register is far smaller, so this is probably another file.",
            "Choose the register, or export fewer columns.",
            kind="csv-too-large",
        )
    if data.startswith(_UTF16_MARKS) or _looks_like_utf16(data):
        raise InputRefused(
            'The file is in UTF-16, which Excel calls "Unicode Text".',
            "Only UTF-8 and Windows-1252 are read.",
            _SAVE_AS,
            kind="csv-utf16",
        )
    for beginning, name in _OTHER_FILES:
        if data.startswith(beginning):
            raise InputRefused(
                f"The file is not CSV; it looks like {name}.",
                "Only CSV registers are read here.",
                _SAVE_AS,
                kind="csv-not-text",
            )
    if b"\0" in data:
        raise InputRefused(
            "The file holds NUL bytes.",
            "A CSV file is text, and text has none.",
            "Export the register again; the file may be damaged.",
            kind="csv-nul",
        )


def _looks_like_utf16(data: bytes) -> bool:
    # Western text in UTF-16 without a mark has a NUL at every other byte.
    sample = data[:4096]
    half = len(sample) // 2
    if half == 0:
        return False
    zeros = max(sample[0::2].count(0), sample[1::2].count(0))
    return zeros * 10 >= half * 4


def _declared_separator(text: str) -> tuple[str | None, str]:
    # Excel reads a first line "sep=;" as an instruction and shows no row for it.
    first, newline, rest = text.partition("\n")
    declaration = first.rstrip("\r")
    if newline and declaration[:4].lower() == "sep=" and declaration[4:] in SEPARATORS:
        return declaration[4:], rest
    return None, text


def _find_header(
    text: str, declared: str | None, is_heading: Callable[[str], bool]
) -> tuple[str, int]:
    """The separator, and the row of the headings.

    Both are those that give the most known headings.  Where none is known, the
    headings are the first row with two filled cells (a report's title has one)
    and the separator is the one that makes that row the longest.
    """
    best = _Header(known=0, filled=1, row=0)
    found = ""
    for separator in (declared,) if declared else SEPARATORS:
        header = _best_row(text, separator, is_heading)
        if (header.known, header.filled) > (best.known, best.filled):
            best, found = header, separator
    if not found:
        _refuse_without_header(text)
    return found, best.row


def _best_row(text: str, separator: str, is_heading: Callable[[str], bool]) -> _Header:
    best = _Header(known=0, filled=0, row=0)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row, record in enumerate(reader, start=1):
            filled = [cell for cell in record if cell.strip()]
            header = _Header(known=sum(map(is_heading, filled)), filled=len(filled), row=row)
            if header.filled > 1 and (header.known > best.known or not best.row):
                best = header
            if row >= MAX_TITLE_ROWS:
                break
    except csv.Error:
        # With the wrong separator, quoted cells do not parse; with the right one,
        # reading the whole file says what is wrong, and where.
        return best
    return best


def _refuse_without_header(text: str) -> NoReturn:
    if not text.strip():
        raise InputRefused(
            "The file is empty.",
            "There are no headings and no rows.",
            "Export the register again.",
            kind="csv-empty",
        )
    _records(text, ",")  # speaks up where quotation marks are the trouble
    raise InputRefused(
        "The file has one column only.",
        f"No row of the first {MAX_TITLE_ROWS} has two headings separated by comma, "
        "semicolon or tab.",
        _SAVE_AS,
        kind="csv-one-column",
    )


def _records(text: str, separator: str) -> list[list[str]]:
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for record in reader:
            records.append(record)
            _check_size(record, len(records))
    except csv.Error as error:
        _explain(error, len(records) + 1)
    return records


def _check_size(record: list[str], number: int) -> None:
    if number > MAX_ROWS:
        raise InputRefused(
            f"The file has more than {MAX_ROWS} rows.",
            "A school's register is far shorter, so this is probably another file.",
            "Choose the register, or split the file.",
            kind="csv-too-many-rows",
        )
    if any(len(cell) > MAX_CELL_CHARACTERS for cell in record):
        _refuse_long_cell(number)


def _refuse_long_cell(number: int) -> NoReturn:
    raise InputRefused(
        f"Row {number} has a cell of more than {MAX_CELL_CHARACTERS} characters.",
        "Excel holds no longer one: a quotation mark may be missing in that row.",
        f"Look at row {number} in the spreadsheet and export again.",
        kind="csv-cell-too-long",
    )


def _explain(error: csv.Error, number: int) -> NoReturn:
    if "field limit" in str(error):  # the csv module's own limit, above ours
        _refuse_long_cell(number)
    raise MalformedInput(
        f"The quotation marks in row {number} do not pair up.",
        "The rest of the file cannot be told from that one cell.",
        f"Look at row {number} in the spreadsheet and export again.",
        kind="csv-quotes",
    ) from None


def _trimmed(record: list[str]) -> tuple[str, ...]:
    """The headings without the empty cells at the end."""
    last = max((place for place, cell in enumerate(record, start=1) if cell.strip()), default=0)
    return tuple(cell.strip() for cell in record[:last])


def _row(number: int, record: list[str], width: int) -> CsvRow:
    # Excel leaves out separators at the end of a row, so a short row is filled up.
    missing = width - len(record)
    return CsvRow(
        number=number,
        cells=tuple(record[:width]) + ("",) * max(missing, 0),
        short=missing > 0,
        surplus=sum(1 for cell in record[width:] if cell.strip()),
    )
