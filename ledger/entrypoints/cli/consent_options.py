"""What is typed about a consent: the asking, and the family's own act."""

from __future__ import annotations

from typing import Any

import click

from ledger.aggregates.consent import FamilyAct
from ledger.entrypoints.cli.days import Read
from ledger.entrypoints.cli.parameters import CodeChoice, hash_file, parse_words
from ledger.statute.no_consent_needed import capacities
from ledger.values.dates import parse_stated

CAPACITIES = ("parental_responsibility", "young_person", "advocate")
ACT_KINDS = ("signed_form", "message", "witnessed_words", "none")


class Capacity(click.ParamType[str]):
    """What a recipient is to a pupil, where a duty of law turns on it."""

    name = "capacity"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the words in the help."""
        del param, ctx
        return f"[{'|'.join(capacities())}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take a word of the list."""
        if value not in capacities():
            self.fail(f"It is one of: {', '.join(capacities())}.", param, ctx)
        return str(value)


def act_options(function: Any) -> Any:
    """Add the options that say how the family acted, and when."""
    options = (
        click.option(
            "--evidence",
            type=click.Choice(ACT_KINDS),
            required=True,
            help="Evidence of the family's own act; “none” where there is none.",
        ),
        click.option("--words", type=Read("TEXT|@FILE", parse_words), help="Their own words."),
        click.option("--document", type=Read("FILE", hash_file), help="The scanned form; hashed."),
        click.option("--kept-at", help="Where the paper or message is kept."),
        click.option("--witness", help="Who witnessed it."),
        click.option("--method", type=CodeChoice("contact_means"), required=True),
        click.option("--on", "stated", type=Read("DATE", parse_stated), help="When it happened."),
        click.option("--late-reason", help="Why it is entered late."),
        click.option("--request-id", help="The same id twice adds nothing."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def ask_options(function: Any) -> Any:
    """Add the options that say what the family was asked."""
    options = (
        click.argument("pupil"),
        click.option("--by", "giver", required=True, help="Who answered."),
        click.option("--capacity", type=click.Choice(CAPACITIES), required=True),
        click.option(
            "--not-recorded",
            is_flag=True,
            help="Their parental responsibility is not recorded here; every answer says so.",
        ),
        click.option(
            "--item", "items", multiple=True, required=True, type=CodeChoice("consent_item")
        ),
        click.option("--purpose", required=True, help="What for."),
        click.option("--recipient", required=True, help="To whom."),
        click.option("--wording", type=Read("TEXT|@FILE", parse_words), required=True),
        click.option("--wording-version", required=True, help="e.g. “form C1, March 2026”."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def asked_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of a consent given or refused."""
    return {
        "giver_name": given["giver"],
        "giver_capacity": given["capacity"],
        "items": tuple(given["items"]),
        "purpose": given["purpose"],
        "recipient": given["recipient"],
        "wording_version": given["wording_version"],
        "wording": given["wording"],
        "method": given["method"],
        **act_fields(given),
    }


def act_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of the family's own act."""
    act = FamilyAct(given["evidence"], given["words"], given["document"], given["kept_at"])
    return {"act": act, "witness": given["witness"]}
