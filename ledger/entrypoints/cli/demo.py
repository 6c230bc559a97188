"""`send-ledger demo`: play a school year with made-up pupils, and try to cheat."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import click

from ledger.bootstrap.home import system_clock, system_entropy
from ledger.demo.play import Wish, play
from ledger.entrypoints.cli.command import Setting, ledger_command, say, state_folder
from ledger.entrypoints.cli.common_options import WITHOUT_HOME
from ledger.errors import UsageError

FOLDER_NAME: Final = "send-ledger-demo-{day}"
SAME_DAY: Final = 100
"""So many demonstrations a day get a folder without being asked for a name."""


@ledger_command(
    name="demo",
    takes=WITHOUT_HOME,
    examples=(
        "demo",
        "demo /tmp/try-it",
        "demo try-it --json",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def command(setting: Setting, *, folder: Path | None) -> None:
    """Play a school year with made-up pupils in two schools, and try to cheat.

    Makes two homes in FOLDER (a new one here, where none is named): forty
    made-up pupils, a year of SEN support, one pupil who moves with her whole
    record, a consent proved, and three attempts to alter copies, each caught.
    It takes less than a minute. The homes stay, and every command works on
    them; summary.json in the folder says where everything is.
    """
    chosen = folder or _new_folder()
    there_before = chosen.exists()
    wish = Wish(
        folder=chosen,
        state_folder=state_folder(),
        clock=system_clock,
        entropy=system_entropy,
        say=lambda line: click.echo(line, err=setting.as_json),
    )
    try:
        summary = play(wish)
    except KeyboardInterrupt:
        if not there_before:
            shutil.rmtree(chosen, ignore_errors=True)
        raise
    say(setting, "", summary)


def _new_folder() -> Path:
    """Name a folder here that does not exist yet, after today."""
    name = FOLDER_NAME.format(day=system_clock().date().isoformat())
    for number in range(1, SAME_DAY):
        folder = Path(name if number == 1 else f"{name}-{number}")
        if not folder.exists():
            return folder
    raise UsageError(
        "There are too many demonstrations of today here.",
        "Each gets a folder of its own; none is overwritten.",
        remedy="Name a new folder: send-ledger demo FOLDER.",
        kind="folder-not-empty",
    )
