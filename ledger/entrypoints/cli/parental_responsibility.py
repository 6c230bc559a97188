"""`send-ledger parent`: who holds parental responsibility."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.parental_responsibility import ParentalResponsibility
from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.entry_options import About, entry_command
from ledger.entrypoints.cli.parameters import NAME, WORDS
from ledger.errors import UsageError
from ledger.values.person_name import search_key

if TYPE_CHECKING:
    from ledger.application.entries import Draft


@ledger_group(
    name="parent",
    examples=(
        (
            'parent add A203102209083 --name "Ada O\'Neill" --relationship mother'
            ' --responsibility --evidence "birth certificate"'
        ),
        'parent end A203102209083 "Ada O\'Neill" --reason "court order of 2 March 2026"',
    ),
)
def command() -> None:
    """Record who holds parental responsibility."""


@entry_command(
    command,
    "add",
    examples=(
        (
            'parent add A203102209083 --name "Ada O\'Neill" --relationship mother'
            ' --responsibility --evidence "birth certificate"'
        ),
        (
            'parent add Zoë --name "Sam Lee" --relationship "foster carer"'
            ' --no-responsibility --evidence "placement letter"'
        ),
    ),
)
@click.option("--name", "holder_name", type=NAME, required=True, help="The parent or carer.")
@click.option("--relationship", type=WORDS, required=True, help="Mother, foster carer …")
@click.option(
    "--responsibility/--no-responsibility",
    "holds_responsibility",
    default=None,
    help="Whether they hold parental responsibility in law; one must be said.",
)
@click.option("--evidence", type=WORDS, required=True, help="What the school saw.")
@click.option(
    "--informed/--not-informed",
    "informed_about_sen",
    default=True,
    show_default=True,
    help="Whether notices about SEN go to them.",
)
def add(about: About, **facts: Any) -> Draft:
    """Record a parent or carer, and whether they hold parental responsibility."""
    if facts["holds_responsibility"] is None:
        raise UsageError(
            "It is not said whether they hold parental responsibility.",
            "Who may consent depends on it, so it is never assumed (D-CONS-1, D-CONS-3).",
            "Add --responsibility or --no-responsibility.",
            kind="responsibility-not-said",
        )
    if _of_name(about, facts["holder_name"]):
        about.advise(
            "Somebody of that name is recorded already, and while both entries stand it is not "
            "certain who consents. If it is the same person, take one of them back: "
            "send-ledger correct ENTRY --withdraw."
        )
    return about.draft("parental_responsibility.recorded.v1", **facts)


@entry_command(
    command,
    "end",
    examples=(
        'parent end A203102209083 "Ada O\'Neill" --reason "court order of 2 March 2026"',
        'parent end Zoë "Sam Lee" --reason "placement ended" --on 31/08/2026',
    ),
)
@click.argument("name", help="The parent's or carer's name.")
@click.option("--reason", "grounds", type=WORDS, required=True, help="Why, and what was seen.")
def end(about: About, name: str, *, grounds: str) -> Draft:
    """Record that somebody holds parental responsibility no more."""
    record = about.the(
        _of_name(about, name),
        "parent or carer of that name",
        missing="See send-ledger history PUPIL for the name as it was recorded.",
        several="Put one of them right first with send-ledger correct.",
    )
    return about.draft("parental_responsibility.ended.v1", record, grounds=grounds)


def _of_name(about: About, name: str) -> list[ParentalResponsibility]:
    wanted = search_key(name)
    return [
        one
        for one in about.records(ParentalResponsibility)
        if one.current and search_key(one.current.holder_name) == wanted
    ]
