"""Starting: help, and the register of a school, beside Python with click."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.measuring import Comparison, alternate
from ledger.seal.key_file import open_key_file

ROOT = Path(__file__).parents[1]
PYTHON_AND_CLICK = (sys.executable, "-c", "import click")
PASSPHRASE = "five plain words in rows"  # noqa: S105  opens nothing but this benchmark's home
PUPILS = 300
LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def help_page(rounds: int) -> Comparison:
    """`send-ledger --help` ÷ start of Python and click."""
    taken = alternate(lambda: run("--help"), start_python, rounds)
    return Comparison(
        name="`send-ledger --help` ÷ start of Python + click",
        rounds=taken,
        per_round=1,
        target=1.6,
        at_most=True,
    )


def register(folder: Path, rounds: int) -> Comparison:
    """`register` of 300 pupils, its key derivation taken off ÷ start of Python and click."""
    school = School.create(folder)
    school.run("register")
    taken = alternate(lambda: school.run("register"), start_python, rounds, uncounted=school.derive)
    return Comparison(
        name=f"`register` of {PUPILS} pupils, key derivation not counted ÷ the same",
        rounds=taken,
        per_round=1,
        target=5,
        at_most=True,
    )


def run(*words: str, environment: dict[str, str] | None = None) -> None:
    """Run the program to its end."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, str(ROOT / "cli.py"), *words],
        check=False,
        capture_output=True,
        text=True,
        env={**as_installed(), **(environment or {})},
    )
    if done.returncode:
        raise RuntimeError(f"send-ledger {words[0]} failed: {done.stderr}")


def start_python() -> None:
    """Start Python, import click, end."""
    subprocess.run(PYTHON_AND_CLICK, check=True, env=as_installed())  # noqa: S603  this very interpreter


def as_installed() -> dict[str, str]:
    """Give an environment in which bytecode is kept, as it is wherever a program is installed.

    The warm-up writes it, for both sides alike, away from the working copy.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode_folder()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


@cache
def bytecode_folder() -> str:
    """Make the folder for it, once; it goes with the program."""
    folder = tempfile.mkdtemp(prefix="send-ledger-bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@dataclass(frozen=True, slots=True)
class School:
    """A home made with the program itself, as a school makes it."""

    folder: Path

    @classmethod
    def create(cls, folder: Path) -> School:
        """Found it, appoint a SENCO, import the register."""
        folder.mkdir(parents=True)
        school = cls(folder)
        (folder / "passphrase").write_text(PASSPHRASE + "\n", "utf-8")
        (folder / "passphrase").chmod(0o600)
        words = "init --school Example --urn 126416 --laestab 865/3396 --authority Example"
        places = ["--root-key", str(folder / "root"), "--recovery-sheet", str(folder / "sheet")]
        root_pass = ["--root-passphrase-file", str(folder / "passphrase")]
        school.run(*words.split(), "--head", "Lisa Example", *places, *root_pass)
        new = ["--new-passphrase-file", str(folder / "passphrase"), "--as", "head"]
        school.run("staff", "add", "Paul Example", "--role", "senco", "--handle", "senco", *new)
        (folder / "register.csv").write_text(csv_register(), "utf-8")
        school.run("import", str(folder / "register.csv"))
        return school

    def run(self, *words: str) -> None:
        """Run the program in this home, as the SENCO."""
        environment = {
            "SEND_LEDGER_HOME": str(self.folder / "home"),
            "SEND_LEDGER_STATE": str(self.folder / "state"),
            "SEND_LEDGER_AS": "senco",
            "SEND_LEDGER_PASSPHRASE_FILE": str(self.folder / "passphrase"),
        }
        run(*words, environment=environment)

    def derive(self) -> None:
        """Open the SENCO's key file: one key derivation, and next to nothing else."""
        document = (self.folder / "home" / "keys" / "people" / "senco.json").read_bytes()
        open_key_file(document, PASSPHRASE)


def csv_register() -> str:
    """Write a register as a school's MIS exports it."""
    lines = [
        "UPN,Legal Surname,Legal Forename,Date of Birth,Year,SEN Status,SEN Start Date,SEN Need"
    ]
    for number in range(PUPILS):
        upn = upn_of(number)
        born = f"{number % 28 + 1:02}/{number % 12 + 1:02}/{2010 + number % 8}"
        lines.append(f"{upn},O'Example-{number},Zoë,{born},Year 4,K,01/09/2023,SLCN")
    return "\n".join(lines) + "\n"


def upn_of(number: int) -> str:
    """Make a valid UPN (DfE: the check letter is a weighted sum modulo 23)."""
    digits = f"{999:03}{4001:04}{26:02}{number:03}"
    total = sum(weight * int(digit) for weight, digit in enumerate(digits, 2))
    return LETTERS[total % 23] + digits
