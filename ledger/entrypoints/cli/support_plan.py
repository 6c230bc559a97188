"""`send-ledger plan`: support plans, in all their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.support_plan import SupportPlan
from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.entry_options import About, entry_command, stream_text
from ledger.entrypoints.cli.parameters import NAME, WORDS, CodeChoice

if TYPE_CHECKING:
    from ledger.application.entries import Draft
    from ledger.values.code import Code

_KIND = click.option(
    "--kind",
    "plan_kind",
    type=CodeChoice("plan_kind"),
    default="support_plan",
    show_default=True,
    help="What kind of plan.",
)


@ledger_group(
    name="plan",
    examples=(
        (
            'plan finalise A203102209083 --strengths "…" --needs "…" --provision "…"'
            ' --outcome "reads aloud" --review-on 17/07/2026'
        ),
        'plan circulate A203102209083 --to "Tim Reed" --to "Ada O\'Neill" --means email',
    ),
)
def command() -> None:
    """Record support plans and who was given them."""


@entry_command(
    command,
    "finalise",
    examples=(
        (
            'plan finalise A203102209083 --strengths "…" --needs "…" --provision "…"'
            ' --outcome "reads aloud" --review-on 17/07/2026'
        ),
        (
            "plan finalise Zoë --kind pupil_profile --strengths @strengths.txt --needs @needs.txt"
            " --provision @provision.txt --review-on 2026-12-18"
        ),
    ),
)
@_KIND
@click.option("--strengths", type=WORDS, required=True, help="Strengths and aspirations.")
@click.option("--needs", type=WORDS, required=True, help="Needs and difficulties.")
@click.option("--provision", type=WORDS, required=True, help="What is provided to meet them.")
@click.option("--outcome", "outcomes", type=WORDS, multiple=True, help="Shorter-term; repeatable.")
@click.option("--review-on", type=DAY, required=True, help="When it is reviewed.")
def finalise(about: About, *, plan_kind: Code, **facts: Any) -> Draft:
    """Put the next version of a pupil's plan in force; earlier ones are kept."""
    plans = _plans(about, plan_kind)
    plan = plans[-1] if plans else None
    version = plan.plan_version + 1 if plan else 1
    return about.draft(
        "support_plan.finalised.v1", plan, plan_kind=plan_kind, plan_version=version, **facts
    )


@entry_command(
    command,
    "circulate",
    examples=(
        'plan circulate A203102209083 --to "Tim Reed" --to "Ada O\'Neill" --means email',
        'plan circulate Zoë --kind pupil_profile --to "all staff of 4B" --means hand',
    ),
)
@_KIND
@click.option("--to", "to_names", type=NAME, multiple=True, required=True, help="Repeatable.")
@click.option("--means", type=CodeChoice("contact_means"), required=True, help="How.")
@click.option("--version", "plan_version", type=int, help="The newest where not given.")
def circulate(about: About, *, plan_kind: Code, plan_version: int | None, **facts: Any) -> Draft:
    """Record who was given a pupil's plan."""
    plan = about.the(
        _plans(about, plan_kind)[-1:],
        f"plan of the kind {plan_kind.code}",
        missing="Put it in force first: send-ledger plan finalise.",
        several="",
    )
    version = plan.plan_version if plan_version is None else plan_version
    return about.draft("support_plan.circulated.v1", plan, plan_version=version, **facts)


def _plans(about: About, kind: Code) -> list[SupportPlan]:
    """Give the pupil's plans of a kind, oldest first."""
    of_kind = {
        one.stream
        for one in about.history()
        if one.type == "support_plan.finalised.v1"
        and one.corrected_by is None
        and one.fields["plan_kind"]["code"] == kind.code
    }
    return [one for one in about.records(SupportPlan) if stream_text(one) in of_kind]
