"""A copy that is verified is evidence: not a byte of it changes, though its contents are read."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger.formats.access_log import read_access_log
from tests.support.school_home import (
    OTHER_FACTS,
    SchoolHome,
    make_school,
    school_template,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    made = school_template(tmp_path_factory).copy(tmp_path / "school")
    made.ok("backup", str(made.folder / "backup"))
    return made


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def readings(home: Path) -> int:
    return sum(1 for _ in read_access_log(home / "access.db"))


def verified(school: SchoolHome, env: dict[str, str | None] | None = None) -> dict[str, Any]:
    words = ("verify", str(school.folder / "backup"), "--as", "senco", "--json")
    result = school.run(*words, env=env)
    report: dict[str, Any] = json.loads(result.stdout)
    assert report["counts"]["contents_opened"] > 0
    return report


def told(report: dict[str, Any]) -> str:
    (note,) = [one for one in report["notes"] if one["code"] == "reading-elsewhere"]
    words: str = note["words"]
    return words


def test_reading_a_backup_is_taken_down_in_the_home_that_it_is_of(school: SchoolHome) -> None:
    before, known = files(school.folder / "backup"), readings(school.path)
    report = verified(school)
    assert report["result"] == "intact"
    assert str(school.path) in told(report)
    assert files(school.folder / "backup") == before
    assert readings(school.path) == known + 1


def test_where_no_home_of_that_ledger_is_named_it_is_said_that_nothing_was(
    school: SchoolHome, tmp_path: Path
) -> None:
    before, known = files(school.folder / "backup"), readings(school.path)
    assert "no home is named" in told(verified(school, {"SEND_LEDGER_HOME": None}))
    other = make_school(tmp_path / "other", OTHER_FACTS, people=())
    theirs = readings(other.path)
    report = verified(school, {"SEND_LEDGER_HOME": str(other.path)})
    assert "no access log of that ledger" in told(report)
    assert files(school.folder / "backup") == before
    assert (readings(school.path), readings(other.path)) == (known, theirs)


def test_the_home_itself_takes_it_down_as_any_reading(school: SchoolHome) -> None:
    known = readings(school.path)
    for words in ((), (str(school.path),)):
        report = school.ok("verify", *words, "--as", "senco")
        assert "reading-elsewhere" not in report["codes"]
    assert readings(school.path) == known + 2
