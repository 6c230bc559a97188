"""`send-ledger doctor`: look for what is wrong with this computer or this home."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version

from ledger.bootstrap.home import Home
from ledger.bootstrap.marks import behind_mark, founding_words, living_home
from ledger.bootstrap.own_keys import check_class_keys, foreign_machine_keys, unknown_people
from ledger.bootstrap.places import unsafe_place
from ledger.entrypoints.cli.command import Setting, ledger_command, say, state_folder
from ledger.entrypoints.cli.common_options import HOME
from ledger.errors import LedgerError
from ledger.seal.authority import Authority
from ledger.seal.private_files import open_to_others
from ledger.values.counting import are, counted

FREE_BYTES = 500 * 1024 * 1024
NAMED = 3
"""How many files without protection are named."""
SEALED_WITHIN = timedelta(days=8)
SQLITE_LEAST = (3, 37, 0)  # STRICT tables
PYTHON_LEAST = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: good, warning or bad, in words."""

    name: str
    state: str
    words: str


@ledger_command(name="doctor", takes=HOME)
def command(setting: Setting) -> None:
    """Look for what is wrong with this computer or this home.

    Needs nobody's passphrase and changes nothing.

    \b
    Examples:
      send-ledger doctor
      send-ledger doctor --home /schools/ours --json
    """
    checks = [*_computer()]
    if setting.home_path is not None:
        checks += _home(setting.home())
    bad = [check for check in checks if check.state == "bad"]
    lines = [f"{_SIGNS[check.state]} {check.name}: {check.words}" for check in checks]
    say(
        setting,
        "\n".join(lines),
        {
            "healthy": not bad,
            "checks": [{"name": c.name, "state": c.state, "words": c.words} for c in checks],
        },
    )
    if bad:
        raise LedgerError(
            f"{counted(len(bad), 'thing')} {are(len(bad))} wrong.",
            "See the lines marked BAD.",
            "Mend them before recording anything.",
            kind="unhealthy",
        )


_SIGNS = {"good": "good   ", "warning": "look at", "bad": "BAD    "}


def _computer() -> Iterator[Check]:
    python_ok = sys.version_info >= PYTHON_LEAST
    yield Check("Python", "good" if python_ok else "bad", platform.python_version())
    sqlite_ok = sqlite3.sqlite_version_info >= SQLITE_LEAST
    yield Check("SQLite", "good" if sqlite_ok else "bad", sqlite3.sqlite_version)
    yield Check("cryptography", "good", version("cryptography"))
    openssl = shutil.which("openssl")
    words = "found" if openssl else "not found; the demo's own time-stamp authority needs it"
    yield Check("openssl", "good" if openssl else "warning", words)
    yield Check("state folder", "good", str(state_folder()))


def _home(home: Home) -> Iterator[Check]:
    why = unsafe_place(home.path)
    yield Check("place of the home", "bad" if why else "good", why or "on this computer's own disk")
    free = shutil.disk_usage(home.path).free
    state = "good" if free >= FREE_BYTES else "bad"
    yield Check("free space", state, f"{free // (1024 * 1024)} MiB")
    if sys.platform != "win32":
        yield _permissions(home)
    try:
        yield from _ledger(home)
    except LedgerError as error:
        yield Check("ledger", "bad", f"{error.what} {error.why}".strip())


def _permissions(home: Home) -> Check:
    opened = open_to_others(home.path)
    if not opened:
        return Check("permissions", "good", "closed to everybody else on this computer")
    named = ", ".join(str(one.relative_to(home.path.parent)) for one in opened[:NAMED])
    more = f" and {counted(len(opened) - NAMED, 'other')}" if len(opened) > NAMED else ""
    words = f"others can reach {named}{more}; close with: chmod -R go= {home.path}"
    return Check("permissions", "bad", words)


def _keys(home: Home, authority: Authority) -> Iterator[Check]:
    """Tell whether the key files are this ledger's own."""
    try:
        foreign = foreign_machine_keys(home, authority)
        unknown, people = unknown_people(home, authority)
    except LedgerError as error:
        yield Check("keys", "bad", f"{error.what} {error.why}".strip())
        return
    if foreign:
        names = ", ".join(f"keys/{one}.json" for one in foreign)
        yield Check("keys", "bad", f"not this ledger's own: {names}; put them back from a backup")
    if unknown:
        words = f"of {people} people in keys/people.json, this ledger knows {people - unknown}"
        yield Check("people", "bad" if unknown == people else "warning", words)
    if not foreign and not unknown:
        yield Check("keys", "good", f"this ledger's own, and those of {people} people")


def _class_keys(home: Home, authority: Authority) -> Check:
    try:
        rows = check_class_keys(home, authority)
        return Check("class keys", "good", f"{counted(rows, 'row')}, each signed")
    except LedgerError as error:
        return Check("class keys", "bad", f"{error.what} {error.why}".strip())


def _ledger(home: Home) -> Iterator[Check]:
    with home.reading() as reader:
        size = reader.size
        newest = reader.clock
        checkpoints = reader.checkpoints()
    yield Check("ledger", "good", counted(size, "entry"))
    now = home.clock()
    state = "good" if now >= newest else "bad"
    yield Check(
        "clock", state, "after the newest entry" if now >= newest else "BEHIND the newest entry"
    )
    mark = home.mark.read()
    why = behind_mark(home)
    if mark is None:
        yield Check("high-water mark", "warning", "this computer has never seen this ledger")
    else:
        seen = f"{counted(mark.size, 'entry')} seen"
        seen = f"{why} To go on: {founding_words(str(home.path))}" if why else seen
        yield Check("high-water mark", "bad" if why else "good", seen)
    if (living := living_home(home)) is not None:
        words = f"a copy of the ledger at {living}; it can be read, not written"
        yield Check("this folder", "warning", words)
    authority = home.authority()
    yield from _keys(home, authority)
    yield _class_keys(home, authority)
    for one in authority.successions:
        yield Check("beginning", "good", f"continues {one.origin} from size {one.size}")
    sealed = checkpoints[-1][0] if checkpoints else 0
    behind = size - sealed
    stale = behind > 0 and now - newest > SEALED_WITHIN
    words = (
        "everything is sealed"
        if not behind
        else f"{counted(behind, 'entry')} {are(behind)} not sealed yet"
    )
    yield Check("checkpoint", "warning" if stale or not checkpoints else "good", words)
