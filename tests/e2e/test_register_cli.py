"""Reading at the command line: register, history, what is due, and what is shown checked."""

from __future__ import annotations

import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_home import CliHome, copy_home, make_template

ZOE, LI = "A203102209083", "E934421412007"


@pytest.fixture(scope="session")
def two_pupils(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a school with two pupils on the register since 5 January 2026."""
    folder = make_template(tmp_path_factory.mktemp("register"))
    with pytest.MonkeyPatch.context() as patch:
        school = copy_home(folder, folder / "school", patch)
        add = ("pupil", "add", "--born", "29/02/2016", "--year-group", "4")
        school.done(*add, "--family", "O'Neill", "--given", "Zoë", "--upn", ZOE)
        school.done(*add, "--family", "Li", "--given", "小明", "--upn", LI)
        school.done("pupil", "status", ZOE, "K", "--reason", "speech programme")
        school.done("pupil", "status", LI, "E", "--reason", "EHC plan issued")
        school.done("pupil", "needs", ZOE, "--need", "SLCN", "--need", "MLD", "--need", "HI")
    return folder / "school"


@pytest.fixture
def school(two_pupils: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    return copy_home(two_pupils, tmp_path / "school", monkeypatch)


def duties(school: CliHome, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = school.data("due", *words)["duties"]
    return found


def test_d_reg_1_and_2_the_register_shows_status_primary_and_further_needs(
    school: CliHome,
) -> None:
    rows = list(csv.DictReader(io.StringIO(school.done("register", "--csv"), newline="")))
    assert rows[1] == {
        "Name": "Zoë O'Neill",
        "UPN": ZOE,
        "Status": "K",
        "Since": "2026-01-05",
        "Primary need": "SLCN",
        "Area": "Communication and interaction",
        "Further needs": "MLD, HI",
    }
    assert [row["Status"] for row in rows] == ["E", "K"]


def test_d_reg_6_only_codes_in_use_are_set_as_a_status(school: CliHome) -> None:
    for code, kind in (("P", "sen-status-not-in-use"), ("X", "unknown-sen-status")):
        assert school.refused("pupil", "status", ZOE, code, "--reason", "x")["error"] == kind
    early = ("--on", "1/1/2010", "--late-reason", "x")
    said = school.refused("pupil", "status", ZOE, "K", "--reason", "x", *early)
    assert said["error"] == "sen-status-not-in-use"


def test_d_reg_9_the_rule_for_n_is_stated_and_kept(school: CliHome) -> None:
    assert "first census day" in school.done("register")
    school.done("pupil", "status", ZOE, "N", "--reason", "caught up")
    census_of_january = ("--as-of", "15/01/2026")
    statuses = [row["status"] for row in school.data("register", *census_of_january)["pupils"]]
    assert statuses == ["E", "N"]
    after = school.data("register", "--as-of", "16/01/2026")["pupils"]
    assert [row["status"] for row in after] == ["E"]


def test_d_reg_22_the_register_of_a_past_day_is_what_was_shown_then(school: CliHome) -> None:
    shown: dict[str, Any] = {}
    changes = [
        ("pupil", "status", LI, "K", "--reason", "plan ceased"),
        ("pupil", "status", ZOE, "E", "--reason", "plan issued", "--on", "2026-01-06"),
        ("pupil", "rename", ZOE, "--family", "Okafor", "--reason", "deed poll"),
        ("pupil", "left", LI, "--to", "Hillside"),
        ("correct", "34", "--reason", "wrong pupil", "--withdraw"),
    ]
    for words in changes:
        shown[school.now.date().isoformat()] = school.data("register")["pupils"]
        school.later(1)
        school.done(*words)
    (school.path / "read-models.db").unlink()
    for day, pupils in shown.items():
        assert school.data("register", "--as-of", day, "--known-at", day)["pupils"] == pupils
    assert len({str(one) for one in shown.values()}) == len(changes)


def test_the_register_of_an_empty_day_says_so(school: CliHome) -> None:
    assert "Nobody is on the register on that day" in school.done(
        "register", "--as-of", "2020-01-01"
    )
    assert school.data("register", "--as-of", "2020-01-01")["pupils"] == []


def test_a_day_to_come_is_said_to_be_one(school: CliHome) -> None:
    for more in ((), ("--counts",)):
        shown = school.run("register", "--as-of", "2099-01-01", *more).stdout
        assert "a day to come, as far as it is known now" in shown
        assert "to come" not in school.run("register", *more).stdout


def test_counts_name_nobody(school: CliHome) -> None:
    said = school.done("register", "--counts")
    assert "2 pupils: 1 E, 1 K." in said
    data = school.done("register", "--counts", "--json")
    for name in ("Zoë", "O'Neill", ZOE, "小明", LI):
        assert name not in said
        assert name not in data


def test_everyone_is_listed_leavers_too(school: CliHome) -> None:
    school.done("pupil", "left", ZOE, "--to", "Hillside")
    everyone = school.data("register", "--everyone")["pupils"]
    assert [(one["name"], one["on_roll"]) for one in everyone] == [
        ("小明 Li", True),
        ("Zoë O'Neill", False),
    ]


@pytest.mark.parametrize(
    "words", [("register",), ("history", ZOE), ("due",), ("pupil", "list"), ("cycle", "list")]
)
def test_a_governor_is_told_that_records_are_closed_not_that_there_are_none(
    school: CliHome, words: tuple[str, ...]
) -> None:
    said = school.refused(*words, who="governor")
    assert (said["error"], said["exit_code"]) == ("contents-unopened", 4)


def test_an_inspector_reads_all_and_a_history_names_the_signer(school: CliHome) -> None:
    said = school.done("history", ZOE, who="inspector")
    assert "SEN status K (SEN support)" in said
    assert "signed by Paul Crook (senco) on 5 January 2026" in said


def test_a_history_leaves_out_what_happened_or_was_known_later(school: CliHome) -> None:
    school.later(10)
    late = ("--on", "06/01/2026", "--late-reason", "form found")
    school.done("pupil", "joined", ZOE, "--year-group", "5", *late)
    all_of_it = school.data("history", ZOE)["entries"]
    assert len(school.data("history", ZOE, "--as-of", "05/01/2026")["entries"]) + 1 == len(
        all_of_it
    )
    known = school.data("history", ZOE, "--known-at", "06/01/2026")["entries"]
    assert known == [one for one in all_of_it if one["days_late"] == 0]
    assert "Nothing is recorded" in school.done("history", ZOE, "--known-at", "01/01/2026")


def test_an_entry_signed_with_a_key_revoked_from_before_is_disputed(school: CliHome) -> None:
    words = ("--from-entry", "0", "--because", "compromised", "--reason", "laptop stolen")
    result = school.run("staff", "revoke-key", "senco", *words, who="head")
    assert result.exit_code == 0, result.stderr
    assert all(one["disputed"] for one in school.data("history", ZOE, who="head")["entries"])
    assert "DISPUTED" in school.done("history", ZOE, who="head")


def test_duties_are_met_due_overdue_or_unknown(school: CliHome) -> None:
    assert {one["status"] for one in duties(school)} == {"due"}
    school.later(3)
    overdue = duties(school, "--show", "overdue")
    assert {(one["rule"], one["upn"]) for one in overdue} == {("D-REG-4", LI), ("D-REG-4", ZOE)}
    school.done("pupil", "left", ZOE)
    shown = {(one["rule"], one["status"]) for one in duties(school, ZOE, "--show", "all")}
    assert ("D-XFER-1", "not-applicable") in shown
    assert "Nothing is due" in school.done("due", "--as-of", "2020-01-01")


def test_school_days_are_counted_by_the_schools_own_calendar(school: CliHome) -> None:
    school.done("pupil", "left", ZOE, "--to", "Hillside")
    (sending,) = [one for one in duties(school, ZOE) if one["rule"] == "D-XFER-1"]
    assert sending["note"].startswith("Estimate")
    terms = ("--term", "05/01/2026..13/02/2026", "--term", "23/02/2026..27/03/2026")
    school.done("school", "term-dates", "--year", "2025/26", *terms, who="head")
    (sending,) = [one for one in duties(school, ZOE) if one["rule"] == "D-XFER-1"]
    assert (sending["due_on"], sending["note"][:31]) == (
        "2026-01-26",
        "15 school days by the school's ",
    )


def test_what_is_shown_is_checked_against_the_ledger_and_made_anew(school: CliHome) -> None:
    assert school.data("projections", "check")["result"] == "intact"
    assert school.data("projections", "check", who="teacher")["result"] == "intact"
    path = school.path / "read-models.db"
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM documents WHERE model = 'register'")
    connection.close()
    assert school.data("register")["pupils"] == []
    said = school.refused("projections", "check")
    assert (said["error"], said["exit_code"]) == ("read-models-differ", 8)
    school.done("projections", "rebuild")
    assert len(school.data("register")["pupils"]) == 2
    path.write_bytes(b"not a database" * 100)
    said = school.refused("register")
    assert (said["error"], said["exit_code"]) == ("read-models-failed", 8)
    school.done("projections", "rebuild")
    assert school.data("projections", "check")["result"] == "intact"


def test_an_imported_old_status_makes_no_missed_duties(school: CliHome) -> None:
    old = ("--on", "01/09/2021", "--late-reason", "from the register before")
    school.done("pupil", "status", LI, "K", "--reason", "imported", *old)
    assert {one["status"] for one in duties(school, LI)} == {"due"}
    (told, *years) = duties(school, LI, "--show", "earlier")
    assert (told["rule"], {one["rule"] for one in years}) == ("D-REG-4", {"D-REV-1"})
    assert [one["due_on"] for one in years] == [f"{year}-08-31" for year in range(2022, 2026)]
    assert all("5 January 2026: see the earlier record" in one["note"] for one in (told, *years))
    said = school.done("due", LI)
    assert "Before this ledger began, or the pupil came: 5 duties; see the earlier" in said
    assert "5 duties" not in school.done("due", LI, "--show", "all")


def test_d_reg_9_the_councils_rules_outlive_a_change_of_name(school: CliHome) -> None:
    school.done("pupil", "status", ZOE, "N", "--reason", "caught up")

    def local() -> list[str]:
        return [one["rule"] for one in duties(school, "--show", "all") if one["force"] == "LOCAL"]

    assert local() == []
    school.done("school", "local-rules", "durham", "--reason", "of County Durham", who="head")
    assert local() == ["D-REG-9"]
    named = ("--name", "Oulder Hill", "--urn", "148847", "--laestab", "354/4005")
    placed = ("--authority", "Durham", "--phase", "Primary", "--academy", "--reason", "converted")
    school.done("school", "change-identity", *named, *placed, who="head")
    assert local() == ["D-REG-9"]
    school.done("school", "local-rules", "none", "--reason", "another council", who="head")
    assert local() == []
