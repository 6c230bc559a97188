"""`send-ledger due`: what the law and the school's own rules ask for."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ledger.aggregates.school import School
from ledger.entrypoints.cli.command import Setting, ledger_command, say_table, tell
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.register_table import typed_id
from ledger.entrypoints.cli.viewing import find_pupil, pupil_stream, viewing_pupils
from ledger.formats.statement import read_statement
from ledger.projections.history import Histories
from ledger.projections.obligations import facts_of
from ledger.projections.records import read_record
from ledger.projections.register import read_pupils
from ledger.statute.obligations import obligations_of
from ledger.statute.school_calendar import CalendarRefused, SchoolCalendar, Term
from ledger.values.counting import counted
from ledger.values.dates import day_words, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledger.aggregates.school import TermDatesRecorded
    from ledger.bootstrap.view import View
    from ledger.projections.register import RegisterRow
    from ledger.statute.facts import Obligation

STATES = ("overdue", "due", "unknown", "met", "not-applicable", "earlier")
SHOWN = ("overdue", "due", "unknown")
_FIRST_COLUMNS = {
    "status": "State",
    "due_on": "By",
    "name": "Pupil",
    "upn": "UPN",
    "title": "What",
}
COLUMNS = {**_FIRST_COLUMNS, "asked_by": "Asked by"}
CSV_COLUMNS = {
    **_FIRST_COLUMNS,
    "force": "Force",
    "rule": "Rule",
    "note": "Note",
    "source": "Source",
    "entry": "Began with entry",
}
ASKED_BY = {
    "MUST": "the law",
    "SHOULD": "the Code of Practice",
    "LOCAL": "the council",
    "GOOD": "good practice",
}
"""Force of a rule → who asks for it."""


@ledger_command(
    name="due",
    takes=LIST,
    examples=("due --as senco", "due A203102209083 --show all --as senco"),
)
@click.argument("pupil", required=False, help="UPN, id or name; everyone where not given.")
@click.option(
    "--show",
    "shown",
    type=click.Choice([*STATES, "all"]),
    multiple=True,
    default=SHOWN,
    show_default=True,
    help="Which states to show; repeatable.",
)
@click.option("--as-of", type=DAY, help="Judge as on this day; today where not given.")
def command(
    setting: Setting, pupil: str | None, *, shown: tuple[str, ...], as_of: date | None
) -> None:
    """Show what the law and the school's own rules ask for, and what is overdue.

    Each says who asks for it, with the rule's id in brackets; in --csv and --json
    that is MUST for law, SHOULD for the Code of Practice, LOCAL for one council's
    rule, GOOD for good practice. Unknown means that it cannot be told from what is
    known. Earlier means that it fell due before this ledger began, or before the
    pupil came here.
    """
    states = frozenset(STATES) if "all" in shown else frozenset(shown)
    with viewing_pupils(setting, CSV_COLUMNS) as view:
        day = as_of or view.home.clock().date()
        rows = [find_pupil(view, pupil)] if pupil else list(read_pupils(view.models, as_of=day))
        duties = list(_duties(view, rows, day))
    found = [one for one in duties if one["status"] in states]
    found.sort(key=lambda one: (STATES.index(one["status"]), one["due_on"] or "9999", one["name"]))
    _say(setting, found, day)
    if not (setting.as_json or setting.as_csv or "earlier" in states):
        _say_earlier(sum(one["status"] == "earlier" for one in duties))


def _say(setting: Setting, found: list[dict[str, Any]], day: date) -> None:
    data = {"as_of": day.isoformat(), "duties": found}
    if setting.as_csv:
        say_table(setting, found, CSV_COLUMNS, empty="", data=data)
        return
    words = [
        {
            **one,
            "due_on": _words(one["due_on"]),
            "upn": one["upn"] or typed_id(one["pupil"]),
            "asked_by": f"{ASKED_BY[one['force']]} ({one['rule']})",
        }
        for one in found
    ]
    empty = f"Nothing is due or overdue on {day_words(day)}."
    say_table(setting, words, COLUMNS, empty=empty, data=data)


def _say_earlier(number: int) -> None:
    if number:
        what = counted(number, "duty")
        tell(f"\nBefore this ledger began, or the pupil came: {what}; see the earlier record.")
        click.echo("To list them: send-ledger due --show earlier")


def _words(iso: str) -> str:
    return day_words(date.fromisoformat(iso)) if iso else ""


def _duties(view: View, rows: list[RegisterRow], day: date) -> Iterator[dict[str, Any]]:
    school = read_record(view.reader, view.keys.data_key, School, view.home.streams.school.bytes)
    calendar, profiles = calendar_of(school), profiles_of(school)
    begun_on = parse_instant(read_statement(view.reader.entry(0).statement).recorded_at).date()
    histories = Histories.of(view.models, view.reader)
    for row in rows:
        duties = obligations_of(
            facts_of(histories.read(pupil_stream(row).bytes)),
            today=day,
            calendar=calendar,
            profiles=profiles,
            begun_on=begun_on,
        )
        for duty in duties:
            yield _record(row, duty)


def _record(row: RegisterRow, duty: Obligation) -> dict[str, Any]:
    return {
        "status": duty.status,
        "due_on": duty.due_on.isoformat() if duty.due_on else "",
        "name": row.name,
        "upn": row.upn,
        "pupil": row.pupil,
        "title": duty.title,
        "force": duty.force,
        "rule": duty.rule_id,
        "source": duty.source,
        "note": duty.due_note,
        "entry": duty.trigger_index,
        "met_by_entry": duty.met_index,
        "met_on": duty.met_on.isoformat() if duty.met_on else None,
    }


def calendar_of(school: School) -> SchoolCalendar | None:
    """Join the years that the school has recorded, as far back as they join; None without any."""
    years = sorted(school.calendar.values(), key=lambda one: one.academic_year)
    for first in range(len(years)):
        with suppress(CalendarRefused):  # a year is missing: count from the one after the gap
            return _joined(years[first:])
    return None


def _joined(years: Sequence[TermDatesRecorded]) -> SchoolCalendar:
    return SchoolCalendar(
        terms=tuple(Term(first=one.first, last=one.last) for year in years for one in year.terms),
        closures=frozenset(day for year in years for day in year.closed_on),
    )


def profiles_of(school: School) -> frozenset[str]:
    """Give the council's rules that the school has chosen."""
    return frozenset({school.profile} if school.profile else ())
