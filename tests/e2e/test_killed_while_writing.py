"""`kill -9` at any moment: what was acknowledged is there, and nothing half-made counts."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from ledger.bootstrap.marks import BACKUP_NOTE
from ledger.errors import LedgerError
from ledger.seal import key_file
from tests.support.school_home import (
    FACTS,
    REGISTER,
    SchoolHome,
    found_school,
    make_school,
)
from tests.support.victims import Victims, quick_kek

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KILLS = 30
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@pytest.fixture(scope="module")
def victims() -> Iterator[Victims]:
    server = Victims()
    try:
        yield server
    finally:
        server.close()


def whole(school: SchoolHome, **env: str | None) -> int:
    """Demand that a home is intact, contents and all; give its size."""
    report = school.ok("verify", "--as", "senco", env=env)
    assert report["result"] == "intact", report
    return int(report["size"])


def test_kill_9_while_writing_loses_nothing_acknowledged(
    school: SchoolHome, victims: Victims
) -> None:
    draw = random.Random(20260303)  # noqa: S311  moments, not secrets
    first = victims.run("write", school, told=8, after=0)
    size, entry = whole(school), first.lasted / first.told
    for _ in range(KILLS):
        # Anywhere in the writing of an entry, or of the seal behind it, however slow that is.
        moment = draw.uniform(0, 2 * entry)
        outcome = victims.run("write", school, told=draw.randrange(6), after=moment)
        assert outcome.killed
        after = whole(school)
        assert after >= max(size + outcome.told, outcome.acknowledged)
        size = after
    assert school.ok("doctor")["healthy"] is True
    school.ok("pupil", "status", "Zoë O'Neill", "E", "--reason", "x", "--as", "senco")
    school.ok("backup", str(school.folder / "backup"))


def written(path: Path) -> bool:
    """Tell whether a file is there, and more than its reserved name."""
    return path.exists() and path.stat().st_size > 0


def register_of(count: int) -> str:
    """Make a register of new pupils."""
    rows = [
        f",Example{LETTERS[number % 23]}{LETTERS[number // 23]},Zoë,29/02/2016,4,K,SLCN,01/09/2024"
        for number in range(count)
    ]
    return "\n".join([REGISTER.splitlines()[0], *rows, ""])


def test_kill_9_while_importing_leaves_all_rows_or_none(
    school: SchoolHome, victims: Victims
) -> None:
    file, before = school.write("many.csv", register_of(40)), whole(school)

    def copied(name: str) -> SchoolHome:
        return school.copy(school.folder.with_name(name))

    imported = copied("imported")
    lasted = victims.run("import", imported, file).lasted
    sizes = {before, whole(imported)}
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0):
        copy = copied(f"copy {share}")
        victims.run("import", copy, file, after=share * lasted)
        assert whole(copy) in sizes, "an import stored some of its rows"
    # The very moment at which they all stand there and none of them counts.
    copy = copied("uncommitted")
    assert victims.run("import uncommitted", copy, file).killed
    assert whole(copy) == before
    # Interrupted or not, doing it again gives each pupil once.
    for again, code in ((copy, 0), (imported, 3)):
        result = again.run("import", file, "--as", "senco")
        assert result.exit_code in (0, code), result.output
        names = [row["name"] for row in pupils(again)]
        assert len(names) == len(set(names)) == 42


def pupils(school: SchoolHome) -> list[dict[str, str]]:
    """Give the pupils that the register shows."""
    shown: list[dict[str, str]] = school.ok("register", "--everyone", "--as", "senco")["pupils"]
    return shown


def test_kill_9_while_making_a_home_leaves_a_whole_one_or_none(
    tmp_path: Path, victims: Victims
) -> None:
    flush, made = 0, False
    with patch.object(key_file, "derive_kek", quick_kek):
        while not made:
            flush += 1
            school = SchoolHome(tmp_path / str(flush))
            school.folder.mkdir(mode=0o700)
            school.write("pp", "correct horse battery staple")
            made = not victims.run("init", school, flush=flush).killed
            if not written(school.path / "home.json"):
                assert not made
                assert school.run("doctor").exit_code in (5, 6)
                assert school.run("register", "--as", "head").exit_code in (5, 6)
                continue
            for name in ("root.json", "sheet.txt"):
                assert (school.folder / name).stat().st_size > 0, name
            assert school.run("verify", "--envelope").exit_code == 0
            listed = school.run("staff", "list", "--as", "head")
            assert listed.exit_code == 0, listed.output
            root = ("--root-key", str(school.folder / "root.json"))
            add = ("staff", "add", "Vera Holt", "--role", "head", "--handle", "head-2", *root)
            words = ("--root-passphrase-file", str(school.folder / "pp"))
            school.ok(*add, *words, "--new-passphrase-file", words[1], "--as", "head")
    assert flush > 15


def test_kill_9_while_backing_up_leaves_a_whole_backup_or_none(
    school: SchoolHome, victims: Victims
) -> None:
    flush, done = 0, False
    while not done:
        flush += 1
        target = school.folder / f"backup-{flush}"
        done = not victims.run("backup", school, str(target), flush=flush).killed
        restored = str(school.folder / f"restored-{flush}")
        result = school.run("restore", str(target), env={"SEND_LEDGER_HOME": restored})
        if written(target / BACKUP_NOTE):
            assert result.exit_code == 0, result.output
            whole(school, SEND_LEDGER_HOME=restored)
        else:
            assert not done
            assert result.exit_code in (2, 6), result.output  # no folder yet, or no backup
        shutil.rmtree(target, ignore_errors=True)
        shutil.rmtree(restored, ignore_errors=True)
    assert flush > 8
    whole(school)


def test_kill_9_while_restoring_leaves_a_whole_home_or_none(
    school: SchoolHome, victims: Victims
) -> None:
    school.ok("backup", str(school.folder / "backup"))
    flush, done = 0, False
    while not done:
        flush += 1
        target = school.folder / f"restored-{flush}"
        places = f"{school.folder / 'backup'}\n{target}"
        done = not victims.run("restore", school, places, flush=flush).killed
        env = {"SEND_LEDGER_HOME": str(target)}
        if written(target / "home.json"):
            whole(school, **env)
        else:
            assert not done
            result = school.run("register", "--as", "senco", env=env)
            assert result.exit_code in (5, 6), result.output
        shutil.rmtree(target, ignore_errors=True)
    assert flush > 8


def test_a_home_under_the_name_of_one_that_was_left_half_made_is_refused(
    tmp_path: Path, victims: Victims
) -> None:
    school = SchoolHome(tmp_path / "school")
    school.folder.mkdir(mode=0o700)
    school.write("pp", "correct horse battery staple")
    with patch.object(key_file, "derive_kek", quick_kek):
        assert victims.run("init", school, flush=9).killed
        with pytest.raises(LedgerError, match="not empty"):
            found_school(school, FACTS)
        shutil.rmtree(school.path)
        make_school(tmp_path / "again", people=())
