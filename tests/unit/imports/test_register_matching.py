"""A register's pupils are known by UPN, never by name, and only once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.errors import NotFound, UsageError
from ledger.imports.register_csv import parse_same_as, plan_import
from ledger.imports.register_row import Answers, Known, row_fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledger.imports.register_row import ImportPlan, RowReport

TODAY = date(2026, 11, 21)
AVA = "A203102209083"  # right check letters, worked out beforehand
BEN = "B801200005001"
EVE = "E938218618008"
WRONG = "C203102209083"  # A203102209083 with another check letter
HEADER = "UPN,Surname,Forename,DOB,SEN Status,SEN Start Date,SEN Need,SEN Need Rank"
AVA_ID, BEN_ID = b"a" * 16, b"b" * 16


def known(pupil_id: bytes = AVA_ID, *upns: str, **facts: str) -> Known:
    return Known(
        pupil_id=pupil_id,
        upns=frozenset(upns),
        family_name="Adams",
        given_names="Ava",
        born=date(2016, 2, 29),
        facts=facts,
    )


def plan(
    *lines: str,
    header: str = HEADER,
    pupils: Sequence[Known] = (),
    answers: Answers | None = None,
    seen: Callable[[bytes], bool] = lambda _: False,
) -> ImportPlan:
    text = "\n".join((header, *lines))
    return plan_import(text.encode(), known=pupils, today=TODAY, answers=answers, seen=seen)


def only(made: ImportPlan) -> RowReport:
    (report,) = made.reports
    return report


def test_an_exact_upn_is_the_known_pupil() -> None:
    line = f"{AVA},Adams,Ava,29/02/2016,K,05/01/2023,SLCN,1"
    held = {"sen": "K 2023-01-05", "needs": "SLCN"}
    same = plan(line, pupils=[known(AVA_ID, AVA, **held)])
    assert only(same).outcome == "same"
    assert same.rows == ()
    changed = plan(line, pupils=[known(AVA_ID, AVA, **held | {"sen": "N 2020-01-01"})])
    assert only(changed).outcome == "change"
    assert only(changed).changes == ("sen",)
    assert changed.rows[0].pupil_id == AVA_ID


def test_a_former_upn_is_the_known_pupil_and_the_new_one_is_a_change() -> None:
    header = "UPN,Former UPN,Surname,Forename,DOB"
    made = plan(
        f"{AVA},K84041052001A,Adams,Ava,29/02/2016",
        header=header,
        pupils=[known(AVA_ID, "K84041052001A")],
    )
    assert only(made).outcome == "change"
    assert only(made).changes == ("upn",)


def test_a_known_pupil_needs_no_name_in_the_file() -> None:
    made = plan(f"{AVA},E", header="UPN,SEN Status", pupils=[known(AVA_ID, AVA)])
    assert only(made).outcome == "change"
    assert made.rows[0].pupil.family_name is None


def test_a_known_upn_with_another_name_and_birth_is_a_question() -> None:
    line = f"{AVA},Brown,Ben,01/09/2015,N,,,"
    made = plan(line, pupils=[known(AVA_ID, AVA)])
    report = only(made)
    assert (report.outcome, report.kind, report.candidates) == (
        "ask",
        "upn-other-person",
        (AVA_ID,),
    )
    confirmed = plan(line, pupils=[known(AVA_ID, AVA)], answers=Answers(same_as={2: AVA_ID}))
    assert only(confirmed).outcome == "change"


def test_a_quarantined_upn_that_the_pupil_already_has_is_nothing_new() -> None:
    line = f"{WRONG},Adams,Ava,29/02/2016,,,,"
    made = plan(line, pupils=[known(AVA_ID, WRONG)])
    assert only(made).outcome == "same"
    again = plan(line, pupils=[known(AVA_ID, AVA)], answers=Answers(same_as={2: AVA_ID}))
    assert only(again).outcome == "quarantine"
    assert again.rows[0].pupil_id == AVA_ID


@pytest.mark.parametrize("person", ["Brown,Ben,29/02/2016", "Adams,Ava,01/09/2015"])
def test_a_known_upn_with_another_name_or_another_birth_is_a_change(person: str) -> None:
    made = plan(f"{AVA},{person},N,,,", pupils=[known(AVA_ID, AVA)])
    assert only(made).outcome == "change"


@pytest.mark.parametrize("upn", ["", BEN])
def test_the_same_name_and_birth_without_the_upn_is_a_question_never_a_merge(upn: str) -> None:
    line = f"{upn},ADAMS,Ava,29/02/2016,N,,,"
    pupils = [known(AVA_ID, AVA), known(BEN_ID, EVE)]
    report = only(plan(line, pupils=pupils))
    assert (report.outcome, report.kind) == ("ask", "same-name-and-birth")
    assert set(report.candidates) == {AVA_ID, BEN_ID}
    same = plan(line, pupils=pupils, answers=Answers(same_as={2: BEN_ID}))
    assert same.rows[0].pupil_id == BEN_ID
    new = plan(line, pupils=pupils, answers=Answers(new=frozenset({2})))
    assert only(new).outcome == "add"
    assert new.rows[0].pupil_id is None


def test_two_rows_with_one_name_and_birth_are_a_question() -> None:
    lines = (f"{AVA},Adams,Ava,29/02/2016,N,,,", ",Adams,Ava,29/02/2016,N,,,")
    made = plan(*lines)
    assert [report.outcome for report in made.reports] == ["add", "ask"]
    assert "Row 2" in made.reports[1].reason
    twins = plan(*lines, answers=Answers(new=frozenset({3})))
    assert [report.outcome for report in twins.reports] == ["add", "add"]


def test_a_row_imported_before_is_no_question_beside_one_like_it() -> None:
    lines = (f"{AVA},Adams,Ava,29/02/2016,N,,,", ",Adams,Ava,29/02/2016,N,,,")
    twins = plan(*lines, answers=Answers(new=frozenset({3})))
    second = row_fingerprint(twins.rows[1])
    made = plan(*lines, seen=lambda print_: print_ == second)
    assert [report.outcome for report in made.reports] == ["add", "same"]


def test_two_rows_that_are_one_known_pupil_are_refused() -> None:
    made = plan(
        f"{AVA},Adams,Ava,29/02/2016,N,,,",
        f"{BEN},Adams,Ava,29/02/2016,K,,,",
        pupils=[known(AVA_ID, AVA, BEN)],
    )
    assert {report.kind for report in made.reports} == {"one-pupil-twice"}
    assert made.bad_rows == (2, 3)


def test_a_upn_and_a_former_upn_of_different_pupils_are_a_question() -> None:
    header = "UPN,Former UPN,Surname,Forename,DOB"
    line = f"{AVA},{BEN},Adams,Ava,29/02/2016"
    pupils = [known(AVA_ID, AVA), known(BEN_ID, BEN)]
    made = plan(line, header=header, pupils=pupils)
    assert only(made).kind == "upn-two-pupils"
    chosen = plan(line, header=header, pupils=pupils, answers=Answers(same_as={2: BEN_ID}))
    assert chosen.rows[0].pupil_id == BEN_ID


@pytest.mark.parametrize("answers", [Answers(new=frozenset({2})), Answers(same_as={2: BEN_ID})])
def test_an_answer_never_takes_a_upn_from_its_pupil(answers: Answers) -> None:
    pupils = [known(AVA_ID, AVA), known(BEN_ID, BEN)]
    made = plan(f"{AVA},Adams,Ava,29/02/2016,N,,,", pupils=pupils, answers=answers)
    assert (only(made).outcome, only(made).kind) == ("refused", "upn-taken")


@pytest.mark.parametrize(
    ("answers", "error", "kind"),
    [
        (Answers(new=frozenset({3})), UsageError, "row-not-there"),
        (Answers(new=frozenset({2}), same_as={2: AVA_ID}), UsageError, "answers-differ"),
        (Answers(same_as={2: b"?" * 16}), NotFound, "pupil-not-found"),
    ],
)
def test_an_answer_that_fits_nothing_is_an_error(
    answers: Answers, error: type[Exception], kind: str
) -> None:
    with pytest.raises(error) as caught:
        plan(f"{AVA},A,B,29/02/2016,N,,,", pupils=[known(AVA_ID)], answers=answers)
    assert getattr(caught.value, "kind", "") == kind


def test_two_answers_for_one_pupil_of_the_file_are_an_error() -> None:
    with pytest.raises(UsageError):
        plan(
            f"{AVA},A,B,29/02/2016,K,,SLCN,1",
            f"{AVA},A,B,29/02/2016,K,,SEMH,2",
            pupils=[known(AVA_ID), known(BEN_ID)],
            answers=Answers(same_as={2: AVA_ID, 3: BEN_ID}),
        )


def test_same_as_answers_are_read() -> None:
    assert parse_same_as(["12=9B-4F", " 3 = x=y "]) == {12: "9B-4F", 3: "x=y"}
    for text in ("12", "=x", "a=x", "12="):
        with pytest.raises(UsageError):
            parse_same_as([text])


def test_the_same_file_twice_adds_nothing() -> None:
    lines = (
        f"{AVA},Adams,Ava,29/02/2016,K,05/01/2023,SLCN,1",
        f"{WRONG},Brown,Ben,01/09/2015,E,05/01/2023,ASD,1",
        ",Khan,Aisha,01/09/2014,N,,,",
    )
    first = plan(*lines)
    seen = {row_fingerprint(row) for row in first.rows}
    assert len(seen) == 3
    second = plan(*lines, seen=seen.__contains__)
    assert second.rows == ()
    assert {report.outcome for report in second.reports} == {"same"}


def test_a_fingerprint_changes_with_each_fact() -> None:
    prints = {
        row_fingerprint(plan(line).rows[0])
        for line in (
            f"{AVA},Adams,Ava,29/02/2016,K,05/01/2023,SLCN,1",
            f"{BEN},Adams,Ava,29/02/2016,K,05/01/2023,SLCN,1",
            f"{AVA},Adam,Ava,29/02/2016,K,05/01/2023,SLCN,1",
            f"{AVA},Adams,Ava,28/02/2016,K,05/01/2023,SLCN,1",
            f"{AVA},Adams,Ava,29/02/2016,E,05/01/2023,SLCN,1",
            f"{AVA},Adams,Ava,29/02/2016,K,06/01/2023,SLCN,1",
            f"{AVA},Adams,Ava,29/02/2016,K,05/01/2023,SEMH,1",
        )
    }
    assert len(prints) == 7


def test_a_fingerprint_is_the_documented_bytes() -> None:
    made = plan(f"{AVA},Adams,Zoë,29/02/2016,K,05/01/2023,SLCN,1")
    assert row_fingerprint(made.rows[0]).decode() == (
        "send-ledger/register-row/v1\n"
        '{"born":"2016-02-29","family_name":"Adams","given_names":"Zoë","needs":"SLCN",'
        f'"sen":"K 2023-01-05","upn":"{AVA}"}}'
    )
