"""`send-ledger notice`: what parents were told, when and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.entry_options import About, entry_command
from ledger.entrypoints.cli.parameters import NAME, WORDS, CodeChoice
from ledger.errors import NotFound
from ledger.formats.encoding import unb64url
from ledger.statute.event_names import base_name

if TYPE_CHECKING:
    from ledger.application.entries import Draft
    from ledger.projections.history import HistoryEntry

STATUS_CHANGED = "pupil.sen_status_changed.v1"

EXAMPLES = (
    'notice add A203102209083 --to "Ada O\'Neill" --means letter --wording @letter.txt',
    'notice add Zoë --to "Ada O\'Neill" --means meeting --wording "We told you …" --about 41',
)


@ledger_group(name="notice", examples=EXAMPLES)
def command() -> None:
    """Record what parents were told, when and how."""


@entry_command(command, "add", examples=EXAMPLES)
@click.option("--to", "to_name", type=NAME, required=True, help="Who was told.")
@click.option(
    "--capacity",
    "to_capacity",
    type=WORDS,
    default="parent",
    show_default=True,
    help="Parent, carer, young person …",
)
@click.option("--means", type=CodeChoice("contact_means"), required=True, help="How.")
@click.option("--wording", type=WORDS, required=True, help="The words used, or @FILE with them.")
@click.option(
    "--about", "entry", type=int, help="Which entry it is about; the newest change of SEN status."
)
def add(about: About, *, entry: int | None, **facts: Any) -> Draft:
    """Record that a parent was formally told something, in which words."""
    regarded = _regarded(about, entry)
    return about.draft(
        "notification.given.v1",
        **facts,
        regarding=base_name(regarded.type),
        regarding_stream=unb64url(regarded.stream),
        regarding_seq=regarded.seq,
    )


def _regarded(about: About, entry: int | None) -> HistoryEntry:
    """Find the entry that the notice is about."""
    standing = [one for one in about.history() if one.corrected_by is None]
    if entry is None:
        fitting = [one for one in standing if one.type == STATUS_CHANGED]
    else:
        fitting = [one for one in standing if one.index == entry]
    if not fitting:
        raise NotFound(
            "There is nothing for the notice to be about; nothing was recorded.",
            "The pupil has no such entry, or it was corrected.",
            "Record the change of status first, or name an entry of the pupil with --about.",
            kind="nothing-regarded",
        )
    return fitting[-1]
