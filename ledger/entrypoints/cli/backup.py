"""`send-ledger backup`: copy the home, verified."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.bootstrap.backups import back_up
from ledger.entrypoints.cli.command import Setting, ledger_command, say
from ledger.entrypoints.cli.common_options import HOME
from ledger.formats.encoding import b64url


@ledger_command(name="backup", takes=HOME)
@click.argument("folder", type=click.Path(path_type=Path))
def command(setting: Setting, folder: Path) -> None:
    """Copy the home into a new folder on another disk, and verify the copy.

    The copy holds everything, keys included: keep it as safe as the home. It
    can be made while people work.

    \b
    Examples:
      send-ledger backup /backup/2026-03-03 --home /schools/ours
      send-ledger backup E:\\ledger-monday --home D:\\ledger
    """
    report = back_up(setting.home(), folder)
    say(
        setting,
        f"Backed up and verified: {report.size} entries, in {folder}.",
        {"folder": str(folder), "size": report.size, "root": b64url(report.root)},
    )
