"""The report speaks of rows and fields; of names only when asked."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ledger.imports.register_csv import plan_import
from ledger.imports.register_row import ImportPlan, Known
from ledger.imports.report import (
    mapping_lines,
    mapping_records,
    report_lines,
    report_records,
    summary_lines,
)

REGISTER = """\
UPN,Surname,Forename,DOB,SEN Status,SEN Start Date,SEN Need,Ethnicity
A203102209083,Adams,Ava,29/02/2016,K,05/01/2023,SLCN,x
B801200005001,Brown,Ben,01/09/2015,E,05/01/2023,ASD,x
C938218618008,Chan,Cal,01/09/2015,N,,,x
B12,Doe,Dan,01/09/2015,K,05/01/2023,SLCN,x
,Adams,Eve,01/09/2015,K,05/01/2023,SLCN,x
L840410520001,Fox,Flo,01/09/2015,,,,x
"""


@pytest.fixture
def plan() -> ImportPlan:
    known = [
        Known(
            pupil_id=b"1" * 16,
            upns=frozenset({"B801200005001"}),
            family_name="Brown",
            given_names="Ben",
            born=date(2015, 9, 1),
        ),
        Known(
            pupil_id=b"2" * 16,
            upns=frozenset({"L840410520001"}),
            family_name="Fox",
            given_names="Flo",
            born=date(2015, 9, 1),
        ),
        Known(
            pupil_id=b"3" * 16,
            upns=frozenset(),
            family_name="Adams",
            given_names="Eve",
            born=date(2015, 9, 1),
        ),
    ]
    return plan_import(REGISTER.encode(), known=known, today=date(2026, 11, 21))


def test_every_row_has_its_line_in_plain_words(plan: ImportPlan) -> None:
    lines = report_lines(plan)
    assert [line for line in lines if not line.startswith(" ")][:3] == [
        "Row 2: new pupil.",
        "Row 3: changes: SEN status, SEN needs.",
        "Row 4: taken, with the UPN set aside.",
    ]
    assert (
        "Row 5: refused. UPN: The Unique Pupil Number is malformed. "
        "A UPN is a letter, then 11 digits, then a digit or a letter; never I, O or S."
    ) in lines
    assert lines[-2].startswith("Row 6: question. A pupil of the ledger has the same name")
    assert lines[-1] == "Row 7: nothing new."
    assert any(line.startswith("  Warning: UPN: The check letter is wrong") for line in lines)


def test_no_name_is_in_a_report_unless_it_is_asked_for(plan: ImportPlan) -> None:
    silent = "\n".join(
        (*report_lines(plan), *summary_lines(plan), json.dumps(report_records(plan)))
    )
    assert not [name for name in ("Adams", "Ava", "Brown", "Chan", "Doe", "Fox") if name in silent]
    assert "Row 2 (Adams, Ava): new pupil." in report_lines(plan, names=True)


def test_rows_with_nothing_to_do_can_be_left_out(plan: ImportPlan) -> None:
    assert not any(line.startswith("Row 7") for line in report_lines(plan, every_row=False))


def test_the_summary_counts_rows_and_says_what_stops_the_import(plan: ImportPlan) -> None:
    lines = summary_lines(plan)
    assert lines[0] == (
        "6 rows read: 1 of new pupils, 1 with changes, 1 with nothing new, "
        "1 taken with the UPN set aside, 1 refused, 1 with a question."
    )
    assert lines[-1].startswith("Rows 5 and 6 cannot be taken.")
    assert "--skip-bad" in lines[-1]


def test_rows_that_are_skipped_are_said_to_be_left_out(plan: ImportPlan) -> None:
    assert summary_lines(plan, skip_bad=True)[-1] == "Rows 5 and 6 are left out (--skip-bad)."


def test_a_refused_row_has_its_reason_and_no_warnings() -> None:
    register = "UPN,Surname,Forename,DOB,SEN Status,SEN Start Date\nB1,Adams,Ava,1/1/2017,K,\n"
    (report,) = plan_import(register.encode(), known=(), today=date(2026, 11, 21)).reports
    assert (report.outcome, report.warnings) == ("refused", ())


def test_a_clean_plan_says_nothing_of_skipping() -> None:
    register = (
        "UPN,Surname,Forename,DOB,Admission Date\nA203102209083,Adams,Ava,29/02/2016,1/9/2020\n"
    )
    lines = summary_lines(plan_import(register.encode(), known=(), today=date(2026, 11, 21)))
    assert lines == [
        "1 row read: 1 of new pupils.",
        "Warning: No column is the SEN status; none will be recorded.",
    ]


def test_a_file_of_headings_only_says_so() -> None:
    made = plan_import(b"UPN,Surname\n", known=(), today=date(2026, 11, 21))
    assert summary_lines(made)[0] == "No rows."


def test_records_for_machines_have_the_same_members_for_every_row(plan: ImportPlan) -> None:
    records = report_records(plan)
    assert [record["row"] for record in records] == [2, 3, 4, 5, 6, 7]
    assert {tuple(record) for record in records} == {
        ("row", "outcome", "kind", "field", "reason", "changes", "warnings")
    }
    assert records[3]["kind"] == "bad-upn"
    assert json.loads(json.dumps(records)) == records


def test_the_mapping_is_shown_with_its_reasons(plan: ImportPlan) -> None:
    lines = mapping_lines(plan.mapping)
    assert lines[0] == 'A  "UPN": UPN = upn (the heading is known)'
    assert lines[7] == 'H  "Ethnicity": not used (no field is known by this heading)'
    assert mapping_records(plan.mapping)[7] == {
        "column": "H",
        "header": "Ethnicity",
        "field": None,
        "why": "no field is known by this heading",
    }
