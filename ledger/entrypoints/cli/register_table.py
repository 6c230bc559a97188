"""The register as a table, for `register` and `pupil list`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.entrypoints.cli.command import Setting, say_table
from ledger.projections.register import RegisterRow, by_name, read_pupils
from ledger.values.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.bootstrap.view import View

COLUMNS = {
    "name": "Name",
    "upn": "UPN",
    "status": "Status",
    "since": "Since",
    "primary_need": "Primary need",
    "area": "Area",
    "further_needs": "Further needs",
}
DOUBTS = {"doubts": "Not certain"}
"""A column that stands only where there is something in it."""
EVERYONE = {
    "name": COLUMNS["name"],
    "born": "Born",
    **COLUMNS,
    "on_roll": "On roll",
    "year_group": "Year",
    "class_name": "Class",
}
FIELDS = tuple(EVERYONE)
"""What a list of pupils tells, as the access log names it."""
SET_ASIDE = "quarantined"


def row_record(row: RegisterRow) -> dict[str, Any]:
    """Give a row with stable keys, for JSON."""
    return {
        "pupil": row.pupil,
        "name": row.name,
        "family_name": row.family_name,
        "given_names": row.given_names,
        "born": row.born,
        "upn": row.upn,
        "upn_standing": row.upn_standing,
        "status": row.status,
        "since": row.status_since,
        "primary_need": row.primary_need,
        "area": row.area,
        "further_needs": [need["code"] for need in row.needs[1:]],
        "needs": list(row.needs),
        "on_roll": row.on_roll,
        "on_roll_since": row.roll_since if row.on_roll else None,
        "needs_recorded_on": row.needs_recorded_on or None,
        "doubts": _doubts(row),
        "year_group": row.year_group,
        "class_name": row.class_name,
    }


def cells(row: RegisterRow, *, dates_in_words: bool) -> dict[str, Any]:
    """Give a row as the table shows it."""
    since = row.status_since
    return {
        **row_record(row),
        "upn": _number(row) if dates_in_words else row.upn,
        "born": _words(row.born) if dates_in_words else row.born,
        "since": _words(since) if dates_in_words and since else since,
        "further_needs": ", ".join(str(need["code"]) for need in row.needs[1:]),
        "on_roll": {True: "yes", False: "no", None: "not known"}[row.on_roll],
        "doubts": "; ".join(_doubts(row)),
    }


def _number(row: RegisterRow) -> str:
    """Give the UPN, or the id that is typed where there is none."""
    aside = " (set aside)" if row.upn_standing == SET_ASIDE else ""
    return f"{row.upn}{aside}" if row.upn else typed_id(row.pupil)


def typed_id(pupil: str) -> str:
    """Give a pupil's id as it is typed: `id:` before it, since one may begin with a hyphen."""
    return f"id:{pupil}"


def with_doubts(columns: Mapping[str, str], rows: Sequence[RegisterRow]) -> dict[str, str]:
    """Give the columns, with one for doubts where there is any."""
    return {**columns, **DOUBTS} if any(map(_doubts, rows)) else dict(columns)


def _doubts(row: RegisterRow) -> list[str]:
    """Say what is known only of a later day than the one asked about."""
    said = [] if row.on_roll is not None else ["on roll: since when is not known"]
    undated = [need["code"] for need in row.needs if not need["since"]]
    if row.needs_recorded_on and undated:
        said.append(f"{', '.join(undated)} recorded later, on {_words(row.needs_recorded_on)}")
    return said


def _words(iso: str) -> str:
    return day_words(date.fromisoformat(iso))


def say_everyone(setting: Setting, view: View, *, as_of: date, known_at: date | None) -> None:
    """Show every pupil known, on the register or not, leavers too."""
    rows = by_name(list(read_pupils(view.models, as_of=as_of, known_at=known_at)))
    say_table(
        setting,
        [cells(row, dates_in_words=not setting.as_csv) for row in rows],
        with_doubts(EVERYONE, rows),
        empty="No pupil is known here yet. Add one with send-ledger pupil add, or import a list.",
        data={"as_of": as_of.isoformat(), "pupils": [row_record(row) for row in rows]},
    )
