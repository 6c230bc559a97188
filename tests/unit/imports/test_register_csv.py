"""A register's rows become proposals, refusals or questions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.imports.register_csv import plan_import

if TYPE_CHECKING:
    from ledger.imports.register_row import ImportPlan, RowReport

TODAY = date(2026, 11, 21)
AVA = "A203102209083"  # right check letters, worked out beforehand
BEN = "B801200005001"
WRONG = "C203102209083"  # A203102209083 with another check letter
HEADER = "UPN,Surname,Forename,DOB,SEN Status,SEN Start Date,SEN Need,SEN Need Rank"


def plan(*lines: str, header: str = HEADER) -> ImportPlan:
    return plan_import("\n".join((header, *lines)).encode(), known=(), today=TODAY)


def only(made: ImportPlan) -> RowReport:
    (report,) = made.reports
    return report


def warned(made: ImportPlan) -> set[str]:
    return {one.kind for report in made.reports for one in report.warnings}


def test_a_new_pupil_is_proposed_with_all_that_the_row_says() -> None:
    header = (
        "UPN,Former UPN,Admission No,Legal Surname,Legal Forename,Middle Names,Preferred Forename,"
        "DOB,Sex,Year,Reg Group,SEN Status,SEN Start Date,Primary SEN Need,Secondary SEN Need,"
        "Admission Date,Parent 1 Name,Parent 1 Relationship,Parent 1 PR"
    )
    line = (
        f"{AVA},K84041052001A,0042,O'Neill,Ava,Zoë,Avi,29/02/2016,Female,Year 5,5B,"
        "K - SEN Support,05/01/2023,SpLD,SEMH,01/09/2020,Ms Li O'Neill,Mother,Yes"
    )
    made = plan(line, header=header)
    assert made.is_clean
    assert only(made).outcome == "add"
    (row,) = made.rows
    assert row.pupil_id is None
    assert str(row.pupil.upn) == AVA
    assert str(row.pupil.former_upn) == "K84041052001A"
    assert row.pupil.local_id == "0042"
    assert str(row.pupil.family_name) == "O'Neill"
    assert str(row.pupil.given_names) == "Ava Zoë"
    assert str(row.pupil.preferred_name) == "Avi"
    assert row.pupil.born == date(2016, 2, 29)
    assert (row.pupil.sex, row.pupil.year_group, row.pupil.class_name) == ("F", "5", "5B")
    assert row.pupil.enrolled_on == date(2020, 9, 1)
    (spell,) = row.spells
    assert (spell.status.code.code, str(spell.since), spell.until) == ("K", "2023-01-05", None)
    assert [(need.rank, need.type.code.code) for need in row.needs] == [(1, "SPLD"), (2, "SEMH")]
    (parent,) = row.parents
    assert (parent.name.text, parent.relationship, parent.responsibility) == (
        "Ms Li O'Neill",
        "Mother",
        True,
    )


def test_several_rows_with_one_upn_are_one_pupil_with_ranked_needs() -> None:
    made = plan(
        f"{AVA},Adams,Ava,29/02/2016,K,05/01/2023,SEMH,2",
        f"{BEN},Brown,Ben,01/09/2015,E,05/01/2023,ASD,1",
        f"{AVA},Adams,Ava,29/02/2016,K,05/01/2023,SLCN,1",
    )
    assert made.is_clean
    assert [row.rows for row in made.rows] == [(2, 4), (3,)]
    assert [(need.rank, need.type.code.code) for need in made.rows[0].needs] == [
        (1, "SLCN"),
        (2, "SEMH"),
    ]
    assert len(made.rows[0].spells) == 1


def test_the_schools_own_number_joins_rows_where_there_is_no_upn() -> None:
    header = "Admission No,Surname,Forename,DOB,SEN Need,SEN Need Rank"
    made = plan("42,Adams,Ava,29/02/2016,SLCN,1", "42,Adams,Ava,29/02/2016,SEMH,2", header=header)
    assert made.is_clean
    assert made.rows[0].rows == (2, 3)


def test_arbors_report_with_two_status_columns_is_read() -> None:
    header = 'UPN,Name,"Date of Birth","SEN status","Sen Need","SEN Need Ranking","SEN status"'
    line = f'{AVA},"Adams, Ava",2016-02-29,"SEN Support","Autistic Spectrum Disorder",1,'
    assert plan(line + "K", header=header).rows[0].spells[0].status.code.code == "K"
    differing = only(plan(line + "E", header=header))
    assert (differing.outcome, differing.kind) == ("refused", "columns-differ")


@pytest.mark.parametrize(
    ("line", "kind", "field"),
    [
        (f"{AVA},Adams,Ava,22/11/2026,N,,,", "born-future", "born"),
        (f"{AVA},Adams,Ava,29/02/2015,N,,,", "bad-date", "born"),
        (f"{AVA},Adams,Ava,42429,N,,,", "date-number", "born"),
        ("A20310220908,Adams,Ava,29/02/2016,N,,,", "bad-upn", "upn"),
        (f"{AVA},Adams,Av?,29/02/2016,N,,,", "name-letters-lost", "given_names"),
        (f"{AVA},Adams,Ava\u202e,29/02/2016,N,,,", "bad-name", "given_names"),
        (f"{AVA},Adams,Ava,29/02/2016,Q,,,", "unknown-sen-status", "sen_status"),
        (f"{AVA},Adams,Ava,29/02/2016,K,,Dyslexia,", "unknown-need-type", "need"),
        (f"{AVA},Adams,Ava,29/02/2016,K,,BESD,", "need-type-not-in-use", "need"),
        (f"{AVA},Adams,Ava,29/02/2016,K,,ASD,0", "rank", "need_rank"),
        (f"{AVA},Adams,Ava,29/02/2016,K,22/11/2026,ASD,", "start-future", "sen_start"),
        (f"{AVA},Adams,Ava,29/02/2016,K,28/02/2016,ASD,", "before-birth", "sen_start"),
        (f"{AVA},Adams,Ava,29/02/2016,K,,ASD,{'9' * 5000}", "rank", "need_rank"),
        (f"{AVA},Adams,Ava,29/02/2016,N,,,,x", "row-long", ""),
        (f"{AVA},,,,N,,,", "no-pupil", ""),
        (",Adams,Ava,,N,,,", "no-pupil", ""),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_by_field(line: str, kind: str, field: str) -> None:
    made = plan(line)
    report = only(made)
    assert (report.row, report.outcome, report.kind, report.field) == (2, "refused", kind, field)
    assert made.rows == ()
    assert made.bad_rows == (2,)
    assert not made.is_clean


def test_a_status_from_birth_on_is_possible() -> None:
    assert plan(f"{AVA},Adams,Ava,29/02/2016,K,29/02/2016,ASD,").is_clean


def test_a_name_in_the_wrong_encoding_is_warned_about() -> None:
    assert warned(plan(f"{AVA},Adams,ZoÃ«,29/02/2016,N,,,")) == {"name-misread"}


def test_names_that_are_too_long_together_are_refused() -> None:
    header = "UPN,Surname,Forename,Middle Name,DOB"
    made = plan(f"{AVA},Adams,{'a' * 150},{'b' * 150},29/02/2016", header=header)
    assert (only(made).kind, only(made).field) == ("bad-name", "given_names")


def test_a_middle_name_that_the_given_names_hold_is_not_put_twice() -> None:
    header = "UPN,Surname,Forename,Middle Name,DOB"
    made = plan(f"{AVA},Adams,Ava Zoe,Zoë,29/02/2016", header=header)
    assert str(made.rows[0].pupil.given_names) == "Ava Zoe"


@pytest.mark.parametrize(
    ("second", "clean"), [("Specific learning difficulty", True), ("ASD", False)]
)
def test_two_columns_of_one_numbered_need_must_agree(second: str, *, clean: bool) -> None:
    header = "UPN,Surname,Forename,DOB,Primary SEN Need,SEN Need 1"
    made = plan(f"{AVA},Adams,Ava,29/02/2016,SPLD,{second}", header=header)
    assert made.is_clean is clean


def test_two_columns_of_needs_without_numbers_are_two_needs() -> None:
    header = "UPN,Surname,Forename,DOB,SEN Need,SEN Need"
    made = plan(f"{AVA},Adams,Ava,29/02/2016,SPLD,ASD", header=header)
    assert [need.type.code.code for need in made.rows[0].needs] == ["SPLD", "ASD"]


def test_a_contact_without_a_name_is_no_parent() -> None:
    header = "UPN,Surname,Forename,DOB,Contact 1 Surname,Contact 1 Forename,Contact 1 Relationship"
    made = plan(f"{AVA},Adams,Ava,29/02/2016,Khan,Sara,Mother", header=header)
    assert [str(parent.name) for parent in made.rows[0].parents] == ["Sara Khan"]
    assert made.rows[0].parents[0].responsibility is None
    assert plan(f"{AVA},Adams,Ava,29/02/2016,,,Mother", header=header).rows[0].parents == ()


def test_ranks_in_words_and_as_excel_writes_numbers_are_read() -> None:
    made = plan(
        f"{AVA},Adams,Ava,29/02/2016,K,,SLCN,Secondary", f"{AVA},Adams,Ava,29/02/2016,K,,ASD,1.0"
    )
    assert [need.type.code.code for need in made.rows[0].needs] == ["ASD", "SLCN"]


def test_a_row_that_is_too_long_takes_the_pupils_other_rows_with_it() -> None:
    made = plan(f"{AVA},Adams,Ava,29/02/2016,K,,SLCN,1", f"{AVA},Adams,Ava,29/02/2016,K,,ASD,2,x")
    assert [report.kind for report in made.reports] == ["other-row", "row-long"]


def test_every_problem_of_a_row_is_said_at_once() -> None:
    reason = only(plan("B12,Adams,Ava,22/11/2026,Q,,Dyslexia,")).reason
    assert all(word in reason for word in ("UPN:", "Date of birth:", "SEN status:", "SEN need:"))


@pytest.mark.parametrize(
    ("day", "outcome"),
    [("21/11/2026", "add"), ("22/11/2026", "refused"), ("28/02/2016", "refused")],
)
def test_an_enrolment_in_the_future_or_before_birth_is_refused(day: str, outcome: str) -> None:
    header = "UPN,Surname,Forename,DOB,Admission Date"
    made = plan(f"{AVA},Adams,Ava,29/02/2016,{day}", header=header)
    assert only(made).outcome == outcome


def test_a_leaving_day_is_kept_when_past_left_out_when_future_refused_before_joining() -> None:
    header = "UPN,Surname,Forename,DOB,Admission Date,Leaving Date"
    line = f"{AVA},Adams,Ava,29/02/2016,01/09/2022,"
    past = plan(line + "20/07/2026", header=header)
    assert past.rows[0].pupil.left_on == date(2026, 7, 20)
    future = plan(line + "20/07/2027", header=header)
    assert future.rows[0].pupil.left_on is None
    assert warned(future) == {"left-future"}
    assert only(plan(line + "31/08/2022", header=header)).kind == "left-before"


def test_a_born_day_today_is_no_future_but_unusual() -> None:
    made = plan(f"{AVA},Adams,Ava,21/11/2026,N,,,")
    assert made.is_clean
    assert "born-unusual" in warned(made)


def test_a_wrong_check_letter_is_quarantined_with_a_warning() -> None:
    made = plan(f"{WRONG},Adams,Ava,29/02/2016,N,,,")
    assert only(made).outcome == "quarantine"
    assert warned(made) == {"upn-check-letter"}
    assert made.is_clean
    (row,) = made.rows
    assert [str(upn) for upn in row.quarantined_upns] == [WRONG]
    assert row.pupil_id is None


def test_one_upn_for_two_people_refuses_both_rows_by_number() -> None:
    made = plan(
        f"{AVA},Adams,Ava,29/02/2016,N,,,",
        f"{BEN},Brown,Ben,01/09/2015,N,,,",
        f"{AVA},Adams,Eva,29/02/2016,N,,,",
    )
    assert made.bad_rows == (2, 4)
    reason = made.reports[0].reason
    assert "Rows 2 and 4" in reason
    assert "UPN" in reason
    assert [row.rows for row in made.rows] == [(3,)]


def test_the_same_name_in_other_spelling_is_one_person() -> None:
    made = plan(f"{AVA},O'Neill,Zoë,29/02/2016,K,,ASD,1", f"{AVA},O’NEILL,Zoe,29/02/2016,K,,SLCN,2")
    assert made.is_clean
    assert str(made.rows[0].pupil.family_name) == "O'Neill"


def test_rows_of_one_pupil_that_disagree_are_refused_by_field() -> None:
    header = "UPN,Surname,Forename,DOB,Class"
    made = plan(f"{AVA},Adams,Ava,29/02/2016,5A", f"{AVA},Adams,Ava,29/02/2016,5B", header=header)
    assert made.bad_rows == (2, 3)
    assert made.reports[0].kind == "rows-differ"
    assert made.reports[0].field == "class_name"


def test_a_pupil_is_not_taken_in_part() -> None:
    made = plan(
        f"{AVA},Adams,Ava,29/02/2016,K,,SLCN,1", f"{AVA},Adams,Ava,29/02/2016,K,,Dyslexia,2"
    )
    assert made.rows == ()
    assert made.reports[0].kind == "other-row"
    assert "Row 3" in made.reports[0].reason
    assert made.reports[1].kind == "unknown-need-type"


def test_one_former_upn_that_is_anothers_upn_refuses_both() -> None:
    header = "UPN,Former UPN,Surname,Forename,DOB"
    made = plan(f"{AVA},,Adams,Ava,29/02/2016", f"{BEN},{AVA},Brown,Ben,01/09/2015", header=header)
    assert made.bad_rows == (2, 3)
    assert {report.kind for report in made.reports} == {"upn-twice"}
