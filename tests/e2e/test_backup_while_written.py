"""A backup made while somebody records: whatever is in it opens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ledger.bootstrap import backups
from ledger.recorder.copies import copy_database
from tests.support.victims import new_pupil

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

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
