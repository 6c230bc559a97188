"""`send-ledger ehc-plan`: EHC plans issued, amended or ceased by the local authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.ehc_plan import EhcPlan, demand_no_other
from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.entry_options import About, entry_command, stream_text
from ledger.entrypoints.cli.parameters import HASHED_FILE, WORDS

if TYPE_CHECKING:
    from datetime import date

    from ledger.application.entries import Draft

WITH_PLAN = "E"
WHICH_PLAN = click.option(
    "--plan", type=int, help="Which plan, where there are two: the entry that issued it."
)
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
    demand_no_other(about.records(EhcPlan), about.on)
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
@WHICH_PLAN
def amend(about: About, *, plan: int | None, **facts: Any) -> Draft:
    """Record that the local authority amended the plan in force."""
    return about.draft("ehc_plan.amended.v1", plan_in_force(about, plan), **facts)


@entry_command(
    command,
    "cease",
    examples=(
        'ehc-plan cease A203102209083 --reason "outcomes met; agreed at the annual review"',
        'ehc-plan cease Zoë --reason "moved to Scotland" --on 31/08/2026',
    ),
)
@click.option("--reason", "grounds", type=WORDS, required=True, help="Why it ended.")
@WHICH_PLAN
def cease(about: About, *, grounds: str, plan: int | None) -> Draft:
    """Record that the local authority no longer maintains the plan."""
    drafted = about.draft("ehc_plan.ceased.v1", plan_in_force(about, plan), grounds=grounds)
    others = [one for one in about.records(EhcPlan) if one.in_force and one.id != drafted.stream]
    if about.row.status == WITH_PLAN and not others:
        about.advise(
            "The register still has the status E. Change it with send-ledger pupil status "
            "PUPIL K --reason …, or N where SEN support has ended too."
        )
    return drafted


def plan_in_force(about: About, entry: int | None) -> EhcPlan:
    """Give the pupil's EHC plan in force: the only one, or that of the entry that issued it.

    Raises:
        NotFound: there is none.
        UsageError: there are several.
    """
    issued = {
        one.stream: one.index for one in about.history() if one.type.startswith("ehc_plan.issued.")
    }
    plans = [one for one in about.records(EhcPlan) if one.in_force]
    if entry is not None:
        plans = [one for one in plans if issued[stream_text(one)] == entry]
    entries = " or ".join(str(issued[stream_text(one)]) for one in plans)
    return about.the(
        plans,
        "EHC plan in force" if entry is None else f"EHC plan in force that entry {entry} issued",
        missing="Record it first: send-ledger ehc-plan issue; see send-ledger history.",
        several=f"Add --plan with the number of the entry that issued it: {entries}.",
    )
