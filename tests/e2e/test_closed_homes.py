"""Homes that cannot be written, and access logs that cannot: what is read there all the same."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ledger.bootstrap import access
from ledger.formats.access_log import read_access_log
from tests.support.mounts import read_only
from tests.support.school_home import OTHER_FACTS, SchoolHome, make_school, school_template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATUS = ("pupil", "status", "Zoë", "E", "--reason", "plan issued", "--as", "senco")
PROVED = "20"
Env = dict[str, str | None]


@pytest.fixture
def school(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    made = school_template(tmp_path_factory).copy(tmp_path / "school")
    made.ok("log", "checkpoint")
    made.ok("backup", str(made.folder / "backup"))
    return made


def at(school: SchoolHome, name: str) -> Env:
    return {"SEND_LEDGER_HOME": str(school.folder / name)}


def behind_mark(school: SchoolHome) -> Env:
    school.ok(*STATUS)
    assert school.ok("restore", str(school.folder / "backup"), env=at(school, "old"))["read_only"]
    school.path.rename(school.folder / "damaged")
    return at(school, "old")


def copied(school: SchoolHome) -> Env:
    shutil.copytree(school.path, school.folder / "copy")
    return at(school, "copy")


def backed_up(school: SchoolHome) -> Env:
    return at(school, "backup")


@pytest.fixture(params=["behind-mark", "copy", "backup", "read-only"])
def closed(request: pytest.FixtureRequest, school: SchoolHome, tmp_path: Path) -> Iterator[Env]:
    """Give a home of the school in which nothing can be recorded."""
    kinds = {"behind-mark": behind_mark, "copy": copied, "backup": backed_up}
    with ExitStack() as stack:
        if request.param in kinds:
            yield kinds[request.param](school)
        else:
            school.ok(*STATUS)  # so that the read models of the medium lag behind
            (school.path / "read-models.db").unlink()
            media = stack.enter_context(read_only(school.path, tmp_path / "medium"))
            yield {"SEND_LEDGER_HOME": str(media)}


def said(school: SchoolHome, env: Env, *words: str) -> Any:
    result = school.run(*words, "--as", "senco", "--json", env=env)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def size_of(school: SchoolHome, env: Env) -> int:
    size: int = json.loads(school.run("verify", "--json", env=env).stdout)["size"]
    return size


def test_partners_card_and_handovers_are_shown_where_nothing_can_be_recorded(
    school: SchoolHome, closed: Env
) -> None:
    size = size_of(school, closed)
    assert said(school, closed, "school", "partners") == []
    assert len(said(school, closed, "school", "card")["fingerprint"].split()) == 12
    assert said(school, closed, "transfer", "list") == []
    assert size_of(school, closed) == size


def test_a_proof_from_a_closed_home_rests_on_its_newest_seal_and_says_so(
    school: SchoolHome, closed: Env
) -> None:
    out = school.folder / "proof"
    proved = said(school, closed, "consent", "prove", PROVED, "--out", str(out))
    assert 0 < proved["sealed"] <= size_of(school, closed)
    assert proved["not_written"]
    words = school.run(
        *("consent", "prove", PROVED, "--out", str(school.folder / "again"), "--as", "senco"),
        env=closed,
    ).stdout
    assert "this home cannot be written" in words
    assert f"{proved['sealed']} entries were sealed" in words
    assert school.run("verify", str(out), "--json").exit_code == 11  # no policy from outside


def test_what_no_seal_of_a_closed_home_covers_is_not_proved_there(school: SchoolHome) -> None:
    school.ok(*STATUS)
    env = copied(school)
    newest = str(size_of(school, env) - 1)
    words = ("consent", "prove", newest, "--out", str(school.folder / "proof"), "--as", "senco")
    told = school.refused(11, "not-sealed", *words, env=env)
    assert "a copy of the ledger" in told["why"]
    assert "the ledger's own home" in told["try"]
    assert not (school.folder / "proof").exists()


def test_reading_on_read_only_media_says_that_it_is_recorded_nowhere(
    school: SchoolHome, tmp_path: Path
) -> None:
    with read_only(school.path, tmp_path / "medium") as media:
        env: Env = {"SEND_LEDGER_HOME": str(media)}
        result = school.run("register", "--as", "senco", env=env)
        assert result.exit_code == 0, result.output
        assert "recorded nowhere" in result.stderr
        assert "recorded nowhere" not in school.run("staff", "list", "--as", "head", env=env).stderr
        report = school.run("verify", "--as", "senco", env=env).stdout
        assert "did not take that down" in report


def test_a_folder_closed_to_us_shows_what_needs_no_record_and_no_pupil(
    school: SchoolHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (school.path / "read-models.db").unlink()
    monkeypatch.setattr(access, "is_read_only", lambda _: False)
    with read_only(school.path, tmp_path / "folder") as folder:
        env: Env = {"SEND_LEDGER_HOME": str(folder)}
        assert said(school, env, "school", "partners") == []
        refused = school.run("register", "--as", "senco", env=env)
        assert refused.exit_code == 8
        assert "nothing is shown" in refused.stderr


# --- an access log that cannot be written --------------------------------------


def verified(school: SchoolHome, code: int) -> dict[str, Any]:
    result = school.run("verify", "--as", "senco", "--json")
    assert result.exit_code == code, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    assert report["counts"].get("contents_opened", 0) == 0
    assert "contents-left-closed" in report["codes"]
    return report


def test_verifying_finds_that_the_access_log_was_taken_away(school: SchoolHome) -> None:
    school.ok("register", "--as", "senco")
    school.ok("log", "checkpoint")
    (school.path / "access.db").unlink()
    report = verified(school, 10)
    assert "access-log-missing" in report["codes"]


def test_verifying_finds_that_the_access_log_is_damaged(school: SchoolHome) -> None:
    (school.path / "access.db").write_bytes(b"no database at all" * 100)
    assert "access-log-damaged" in verified(school, 10)["codes"]


@pytest.fixture
def anothers_key(school: SchoolHome, tmp_path: Path) -> None:
    other = make_school(tmp_path / "other", OTHER_FACTS, ("senco",))
    shutil.copyfile(other.path / "keys" / "access.json", school.path / "keys" / "access.json")


@pytest.mark.usefixtures("anothers_key")
def test_no_reading_is_signed_with_another_schools_key(school: SchoolHome) -> None:
    before = list(read_access_log(school.path / "access.db"))
    for words in (("register",), ("history", "Zoë")):
        told = school.refused(4, "foreign-key", *words, "--as", "senco")
        assert "keys/access.json" in told["what"]
        assert "nothing is shown" in told["what"]
    report = verified(school, 11)
    assert "keys/access.json" in str(report["notes"])
    assert list(read_access_log(school.path / "access.db")) == before
