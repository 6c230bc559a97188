"""The options of `send-ledger init` for a home that continues another, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from ledger.application.founding import Predecessor
from ledger.bootstrap.succession import Continuing, predecessors
from ledger.entrypoints.cli.command import (
    state_folder,
)
from ledger.entrypoints.cli.parameters import WORDS, GivenPath
from ledger.entrypoints.cli.passphrases import read_root_key
from ledger.errors import UsageError
from ledger.formats.encoding import b64url

F = TypeVar("F", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)
_OPTIONS = (
    click.option(
        "--continues",
        multiple=True,
        type=GivenPath(files=False),
        help="An old home, or backup, that the new one continues; once for each.",
    ),
    click.option(
        "--last-seen",
        multiple=True,
        type=GivenPath(),
        help="A receipt, proof or checkpoint of the old ledger that somebody else holds.",
    ),
    click.option("--reason", type=WORDS, help="Why a new ledger is begun; with --continues."),
    click.option(
        "--old-root-key",
        "old_root_keys",
        multiple=True,
        type=_PATH,
        help="The old home's root key, so that it agrees.",
    ),
    click.option(
        "--old-root-passphrase-file",
        "old_root_passphrase_files",
        multiple=True,
        type=_PATH,
        help="Its passphrase; asked for where not given.",
    ),
)


def continuing_options(function: F) -> F:
    """Give a command --continues and what belongs to it."""
    made: Any = function
    for option in reversed(_OPTIONS):
        made = option(made)
    given: F = made
    return given


def gather_predecessors(
    *,
    continues: tuple[Path, ...],
    last_seen: tuple[Path, ...],
    reason: str | None,
    old_root_keys: tuple[Path, ...],
    old_root_passphrase_files: tuple[Path, ...],
) -> tuple[Predecessor, ...]:
    """Gather what the new ledger will say of those that it continues.

    Raises:
        UsageError: an option belongs to --continues, which is not given; or
            --reason is missing.
        LedgerError: see `ledger.bootstrap.succession.predecessors`.
    """
    if not continues:
        if last_seen or reason or old_root_keys or old_root_passphrase_files:
            raise UsageError(
                "It is not said which home is continued.",
                "The other options tell about an old home.",
                remedy="Add --continues OLD-HOME.",
            )
        return ()
    if reason is None:
        raise UsageError(
            "It is not said why a new ledger is begun.",
            "It stands in the new ledger for ever.",
            "Add --reason, for example “the disk failed on 2 March”.",
        )
    files: Sequence[Path | None] = old_root_passphrase_files or [None] * len(old_root_keys)
    if len(files) != len(old_root_keys):
        raise UsageError(
            "There are more or fewer passphrase files than old root keys.",
            "Each key is opened with its own file.",
            remedy="Give one --old-root-passphrase-file for each --old-root-key, in order.",
        )
    asked = Continuing(
        homes=continues,
        last_seen=last_seen,
        grounds=reason,
        root_keys=[
            read_root_key(key, file) for key, file in zip(old_root_keys, files, strict=True)
        ],
    )
    return predecessors(asked, state_folder())


def continued_words(continued: Sequence[Predecessor]) -> str:
    """Say what a new home continues, and what to do about it; empty where it is nothing."""
    return "".join(_words(one) for one in continued)


def _words(old: Predecessor) -> str:
    lost = "none; the old home holds them all"
    if old.lost is not None:
        first, last = old.lost
        lost = f"{first:,} to {last:,}; what is left is in the old home"
    agreed = "agreed, with its root key" if old.agree else "did not sign: no root key was given"
    return f"""
It continues {old.origin} from size {old.size:,}, as seen in {old.seen_in}.
  entries lost: {lost}.
  the old ledger {agreed}.
  Nothing was copied. Import the register from a CSV file, or have each record
  transferred from a home that can still be written. Keep the old home as evidence,
  record nothing more in it, and send your new card to the schools that hold receipts.
"""


def continuing_members(continued: Sequence[Predecessor]) -> list[dict[str, Any]]:
    """Give the JSON members of what a new home continues."""
    return [
        {
            "origin": old.origin,
            "size": old.size,
            "root": b64url(old.root),
            "kept": old.kept_size,
            "lost": None if old.lost is None else list(old.lost),
            "seen_in": old.seen_in,
            "agreed": old.agree is not None,
        }
        for old in continued
    ]
