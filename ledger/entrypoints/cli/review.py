"""`send-ledger review`: reviews and meetings with parents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.entry_options import About, entry_command
from ledger.entrypoints.cli.parameters import NAME, WORDS, CodeChoice

if TYPE_CHECKING:
    from ledger.application.entries import Draft

EXAMPLES = (
    (
        'review add A203102209083 --kind both --lead "Tim Reed" --present "Ada O\'Neill"'
        ' --outcomes "reads whole words" --action "continue daily reading"'
    ),
    'review add Zoë --kind parents --lead "Tim Reed" --outcomes @notes.txt --on 12/03/2026',
)


@ledger_group(name="review", examples=EXAMPLES)
def command() -> None:
    """Record reviews and meetings with parents."""


@entry_command(command, "add", examples=EXAMPLES)
@click.option("--kind", "meeting_kind", type=CodeChoice("meeting_kind"), required=True)
@click.option("--lead", type=NAME, required=True, help="Who led it.")
@click.option("--present", type=NAME, multiple=True, help="Who was there; repeatable.")
@click.option("--parent-views", type=WORDS, help="What the parents said.")
@click.option("--pupil-views", type=WORDS, help="What the pupil said.")
@click.option("--pupil-views-method", type=CodeChoice("views_method"), help="How it was asked.")
@click.option("--outcomes", type=WORDS, required=True, help="What was found.")
@click.option("--action", "actions", type=WORDS, multiple=True, help="Agreed; repeatable.")
@click.option("--given-to-parents-on", type=DAY, help="When they were given the record.")
def add(about: About, **facts: Any) -> Draft:
    """Record a review or a meeting with parents outside a support cycle."""
    return about.draft("review.held.v1", **facts)
