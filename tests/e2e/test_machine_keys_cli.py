"""The ledger's own keys, renewed with the root key: the old one signs nothing more."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from ledger.bootstrap.home import Home
from ledger.formats.access_log import read_access_log
from ledger.formats.ledger_file import FILE_NAME
from ledger.formats.statement import read_statement
from tests.support.school_home import (
    OTHER_FACTS,
    SchoolHome,
    make_school,
)
from tests.support.tampering import statement_at

if TYPE_CHECKING:
    from pathlib import Path

REGISTER = ("register", "--as", "senco")


def renew(
    school: SchoolHome, purpose: str, *words: str, root: str = "root.json"
) -> tuple[str, ...]:
    return (
        *("log", "renew-key", purpose, "--reason", "laptop stolen", "--as", "head"),
        *("--root-key", str(school.folder / root)),
        *("--root-passphrase-file", str(school.folder / "pp"), *words),
    )


def report(school: SchoolHome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(school.run("verify", "--as", "senco", "--json").stdout)
    return found


def newest_reader_key(school: SchoolHome) -> str:
    (*_, newest) = read_access_log(school.path / "access.db")
    return read_statement(newest.statement).kid


def test_readings_before_and_after_a_renewal_are_sound(school: SchoolHome) -> None:
    school.ok(*REGISTER)
    old = newest_reader_key(school)
    new = school.ok(*renew(school, "access"))["key"]
    school.ok(*REGISTER)
    assert newest_reader_key(school) == new != old
    assert report(school)["result"] == "intact"


def test_a_lost_key_of_the_access_log_is_renewed_while_nothing_can_be_shown(
    school: SchoolHome,
) -> None:
    (school.path / "keys" / "access.json").unlink()
    assert school.run(*REGISTER).exit_code == 8
    school.ok(*renew(school, "access", "--because", "lost"))
    school.ok(*REGISTER)
    assert report(school)["result"] == "intact"


def test_a_reading_signed_with_the_old_key_is_found_out(school: SchoolHome) -> None:
    key = school.path / "keys" / "access.json"
    shutil.copy2(key, school.folder / "stolen.json")
    school.ok(*renew(school, "access", "--because", "compromised"))
    key.unlink()
    shutil.copy2(school.folder / "stolen.json", key)
    school.ok(*REGISTER)
    assert "access-log-key" in report(school)["codes"]


def test_a_renewed_system_key_seals_and_the_old_one_is_disputed_from_an_entry(
    school: SchoolHome,
) -> None:
    size = school.ok("log", "checkpoint")["size"]
    old = statement_at(school.path / FILE_NAME, size - 1).kid
    new = school.ok(*renew(school, "system", "--from-entry", str(size - 1)))["key"]
    school.ok("pupil", "status", "Zoë", "E", "--reason", "plan issued", "--as", "senco")
    last = school.ok("log", "checkpoint")["size"] - 1
    assert statement_at(school.path / FILE_NAME, last).kid == new != old
    found = report(school)
    disputed = [one["index"] for one in found["notes"] if one["code"] == "disputed"]
    assert (found["result"], disputed) == ("intact", [size - 1])


def test_cut_off_before_the_old_key_is_revoked_it_is_repeated(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ledger.application.staff.revoke_key", cut)
        assert school.run(*renew(school, "access")).exit_code == 130
    school.ok(*REGISTER)
    new = school.ok(*renew(school, "access"))["key"]
    home = Home.open(school.path, school.state)
    authority = home.authority()
    (person,) = authority.holders("access", authority.head_index + 1, "2099-01-01")
    assert authority.live_keys(person) == [new]
    assert report(school)["result"] == "intact"


def test_it_takes_the_root_key_of_this_ledger(school: SchoolHome, tmp_path: Path) -> None:
    other = make_school(tmp_path / "other", OTHER_FACTS, people=())
    shutil.copy2(other.folder / "root.json", school.folder / "other.json")
    school.refused(4, "wrong-root-key", *renew(school, "access", root="other.json"))
    assert school.run("log", "renew-key", "access", "--reason", "x", "--as", "head").exit_code == 2
