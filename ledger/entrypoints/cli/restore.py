"""`send-ledger restore`: bring a backup back."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.bootstrap.backups import restore
from ledger.bootstrap.held_elsewhere import note_held
from ledger.bootstrap.marks import behind_mark, founding_words, living_home
from ledger.bootstrap.places import demand_safe_place
from ledger.entrypoints.cli.command import Setting, ledger_command, say, state_folder
from ledger.entrypoints.cli.common_options import HOME
from ledger.entrypoints.cli.parameters import GivenPath
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import SignedNote


@ledger_command(name="restore", takes=HOME)
@click.argument("backup", type=GivenPath(files=False))
@click.option(
    "--against",
    multiple=True,
    type=GivenPath(),
    help="A checkpoint, receipt or proof of this ledger that somebody else holds.",
)
def command(setting: Setting, backup: Path, *, against: tuple[Path, ...]) -> None:
    """Bring a backup back into a new home, verified.

    If the ledger was ever seen longer than the backup, the restored home can be
    read but never written: otherwise two histories could claim one name.

    \b
    Examples:
      send-ledger restore /backup/2026-03-03 --home /schools/restored
      send-ledger restore E:\\ledger-monday --home D:\\ledger --against last.checkpoint
    """
    folder = setting.new_home()
    demand_safe_place(folder)
    notes = [note_held(path, None)[1] for path in against]
    heads = [Checkpoint.parse(SignedNote.parse(note).text) for note in notes]
    home = restore(backup, folder, state_folder(), heads)
    why, living = behind_mark(home), living_home(home)
    words = f"Restored and verified: {home.path}."
    if why:
        words += (
            f"\nIt is read-only for good: {why}\nTo go on, found a new home that continues it, and "
            "keep this one as evidence; tell the schools that hold receipts:\n  "
            + founding_words(str(home.path))
        )
        if living:
            words += f"\nIf the ledger at {living} is sound, go on there instead."
    elif living:
        words += (
            f"\nIt is a copy: the ledger lives at {living}. Look at the copy as you like; to go on "
            "here instead, rename or remove that folder."
        )
    said = {"home": str(home.path), "read_only": bool(why), "why": why}
    say(setting, words, {**said, "copy_of": str(living) if living else None})
