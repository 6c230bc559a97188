"""What is said where there is none, or one: no “0 … could be meant”, no “1 rows”."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.school_home import REGISTER, SchoolHome, school_template

if TYPE_CHECKING:
    from pathlib import Path

AS = ("--as", "senco")


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    return school_template(tmp_path_factory).copy(tmp_path / "school")


def test_a_handover_that_is_not_there_is_said_not_to_be_there(school: SchoolHome) -> None:
    for words in (("transfer", "show", "1"), ("transfer", "receipt", "1")):
        said = school.refused(5, "no-transfer", *words, *AS)
        assert said["what"] == "There is no handover number 1; nothing was done."
        assert said["why"] == "No handover is recorded here yet."
        assert "transfer list" in said["try"]
    named = school.refused(5, "no-transfer", "transfer", "show", "Zoë", *AS)
    assert "of that kind" in named["what"]


def test_where_no_handover_waits_none_is_counted(school: SchoolHome) -> None:
    out = ("--receipt", str(school.folder / "receipt"))
    said = school.refused(5, "no-transfer", "transfer", "reject", "--because", "other", *out, *AS)
    assert said["what"] == "No handover waits for that; nothing was done."


def test_a_consent_that_is_not_there_is_said_not_to_be_there(school: SchoolHome) -> None:
    by = ("--by", "Anna O'Neill", "--capacity", "parental_responsibility", "--method", "letter")
    act = ("--evidence", "signed_form", "--kept-at", "folder")
    said = school.refused(5, "no-consent", "consent", "withdraw", "Zoë", *by, *act, *AS)
    assert "There is no such consent" in said["what"]


def test_a_school_that_is_not_trusted_is_not_counted(school: SchoolHome) -> None:
    send = ("transfer", "send", "Zoë", "--to", "999999", "--out", str(school.folder / "out.age"))
    said = school.refused(5, "unknown-school", *send, *AS)
    assert said["what"] == "No trusted school fits that name."


def test_one_is_one(school: SchoolHome) -> None:
    head, row, _other = REGISTER.splitlines()
    one = row.replace("A203102209083", "E934421412007").replace("Zoë", "Ling")
    shown = school.run("import", school.write("one.csv", f"{head}\n{one}\n"), *AS).output
    assert "1 row read" in shown
    assert "about 1 pupil." in shown
    assert "1 pupils" not in shown
    school.ok("log", "checkpoint")
    school.ok("pupil", "status", "Ling", "E", "--reason", "plan issued", *AS)
    report = school.run("verify", "--as", "senco").stdout
    assert "The newest entry stands under no signed checkpoint" in report


def test_due_says_who_asks_before_the_rule_s_id(school: SchoolHome) -> None:
    shown = school.run("due", *AS).stdout
    assert "the Code of Practice (D-REV-1)" in shown
    assert "SHOULD" not in shown
    assert "SHOULD,D-REV-1" in school.run("due", "--csv", *AS).stdout
