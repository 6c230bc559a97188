"""`send-ledger cycle`: assess, plan, do, review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.support_cycle import Provision, SupportCycle, Target, TargetOutcome
from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group, say_table
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.entry_options import About, entry_command, stream_text
from ledger.entrypoints.cli.parameters import MONEY, NAME, WORDS, CodeChoice
from ledger.entrypoints.cli.register_table import typed_id
from ledger.entrypoints.cli.viewing import find_pupil, pupil_stream, viewing_pupils
from ledger.errors import UsageError
from ledger.formats.encoding import unb64url
from ledger.projections.history import Histories
from ledger.projections.records import read_record
from ledger.projections.register import read_pupils
from ledger.values.counting import are, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ledger.application.entries import Draft
    from ledger.bootstrap.view import View
    from ledger.projections.register import RegisterRow
    from ledger.values.money import Money

REVIEWED = "reviewed"
CLOSED = "closed"
_CYCLE = click.option(
    "--cycle", "number", type=int, help="Which cycle; the one under way where not given."
)
_PARENT_VIEWS = click.option("--parent-views", type=WORDS, help="What the parents said.")
_PUPIL_VIEWS = click.option("--pupil-views", type=WORDS, help="What the pupil said.")


@ledger_group(
    name="cycle",
    examples=(
        "cycle open A203102209083",
        'cycle assess A203102209083 --source teacher --findings "loses long instructions"',
    ),
)
def command() -> None:
    """Record assess, plan, do, review."""


@entry_command(
    command, "open", examples=("cycle open A203102209083", "cycle open Zoë --on 08/01/2026")
)
def open_cycle(about: About) -> Draft:
    """Open the pupil's next support cycle."""
    earlier = about.records(SupportCycle)
    newest = max(earlier, key=lambda one: one.number, default=None)
    under_way = [str(one.number) for one in earlier if one.step not in {CLOSED, REVIEWED}]
    if under_way:
        about.advise(
            f"Support cycle {' and '.join(under_way)} is still under way. From now on say which "
            "is meant with --cycle, or close one with send-ledger cycle close."
        )
    return about.draft(
        "support_cycle.opened.v1",
        number=newest.number + 1 if newest else 1,
        previous=newest.id.bytes if newest else None,
    )


@entry_command(
    command,
    "assess",
    examples=(
        'cycle assess A203102209083 --source teacher --findings "loses long instructions"',
        (
            "cycle assess Zoë --source teacher --source parents --findings @findings.txt"
            ' --parent-views "same at home"'
        ),
    ),
)
@click.option(
    "--source",
    "sources",
    type=CodeChoice("assessment_source"),
    multiple=True,
    required=True,
    help="What it rests on; repeatable.",
)
@click.option("--findings", type=WORDS, required=True, help="What was found.")
@_PARENT_VIEWS
@_PUPIL_VIEWS
@click.option("--pupil-views-method", type=CodeChoice("views_method"), help="How it was asked.")
@_CYCLE
def assess(about: About, *, number: int | None, **facts: Any) -> Draft:
    """Record what was assessed, and what the family said."""
    return about.draft("support_cycle.assessed.v1", _under_way(about, number), **facts)


@entry_command(
    command,
    "plan",
    examples=(
        (
            'cycle plan A203102209083 --target "follows two steps" "4 of 5 times" "teacher, weekly"'
            ' --provision "colourful semantics" "Jo Hart" "3 × 20 minutes" --teacher "Tim Reed"'
            ' --impact "joins in" --review-on 27/03/2026'
        ),
        (
            'cycle plan Zoë --target "…" "…" "…" --provision "…" "…" "…" --cost 120.50'
            ' --teacher "Tim Reed" --impact "…" --review-on 2026-07-03'
        ),
    ),
)
@click.option(
    "--target",
    "targets",
    type=(WORDS, WORDS, WORDS),
    multiple=True,
    required=True,
    metavar="WHAT SUCCESS MEASURED",
    help="A target, how success shows, how and by whom it is measured; repeatable.",
)
@click.option(
    "--provision",
    "provisions",
    type=(WORDS, WORDS, WORDS),
    multiple=True,
    metavar="WHAT WHO HOW_OFTEN",
    help="Support, who runs it, how often and long; repeatable.",
)
@click.option("--ordinary", type=int, multiple=True, help="Provision N is what all pupils get.")
@click.option(
    "--starts-on", type=DAY, help="When the provision starts; the day of --on if not given."
)
@click.option("--cost", "costs", type=MONEY, multiple=True, help="Of each provision, in order.")
@click.option("--teacher", "responsible_teacher", type=NAME, required=True, help="Who answers.")
@click.option("--impact", "expected_impact", type=WORDS, required=True, help="What is expected.")
@click.option("--review-on", type=DAY, required=True, help="The agreed day of the review.")
@_CYCLE
def plan(
    about: About, *, number: int | None, targets: tuple[tuple[str, str, str], ...], **facts: Any
) -> Draft:
    """Record the plan: targets, provision, who answers for it, and the day of its review."""
    starts_on = facts.pop("starts_on") or about.on.first
    provision = _provision(
        facts.pop("provisions"), facts.pop("ordinary"), facts.pop("costs"), starts_on
    )
    return about.draft(
        "support_cycle.planned.v1",
        _under_way(about, number),
        targets=tuple(Target(*one) for one in targets),
        provision=provision,
        **facts,
    )


def _provision(
    provisions: tuple[tuple[str, str, str], ...],
    ordinary: tuple[int, ...],
    costs: tuple[Money, ...],
    starts_on: date,
) -> tuple[Provision, ...]:
    if costs and len(costs) != len(provisions):
        raise UsageError(
            f"{counted(len(costs), 'cost')} {are(len(costs))} given for "
            f"{counted(len(provisions), 'provision')}.",
            "Costs belong to the provisions in their order.",
            "Give one --cost for each --provision, or none; 0 for what costs nothing.",
            kind="costs-do-not-fit",
        )
    return tuple(
        Provision(
            description=what,
            led_by=who,
            frequency=how_often,
            additional=place not in ordinary,
            starts_on=starts_on,
            cost=costs[place - 1] if costs else None,
        )
        for place, (what, who, how_often) in enumerate(provisions, 1)
    )


@entry_command(
    command,
    "start",
    examples=(
        'cycle start A203102209083 --told "Jo Hart" --told "Tim Reed" --circulated-on 08/01/2026',
        "cycle start Zoë --on 12/01/2026",
    ),
)
@click.option("--circulated-on", type=DAY, help="When everyone concerned was given the plan.")
@click.option("--told", "staff_informed", type=NAME, multiple=True, help="Staff; repeatable.")
@_CYCLE
def start(about: About, *, number: int | None, **facts: Any) -> Draft:
    """Record that the support began, and which staff know the plan."""
    return about.draft("support_cycle.started.v1", _under_way(about, number), **facts)


@entry_command(
    command,
    "review",
    examples=(
        (
            'cycle review A203102209083 --lead "Tim Reed" --impact "joins in"'
            " --next-step another_cycle"
            ' --outcome "follows two steps" met "4 of 5 in March" --lessons "pictures help"'
        ),
        (
            'cycle review Zoë --lead "Tim Reed" --impact @impact.txt --next-step referral'
            ' --lessons "…"'
        ),
    ),
)
@click.option("--lead", type=NAME, required=True, help="Who led it.")
@click.option("--impact", type=WORDS, required=True, help="What difference the support made.")
@click.option(
    "--outcome",
    "outcomes",
    type=(WORDS, CodeChoice("target_outcome"), WORDS),
    multiple=True,
    metavar="TARGET met|partly_met|not_met EVIDENCE",
    help="What became of a target; repeatable.",
)
@_PARENT_VIEWS
@_PUPIL_VIEWS
@click.option("--next-step", type=CodeChoice("next_step"), required=True, help="What follows.")
@click.option("--lessons", type=WORDS, required=True, help="What was learnt, for the next cycle.")
@_CYCLE
def review(about: About, *, number: int | None, outcomes: tuple[Any, ...], **facts: Any) -> Draft:
    """Record the review: impact, what became of the targets, what follows."""
    became = tuple(TargetOutcome(*one) for one in outcomes)
    return about.draft(
        "support_cycle.reviewed.v1", _under_way(about, number), outcomes=became, **facts
    )


@entry_command(
    command,
    "close",
    examples=(
        'cycle close A203102209083 --reason "needs met"',
        'cycle close Zoë --cycle 2 --reason "moved to an EHC plan"',
    ),
)
@click.option("--reason", "grounds", type=WORDS, required=True, help="Why it ends.")
@_CYCLE
def close(about: About, *, number: int | None, grounds: str) -> Draft:
    """Close a cycle, with or without its review."""
    cycle = _under_way(about, number, reviewed_too=True)
    return about.draft("support_cycle.closed.v1", cycle, grounds=grounds)


def _under_way(about: About, number: int | None, *, reviewed_too: bool = False) -> SupportCycle:
    """Give the cycle that is meant: the one of that number, or the one that is under way."""
    cycles = about.records(SupportCycle)
    if number is not None:
        chosen = [one for one in cycles if one.number == number]
    else:
        over = {CLOSED} if reviewed_too else {CLOSED, REVIEWED}
        chosen = [one for one in cycles if one.step not in over]
    return about.the(
        chosen,
        "support cycle under way" if number is None else f"support cycle {number}",
        missing="Open one first: send-ledger cycle open; see send-ledger cycle list.",
        several="Add --cycle NUMBER; see send-ledger cycle list.",
    )


@ledger_command(
    command,
    "list",
    takes=LIST,
    examples=("cycle list --as senco", "cycle list A203102209083 --as senco"),
)
@click.argument("pupil", required=False, help="UPN, id or name; everyone if absent.")
def list_cycles(setting: Setting, pupil: str | None) -> None:
    """Show support cycles and the step that each has reached."""
    with viewing_pupils(setting) as view:
        today = view.home.clock().date()
        rows = [find_pupil(view, pupil)] if pupil else list(read_pupils(view.models, as_of=today))
        histories = Histories.of(view.models, view.reader)
        cycles = [one for row in rows for one in _cycles(view, histories, row)]
    columns = {
        "name": "Name",
        "upn": "UPN",
        "cycle": "Cycle",
        "step": "Step",
        "review_on": "Review agreed for",
    }
    if not (setting.as_json or setting.as_csv):
        cycles = [{**one, "upn": one["upn"] or typed_id(one["pupil"])} for one in cycles]
    say_table(setting, cycles, columns, empty="No support cycle is recorded yet.")


def _cycles(view: View, histories: Histories, row: RegisterRow) -> Iterator[dict[str, Any]]:
    review_on: dict[str, str] = {}
    for one in histories.read(pupil_stream(row).bytes):
        if one.type.startswith("support_cycle.") and one.corrected_by is None:
            review_on.setdefault(one.stream, "")
            review_on[one.stream] = one.fields.get("review_on") or review_on[one.stream]
    for stream, agreed in review_on.items():
        cycle = read_record(view.reader, view.keys.data_key, SupportCycle, unb64url(stream))
        yield {
            "name": row.name,
            "upn": row.upn,
            "pupil": row.pupil,
            "cycle": cycle.number,
            "step": cycle.step,
            "review_on": agreed,
            "stream": stream_text(cycle),
        }
