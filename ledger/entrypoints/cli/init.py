"""`send-ledger init`: make a school's home."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from ledger.application.founding import Predecessor, SchoolFacts
from ledger.bootstrap.create import MadeHome, NewHome, create_home
from ledger.bootstrap.home import system_clock, system_entropy
from ledger.bootstrap.places import demand_outside
from ledger.entrypoints.cli.command import (
    Setting,
    ledger_command,
    say,
    state_folder,
)
from ledger.entrypoints.cli.common_options import HOME
from ledger.entrypoints.cli.continuing import (
    continued_words,
    continuing_members,
    continuing_options,
    gather_predecessors,
)
from ledger.entrypoints.cli.paper import recovery_sheet_text
from ledger.entrypoints.cli.passphrases import ask_passphrase, read_passphrase_file
from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import b64url
from ledger.seal.private_files import write_private
from ledger.values.person_name import PersonName
from ledger.values.school_identity import Laestab, Urn


@ledger_command(name="init", takes=HOME | {"passphrase"})
@click.option("--school", required=True, help="Official name of the school.")
@click.option("--urn", required=True, help="Unique reference number, six digits.")
@click.option("--laestab", required=True, help="LA and establishment number, e.g. 865/3396.")
@click.option("--authority", required=True, help="Local authority, e.g. Wiltshire.")
@click.option("--phase", default="Primary", show_default=True, help="Phase of education.")
@click.option(
    "--maintained/--academy",
    default=True,
    show_default=True,
    help="Whether the local authority maintains it.",
)
@click.option("--head", "head_name", required=True, help="Name of the first headteacher.")
@click.option("--head-handle", default="head", show_default=True, help="What they type after --as.")
@click.option(
    "--root-key",
    "root_key",
    type=click.Path(path_type=Path),
    required=True,
    help="Where the offline root key goes: a file on a memory stick.",
)
@click.option(
    "--root-passphrase-file",
    type=click.Path(path_type=Path),
    help="Passphrase of the root key; asked for where not given.",
)
@click.option(
    "--recovery-sheet",
    type=click.Path(path_type=Path),
    required=True,
    help="Where to write the recovery sheet, to print and then delete.",
)
@continuing_options
def command(
    setting: Setting,
    *,
    school: str,
    urn: str,
    laestab: str,
    authority: str,
    phase: str,
    maintained: bool,
    head_name: str,
    head_handle: str,
    root_key: Path,
    root_passphrase_file: Path | None,
    recovery_sheet: Path,
    **continuing: Any,
) -> None:
    """Make a school's home: its keys, its ledger, its first headteacher.

    The home is made whole or not at all. At the end it is said where
    everything is, and what to keep safe.

    With --continues it goes on from an old home that closes, or has lost its newest
    entries, and says so for ever. Nothing is copied: import the register again.

    \b
    Examples:
      send-ledger init --home /schools/ours --school "St Thomas à Becket"
        --urn 126416 --laestab 865/3396 --authority Wiltshire --head "Lisa Meredith"
        --root-key /stick/root.json --recovery-sheet /stick/recovery.txt
      send-ledger init --home /schools/new --continues /schools/restored
        --last-seen leaver.receipt --reason "disk failed on 2 March" ...
    """
    folder = setting.new_home()
    demand_outside(folder, recovery_sheet, "The recovery sheet")
    continued = gather_predecessors(**continuing)
    facts = SchoolFacts(
        name=str(PersonName.parse(school)),
        urn=str(Urn.parse(urn)),
        laestab=str(Laestab.parse(laestab)),
        authority=authority,
        phase=phase,
        maintained=maintained,
    )
    made = create_home(
        NewHome(
            path=folder,
            facts=facts,
            head_name=str(PersonName.parse(head_name)),
            head_handle=head_handle,
            head_passphrase=setting.passphrase(f"{head_name} (new)"),
            root_key_path=root_key,
            root_passphrase=_root_passphrase(root_passphrase_file),
            keep_sheet=partial(_keep_sheet, recovery_sheet, school),
            predecessors=continued,
        ),
        state_folder(),
        system_clock,
        system_entropy,
    )
    _say_made(setting, made, root_key, recovery_sheet, continued)


def _root_passphrase(file: Path | None) -> str:
    if file is not None:
        return read_passphrase_file(file)
    return ask_passphrase("Passphrase of the root key, for the stick", confirm=True)


def _keep_sheet(path: Path, school: str, origin: str, lines: Sequence[str]) -> None:
    write_private(path, recovery_sheet_text(school, origin, lines).encode("utf-8"))


def _say_made(
    setting: Setting,
    made: MadeHome,
    root_key: Path,
    sheet: Path,
    continued: Sequence[Predecessor],
) -> None:
    origin = origin_of(made.home.lid)
    words = f"""The home is made: {made.home.path}
Its ledger is called {origin}.
It is self-rooted: no trust or council has countersigned its beginning. To have
that done, now or later: send-ledger countersignature --help.
{continued_words(continued)}
Keep safe:
  {root_key}
    the root key. It appoints headteachers and replaces keys; take the stick out
    and lock it away. Whoever has it and its passphrase can appoint a headteacher.
  {sheet}
    the recovery sheet. Print it, lock it away, delete the file. It opens the
    contents if every passphrase is lost; it signs nothing.
  your passphrase
    nobody can reset it. A lost one means a new key, not lost records.

This computer notes how far the ledger grows in {made.home.state_folder}.

Next: send-ledger staff add --home {made.home.path} --as {made.home.locators()[0].handle} --help"""
    data = {
        "home": str(made.home.path),
        "origin": origin,
        "ledger": b64url(made.home.lid),
        "root_key": str(root_key),
        "recovery_sheet": str(sheet),
        "state": str(made.home.state_folder),
        "self_rooted": True,
        "continues": continuing_members(continued),
    }
    say(setting, words, data)
