"""Workers that are processes: the same report, and none outlives the program that began it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.ledger_builder import BuiltLedger

forks = pytest.mark.skipif(sys.platform != "linux", reason="processes are workers on Linux only")

VERIFY_TWICE = """\
import datetime, pathlib, sys
from concurrent.futures import ProcessPoolExecutor
from ledger.verify import entry_stream
from ledger.verify.home import verify_ledger

began = []
def noted(workers, _pool=entry_stream._pool):
    began.append(_pool(workers))
    return began[-1]
entry_stream._pool = noted

def report(workers):
    return verify_ledger(
        pathlib.Path(sys.argv[1]), mark=None, now=datetime.datetime.now(datetime.UTC),
        data_key=lambda stream: bytes(32), workers=workers,
    )
alone = report(1)
assert alone.result == "altered" and alone.findings, alone
assert report(3).findings == alone.findings
assert [type(one) for one in began] == [ProcessPoolExecutor], began
"""

WAIT_UNDER_WAY = """\
import multiprocessing, sys, time
from ledger.verify.entry_stream import inspected
from ledger.verify.inspection import Work

done = inspected(iter([Work([], {}, None)] * 9), 2)
next(done)
print(*[child.pid for child in multiprocessing.active_children()], flush=True)
time.sleep(600)
"""


KILL_WORKERS = """\
import multiprocessing, os, signal
from ledger.errors import LedgerBusy
from ledger.verify.entry_stream import inspected
from ledger.verify.inspection import Work

done = inspected(iter([Work([], {}, None)] * 90), 2)
next(done)
for child in multiprocessing.active_children():
    os.kill(child.pid, signal.SIGKILL)
try:
    list(done)
except LedgerBusy as error:
    assert error.kind == "worker-lost", error
else:
    raise AssertionError("nobody noticed")
"""


@forks
def test_a_worker_that_the_system_ends_is_said_not_guessed_about() -> None:
    subprocess.run([sys.executable, "-c", KILL_WORKERS], check=True, cwd=Path(__file__).parents[3])


@forks
def test_processes_report_what_one_worker_reports(built: BuiltLedger) -> None:
    subprocess.run(
        [sys.executable, "-W", "error", "-c", VERIFY_TWICE, str(built.home)],
        check=True,
        cwd=Path(__file__).parents[3],
    )


@forks
def test_no_worker_outlives_a_program_that_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAIT_UNDER_WAY],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as program:
        assert program.stdout is not None
        workers = [int(word) for word in program.stdout.readline().split()]
        assert len(workers) == 2
        assert all(map(_runs, workers))
        program.send_signal(signal.SIGKILL)
        program.wait()
    for _ in range(600):
        if not any(map(_runs, workers)):
            return
        time.sleep(0.1)
    pytest.fail("a worker is still there")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2]
