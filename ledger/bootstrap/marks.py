"""What this computer knows of a ledger, held against a home before anything is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ledger.bootstrap.home import Home
from ledger.errors import MalformedInput, RuleRefused
from ledger.formats.home_file import read_home_file
from ledger.seal.proofs import LogProver

BACKUP_NOTE: Final = "backup.json"
"""What tells a backup from a home."""


def behind_mark(home: Home) -> str:
    """Say why the ledger contradicts this computer's mark; empty where it does not."""
    mark = home.mark.read()
    if mark is None:
        return ""
    with home.reading() as reader:
        prover = LogProver(reader)
        if prover.size < mark.size:
            return f"the ledger was seen with {mark.size} entries, and has {prover.size} here."
        if prover.root_at(mark.size) != mark.root:
            return f"its first {mark.size} entries are not those that were seen."
    return ""


def founding_words(old: str = "THIS-HOME") -> str:
    """Give the command that founds a new home that continues this one."""
    return f'send-ledger init --home NEW-HOME --continues {old} --reason "…"'


def demand_continuation(home: Home) -> None:
    """Refuse to write to a ledger that was rolled back or forked.

    Raises:
        RuleRefused: it was.
    """
    if why := behind_mark(home):
        raise RuleRefused(
            "This home can be read, but not written.",
            f"It was rolled back, or is older than another copy that was written to: {why}",
            "If another folder has those entries, work there; otherwise restore the newest "
            f"backup. If there is none, found a new home that continues this one: "
            f"{founding_words()}",
            kind="behind-mark",
        )


def living_home(home: Home) -> Path | None:
    """Give where the ledger lives, if that is another folder; None where it may live here.

    Whoever moves a home moves the ledger: a known folder that is gone, cannot be read,
    or holds another ledger, no longer counts.
    """
    known = home.place.read()
    if known is None or known == home.path.resolve() or not _holds(known, home.lid):
        return None
    return None if known.samefile(home.path) else known


def _holds(folder: Path, lid: bytes) -> bool:
    try:
        return read_home_file((folder / "home.json").read_bytes()).lid == lid
    except (OSError, MalformedInput):
        return False


def why_not_written(home: Home) -> str:
    """Say why nothing can be recorded in a home; empty where it can."""
    if (home.path / BACKUP_NOTE).exists():
        return "it is a backup."
    if (known := living_home(home)) is not None:
        return f"it is a copy of the ledger at {known}."
    if why := behind_mark(home):
        return f"it was rolled back, or is older than another copy: {why}"
    return "" if os.access(home.path, os.W_OK) else "its folder is read-only."


def demand_living(home: Home) -> None:
    """Refuse to write to a copy or a backup.

    Raises:
        RuleRefused: kind `copy-of-home`: this computer knows the ledger elsewhere; or
            `home-is-a-backup`.
    """
    if (home.path / BACKUP_NOTE).exists():
        raise RuleRefused(
            "This folder is a backup; nothing was recorded.",
            "What is written into a backup is lost to the ledger, and spoils the backup.",
            "Record in the home itself; if it is lost: send-ledger restore BACKUP --home NEW-HOME.",
            kind="home-is-a-backup",
        )
    if (known := living_home(home)) is not None:
        raise RuleRefused(
            "This home is a copy; nothing was recorded.",
            f"It is a copy of the ledger at {known}. One entry here, and the two would be two "
            "histories under one name.",
            f"Look at the copy as you like, and record in {known}. To move the ledger here for "
            "good, rename or remove that folder.",
            kind="copy-of-home",
        )
