"""What a terminal of 80 columns shows: every line fits, and nothing is lost but ends of names."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from ledger.entrypoints.cli.table import _width
from tests.support.school_home import ROOT, SchoolHome, school_template

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

import fcntl
import pty
import struct
import termios

LONG = "Featherstonehaugh-Konstantinopolitanskaya-Wolfeschlegelsteinhausen"
REGISTER = f"""\
UPN,Surname,Forename,DOB,Year,SEN Status,SEN Need Primary,SEN Start
E934421412007,{LONG},Maximiliane,01/02/2016,4,K,SLCN,01/09/2024
"""
COLUMNS = 80


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> SchoolHome:
    made = school_template(tmp_path_factory).copy(tmp_path_factory.mktemp("wide") / "school")
    made.ok("import", made.write("more.csv", REGISTER), "--as", "senco")
    return made


def on_a_terminal(school: SchoolHome, *words: str) -> str:
    """Run a command on a pseudo-terminal of 80 columns; give what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    env = {**school.env, "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "cli.py"), *words, "--as", "senco"]
    with subprocess.Popen(command, stdout=theirs, stdin=subprocess.DEVNULL, env=env) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                read = os.read(ours, 1 << 16)
            except OSError:  # so Linux says that the other end is closed
                break
            if not read:
                break
            shown += read
    os.close(ours)
    assert running.returncode == 0, shown
    return shown.decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize(
    "words",
    [
        ("register",),
        ("history", "Zoë"),
        ("history", "Maximiliane"),
        ("due", "--show", "all"),
        ("pupil", "list"),
        ("staff", "list"),
        ("transfer", "list"),
    ],
    ids=" ".join,
)
def test_every_line_fits_a_terminal_of_80_columns(
    school: SchoolHome, words: tuple[str, ...]
) -> None:
    shown = on_a_terminal(school, *words)
    assert shown.strip()
    assert [line for line in shown.splitlines() if _width(line) > COLUMNS] == []


def test_a_long_name_is_cut_on_a_terminal_alone(school: SchoolHome) -> None:
    shown = on_a_terminal(school, "register")
    assert "…" in shown
    assert LONG not in shown
    for words in (("register",), ("register", "--csv"), ("register", "--json")):
        printed = school.run(*words, "--as", "senco").stdout
        assert LONG in printed
        assert "…" not in printed
    assert LONG in json.dumps(school.ok("pupil", "list", "--as", "senco"))
