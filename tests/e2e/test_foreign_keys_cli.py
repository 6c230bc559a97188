"""Another ledger's key files in a home: nothing is signed with them, and doctor says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger.seal.key_file import machine_key_file
from ledger.seal.private_files import write_private
from tests.support.cli_home import CliHome, copy_home, make_template


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return (
        make_template(tmp_path_factory.mktemp("own")),
        make_template(tmp_path_factory.mktemp("other")),
    )


@pytest.fixture
def school(
    templates: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> CliHome:
    return copy_home(templates[0], tmp_path / "school", monkeypatch)


def size(school: CliHome) -> int:
    with school.open(school.path, school.folder / "state").reading() as reader:
        return reader.size


def swap(school: CliHome, other: Path, name: str) -> None:
    (found,) = other.rglob(f"keys/{name}")
    shutil.copyfile(found, school.path / "keys" / name)


def keys_of(school: CliHome, check: str) -> str:
    lines = school.run("doctor").output.splitlines()
    return next((one for one in lines if check in one), "")


def demand_refused(school: CliHome, purpose: str, before: int) -> None:
    born = ("--born", "29/02/2016", "--year-group", "4", "--upn", "A203102209083")
    for words in (
        ("pupil", "add", "--family", "O'Neill", "--given", "Zoë", *born),
        ("log", "checkpoint"),
    ):
        refused = school.run(*words)
        assert refused.exit_code == 4
        assert f"keys/{purpose}.json" in refused.stderr
    assert size(school) == before
    assert f"not this ledger's own: keys/{purpose}.json" in school.run("doctor").output
    assert "BAD" in keys_of(school, "not this ledger's own")


@pytest.mark.parametrize("purpose", ["log", "system", "cosigner"])
def test_nothing_is_signed_with_another_ledgers_machine_key(
    school: CliHome, templates: tuple[Path, Path], purpose: str
) -> None:
    assert "this ledger's own" in keys_of(school, "keys")
    before = size(school)
    swap(school, templates[1], f"{purpose}.json")
    demand_refused(school, purpose, before)


def test_nor_with_its_own_machine_key_of_another_purpose(school: CliHome) -> None:
    seed = school.open(school.path, school.folder / "state").machine_key("system").seed_bytes()
    before = size(school)
    document = machine_key_file("log", seed)
    write_private(school.path / "keys" / "log.json", document, replace=True)
    demand_refused(school, "log", before)


def test_doctor_says_that_the_list_of_people_is_anothers(
    school: CliHome, templates: tuple[Path, Path]
) -> None:
    swap(school, templates[1], "people.json")
    line = keys_of(school, "keys/people.json")
    assert "BAD" in line
    assert "this ledger knows 0" in line
