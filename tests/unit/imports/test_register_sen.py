"""SEN statuses and needs of a register, by date and by rank."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.imports.register_csv import plan_import

if TYPE_CHECKING:
    from ledger.imports.register_row import ImportPlan, RowReport

TODAY = date(2026, 11, 21)
AVA = "A203102209083"  # right check letters, worked out beforehand
HEADER = "UPN,Surname,Forename,DOB,SEN Status,SEN Start Date,SEN Need,SEN Need Rank"


def plan(*lines: str, header: str = HEADER) -> ImportPlan:
    return plan_import("\n".join((header, *lines)).encode(), known=(), today=TODAY)


def only(made: ImportPlan) -> RowReport:
    (report,) = made.reports
    return report


def warned(made: ImportPlan) -> set[str]:
    return {one.kind for report in made.reports for one in report.warnings}


def test_d_reg_18_a_legacy_status_is_taken_as_history_that_ended() -> None:
    made = plan(
        f"{AVA},Adams,Ava,29/02/2008,K,01/09/2015,SLCN,1",
        f"{AVA},Adams,Ava,29/02/2008,A,05/01/2014,,",
    )
    assert made.is_clean
    assert [spell.status.code.code for spell in made.rows[0].spells] == ["A", "K"]


@pytest.mark.parametrize(
    "lines",
    [
        ["A,,,"],  # no date
        ["A,05/01/2014,,"],  # nothing came after it
        ["A,01/09/2015,,", "K,01/09/2016,,"],  # began after its end
        ["A,05/01/2014,,", "K,02/09/2015,,"],  # lasted beyond its end
        ["S,05/01/2014,,", "E,02/04/2018,,"],
    ],
)
def test_d_reg_18_a_legacy_status_is_never_current_nor_beyond_its_dates(lines: list[str]) -> None:
    made = plan(*(f"{AVA},Adams,Ava,29/02/2008,{line}" for line in lines))
    assert made.rows == ()
    assert "sen-status-not-in-use" in {report.kind for report in made.reports}


def test_d_reg_18_a_legacy_status_that_is_told_to_have_ended_is_history() -> None:
    header = "UPN,Surname,Forename,DOB,SEN Status,SEN Start Date,SEN End Date"
    line = f"{AVA},Adams,Ava,29/02/2008,S,05/01/2014,"
    assert plan(line + "31/03/2018", header=header).is_clean
    assert not plan(line + "02/04/2018", header=header).is_clean
    assert only(plan(line + "04/01/2014", header=header)).kind == "end-before-start"


def test_k_and_e_before_they_existed_are_refused() -> None:
    assert only(plan(f"{AVA},Adams,Ava,29/02/2008,K,31/08/2014,SLCN,")).outcome == "refused"
    made = plan(f"{AVA},Adams,Ava,29/02/2008,K,2014,SLCN,")
    assert made.is_clean
    assert str(made.rows[0].spells[0].since) == "2014"


def test_different_statuses_without_dates_are_refused() -> None:
    made = plan(f"{AVA},Adams,Ava,29/02/2016,K,,SLCN,1", f"{AVA},Adams,Ava,29/02/2016,E,,SEMH,2")
    assert {report.kind for report in made.reports} == {"statuses-differ"}


def test_two_statuses_from_one_day_are_refused() -> None:
    line = f"{AVA},Adams,Ava,29/02/2016,"
    made = plan(line + "K,05/01/2023,SLCN,1", line + "E,05/01/2023,SLCN,1")
    assert {report.kind for report in made.reports} == {"statuses-differ"}


def test_a_status_without_its_date_joins_the_same_status_with_one() -> None:
    line = f"{AVA},Adams,Ava,29/02/2016,"
    made = plan(line + "K,05/01/2023,SLCN,1", line + "K,,ASD,2")
    assert made.is_clean
    assert [str(spell.since) for spell in made.rows[0].spells] == ["2023-01-05"]


def test_d_reg_18_a_legacy_status_without_a_date_is_told_to_need_one() -> None:
    assert (
        "with the date from which it was held"
        in only(plan(f"{AVA},Adams,Ava,29/02/2008,A,,,")).reason
    )


def test_two_ends_of_one_status_are_refused() -> None:
    header = "UPN,Surname,Forename,DOB,SEN Status,SEN Start Date,SEN End Date"
    line = f"{AVA},Adams,Ava,29/02/2016,K,05/01/2023,"
    made = plan(line + "06/01/2023", line + "07/01/2023", header=header)
    assert {report.field for report in made.reports} == {"sen_end"}
    assert plan(line + "06/01/2023", line, header=header).is_clean


def test_d_reg_1_two_needs_of_one_rank_are_refused() -> None:
    made = plan(f"{AVA},Adams,Ava,29/02/2016,K,,SLCN,1", f"{AVA},Adams,Ava,29/02/2016,K,,SEMH,1")
    assert {report.kind for report in made.reports} == {"ranks-same"}


def test_one_need_with_two_ranks_is_refused() -> None:
    made = plan(f"{AVA},Adams,Ava,29/02/2016,K,,SLCN,1", f"{AVA},Adams,Ava,29/02/2016,K,,slcn,2")
    assert {report.kind for report in made.reports} == {"need-twice"}


def test_d_reg_2_needs_without_ranks_keep_the_files_order_and_are_warned_about() -> None:
    made = plan(f'{AVA},Adams,Ava,29/02/2016,K,05/01/2023,"SEMH, ASD, SLCN",')
    assert [need.type.code.code for need in made.rows[0].needs] == ["SEMH", "ASD", "SLCN"]
    assert [need.rank for need in made.rows[0].needs] == [1, 2, 3]
    assert warned(made) == {"ranks-missing"}


def test_gaps_in_ranks_are_closed_up_with_a_warning() -> None:
    header = "UPN,Surname,Forename,DOB,Primary SEN Need,Secondary SEN Need"
    made = plan(f"{AVA},Adams,Ava,29/02/2016,,SEMH", header=header)
    assert made.rows[0].needs[0].rank == 1
    assert warned(made) == {"ranks-gaps"}


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("K,05/01/2023,,", {"no-need"}),
        ("K,,SLCN,", {"no-start"}),
        ("N,,SLCN,", {"need-without-sen"}),
        ("E,05/01/2023,NSA,", {"need-with-status"}),
        ("K,05/01/2023,NSA,", set()),
        ("N,,,", set()),
    ],
)
def test_a_status_and_needs_that_do_not_go_together_are_warned_about(
    line: str, kinds: set[str]
) -> None:
    made = plan(f"{AVA},Adams,Ava,29/02/2016,{line}")
    assert made.is_clean
    assert warned(made) == kinds


def test_a_column_that_is_not_there_is_said_once_for_the_file() -> None:
    made = plan(f"{AVA},Adams,Ava,29/02/2016,K", header="UPN,Surname,Forename,DOB,SEN Status")
    assert warned(made) == set()
    assert [words.partition(":")[0] for words in made.warnings] == [
        "No column is the SEN need.",
        "No column says since when a SEN status is held",
        "No column is the day of joining",
    ]
    header = "Surname,Forename,DOB,Admission Date"
    assert plan("Adams,Ava,29/02/2016,01/09/2022", header=header).warnings == (
        "No column is the UPN; pupils without one are matched by a person.",
        "No column is the SEN status; none will be recorded.",
    )


def test_a_row_without_a_day_of_joining_is_warned_about_where_the_file_has_the_column() -> None:
    header = "UPN,Surname,Forename,DOB,Admission Date"
    assert warned(plan(f"{AVA},Adams,Ava,29/02/2016,", header=header)) == {"no-joining"}


def test_a_need_without_a_date_is_said_of_the_file() -> None:
    header = "UPN,Surname,Forename,DOB,SEN Status,SEN Need"
    words = plan(f"{AVA},Adams,Ava,29/02/2016,K,SLCN", header=header).warnings
    assert any("since when a need is held" in one for one in words)
    dated = plan(f"{AVA},Adams,Ava,29/02/2016,K,SLCN,1/9/2023", header=f"{header},Need Start Date")
    assert not any("since when a need is held" in one for one in dated.warnings)


@pytest.mark.parametrize("column", ["Year Group", "Sex", "Parent 1 PR"])
def test_an_unreadable_extra_is_left_out_with_a_warning(column: str) -> None:
    header = f"UPN,Surname,Forename,DOB,{column}"
    made = plan(f"{AVA},Adams,Ava,29/02/2016,Mixed", header=header)
    assert made.is_clean
    assert len(warned(made)) == 1
    assert made.rows[0].pupil.year_group is None
