"""`consent prove` at the command line: what is not in force is never proved to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.test_entries_cli import UPN, add_zoe
from tests.support.cli_home import CliHome, copy_home, make_template


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("consents"))


@pytest.fixture
def school(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    school = copy_home(template, tmp_path / "school", monkeypatch)
    add_zoe(school)
    return school


ASKED = (
    *("--by", "Anna O'Neill", "--capacity", "parental_responsibility", "--item", "my_story"),
    *(
        "--not-recorded",
        "--purpose",
        "the move",
        "--recipient",
        "Penistone",
        "--wording",
        "May we?",
    ),
    *("--wording-version", "C1", "--method", "letter", "--not-recorded"),
)
SIGNED = ("--evidence", "signed_form", "--kept-at", "green folder")


def give(school: CliHome, *more: str) -> int:
    return _entry(school, "give", UPN, *ASKED, *SIGNED, *more)


def withdraw(school: CliHome) -> int:
    by = ("--by", "Anna O'Neill", "--capacity", "parental_responsibility", "--method", "letter")
    return _entry(school, "withdraw", UPN, *by, *SIGNED)


def _entry(school: CliHome, *words: str) -> int:
    index: int = school.data("consent", *words)["entry"]
    return index


def test_d_cons_11_a_withdrawn_consent_is_not_proved_to_be_in_force(school: CliHome) -> None:
    given, withdrawn = give(school), withdraw(school)
    school.done("log", "checkpoint")
    out = school.folder / "proof"
    refused = school.run("consent", "prove", str(given), "--in-force", "--out", str(out), "--json")
    assert refused.exit_code == 7
    error = json.loads(refused.stderr)
    assert error["error"] == "not-in-force"
    assert f"entry {withdrawn}" in error["try"]
    assert "without --in-force" in error["try"]
    assert not out.exists()


def test_d_cons_11_that_a_withdrawn_consent_was_given_is_proved_and_its_end_said(
    school: CliHome,
) -> None:
    given, withdrawn = give(school), withdraw(school)
    school.done("log", "checkpoint")
    out = school.folder / "proof"
    done = school.run("consent", "prove", str(given), "--out", str(out))
    assert done.exit_code == 0
    assert "NOT in force. Consent was withdrawn" in done.output
    readme = " ".join((out / "README.txt").read_text("utf-8").split())
    claimed = readme.partition("1. What is claimed")[2].partition("2. What is withheld")[0]
    ended = f"Consent was withdrawn (dated 2026-01-05) (entry {withdrawn})."
    assert f"It is NOT in force: {ended}" in claimed
    again = school.data("consent", "prove", str(given), "--out", str(school.folder / "again"))
    assert again["not_in_force"]["entry"] == withdrawn


def test_d_cons_11_a_consent_that_stands_is_proved_and_nothing_is_noted(school: CliHome) -> None:
    given = give(school)
    school.done("log", "checkpoint")
    out = school.folder / "proof"
    told = school.data("consent", "prove", str(given), "--in-force", "--out", str(out))
    assert told["not_in_force"] is None
    verified = json.loads(school.run("verify", str(out), "--json").output)
    assert verified["claim"]["standing"] == "in-force"
    assert verified["claim"]["stream"][0]["index"] == given


def test_d_cons_11_an_expired_or_later_asked_consent_is_refused_too(school: CliHome) -> None:
    first = give(school)
    second = give(school)
    school.done("log", "checkpoint")
    words = ("consent", "prove", str(first), "--in-force", "--out", str(school.folder / "proof"))
    refused = school.run(*words, "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["error"]) == (7, "not-in-force")
    assert f"entry {second}" in json.loads(refused.stderr)["why"]
