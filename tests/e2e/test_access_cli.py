"""Who has read what, at the command line: recorded before it is shown, listed, sealed."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.application.staff import Grant
from ledger.bootstrap import access
from ledger.bootstrap.access import Reading
from ledger.bootstrap.backups import back_up, restore
from ledger.bootstrap.staffing import Newcomer, add_person
from ledger.formats import kinds
from ledger.formats.access_log import read_access_log
from ledger.formats.ledger_file import open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.statement import read_statement
from tests.support.cli_home import PASSPHRASE, CliHome, copy_home, make_template
from tests.support.sessions import person_session

ZOE, LI = "A203102209083", "E934421412007"
OF_ZOE = (
    ("history", ZOE),
    ("due", ZOE),
    ("consent", "list", ZOE),
    ("cycle", "list", ZOE),
    (
        *("consent", "check", ZOE, "--item", "my_story", "--recipient", "Penistone"),
        *("--on", "2026-01-05"),
    ),
    ("correct", "{entry}", "--reason", "twice", "--withdraw"),
    ("consent", "prove", "{entry}", "--out", "{folder}/proof"),
    ("pupil", "status", ZOE, "K", "--reason", "speech programme"),
)
OF_ALL = (
    ("register",),
    ("register", "--everyone"),
    ("register", "--counts"),
    ("pupil", "list"),
    ("due",),
    ("cycle", "list"),
    ("proposal", "list"),
    ("transfer", "list"),
    ("history", "i"),  # fits both, and says how many it fits
)


@pytest.fixture(scope="session")
def two_pupils(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a school with two pupils and a data protection officer."""
    folder = make_template(tmp_path_factory.mktemp("access"))
    with pytest.MonkeyPatch.context() as patch:
        school = copy_home(folder, folder / "school", patch)
        home = school.open(school.path, school.folder / "state")
        reading = Reading(command="staff add")
        with person_session(home, "head", PASSPHRASE, reading=reading) as session:
            newcomer = Newcomer(
                name="Dee Pew",
                handle="dpo",
                job_title="DPO",
                passphrase=PASSPHRASE,
                grant=Grant(role="dpo", from_=date(2026, 1, 1)),
            )
            add_person(session, newcomer)
        add = ("pupil", "add", "--born", "29/02/2016", "--year-group", "4")
        school.done(*add, "--family", "O'Neill", "--given", "Zoë", "--upn", ZOE)
        school.done(*add, "--family", "Li", "--given", "Ling", "--upn", LI)
        school.done("log", "checkpoint")
    return folder / "school"


@pytest.fixture
def school(two_pupils: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    return copy_home(two_pupils, tmp_path / "school", monkeypatch)


def readings(school: CliHome, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = school.data("access", "list", *words, who="dpo")["readings"]
    return found


def newest(school: CliHome) -> dict[str, Any]:
    """Give the newest reading before the one that asks."""
    return readings(school)[-2]


def typed(school: CliHome, words: tuple[str, ...]) -> list[str]:
    """Put an entry about Zoë and the test's folder into a command."""
    (first, *_) = school.data("history", ZOE)["entries"]
    return [one.format(entry=first["entry"], folder=school.folder) for one in words]


def count(school: CliHome) -> int:
    return sum(1 for _ in read_access_log(school.path / "access.db"))


def command_of(words: tuple[str, ...]) -> str:
    """Give a command's own words: a noun alone, or noun and verb."""
    return (
        words[0] if words[0] in {"history", "due", "register", "correct"} else " ".join(words[:2])
    )


@pytest.mark.parametrize("words", OF_ZOE, ids=command_of)
def test_whoever_reads_of_a_pupil_is_recorded_once_with_that_pupil(
    school: CliHome, words: tuple[str, ...]
) -> None:
    line = typed(school, words)
    before, zoe = count(school), newest(school)["pupil_id"]
    school.run(*line)
    assert count(school) == before + 2  # and the look into the access log
    found = newest(school)
    assert (found["command"], found["pupil_id"]) == (command_of(words), zoe)
    assert (found["reader"], found["role"]) == ("Paul Crook", "senco")


@pytest.mark.parametrize("words", OF_ALL, ids=" ".join)
def test_a_whole_list_is_recorded_once_and_names_no_pupil(
    school: CliHome, words: tuple[str, ...]
) -> None:
    before = count(school)
    school.run(*words)
    assert count(school) == before + 1
    found = newest(school)
    assert (found["command"], found["pupil_id"]) == (command_of(words), None)


@pytest.mark.parametrize("words", [*OF_ZOE, *OF_ALL], ids=command_of)
def test_nothing_is_shown_or_done_where_the_reading_cannot_be_recorded(
    school: CliHome, words: tuple[str, ...]
) -> None:
    line = typed(school, words)
    with open_for_reading(school.path / "ledger.db") as connection:
        size = LedgerReader(connection).size
    (school.path / "access.db").unlink()
    result = school.run(*line)
    assert result.exit_code == 8
    assert result.stdout == ""
    assert "The access log cannot be written; nothing is shown." in result.stderr
    assert "Zoë" not in result.stderr
    assert ZOE not in result.stderr
    with open_for_reading(school.path / "ledger.db") as connection:
        assert LedgerReader(connection).size == size


def test_without_its_key_nothing_is_shown_either(school: CliHome) -> None:
    (school.path / "keys" / "access.json").unlink()
    assert school.refused("register")["error"] == "access-log-failed"


def test_staff_and_the_ledgers_own_state_are_read_without_a_record(school: CliHome) -> None:
    before = count(school)
    for words in (("staff", "list"), ("log", "checkpoint"), ("doctor",), ("verify", "--envelope")):
        school.run(*words)
    assert count(school) == before


def test_on_read_only_media_reading_goes_on_unrecorded(
    school: CliHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count(school)
    monkeypatch.setattr(access, "is_read_only", lambda _: True)
    assert "Zoë O'Neill" in school.done("pupil", "list")
    assert count(school) == before


def test_verifying_with_contents_is_a_reading(school: CliHome) -> None:
    before = count(school)
    assert school.run("verify").exit_code == 0
    assert count(school) == before + 1
    assert newest(school)["command"] == "verify"


@pytest.mark.parametrize("who", ["senco", "teacher", "administrator", "inspector", "governor"])
def test_the_access_log_is_closed_to_everybody_else(school: CliHome, who: str) -> None:
    said = school.refused("access", "list", who=who)
    assert (said["exit_code"], said["error"]) == (7, "access-log-closed")


@pytest.mark.parametrize("who", ["dpo", "head"])
def test_the_dpo_and_the_head_see_it_and_are_recorded_themselves(school: CliHome, who: str) -> None:
    rows = school.data("access", "list", who=who)["readings"]
    assert (rows[-1]["command"], rows[-1]["role"]) == ("access list", who)


def test_readings_are_chosen_by_pupil_person_and_day(school: CliHome) -> None:
    school.done("history", ZOE, who="teacher")
    school.later(3)
    school.done("history", LI)
    assert {one["pupil"] for one in readings(school, "--pupil", LI)} == {"Ling Li"}
    assert {one["reader"] for one in readings(school, "--person", "teacher")} == {"Tim Reed"}
    assert {one["read_at"][:10] for one in readings(school, "--since", "8/1/2026")} == {
        "2026-01-08"
    }
    assert len({one["read_at"][:10] for one in readings(school)}) == 2
    assert school.refused("access", "list", "--person", "nobody", who="dpo")["exit_code"] == 5


def test_the_reason_and_the_names_of_fields_are_kept_and_no_values(school: CliHome) -> None:
    school.done("history", ZOE, "--access-reason", "annual review")
    found = newest(school)
    assert found["reason"] == "annual review"
    assert "details" in found["fields"]
    assert "protected_address" not in found["fields"]
    school.done("history", ZOE, "--show-address")
    assert "protected_address" in newest(school)["fields"]
    listed = school.done("access", "list", "--csv", who="dpo")
    rows = list(csv.DictReader(io.StringIO(listed, newline="")))
    assert {row["Why"] for row in rows} == {"", "annual review"}
    assert "29" not in rows[-2]["Shown"]


def test_sealing_logs_the_head_of_the_access_log_last_and_only_where_it_grew(
    school: CliHome,
) -> None:
    school.done("log", "checkpoint")
    with open_for_reading(school.path / "ledger.db") as connection:
        reader = LedgerReader(connection)
        size = reader.size
        last = read_statement(reader.entry(size - 1).statement)
    record = next(read_access_log(school.path / "access.db", newest_first=True))
    assert last.kind == kinds.STREAM_HEAD
    assert last.payload["head"]["seq"] == record.seq
    assert json.loads(school.done("log", "checkpoint", "--json"))["size"] == size
    school.done("register")
    assert json.loads(school.done("log", "checkpoint", "--json"))["size"] > size


def test_readings_taken_away_after_sealing_are_found_out(school: CliHome) -> None:
    school.done("history", ZOE, who="teacher")
    school.done("log", "checkpoint")
    assert school.run("verify", "--envelope").exit_code == 0
    with closing(sqlite3.connect(school.path / "access.db")) as connection:
        (guard,) = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'records_stay'"
        ).fetchone()
        connection.execute("DROP TRIGGER records_stay")
        connection.execute("DELETE FROM records WHERE rowid = (SELECT max(rowid) FROM records)")
        connection.execute(guard)
        connection.commit()
    result = school.run("verify", "--envelope", "--json")
    assert result.exit_code == 10
    assert json.loads(result.stdout)["codes"]["access-log-head"] == 1


def test_a_backup_brings_the_access_log_back_and_it_goes_on(
    school: CliHome, tmp_path: Path
) -> None:
    home = school.open(school.path, school.folder / "state")
    before = count(school)
    back_up(home, tmp_path / "backup")
    restored = restore(tmp_path / "backup", tmp_path / "restored", school.folder / "state", [])
    school.path.rename(tmp_path / "away")
    restored.path.rename(school.path)
    school.done("register")
    assert count(school) == before + 1
    assert school.run("verify", "--envelope").exit_code == 0


def test_each_reading_says_until_when_it_is_kept_and_why(school: CliHome) -> None:
    school.done("history", ZOE)  # born on 29 February 2016
    school.done("register")
    data = school.data("access", "list", who="dpo")
    kept = {one["command"]: one["kept_until"] for one in data["readings"]}
    assert (kept["history"], kept["register"]) == ("2040-02-29", "2050-01-05")
    assert "Limitation Act 1980" in data["kept"]["source"]
    said = school.done("access", "list", who="dpo")
    assert "Kept for 6 years, for a child from the day they are 18:" in said
    assert "This version deletes nothing." in said
    heading = school.done("access", "list", "--csv", who="dpo").splitlines()[0]
    assert "Kept until" in heading
