"""A CSV register, read into a plan of what importing it would do.

Pure: bytes and what is known go in, proposals and reports come out.  Whether
all rows are taken or none, and what events they become, is the caller's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ledger.errors import UsageError
from ledger.imports.cells import row_cells
from ledger.imports.columns import knows_heading, map_columns, require_columns
from ledger.imports.csv_text import read_csv
from ledger.imports.import_decisions import decide
from ledger.imports.known_pupils import KnownPupils
from ledger.imports.pupils_in_file import pupils_in_file
from ledger.imports.register_row import Answers, ImportPlan, PupilFacts, Remark
from ledger.imports.row_reading import ReadRow, read_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from ledger.imports.columns import ColumnMapping
    from ledger.imports.csv_text import CsvRow
    from ledger.imports.register_row import Known


_ROW = re.compile(r"[0-9]{1,9}\Z")
_NO_STATUS_START = (
    "No column says since when a SEN status is held: it is recorded as of the day of the "
    "import, and the register of an earlier day does not show it."
)
_NO_JOINING = (
    "No column is the day of joining: new pupils are recorded as found on roll on the day "
    "of the import, and the register of an earlier day says that it is not certain."
)
_NO_NEED_START = (
    "No column says since when a need is held: the register of a day before the import "
    "says that it was recorded later."
)


def plan_import(
    data: bytes,
    *,
    known: Iterable[Known],
    today: date,
    chosen: Mapping[str, str] | None = None,
    answers: Answers | None = None,
    seen: Callable[[bytes], bool] = lambda _: False,
) -> ImportPlan:
    """Say what importing a CSV register would do.

    Args:
        data: the file's bytes.
        known: every pupil whom the ledger has, leavers too.
        today: the day of the import, against which future dates are judged.
        chosen: the user's own mapping, from `parse_user_mapping`.
        answers: what a person answered to rows that asked.
        seen: whether a proposal with this `row_fingerprint` was imported
            before; importing the same file again then adds nothing.

    Raises:
        InputRefused: the file cannot be read or does not say who its pupils
            are (see `read_csv` and `require_columns`).
        UsageError: a mapping or an answer that fits no heading or row.
        NotFound: an answer names an unknown pupil.
    """
    text = read_csv(data, lambda cell: knows_heading(cell) or cell.strip() in (chosen or {}))
    mapping = map_columns(text.header, chosen)
    require_columns(mapping)
    answers = answers or Answers()
    _refuse_answers_to_no_row(answers, {row.number for row in text.rows})
    pupils = pupils_in_file((_read(row, mapping, today) for row in text.rows), mapping)
    decisions = decide(pupils, KnownPupils(known, answers), seen)
    reports = [report for one in decisions for report in one.reports()]
    return ImportPlan(
        rows=tuple(one.proposal for one in decisions if one.is_taken),
        reports=tuple(sorted(reports, key=lambda report: report.row)),
        mapping=mapping,
        warnings=(*text.warnings, *_file_warnings(mapping)),
    )


def parse_same_as(texts: Sequence[str]) -> dict[int, str]:
    """Read what a user gave with `--same-as ROW=PUPIL`.

    Returns:
        The pupil as the user named one, by row; the caller looks the pupil up.

    Raises:
        UsageError: no row number or no pupil (same-as-form).
    """
    found: dict[int, str] = {}
    for text in texts:
        row, _, pupil = (part.strip() for part in text.partition("="))
        if not _ROW.match(row) or not pupil:
            raise UsageError(
                "A --same-as is not understood.",
                "It has the form row=pupil.",
                "Write for example --same-as 12=PUPIL, with the row that the report asks about.",
                kind="same-as-form",
            )
        found[int(row)] = pupil
    return found


def _read(row: CsvRow, mapping: ColumnMapping, today: date) -> ReadRow:
    read = read_row(row_cells(row, mapping), mapping, today)
    if not row.surplus:
        return read
    # The cells may stand one place off, so nothing else in the row is judged; the
    # UPN is kept so that other rows of the pupil are not taken without this one.
    words = (
        "The row has more cells than there are headings; a comma may stand outside quotation marks."
    )
    return ReadRow(
        number=row.number,
        pupil=PupilFacts(upn=read.pupil.upn),
        spell=None,
        needs=(),
        parents=(),
        problems=(Remark(kind="row-long", field="", words=words),),
        warnings=(),
    )


def _refuse_answers_to_no_row(answers: Answers, rows: set[int]) -> None:
    for row in sorted({*answers.same_as, *answers.new} - rows):
        raise UsageError(
            f"An answer is given for row {row}, which is not in the file.",
            "Rows are numbered as in the spreadsheet, and empty ones are not read.",
            "Look at the row number in the report.",
            kind="row-not-there",
        )


def _file_warnings(mapping: ColumnMapping) -> list[str]:
    numbers = mapping.numbers("need")
    has_need = mapping.has("need") or bool(numbers)
    need_dated = any(map(mapping.has, ("need_start", *(f"need_{one}_start" for one in numbers))))
    missing = [
        (mapping.has("upn"), "No column is the UPN; pupils without one are matched by a person."),
        (mapping.has("sen_status"), "No column is the SEN status; none will be recorded."),
        (has_need or not mapping.has("sen_status"), "No column is the SEN need."),
        (
            mapping.has("sen_start") or not mapping.has("sen_status"),
            _NO_STATUS_START,
        ),
        (mapping.has("enrolled_on"), _NO_JOINING),
        (need_dated or not has_need, _NO_NEED_START),
    ]
    return [words for is_there, words in missing if not is_there]
