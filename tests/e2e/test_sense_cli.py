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
        "--not-recorded",
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


def test_a_second_pupil_of_one_name_and_birth_is_asked_about(school: CliHome) -> None:
    assert kind(school, *ADD, "29/02/2016") == "pupil-known"
    school.done(*ADD, "28/02/2016")
    school.done(*ADD, "29/02/2016", "--another")
    said = school.done("pupil", "list")
    assert said.count("29 February 2016") == 2
    assert "28 February 2016" in said


def test_a_pupil_without_a_upn_is_named_by_the_id_that_the_list_shows(school: CliHome) -> None:
    school.done(*ADD, "28/02/2016")
    pupil = next(one["pupil"] for one in school.data("pupil", "list")["pupils"] if not one["upn"])
    assert f"id:{pupil}" in school.done("pupil", "list")
    assert "28 February 2016" in school.done("history", f"id:{pupil}")
    school.done("pupil", "status", f"id:{pupil}", "K", "--reason", "x")
    school.done("cycle", "open", f"id:{pupil}")
    assert f"id:{pupil}" in school.done("cycle", "list")
    assert [one["upn"] for one in school.data("cycle", "list")] == [""]
    assert f"id:{pupil}" in school.done("due")


def test_who_signs_sees_the_name_of_a_new_pupil_at_every_proposal(school: CliHome) -> None:
    new = ("pupil", "add", "--family", "Li", "--given", "Mei", "--born", "03/05/2017")
    school.done(*new, "--upn", "E934421412007", who="administrator")
    names = [one["name"] for one in school.data("proposal", "list")["proposals"]]
    assert names == ["Mei Li"] * 3
    school.done("proposal", "sign", "--all")
    signed = school.data("proposal", "list", "--all")["proposals"]
    assert [one["name"] for one in signed] == ["Mei Li"] * 3


def test_a_correction_that_is_refused_names_the_entry_that_was_typed(school: CliHome) -> None:
    wrong = school.entry("pupil", "status", UPN, "K", "--reason", "x")
    school.done("correct", str(wrong), "--reason", "slip", "--withdraw")
    said = school.refused("correct", str(wrong), "--reason", "slip", "--withdraw")
    assert (said["error"], said["exit_code"]) == ("cannot-correct", 7)
    assert f"Entry {wrong} " in said["what"]


def test_people_are_sorted_as_people_do(school: CliHome) -> None:
    for family in ("Young", "Ólafsdóttir", "Peters", "żak"):
        school.done("pupil", "add", "--family", family, "--given", "A", "--born", "03/05/2017")
    names = [one["family_name"] for one in school.data("pupil", "list")["pupils"]]
    assert names == ["Ólafsdóttir", "O'Neill", "Peters", "Young", "żak"]
