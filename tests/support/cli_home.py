"""A school's home at the command line: real key files, a clock that the test holds."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from click.testing import CliRunner

import cli
from ledger.application.founding import SchoolFacts
from ledger.application.staff import Grant
from ledger.bootstrap.access import Reading
from ledger.bootstrap.create import NewHome, create_home
from ledger.bootstrap.home import Home
from ledger.bootstrap.staffing import Newcomer, add_person
from ledger.entrypoints.cli import command
from tests.support.computers import copy_computer
from tests.support.sessions import person_session

if TYPE_CHECKING:
    import pytest
    from click.testing import Result

    from ledger.seal.key_file import PersonKeys

PASSPHRASE: Final = "correct horse battery staple"  # noqa: S105  made up for tests
FOUNDED: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
STAFF: Final = {
    "senco": "Paul Crook",
    "administrator": "Ada Okafor",
    "teacher": "Tim Reed",
    "inspector": "Ines Vale",
    "governor": "Gil Stone",
}
"""Role, which is their handle too, → name."""


_OPENED: dict[tuple[bytes, str], PersonKeys] = {}


class QuickHome(Home):
    """A home whose passphrases are derived once for all tests: that costs most of a command."""

    __slots__ = ()

    def open_person(self, who: str, passphrase: str) -> PersonKeys:
        """Open a person's keys, the second time from memory."""
        if (self.lid, who) not in _OPENED:
            _OPENED[self.lid, who] = Home.open_person(self, who, passphrase)
        return _OPENED[self.lid, who]


@dataclass(slots=True)
class CliHome:
    """A home and who types.

    Attributes:
        folder: holds `home`, `state` and the passphrase file.
        now: the clock of every command.
    """

    folder: Path
    now: datetime = FOUNDED
    runner: CliRunner = field(default_factory=CliRunner)

    @property
    def path(self) -> Path:
        """The home itself."""
        return self.folder / "home"

    def open(self, path: Path, state_folder: Path) -> Home:
        """Open a home under the test's own clock; stands in for `Home`."""
        return QuickHome.open(path, state_folder, lambda: self.now)

    def run(self, *words: str, who: str = "senco", typed: str | None = None) -> Result:
        """Run a command as somebody."""
        environment = {
            "SEND_LEDGER_HOME": str(self.path),
            "SEND_LEDGER_STATE": str(self.folder / "state"),
            "SEND_LEDGER_PASSPHRASE_FILE": str(self.folder / "passphrase"),
            "SEND_LEDGER_AS": who,
        }
        return self.runner.invoke(cli.main, words, env=environment, input=typed)

    def done(self, *words: str, who: str = "senco", typed: str | None = None) -> str:
        """Run a command that must succeed; give what it printed."""
        result = self.run(*words, who=who, typed=typed)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def data(self, *words: str, who: str = "senco") -> Any:
        """Run a command that must succeed, with --json; give what it says."""
        return json.loads(self.done(*words, "--json", who=who))

    def entry(self, *words: str, who: str = "senco") -> int:
        """Run a command that records; give the log index of its first entry."""
        index: int = self.data(*words, who=who)["recorded"][0]["entry"]
        return index

    def refused(self, *words: str, who: str = "senco") -> dict[str, Any]:
        """Run a command that must be refused; give what it says, as JSON."""
        result = self.run(*words, "--json", who=who)
        assert result.exit_code != 0, result.stdout
        said: dict[str, Any] = json.loads(result.stderr)
        assert said["exit_code"] == result.exit_code
        return said

    def later(self, days: int) -> None:
        """Let days go by."""
        self.now += timedelta(days=days)


def make_template(folder: Path) -> Path:
    """Make a home with a head and one person of each role, to be copied by tests."""
    request = NewHome(
        path=folder / "home",
        facts=SchoolFacts(
            name="St Thomas à Becket",
            urn="126416",
            laestab="8653396",
            authority="Wiltshire",
            phase="Primary",
            maintained=True,
        ),
        head_name="Lisa Meredith",
        head_handle="head",
        head_passphrase=PASSPHRASE,
        root_key_path=folder / "root.json",
        root_passphrase=PASSPHRASE,
    )
    made = create_home(request, folder / "state", lambda: FOUNDED, os.urandom)
    reading = Reading(command="staff add")
    with person_session(made.home, "head", PASSPHRASE, reading=reading) as session:
        for role, name in STAFF.items():
            newcomer = Newcomer(
                name=name,
                handle=role,
                job_title=role,
                passphrase=PASSPHRASE,
                grant=Grant(role=role, from_=date(2026, 1, 1)),
            )
            add_person(session, newcomer)
    passphrase = folder / "passphrase"
    passphrase.write_text(f"{PASSPHRASE}\n", "utf-8")
    passphrase.chmod(0o600)
    return folder


def copy_home(template: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> CliHome:
    """Copy a template for one test, and give its commands the test's clock."""
    copy_computer(template, folder)
    home = CliHome(folder)
    monkeypatch.setattr(command, "Home", home)
    return home
