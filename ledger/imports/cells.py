"""The filled cells of one row, by field, cleaned of what spreadsheets add.

A cell that begins as a formula does is text here and stays text; it is warned
about, since a spreadsheet that opens an export of it might run it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.imports.columns import field_label
from ledger.imports.register_row import Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.imports.columns import ColumnMapping
    from ledger.imports.csv_text import CsvRow

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

# Written for "nothing" by exports; a pupil's one name may be entered with a dash.
_EMPTY_MARKS = frozenset({"-", "--", "–", "—", "n/a", "not applicable", "#n/a", "null"})
_DASH_MAY_STAND = frozenset({"family_name", "given_names"})
# A number or a telephone number after its sign is plain, and so is a sign alone.
_PLAIN_SIGNED = re.compile(r"[+-][\d\s().,/-]*\Z")
# ="0123" is how exports make Excel keep a text; it computes nothing.
_CONSTANT = re.compile(r'="([^"]*)"\Z')
# A guard against formulas, or the mark of text before a number.  A letter after
# the apostrophe is a name: 't Hooft.
_GUARD = re.compile(r"'(?=[=+\-@\t\r\d])")
_LINE_BREAKS = re.compile(r"[ \t]*[\t\r\n\v\f\x85\u2028\u2029]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCells:
    """The cells of a row that mean something.

    Attributes:
        number: the row's number in the spreadsheet.
        texts: the different filled texts of each field, in column order.
        warnings: what to say about the cells as such.
    """

    number: int
    texts: Mapping[str, tuple[str, ...]]
    warnings: tuple[Remark, ...]


def row_cells(row: CsvRow, mapping: ColumnMapping) -> RowCells:
    """Take a row's used cells and clean them (see `clean`)."""
    texts: dict[str, tuple[str, ...]] = {}
    warnings: dict[Remark, None] = {}
    for column, cell in zip(mapping.columns, row.cells, strict=True):
        if column.field is None:
            continue
        text, warning = clean(cell, column.field)
        if warning:
            warnings[warning] = None
        if text and text not in texts.get(column.field, ()):
            texts[column.field] = (*texts.get(column.field, ()), text)
    if row.short:
        words = "The row ends before the last column; the missing cells were read as empty."
        warnings[Remark(kind="row-short", field="", words=words)] = None
    return RowCells(number=row.number, texts=texts, warnings=tuple(warnings))


def clean(cell: str, field: str) -> tuple[str, Remark | None]:
    """Clean one cell.

    A leading apostrophe goes where a digit or a formula's beginning follows;
    `="text"` is its text; line breaks become one space; a dash alone or "n/a"
    is empty, except as a pupil's family or given name.

    Returns:
        The text, perhaps empty, and a warning where it looks like a formula.
    """
    constant = _CONSTANT.match(cell.strip())
    text = constant[1] if constant else _GUARD.sub("", cell, count=1)
    beginning = text[:1] if text.startswith(FORMULA_STARTS) else text.strip()[:1]
    text = _LINE_BREAKS.sub(" ", text).strip()
    if field not in _DASH_MAY_STAND and text.casefold() in _EMPTY_MARKS:
        return "", None
    if not text or beginning not in FORMULA_STARTS or _PLAIN_SIGNED.match(text):
        return text, None
    return text, _formula_warning(field, beginning)


def _formula_warning(field: str, beginning: str) -> Remark:
    shown = {"\t": "a tab", "\r": "a line break"}.get(beginning, f'"{beginning}"')
    return Remark(
        kind="formula",
        field=field,
        words=f"The {field_label(field)} begins with {shown}, as a formula does; "
        "it was kept as text.",
    )
