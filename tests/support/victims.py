"""Programs that are killed while they write, to see what they leave.

`python -m tests.support.victims` is a small server: for each job it forks a child that
does the job until it is done or killed, without warning, by `SIGKILL`.  Forking
spares each child the start of Python and of the passphrase; the server itself opens
no ledger.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from ledger.application.entries import Draft, add_entries
from ledger.bootstrap.backups import back_up, restore
from ledger.imports.register_csv import plan_import
from ledger.imports.register_entries import store_plan
from ledger.recorder.ledger_recorder import LedgerRecorder
from ledger.seal import key_file
from ledger.seal.passphrase import KEK_BYTES, Argon2Parameters
from tests.support.school_home import (
    FACTS,
    PASSPHRASE,
    ROOT,
    SchoolHome,
    found_school,
    remembered_derivations,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.bootstrap.session import Session


def quick_kek(passphrase: str, parameters: Argon2Parameters) -> bytes:
    """Stand in for Argon2id in homes that are thrown away at once."""
    return hashlib.sha256(parameters.salt + passphrase.encode("utf-8")).digest()[:KEK_BYTES]


def new_pupil(session: Session, number: int) -> int:
    """Record one more pupil; gives the log index."""
    fields: dict[str, Any] = {
        "family_name": f"Example-{number}",
        "given_names": "Zoë",
        "preferred_name": None,
        "born": date(2016, 2, 29),
        "sex": None,
    }
    return add_entries(session.desk, [Draft(type="pupil.registered.v1", fields=fields)])[0].index


def write(school: SchoolHome, _other: str) -> None:
    """Record pupils until killed, sealing now and then; say what is acknowledged."""
    with school.session("senco") as session:
        tell("begun", 0)
        for number in range(10_000):
            tell("done", new_pupil(session, number) + 1)
            if number % 4 == 3:
                session.seal()


def init(school: SchoolHome, _other: str) -> None:
    """Make a home."""
    patch.object(key_file, "derive_kek", quick_kek).start()
    found_school(school, FACTS)


def import_register(school: SchoolHome, file: str) -> None:
    """Import a register of new pupils."""
    with school.session("senco") as session:
        plan = plan_import(Path(file).read_bytes(), known=(), today=session.desk.today())
        tell("begun", 0)
        store_plan(session.desk, plan)


def import_uncommitted(school: SchoolHome, file: str) -> None:
    """Import a register of new pupils, and be killed when every row stands in the open file."""
    insert = LedgerRecorder._insert_events

    def insert_and_die(*words: Any, **how: Any) -> None:
        insert(*words, **how)
        os.kill(os.getpid(), signal.SIGKILL)

    patch.object(LedgerRecorder, "_insert_events", insert_and_die).start()
    import_register(school, file)


def backup(school: SchoolHome, target: str) -> None:
    """Back the home up."""
    back_up(school.home, Path(target))


def restore_backup(school: SchoolHome, places: str) -> None:
    """Bring a backup back; `places` are the backup and the new home, a line each."""
    source, target = places.split("\n")
    restore(Path(source), Path(target), school.state, [])


JOBS: dict[str, Callable[[SchoolHome, str], None]] = {
    "write": write,
    "init": init,
    "import": import_register,
    "import uncommitted": import_uncommitted,
    "backup": backup,
    "restore": restore_backup,
}


def tell(word: str, number: int) -> None:
    """Say something to the test, in one write."""
    sys.stdout.write(f"{word} {number}\n")
    sys.stdout.flush()


def kill_at_flush(number: int) -> None:
    """Kill this process when it flushes a file for that time."""
    flush, left = os.fsync, number

    def fsync(descriptor: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        flush(descriptor)

    patch.object(os, "fsync", fsync).start()


def serve() -> None:
    """Do jobs, one line of JSON each, until the input ends."""
    with remembered_derivations():
        for line in sys.stdin:
            order = json.loads(line)
            school = SchoolHome(Path(order["folder"]))
            if order["job"] not in (
                "init",
                "backup",
                "restore",
            ):  # the derivation is remembered for all children
                school.home.open_person("senco", PASSPHRASE)
            child = os.fork()
            if child == 0:
                _do(school, order)
            tell("pid", child)
            _pid, status = os.waitpid(child, 0)
            tell("ended", status)


def _do(school: SchoolHome, order: dict[str, Any]) -> None:
    code = 1
    with suppress(BaseException):
        if order["flush"]:
            kill_at_flush(order["flush"])
        JOBS[order["job"]](school, order["other"])
        code = 0
    os._exit(code)


@dataclass(slots=True)
class Outcome:
    """What became of a victim.

    Attributes:
        acknowledged: how many entries it was told are stored.
        told: how often it said so.
        killed: whether it was killed before it was done.
        begun: when it began to write, by a clock of seconds.
        lasted: seconds from there to what it said last.
    """

    acknowledged: int = 0
    told: int = 0
    killed: bool = False
    begun: float = 0.0
    lasted: float = 0.0

    def take(self, word: str, number: int) -> None:
        """Take in what was said."""
        if word == "begun":
            self.begun = time.monotonic()
        elif word == "done":
            self.acknowledged, self.told = number, self.told + 1
        elif word == "ended":
            self.killed = os.WIFSIGNALED(number)
        self.lasted = time.monotonic() - self.begun


class Victims:
    """The server, from the test's side."""

    def __init__(self) -> None:
        """Start it."""
        self._child: int | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.victims"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        job: str,
        school: SchoolHome,
        other: str = "",
        *,
        told: int = 0,
        after: float | None = None,
        flush: int = 0,
    ) -> Outcome:
        """Let a child do a job and kill it, at a moment of its work and not of the clock.

        Args:
            job: one of `JOBS`.
            school: whose home.
            other: a further place.
            told: how many entries it has to acknowledge before `after` begins; with
                none, `after` begins when it begins to write.
            after: kill it so many seconds later; None to leave it alone.
            flush: kill it when it flushes a file for that time.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        order = {"job": job, "folder": str(school.folder), "other": other, "flush": flush}
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        outcome = Outcome()
        while True:
            word, number = stdout.readline().split()
            outcome.take(word, int(number))
            if word == "ended":
                self._child = None
                return outcome
            if word == "pid":
                self._child = int(number)
            elif after is not None and outcome.told == told:
                time.sleep(after)
                self._kill()

    def _kill(self) -> None:
        if self._child is not None:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)

    def close(self) -> None:
        """End it, and whatever it has still under way."""
        self._kill()
        with self._process as server:
            server.kill()


if __name__ == "__main__":
    serve()
