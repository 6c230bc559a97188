"""A school's home for each test, and the demonstration, played once for all that look at it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest
from click.testing import CliRunner

import cli
from ledger.entrypoints.cli import command
from tests.support.cli_home import QuickHome
from tests.support.fixtures import quick, school
from tests.support.handover import Pair, introduced
from tests.support.school_home import SchoolHome

__all__ = ["quick", "school"]

ROOT: Final = Path(__file__).parents[2]
WAIT_SECONDS: Final = 600.0
OWN: Final = "SEND_LEDGER_"


@pytest.fixture(scope="package")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Let one of two schools send Zoë's record; nobody changes what it left (see `pair`)."""
    pair = introduced(tmp_path_factory.mktemp("sent"), tmp_path_factory)
    out = ("--to", "106653", "--out", pair.file("zoe.age"))
    pair.sender.ok("transfer", "send", "A203102209083", *out, "--as", "senco")
    return pair


@pytest.fixture
def pair(sent: Pair, tmp_path: Path) -> Pair:
    """Give the two schools and the bundle between them in a folder of the test's own."""
    for name in ("sender", "receiver"):
        SchoolHome(sent.folder / name).copy(tmp_path / name)
    (tmp_path / "zoe.age").write_bytes(sent.read("zoe.age"))
    return Pair(tmp_path)


@dataclass(frozen=True, slots=True)
class Played:
    """The demonstration's folder as it was left, and the commands run on it.

    Attributes:
        folder: where; its summary tells the rest.
        output: what the demonstration printed.
    """

    folder: Path
    output: str

    @property
    def summary(self) -> dict[str, Any]:
        """The members of `summary.json`."""
        members: dict[str, Any] = json.loads((self.folder / "summary.json").read_bytes())
        return members

    def person(self, school: str, handle: str) -> list[str]:
        """Give the options by which a command is run as somebody."""
        (one,) = [
            one for one in self.summary["people"] if (one["school"], one["as"]) == (school, handle)
        ]
        return [
            *("--home", one["home"], "--as", one["as"]),
            *("--passphrase-file", one["passphrase_file"]),
        ]

    def run(self, *words: str, state: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of the product, in this process: passphrases are derived but once."""
        environment = {
            **dict.fromkeys((name for name in os.environ if name.startswith(OWN)), None),
            "SEND_LEDGER_STATE": str(state or self.summary["state"]),
        }
        with patch.object(command, "Home", QuickHome):
            done = CliRunner().invoke(cli.main, words, env=environment)
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    def data(self, *words: str) -> Any:
        """Run a command that must succeed, with --json; give what it says."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def run_program(words: tuple[str, ...], state: Path) -> subprocess.CompletedProcess[str]:
    """Run `send-ledger` in a process of its own, its high-water marks in a folder of the test's."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *words],
        env={**environment, "SEND_LEDGER_STATE": str(state), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Played:
    """Play the demonstration; nobody changes what it left (see `played_copy`)."""
    base = tmp_path_factory.getbasetemp()
    # The workers of one run share the folder above their own: whoever comes first plays.
    shared = (base if worker_id == "master" else base.parent) / "demonstration"
    finished = shared / "finished"
    try:
        shared.mkdir(mode=0o700)
    except FileExistsError:
        _wait_for(finished)
    else:
        done = run_program(("demo", str(shared / "played")), shared / "state")
        (shared / "output").write_text(done.stdout, "utf-8")
        finished.write_text(f"{done.returncode}\n{done.stderr}", "utf-8")
    code, _, complaint = finished.read_text("utf-8").partition("\n")
    assert code == "0", complaint
    return Played(shared / "played", (shared / "output").read_text("utf-8"))


def _wait_for(finished: Path) -> None:
    waited = 0.0
    while not finished.exists() and waited < WAIT_SECONDS:
        time.sleep(0.2)
        waited += 0.2


@pytest.fixture
def played_copy(played: Played, tmp_path: Path) -> Played:
    """Give the demonstration in a folder of the test's own, to be written to."""
    folder, state = tmp_path / "played", tmp_path / "state"
    shutil.copytree(played.folder, folder)
    shutil.copytree(played.summary["state"], state)
    for place in state.glob("*.place"):
        place.write_bytes(
            place.read_bytes().replace(os.fsencode(played.folder), os.fsencode(folder))
        )
    summary = folder / "summary.json"
    text = summary.read_text("utf-8")
    text = text.replace(played.summary["state"], str(state))
    summary.write_text(text.replace(str(played.folder), str(folder)), "utf-8")
    return Played(folder, played.output)
