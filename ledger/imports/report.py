"""An import plan in a SENCO's words, and as records for machines.

Row numbers and field names only: a report is printed, e-mailed and pasted, so
no pupil's name is in it unless the caller asks for names on a screen.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ledger.imports.columns import field_label
from ledger.imports.pupils_in_file import rows_in_words
from ledger.values.counting import are, counted

if TYPE_CHECKING:
    from ledger.imports.columns import ColumnMapping, MappedColumn
    from ledger.imports.register_row import ImportPlan, ImportRow, Outcome, RowReport

_OUTCOME_WORDS: dict[Outcome, str] = {
    "add": "new pupil",
    "change": "changes",
    "same": "nothing new",
    "quarantine": "taken, with the UPN set aside",
    "refused": "refused",
    "ask": "question",
}
_COUNT_WORDS: dict[Outcome, str] = {
    "add": "of new pupils",
    "change": "with changes",
    "same": "with nothing new",
    "quarantine": "taken with the UPN set aside",
    "refused": "refused",
    "ask": "with a question",
}
_FACT_LABELS = {"sen": "SEN status", "needs": "SEN needs", "parents": "parents"}


def _named(column: MappedColumn) -> str:
    """Name a field in words, and as --map takes it."""
    return f"{column.label} = {column.field}" if column.field else column.label


def mapping_lines(mapping: ColumnMapping) -> list[str]:
    """Say of each column what is made of it and why, one line each."""
    return [
        f'{column.letter}  "{column.header}": {_named(column)} ({column.why})'
        for column in mapping.columns
    ]


def report_lines(plan: ImportPlan, *, names: bool = False, every_row: bool = True) -> list[str]:
    """Say of each row what becomes of it.

    Args:
        plan: the plan.
        names: put the pupil's name behind the row number, for a screen.
        every_row: False leaves out the rows about which there is nothing to do.

    Returns:
        A line for each row, its warnings indented below it.
    """
    proposals = {row: proposal for proposal in plan.rows for row in proposal.rows}
    lines: list[str] = []
    for report in plan.reports:
        if not every_row and report.outcome == "same" and not report.warnings:
            continue
        proposal = proposals.get(report.row)
        name = _name(proposal) if names else ""
        lines.append(f"Row {report.row}{name}: {_outcome(report, proposal)}")
        lines += [f"  Warning: {warning.words}" for warning in report.warnings]
    return lines


def summary_lines(plan: ImportPlan, *, skip_bad: bool = False) -> list[str]:
    """Count the rows by what becomes of them, and say whether all can be taken."""
    counts = Counter(report.outcome for report in plan.reports)
    parts = [f"{counts[one]} {words}" for one, words in _COUNT_WORDS.items() if counts[one]]
    lines = (
        [f"{counted(len(plan.reports), 'row')} read: {', '.join(parts)}."]
        if parts
        else ["No rows."]
    )
    lines += [f"Warning: {words}" for words in plan.warnings]
    if not plan.is_clean:
        bad = rows_in_words(plan.bad_rows).capitalize()
        lines.append(
            f"{bad} {are(len(plan.bad_rows))} left out (--skip-bad)."
            if skip_bad
            else f"{bad} cannot be taken. Nothing is imported until the file is corrected and the "
            "questions are answered, unless --skip-bad leaves those rows out."
        )
    return lines


def report_records(plan: ImportPlan) -> list[dict[str, object]]:
    """Give the reports for `--json` and `--csv`: the same members for every row."""
    return [
        {
            "row": report.row,
            "outcome": report.outcome,
            "kind": report.kind,
            "field": report.field,
            "reason": report.reason,
            "changes": list(report.changes),
            "warnings": [
                {"kind": one.kind, "field": one.field, "words": one.words}
                for one in report.warnings
            ],
        }
        for report in plan.reports
    ]


def mapping_records(mapping: ColumnMapping) -> list[dict[str, object]]:
    """Give the mapping for `--json`; the field is null where a column is not used."""
    return [
        {
            "column": column.letter,
            "header": column.header,
            "field": column.field,
            "why": column.why,
        }
        for column in mapping.columns
    ]


def _outcome(report: RowReport, proposal: ImportRow | None) -> str:
    words = _OUTCOME_WORDS[report.outcome]
    if proposal and proposal.rows[0] != report.row:
        words = f"with row {proposal.rows[0]}"
    elif report.outcome == "change":
        labels = [_FACT_LABELS.get(name) or field_label(name) for name in report.changes]
        words = f"{words}: {', '.join(labels)}"
    return f"{words}. {report.reason}".rstrip()


def _name(proposal: ImportRow | None) -> str:
    if proposal is None:
        return ""
    parts = (proposal.pupil.family_name, proposal.pupil.given_names)
    name = ", ".join(part.text for part in parts if part)
    return f" ({name})" if name else ""
