"""`send-ledger annual-review`: the steps of an annual review of an EHC plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.annual_review import AnnualReview
from ledger.entrypoints.cli.command import ledger_group
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.ehc_plan import plan_in_force
from ledger.entrypoints.cli.entry_options import About, entry_command, stream_text
from ledger.entrypoints.cli.parameters import NAME, WORDS, CodeChoice

if TYPE_CHECKING:
    from ledger.application.entries import Draft

DECIDED = "annual_review.decided.v1"


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
def invite(about: About, **facts: Any) -> Draft:
    """Record that invitations went out, two weeks ahead at least."""
    return about.draft(
        "annual_review.invited.v1", None, ehc_plan=plan_in_force(about).id.bytes, **facts
    )


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
def held(about: About, **facts: Any) -> Draft:
    """Record the meeting, what was said and what it recommends."""
    under_way = _under_way(about)
    invited = [one for one in under_way if not one.held]
    return about.draft(
        "annual_review.held.v1",
        invited[-1] if invited else None,
        ehc_plan=plan_in_force(about).id.bytes,
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
def report(about: About, *, to_names: tuple[str, ...]) -> Draft:
    """Record that the report went to all invited and the local authority."""
    return about.draft("annual_review.report_sent.v1", _newest_held(about), to_names=to_names)


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
def decide(about: About, **facts: Any) -> Draft:
    """Record what the local authority decided after the annual review."""
    return about.draft(DECIDED, _newest_held(about), **facts)


def _under_way(about: About) -> list[AnnualReview]:
    """Give the pupil's annual reviews without a decision yet, oldest first."""
    decided = {
        one.stream for one in about.history() if one.type == DECIDED and one.corrected_by is None
    }
    return [one for one in about.records(AnnualReview) if stream_text(one) not in decided]


def _newest_held(about: About) -> AnnualReview:
    return about.the(
        [one for one in _under_way(about) if one.held],
        "annual review held and not decided yet",
        missing="Record the meeting first: send-ledger annual-review held.",
        several="Record the decision on the earlier one; it may be a late entry.",
    )
