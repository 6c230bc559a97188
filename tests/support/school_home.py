"""A real home of a school, made once, copied for each test, and used through the CLI.

Everything is the product's own; only the derivation of keys from passphrases is
remembered within the process, since it takes a third of a second on purpose.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from click.testing import CliRunner

import cli
from ledger.application.founding import SchoolFacts
from ledger.application.staff import Grant
from ledger.bootstrap.create import NewHome, create_home
from ledger.bootstrap.home import Home
from ledger.bootstrap.session import Session
from ledger.bootstrap.staffing import Newcomer, add_person
from ledger.formats.ledger_file import FILE_NAME
from ledger.seal import key_file
from ledger.seal.passphrase import derive_kek
from ledger.seal.private_files import write_private
from tests.support.computers import copy_computer
from tests.support.sessions import person_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest
    from click.testing import Result

ROOT: Final = Path(__file__).parents[2]
PASSPHRASE: Final = "correct horse battery staple"  # noqa: S105  of homes that a test makes
NAMES: Final = {"head": "Lisa Meredith", "senco": "Paul Crook", "office": "Ada Okafor"}
ROLES: Final = {"head": "head", "senco": "senco", "office": "administrator"}
FACTS: Final = SchoolFacts(
    name="St Thomas à Becket",
    urn="126416",
    laestab="8653396",
    authority="Wiltshire",
    phase="Primary",
    maintained=True,
)
OTHER_FACTS: Final = replace(
    FACTS, name="Penistone Grammar School", urn="106653", laestab="3704027", authority="Barnsley"
)
REGISTER: Final = """\
UPN,Surname,Forename,DOB,Year,SEN Status,SEN Need Primary,SEN Start
A203102209083,O'Neill,Zoë,29/02/2016,4,K,SLCN,01/09/2024
B801200005001,李,小明,03/05/2015,5,E,ASD,01/09/2023
"""
PERSONAL: Final = (
    *(word for name in NAMES.values() for word in name.split()),
    *("O'Neill", "Zoë", "李", "小明", "A203102209083", "B801200005001", "2016-02-29"),
)
"""What must be found nowhere in the clear."""


_REMEMBERED: Final = cache(derive_kek)


@contextmanager
def remembered_derivations() -> Iterator[None]:
    """Derive each key from its passphrase once in this process."""
    with patch.object(key_file, "derive_kek", _REMEMBERED):
        yield


def now() -> datetime:
    """Give the clock that the CLI reads too."""
    return datetime.now(UTC)


def _in_json(words: tuple[str, ...]) -> tuple[str, ...]:
    """Ask for JSON; what follows `--`, such as a key's id that begins with a dash, stays last."""
    end = words.index("--") if "--" in words else len(words)
    return (*words[:end], "--json", *words[end:])


@dataclass(frozen=True)
class SchoolHome:
    """A home, the state folder of its computer, and what its people keep.

    Attributes:
        folder: holds `home`, `state`, `root.json`, `sheet.txt` and the passphrase file `pp`.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """The home itself."""
        return self.folder / "home"

    @property
    def state(self) -> Path:
        """Where this computer keeps high-water marks."""
        return self.folder / "state"

    @property
    def home(self) -> Home:
        """The home, opened."""
        return self.at(now())

    def at(self, instant: datetime) -> Home:
        """Open the home under a clock that stands still."""
        return Home.open(self.path, self.state, lambda: instant)

    @property
    def env(self) -> dict[str, str]:
        """What a person would set."""
        return {
            "SEND_LEDGER_HOME": str(self.path),
            "SEND_LEDGER_STATE": str(self.state),
            "SEND_LEDGER_PASSPHRASE_FILE": str(self.folder / "pp"),
        }

    def run(self, *words: str, env: Mapping[str, str | None] | None = None) -> Result:
        """Run a command in this process."""
        return CliRunner().invoke(cli.main, words, env={**self.env, **(env or {})})

    def ok(self, *words: str, **how: Any) -> Any:
        """Run a command that succeeds; give its JSON."""
        result = self.run(*_in_json(words), **how)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refused(self, code: int, kind: str, *words: str, **how: Any) -> dict[str, Any]:
        """Run a command that is refused, and leaves the ledger as it was.

        Checks the exit code, what, why and try on stderr, no traceback and no
        personal data; gives the members of the refusal.
        """
        before = self.fingerprint()
        plain = self.run(*words, **how)
        result = self.run(*_in_json(words), **how)
        said: dict[str, Any] = json.loads(result.stderr)
        assert (result.exit_code, said["error"]) == (code, kind), result.output
        assert (plain.exit_code, said["exit_code"]) == (code, code)
        for label, member in (("Error", "what"), ("Why", "why"), ("Try", "try")):
            if said[member]:
                assert f"{label}: {said[member]}" in plain.stderr
        assert said["what"], said
        assert said["why"] or said["try"], said
        for text in (plain.stderr, result.stderr):
            assert "Traceback" not in text
            assert not [word for word in PERSONAL if word in text], text
        assert self.fingerprint() == before, "a refused command changed the ledger"
        return said

    def fingerprint(self) -> dict[str, str]:
        """Give what the record is made of: every row of the ledger, every key file's hash."""
        files = [self.path / "home.json", *self.path.glob("keys/**/*.json")]
        names = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        with closing(sqlite3.connect(self.path / FILE_NAME)) as connection:
            rows = "\n".join(connection.iterdump())
        return {**names, FILE_NAME: hashlib.sha256(rows.encode("utf-8")).hexdigest()}

    def copy(self, folder: Path) -> SchoolHome:
        """Copy home and computer, modes included; the copy stands for the same school."""
        copy_computer(self.folder, folder)
        return SchoolHome(folder)

    @contextmanager
    def session(self, who: str, instant: datetime | None = None) -> Iterator[Session]:
        """Open a session in this process, under the true clock or another."""
        with person_session(self.at(instant or now()), who, PASSPHRASE) as session:
            yield session

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file beside the home; give its path."""
        path = self.folder / name
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        path.chmod(0o600)
        return str(path)


@contextmanager
def python_process(
    *words: str, env: Mapping[str, str] | None = None, **how: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program of this project beside a test, and whatever becomes of that, no longer.

    Args:
        words: what Python is started with.
        env: what it finds set, beside what Python itself needs.
        how: further words for `subprocess.Popen`.
    """
    known = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**known, "PYTHONPATH": str(ROOT), **(env or {})},
        **{**settings, **how},
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def found_school(school: SchoolHome, facts: SchoolFacts) -> None:
    """Make the home of a school, its root key and its recovery sheet."""
    request = NewHome(
        path=school.path,
        facts=facts,
        head_name=NAMES["head"],
        head_handle="head",
        head_passphrase=PASSPHRASE,
        root_key_path=school.folder / "root.json",
        root_passphrase=PASSPHRASE,
        keep_sheet=lambda _origin, lines: _write_sheet(school, lines),
    )
    create_home(request, school.state, now, os.urandom)


def make_school(
    folder: Path, facts: SchoolFacts = FACTS, people: tuple[str, ...] = ("senco", "office")
) -> SchoolHome:
    """Make a school's home with its headteacher and staff."""
    folder.mkdir(mode=0o700)
    made = SchoolHome(folder)
    made.write("pp", PASSPHRASE + "\n")
    found_school(made, facts)
    with made.session("head") as session:
        for handle in people:
            newcomer = Newcomer(
                name=NAMES[handle],
                handle=handle,
                job_title=ROLES[handle],
                passphrase=PASSPHRASE,
                grant=Grant(role=ROLES[handle], from_=now().date()),
            )
            add_person(session, newcomer)
        session.seal()
    return made


_TEMPLATES: Final[dict[str, SchoolHome]] = {}


def school_template(factory: pytest.TempPathFactory) -> SchoolHome:
    """Give a school with staff and two pupils, made once in this process, to be copied."""
    if "school" not in _TEMPLATES:
        with remembered_derivations():
            made = make_school(factory.mktemp("school") / "template")
            made.ok("import", made.write("register.csv", REGISTER), "--as", "senco")
        _TEMPLATES["school"] = made
    return _TEMPLATES["school"]


def _write_sheet(made: SchoolHome, lines: Sequence[str]) -> None:
    write_private(made.folder / "sheet.txt", "\n".join(lines).encode("ascii"))


def later(minutes: float) -> datetime:
    """Give an instant so many minutes from now."""
    return now() + timedelta(minutes=minutes)
