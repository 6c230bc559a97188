"""What law or sense forbids is refused; late entries and corrections stay possible."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli_home import CliHome, copy_home, make_template

UPN = "A203102209083"
LATE = ("--late-reason", "found in the folder")
ADD = ("pupil", "add", "--family", "O'Neill", "--given", "Zoë", "--born")
GIVE = (
    *("consent", "give", UPN, "--by", "Ada O'Neill", "--capacity", "parental_responsibility"),
    *(
        "--item",
        "my_story",
        "--purpose",
        "move",
        "--recipient",
        "Penistone",
        "--wording",
        "May we?",
    ),
    *("--wording-version", "1", "--evidence", "none", "--method", "letter"),
)
WITHDRAW = (
    *("consent", "withdraw", UPN, "--by", "Ada O'Neill", "--capacity", "parental_responsibility"),
    *("--evidence", "none", "--method", "letter"),
)
CYCLE_PLAN = (
    *("cycle", "plan", UPN, "--target", "follows two steps", "4 of 5", "weekly"),
    *("--teacher", "Tim Reed", "--impact", "joins in", "--review-on"),
)
REVIEW = (
    *("cycle", "review", UPN, "--lead", "Tim Reed", "--impact", "x", "--next-step"),
    *("another_cycle", "--lessons", "x", "--outcome"),
)


@pytest.fixture(scope="session")
def one_pupil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_template(tmp_path_factory.mktemp("sense"))
    with pytest.MonkeyPatch.context() as patch:
        school = copy_home(folder, folder / "school", patch)
        school.done(*ADD, "29/02/2016", "--upn", UPN, "--joined", "01/09/2022", *LATE)
    return folder / "school"


@pytest.fixture
def school(one_pupil: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    return copy_home(one_pupil, tmp_path / "school", monkeypatch)


def kind(school: CliHome, *words: str) -> str:
    said = school.refused(*words)
    assert said["exit_code"] == 7
    return str(said["error"])


@pytest.mark.parametrize(
    ("on", "born", "taken"),
    [("before", "05/01/2000", False), ("after", "06/01/2000", True)],
)
def test_a_birth_that_makes_no_pupil_is_refused(
    school: CliHome, on: str, born: str, taken: bool
) -> None:
    result = school.run(*ADD, born)
    assert (result.exit_code == 0) is taken, on


def test_nothing_is_recorded_from_before_the_birth(school: CliHome) -> None:
    held = ("review", "add", UPN, "--kind", "review", "--lead", "Tim", "--outcomes", "x")
    assert kind(school, *held, "--on", "28/02/2016", *LATE) == "before-birth"
    school.done(*held, "--on", "2016", *LATE)


def test_d_cons_a_consent_is_withdrawn_after_it_was_given_and_ends_after_it_too(
    school: CliHome,
) -> None:
    school.later(3)
    assert kind(school, *GIVE, "--expires", "07/01/2026") == "expired-when-given"
    school.done(*GIVE, "--on", "07/01/2026", "--expires", "07/01/2026")
    assert kind(school, *WITHDRAW, "--on", "06/01/2026") == "before-given"
    school.done(*WITHDRAW, "--on", "07/01/2026")


def test_what_a_recipient_is_is_one_of_a_list(school: CliHome) -> None:
    check = ("consent", "check", UPN, "--item", "my_story", "--recipient", "x", "--on", "5/1/2026")
    result = school.run(*check, "--recipient-is", "banana")
    assert result.exit_code == 2
    assert "receiving_school" in result.stderr


def test_a_review_is_not_agreed_for_a_day_before_its_plan(school: CliHome) -> None:
    plan = ("plan", "finalise", UPN, "--strengths", "x", "--needs", "x", "--provision", "x")
    assert kind(school, *plan, "--review-on", "04/01/2026") == "review-before-plan"
    school.done(*plan, "--review-on", "20/12/2025", "--on", "01/10/2025", *LATE)
    school.done("cycle", "open", UPN)
    school.done("cycle", "assess", UPN, "--source", "teacher", "--findings", "x")
    assert kind(school, *CYCLE_PLAN, "04/01/2026") == "review-before-plan"
    school.done(*CYCLE_PLAN, "05/01/2026")


def test_d_apdr_11_a_review_speaks_of_targets_that_were_planned(school: CliHome) -> None:
    school.done("cycle", "open", UPN)
    school.done("cycle", "assess", UPN, "--source", "teacher", "--findings", "x")
    school.done(*CYCLE_PLAN, "27/03/2026")
    school.done("cycle", "start", UPN)
    assert kind(school, *REVIEW, "reads aloud", "met", "x") == "no-such-target"
    school.done(*REVIEW, "Follows  two", "met", "x")


def test_a_second_cycle_under_way_is_said(school: CliHome) -> None:
    assert school.data("cycle", "open", UPN)["advice"] == []
    (advice,) = school.data("cycle", "open", UPN)["advice"]
    assert "Support cycle 1 is still under way" in advice


def test_the_status_of_a_leaver_is_not_changed_but_an_earlier_one_may_be_entered(
    school: CliHome,
) -> None:
    school.later(10)
    school.done("pupil", "left", UPN, "--to", "Hillside", "--on", "10/01/2026")
    status = ("pupil", "status", UPN, "K", "--reason", "x", "--on")
    assert kind(school, *status, "10/01/2026") == "not-on-roll"
    school.done(*status, "09/01/2026")
    school.done("pupil", "joined", UPN, "--on", "12/01/2026")
    school.done("pupil", "status", UPN, "N", "--reason", "x")


def test_a_late_entry_of_an_earlier_joining_brings_no_leaver_back(school: CliHome) -> None:
    school.done("pupil", "left", UPN, "--to", "Hillside")
    school.done("pupil", "joined", UPN, "--on", "01/09/2020", *LATE)
    assert kind(school, "pupil", "status", UPN, "K", "--reason", "x") == "not-on-roll"
