"""A backup made while somebody records: whatever is in it opens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ledger.bootstrap import backups
from ledger.recorder.copies import copy_database
from tests.support.victims import new_pupil

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.school_home import SchoolHome


def test_every_record_in_a_backup_has_its_key_and_every_reading_its_record(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = list[str]()

    def meanwhile(source: Path, target: Path) -> None:
        copy_database(source, target)
        copied.append(source.name)
        school.ok("register", "--as", "senco")  # a reading, which is recorded too
        with school.session("senco") as session:
            new_pupil(session, len(copied))
            session.seal()

    monkeypatch.setattr(backups, "copy_database", meanwhile)
    backups.back_up(school.home, school.folder / "backup")
    monkeypatch.undo()
    assert len(copied) == 3
    elsewhere = {
        "SEND_LEDGER_HOME": str(school.folder / "restored"),
        "SEND_LEDGER_STATE": str(school.folder / "another computer"),
    }
    school.ok("restore", str(school.folder / "backup"), env=elsewhere)
    report = json.loads(school.run("verify", "--as", "senco", "--json", env=elsewhere).stdout)
    # That computer never saw the ledger, so nothing was compared; nothing else is amiss.
    assert {one["code"] for one in report["findings"]} == {"unanchored"}, report


@pytest.mark.parametrize("copied", ["ledger.db", "keys.db"])
@pytest.mark.parametrize("renewed", ["senco", "access"])
def test_a_backup_made_while_a_key_is_renewed_opens_and_is_this_ledgers_own(
    school: SchoolHome, monkeypatch: pytest.MonkeyPatch, renewed: str, copied: str
) -> None:
    left = [1]
    pp = str(school.folder / "pp")
    root = ("--root-key", str(school.folder / "root.json"), "--root-passphrase-file", pp)

    def meanwhile(source: Path, target: Path) -> None:
        copy_database(source, target)
        if source.name == copied and left[0]:
            left[0] -= 1
            if renewed == "senco":
                school.ok("staff", "rotate-key", "--new-passphrase-file", pp, "--as", "senco")
            else:
                school.ok("log", "renew-key", renewed, *root, "--reason", "old", "--as", "head")

    (school.path / "keys" / ".people.json.x1.part").write_bytes(b"")
    (school.path / "attachments" / ".y.x2.part").write_bytes(b"")
    monkeypatch.setattr(backups, "copy_database", meanwhile)
    backups.back_up(school.home, school.folder / "backup")
    monkeypatch.undo()
    assert left == [0]
    elsewhere = {
        "SEND_LEDGER_HOME": str(school.folder / "restored"),
        "SEND_LEDGER_STATE": str(school.folder / "another computer"),
    }
    school.ok("restore", str(school.folder / "backup"), env=elsewhere)
    assert not [*(school.folder / "restored").rglob("*.part")]
    assert school.ok("doctor", env=elsewhere)["healthy"]
    assert len(school.ok("register", "--as", "senco", env=elsewhere)["pupils"]) == 2
    school.ok("log", "checkpoint", env=elsewhere)
