"""`send-ledger annual-review`: the steps of an annual review of an EHC plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.annual_review import AnnualReview
from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.ehc_plan import WHICH_PLAN, plan_in_force
from ledger.entrypoints.cli.entry_options import About, entry_command
from ledger.entrypoints.cli.parameters import NAME, WORDS, CodeChoice
from ledger.values.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ledger.application.entries import Draft

_HELD_ON = click.option("--held-on", type=DAY, help="Which annual review: the day of its meeting.")


@ledger_group(
    name="annual-review",
    examples=(
        'annual-review invite A203102209083 --meeting-on 12/05/2026 --invited "Ada O\'Neill"',
        "annual-review held A203102209083 --recommendation amend --on 12/05/2026",
    ),
)
def command() -> None:
    """Record the steps of an annual review."""


@entry_command(
    command,
    "invite",
    examples=(
        'annual-review invite A203102209083 --meeting-on 12/05/2026 --invited "Ada O\'Neill"',
        (
            'annual-review invite Zoë --meeting-on 12/05/2026 --invited "Ada O\'Neill"'
            " --advice-circulated-on 28/04/2026 --on 27/04/2026"
        ),
    ),
)
@click.option("--meeting-on", type=DAY, required=True, help="The day of the meeting.")
@click.option("--invited", type=NAME, multiple=True, required=True, help="Repeatable.")
@click.option("--advice-circulated-on", type=DAY, help="When the gathered advice went out.")
@WHICH_PLAN
def invite(about: About, *, plan: int | None, **facts: Any) -> Draft:
    """Record that invitations went out, two weeks ahead at least."""
    reviewed = plan_in_force(about, plan)
    return about.draft("annual_review.invited.v1", None, ehc_plan=reviewed.id.bytes, **facts)


@entry_command(
    command,
    "held",
    examples=(
        (
            'annual-review held A203102209083 --present "Ada O\'Neill" --recommendation amend'
            " --on 12/05/2026"
        ),
        'annual-review held Zoë --recommendation maintain --parent-views "happy with it"',
    ),
)
@click.option("--present", type=NAME, multiple=True, help="Who was there; repeatable.")
@click.option("--parent-views", type=WORDS, help="What the parents said.")
@click.option("--pupil-views", type=WORDS, help="What the pupil said.")
@click.option(
    "--outcomes-right/--outcomes-wrong",
    "outcomes_still_right",
    default=True,
    show_default=True,
    help="Whether section E still fits.",
)
@click.option(
    "--provision-right/--provision-wrong",
    "provision_still_right",
    default=True,
    show_default=True,
    help="Whether section F still fits.",
)
@click.option("--recommendation", type=CodeChoice("annual_review_outcome"), required=True)
@click.option("--differences", "differences_of_opinion", type=WORDS, help="Who disagreed, on what.")
@WHICH_PLAN
def held(about: About, *, plan: int | None, **facts: Any) -> Draft:
    """Record the meeting, what was said and what it recommends."""
    invited = [one for one in about.records(AnnualReview) if one.held_on is None]
    return about.draft(
        "annual_review.held.v1",
        invited[-1] if invited else None,
        ehc_plan=plan_in_force(about, plan).id.bytes,
        **facts,
    )


@entry_command(
    command,
    "report",
    examples=(
        'annual-review report A203102209083 --to "Durham County Council" --to "Ada O\'Neill"',
        'annual-review report Zoë --to "Durham County Council" --on 20/05/2026',
    ),
)
@click.option("--to", "to_names", type=NAME, multiple=True, required=True, help="Repeatable.")
@_HELD_ON
def report(about: About, *, to_names: tuple[str, ...], held_on: date | None) -> Draft:
    """Record that the report went to all invited and the local authority."""
    review = _held(about, held_on, "report not sent", lambda one: not one.reported)
    return about.draft("annual_review.report_sent.v1", review, to_names=to_names)


@entry_command(
    command,
    "decide",
    examples=(
        "annual-review decide A203102209083 --decision amend --notified-on 05/06/2026",
        "annual-review decide Zoë --decision maintain --notified-on 05/06/2026 --on 03/06/2026",
    ),
)
@click.option("--decision", type=CodeChoice("annual_review_outcome"), required=True)
@click.option("--notified-on", type=DAY, required=True, help="When the parents were told.")
@_HELD_ON
def decide(about: About, *, held_on: date | None, **facts: Any) -> Draft:
    """Record what the local authority decided after the annual review."""
    review = _held(about, held_on, "not decided", lambda one: not one.decided)
    return about.draft("annual_review.decided.v1", review, **facts)


def _held(
    about: About, day: date | None, lacking: str, is_meant: Callable[[AnnualReview], bool]
) -> AnnualReview:
    """Give the annual review held on a day, or else the only one that lacks the step."""
    held = [one for one in about.records(AnnualReview) if one.held_on]
    if day is None:
        chosen, what = list(filter(is_meant, held)), f"annual review held and {lacking} yet"
    else:
        chosen = [one for one in held if one.held_on and one.held_on.contains(day)]
        what = f"annual review held on {day_words(day)}"
    return about.the(
        chosen,
        what,
        missing="Record the meeting first: send-ledger annual-review held.",
        several="Add --held-on with the day of its meeting; see send-ledger history.",
    )
