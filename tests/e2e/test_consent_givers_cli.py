"""Who could give it on that date: parental responsibility as it stood then (D-CONS-1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_entries_cli import UPN, add_zoe
from tests.support.cli_home import CliHome, copy_home, make_template

ADD = ("parent", "add", UPN, "--evidence", "birth certificate", "--relationship")
ASKED = (
    *("--item", "my_story", "--purpose", "the move", "--recipient", "Penistone"),
    *("--wording", "May we?", "--wording-version", "C1", "--method", "letter"),
    *("--evidence", "signed_form", "--kept-at", "green folder"),
)
CHECK = ("consent", "check", UPN, "--item", "my_story", "--recipient", "Penistone", "--on")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("givers"))


@pytest.fixture
def school(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    school = copy_home(template, tmp_path / "school", monkeypatch)
    add_zoe(school)
    school.done(*ADD, "mother", "--name", "Ada O'Neill", "--responsibility")
    school.done(*ADD, "father", "--name", "Tom O'Neill", "--responsibility")
    school.done("parent", "end", UPN, "Tom O'Neill", "--reason", "court order")
    school.done(*ADD, "aunt", "--name", "Zoé Li", "--no-responsibility")
    return school


def give(name: str, *more: str, capacity: str = "parental_responsibility") -> tuple[str, ...]:
    return ("consent", "give", UPN, "--by", name, "--capacity", capacity, *ASKED, *more)


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("Tom O'Neill", "giver-without-responsibility", 7),
        ("zoé  li", "giver-without-responsibility", 7),
        ("Zoe Li", "ambiguous-giver", 2),
        ("Tom O\u2019Neill", "ambiguous-giver", 2),
    ],
)
@pytest.mark.parametrize("more", [(), ("--not-recorded",)])
def test_d_cons_1_who_could_not_answer_is_refused_whatever_else_is_said(
    school: CliHome, name: str, kind: str, code: int, more: tuple[str, ...]
) -> None:
    for answer in ("give", "refuse"):
        said = school.refused("consent", answer, *give(name, *more)[2:])
        assert (said["error"], said["exit_code"]) == (kind, code)
        assert "Neill" not in str(said)


def test_d_cons_1_a_holder_is_linked_and_nothing_is_noted(school: CliHome) -> None:
    given = school.data(*give("ADA  O'Neill"))["entry"]
    (entry,) = [one for one in school.data("history", UPN)["entries"] if one["entry"] == given]
    assert entry["fields"]["giver_stream"]
    assert "not recorded" not in school.done(*CHECK, entry["occurred_on"])
    assert school.data("consent", "list", UPN)[0]["responsibility"] == ""


def test_d_cons_1_who_is_not_recorded_needs_a_word_that_every_answer_repeats(
    school: CliHome,
) -> None:
    assert school.refused(*give("A Stranger"))["error"] == "giver-not-recorded"
    given = school.data(*give("A Stranger", "--not-recorded"))["entry"]
    (row,) = school.data("consent", "list", UPN)
    assert (row["by"], row["responsibility"]) == ("A Stranger", "not recorded")
    said = " ".join(school.done(*CHECK, row["on"]).split())
    assert "parental responsibility of whoever gave it is not recorded with it" in said
    school.done("log", "checkpoint")
    out = school.folder / "proof"
    school.done("consent", "prove", str(given), "--in-force", "--out", str(out))
    readme = " ".join((out / "README.txt").read_text("utf-8").split())
    assert "their responsibility itself is not recorded with it" in readme


def test_d_cons_1_a_parent_does_not_answer_for_a_young_person(school: CliHome) -> None:
    words = ("pupil", "add", "--family", "Li", "--given", "Ming", "--born", "1/9/2008")
    school.done(*words, "--upn", "B801200005001")
    asked = [("B801200005001" if one == UPN else one) for one in give("Mum", "--not-recorded")]
    assert school.refused(*asked)["error"] == "young-person-answers"
    own = [("young_person" if one == "parental_responsibility" else one) for one in asked]
    school.done(*own)
