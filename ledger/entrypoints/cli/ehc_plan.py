"""`send-ledger ehc-plan`: EHC plans issued, amended or ceased by the local authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.ehc_plan import EhcPlan
from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.entry_options import About, entry_command
from ledger.entrypoints.cli.parameters import HASHED_FILE, WORDS

if TYPE_CHECKING:
    from datetime import date

    from ledger.application.entries import Draft

_OUTCOMES = click.option(
    "--outcome", "outcomes", type=WORDS, multiple=True, help="Section E; repeatable."
)
_PROVISION = click.option("--provision", type=WORDS, required=True, help="Section F.")
_PLACEMENT = click.option("--placement", type=WORDS, required=True, help="Section I: the setting.")
_DOCUMENT = click.option(
    "--document", type=HASHED_FILE, help="The plan's file; its SHA-256 is recorded."
)


@ledger_group(
    name="ehc-plan",
    examples=(
        (
            "ehc-plan issue A203102209083 --authority Durham --provision @f.txt"
            ' --placement "St Thomas" --document plan.pdf --on 12/03/2026'
        ),
        'ehc-plan cease Zoë --reason "outcomes met; agreed at the annual review"',
    ),
)
def command() -> None:
    """Record EHC plans issued, amended or ceased."""


@entry_command(
    command,
    "issue",
    examples=(
        (
            "ehc-plan issue A203102209083 --authority Durham --provision @f.txt"
            ' --placement "St Thomas" --document plan.pdf --on 12/03/2026'
        ),
        'ehc-plan issue Zoë --authority Durham --outcome "reads" --provision "…" --placement "…"',
    ),
)
@click.option("--authority", "local_authority", type=WORDS, required=True, help="Which council.")
@click.option("--received-on", type=DAY, help="When it reached the school; today if not given.")
@_OUTCOMES
@_PROVISION
@_PLACEMENT
@_DOCUMENT
def issue(about: About, *, received_on: date | None, **facts: Any) -> Draft:
    """Record that the local authority issued a plan, on the day of --on."""
    received = received_on or about.desk.today()
    return about.draft("ehc_plan.issued.v1", received_on=received, **facts)


@entry_command(
    command,
    "amend",
    examples=(
        'ehc-plan amend A203102209083 --provision @f.txt --placement "…" --reason "annual review"',
        'ehc-plan amend Zoë --outcome "reads" --provision "…" --placement "…" --reason "moved"',
    ),
)
@_OUTCOMES
@_PROVISION
@_PLACEMENT
@_DOCUMENT
@click.option("--reason", "grounds", type=WORDS, required=True, help="Why it was amended.")
def amend(about: About, **facts: Any) -> Draft:
    """Record that the local authority amended the plan in force."""
    return about.draft("ehc_plan.amended.v1", plan_in_force(about), **facts)


@entry_command(
    command,
    "cease",
    examples=(
        'ehc-plan cease A203102209083 --reason "outcomes met; agreed at the annual review"',
        'ehc-plan cease Zoë --reason "moved to Scotland" --on 31/08/2026',
    ),
)
@click.option("--reason", "grounds", type=WORDS, required=True, help="Why it ended.")
def cease(about: About, *, grounds: str) -> Draft:
    """Record that the local authority no longer maintains the plan."""
    return about.draft("ehc_plan.ceased.v1", plan_in_force(about), grounds=grounds)


def plan_in_force(about: About) -> EhcPlan:
    """Give the pupil's one EHC plan in force.

    Raises:
        NotFound: there is none.
        UsageError: there are several.
    """
    return about.the(
        [one for one in about.records(EhcPlan) if one.in_force],
        "EHC plan in force",
        missing="Record it first: send-ledger ehc-plan issue.",
        several="Record which one has ended, or put one right with send-ledger correct.",
    )
