"""`send-ledger my-story`: a family's own story, kept for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.entry_options import About, entry_command
from ledger.entrypoints.cli.parameters import NAME, WORDS, CodeChoice

if TYPE_CHECKING:
    from ledger.application.entries import Draft

EXAMPLES = (
    'my-story add A203102209083 --version younger --text @story.txt --owner "Ada O\'Neill"',
    'my-story add Zoë --version older --text @story.txt --owner Zoë --with "Paul Crook"',
)


@ledger_group(name="my-story", examples=EXAMPLES)
def command() -> None:
    """Keep a family's My Story."""


@entry_command(command, "add", examples=EXAMPLES)
@click.option("--version", "story_version", type=CodeChoice("my_story_version"), required=True)
@click.option("--text", type=WORDS, required=True, help="Their words; @FILE keeps them off screen.")
@click.option("--owner", type=NAME, required=True, help="Whose story it is: it stays theirs.")
@click.option("--with", "completed_with", type=NAME, help="With whom it was written.")
def add(about: About, **facts: Any) -> Draft:
    """Keep a My Story; it leaves the school only under its own live consent."""
    return about.draft("my_story.recorded.v1", **facts)
