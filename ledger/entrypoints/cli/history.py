"""`send-ledger history`: everything recorded about one pupil."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.entrypoints.cli.command import Setting, ledger_command, say_table
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.entry_words import details, headline, read_fields, stated_words
from ledger.entrypoints.cli.table import printable
from ledger.entrypoints.cli.viewing import find_pupil, pupil_stream, viewing_pupils
from ledger.projections.history import HistoryEntry, read_history
from ledger.projections.people import names_by_kid
from ledger.values.dates import OccurredOn, day_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from ledger.bootstrap.view import View
    from ledger.projections.register import RegisterRow

CORRECTED = "entry.corrected.v1"
ADDRESS = "protected_address."
TRANSFER = "record_transfer."
COLUMNS = {
    "occurred_on": "Date",
    "entry": "Entry",
    "what": "What",
    "details": "Details",
    "signed_by": "Signed by",
    "role": "Role",
    "keyed_by": "Keyed by",
    "recorded_at": "Recorded",
    "days_late": "Days late",
    "late_reason": "Why late",
    "corrected_by": "Corrected by entry",
    "disputed": "Disputed",
}


@ledger_command(
    name="history",
    examples=(
        "history A203102209083 --as senco",
        'history "Zoë O\'Neill" --as-of 31/07/2026 --known-at 31/07/2026 --json',
    ),
)
@click.argument("pupil", help="UPN, id, or a part of the name.")
@click.option("--as-of", type=DAY, help="Leave out what happened after this day.")
@click.option("--known-at", type=DAY, help="Leave out what was recorded after this day.")
@click.option("--show-address", is_flag=True, help="Show a protected address, if you may read it.")
def command(
    setting: Setting,
    pupil: str,
    *,
    as_of: date | None,
    known_at: date | None,
    show_address: bool,
) -> None:
    """Show everything recorded about one pupil.

    In the order in which things happened, with who signed. A late entry says
    how late and why; a corrected one stays, and names the entry that corrects it.
    A protected address is named and not shown, since a history is soon printed.
    """
    fields = (*COLUMNS, "protected_address") if show_address else COLUMNS
    with viewing_pupils(setting, fields) as view:
        row = find_pupil(view, pupil)
        entries = read_history(
            view.models, view.reader, pupil_stream(row).bytes, as_of=as_of, known_at=known_at
        )
        records = [
            one if show_address or not one["type"].startswith(ADDRESS) else _withheld(one)
            for one in _records(view, entries)
        ]
    if setting.as_json or setting.as_csv:
        _say_records(setting, row, records)
        return
    click.echo("\n".join(_page(row, records)))


def _records(view: View, entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    """Give each entry with stable keys, and in words."""
    names = names_by_kid(view.people())
    places = {(one.stream, one.seq): one.index for one in entries}
    grounds = {one.index: one.fields["grounds"] for one in entries if one.type == CORRECTED}
    schools = {one.stream: name for one in entries if (name := _school_of(one))}
    return [
        {
            **_record(one, schools),
            "signed_by": names.get(one.kid, ""),
            "corrects": places.get((one.stream, one.fields.get("corrects_seq", 0))),
            "corrected_because": grounds.get(one.corrected_by or -1),
            "disputed": view.authority.disputed(one.index, one.kid, one.role),
        }
        for one in entries
    ]


def _school_of(one: HistoryEntry) -> str | None:
    """Give the other school, where this is the first entry of a handover, which alone names it."""
    if not one.type.startswith(TRANSFER):
        return None
    return one.fields.get("to_name") or one.fields.get("from_name")


def _record(one: HistoryEntry, schools: Mapping[str, str]) -> dict[str, Any]:
    fields = read_fields(one.type, one.fields)
    said = [f"{label}: {text}" for label, text in details(one.type, fields)]
    if one.stream in schools and not _school_of(one):
        said.insert(0, f"school: {printable(schools[one.stream])}")
    return {
        "entry": one.index,
        "stream": one.stream,
        "seq": one.seq,
        "type": one.type,
        "occurred_on": one.occurred_on,
        "recorded_at": one.recorded_at,
        "days_late": one.days_late,
        "late_reason": one.fields.get("late_reason"),
        "what": headline(one.type, fields),
        "details": said,
        "fields": one.fields,
        "role": one.role,
        "kid": one.kid,
        "keyed_by": one.fields.get("keyed_by"),
        "corrected_by": one.corrected_by,
    }


def _withheld(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "details": ["kept apart; add --show-address"], "fields": {}}


def _say_records(setting: Setting, row: RegisterRow, records: list[dict[str, Any]]) -> None:
    pupil = {"pupil": row.pupil, "name": row.name, "born": row.born, "upn": row.upn}
    rows = [
        {
            **one,
            "details": "; ".join(one["details"]),
            "days_late": one["days_late"] or "",
            "disputed": "yes" if one["disputed"] else "",
        }
        for one in records
    ]
    say_table(setting, rows, COLUMNS, empty="", data={**pupil, "entries": records})


def _page(row: RegisterRow, records: Sequence[dict[str, Any]]) -> Iterable[str]:
    born = stated_words(OccurredOn.parse(row.born))
    number = f", UPN {row.upn}" if row.upn else ""
    yield f"History of {printable(row.name)}, born {born}{number}"
    if not records:
        yield "Nothing is recorded about this pupil by that day."
    for one in records:
        yield ""
        yield from _paragraph(one)


def _paragraph(one: dict[str, Any]) -> Iterable[str]:
    stated = stated_words(OccurredOn.parse(one["occurred_on"]))
    what = one["what"]
    if one["corrected_by"] is not None:
        what = f"[corrected by entry {one['corrected_by']}: no longer counts] {what}"
    if one["corrects"] is not None:
        what = f"entry {one['corrects']} was wrong: {printable(one['fields']['grounds'])}"
    yield f"{stated} · entry {one['entry']} · {what}"
    for line in one["details"]:
        yield f"    {line}"
    yield f"    {_signature(one)}"
    if one["days_late"]:
        reason = printable(one["late_reason"] or "no reason given")
        yield f"    entered {one['days_late']} days later: {reason}"
    if one["disputed"]:
        yield "    DISPUTED: signed with a key or role that was revoked from before this entry on"


def _signature(one: dict[str, Any]) -> str:
    recorded = _day(one["recorded_at"])
    signed = f"signed by {printable(one['signed_by'] or one['kid'])} ({one['role']}) on {recorded}"
    return f"keyed by {printable(one['keyed_by'])}, {signed}" if one["keyed_by"] else signed


def _day(instant: str) -> str:
    return day_words(OccurredOn.parse(instant[:10]).first)
