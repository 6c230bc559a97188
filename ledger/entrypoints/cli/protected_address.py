"""`send-ledger address`: an address that must not be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.entry_options import About, entry_command
from ledger.entrypoints.cli.parameters import WORDS

if TYPE_CHECKING:
    from ledger.application.entries import Draft

EXAMPLES = (
    'address add A203102209083 --lines @address.txt --postcode "DH1 1AA"',
    'address add Zoë --lines @- --postcode "DH1 1AA" --word "Rose House"',
)


@ledger_group(name="address", examples=EXAMPLES)
def command() -> None:
    """Keep an address that must not be found."""


@entry_command(command, "add", examples=EXAMPLES)
@click.option(
    "--lines",
    type=WORDS,
    required=True,
    help="The address, a line each; @FILE or @- keeps it out of the shell's history.",
)
@click.option("--postcode", type=WORDS, required=True)
@click.option(
    "--word", "words", type=WORDS, multiple=True, help="Must not leave either; repeatable."
)
def add(about: About, *, lines: str, postcode: str, words: tuple[str, ...]) -> Draft:
    """Keep a protected address; it is never exported, and few may read it."""
    kept = tuple(line.strip() for line in lines.splitlines() if line.strip())
    return about.draft("protected_address.recorded.v1", lines=kept, postcode=postcode, words=words)
