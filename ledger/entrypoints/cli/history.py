"""`send-ledger history`: everything recorded about one pupil."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.bootstrap.received import received_of
from ledger.entrypoints.cli.command import Setting, ledger_command, say_table, tell
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.history_page import (
    entry_lines,
    in_time,
    own_records,
    received_records,
    received_words,
    without_address,
)
from ledger.entrypoints.cli.table import printable
from ledger.entrypoints.cli.viewing import find_pupil, pupil_stream, viewing_pupils
from ledger.projections.history import read_history
from ledger.projections.register import read_pupil
from ledger.values.dates import OccurredOn, stated_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from ledger.projections.register import RegisterRow

NOTHING_YET = "Nothing is recorded about this pupil by that day."
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
    "received": "From another school",
}


@ledger_command(
    name="history",
    takes=LIST,
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
    What another school sent stands in its place in time, marked as theirs.
    A protected address is named and not shown, since a history is soon printed.
    """
    fields = (*COLUMNS, "protected_address") if show_address else COLUMNS
    with viewing_pupils(setting, fields) as view:
        found = find_pupil(view, pupil)
        stream, day = pupil_stream(found).bytes, as_of or known_at
        then = (
            found if day is None else read_pupil(view.models, stream, as_of=day, known_at=known_at)
        )
        entries = read_history(view.models, view.reader, stream, as_of=as_of, known_at=known_at)
        records = own_records(view, entries)
        for kept in received_of(view, stream):
            records += received_records(kept, kept.history(as_of=as_of, known_at=known_at))
        records = in_time(records)
        if not show_address:
            records = [without_address(one) for one in records]
    if setting.as_json or setting.as_csv:
        _say_records(setting, found.pupil, then, records)
        return
    tell("\n".join(_page(then, records)))


def _say_records(
    setting: Setting, pupil_id: str, then: RegisterRow | None, records: list[dict[str, Any]]
) -> None:
    known = {name: getattr(then, name, None) for name in ("name", "born", "upn")}
    pupil = {"pupil": pupil_id, **known}
    rows = [
        {
            **one,
            "details": "; ".join(one["details"]),
            "days_late": one["days_late"] or "",
            "disputed": "yes" if one["disputed"] else "",
            "received": received_words(one["received"]) if one["received"] else "",
        }
        for one in records
    ]
    say_table(setting, rows, COLUMNS, empty="", data={**pupil, "entries": records})


def _page(then: RegisterRow | None, records: Sequence[dict[str, Any]]) -> Iterable[str]:
    if then is not None:
        born = stated_words(OccurredOn.parse(then.born))
        number = f", UPN {then.upn}" if then.upn else ""
        yield f"History of {printable(then.name)}, born {born}{number}"
    if not records:
        yield NOTHING_YET
    for one in records:
        yield ""
        yield from entry_lines(one)
