"""`send-ledger access`: who has read what."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group, say_table
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.staff_finding import find_person
from ledger.entrypoints.cli.viewing import find_pupil, viewing
from ledger.errors import NotAuthorised
from ledger.formats.access_log import AccessRecord, read_access_log, read_access_record
from ledger.formats.encoding import b64url
from ledger.formats.statement import read_statement
from ledger.projections.register import read_pupils
from ledger.seal.contents import open_disclosures
from ledger.statute.access_retention import retention_on
from ledger.values.dates import OccurredOn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.bootstrap.view import View
    from ledger.statute.access_retention import AccessRetention

ROLES = frozenset({"dpo", "head"})
"""Who is shown what colleagues have read (UK GDPR art. 39(1)(b): the DPO monitors)."""
COLUMNS = {
    "read_at": "Read",
    "reader": "By",
    "role": "As",
    "command": "With",
    "pupil": "Pupil",
    "reason": "Why",
    "kept_until": "Kept until",
}
CSV_COLUMNS = {**COLUMNS, "fields": "Shown"}


@ledger_group(name="access", examples=("access list --as dpo",))
def command() -> None:
    """Show who has read what."""


@ledger_command(
    command,
    "list",
    takes=LIST,
    examples=(
        "access list --pupil A203102209083 --as dpo",
        "access list --person senco --since 01/09/2026 --csv --as head",
    ),
)
@click.option("--pupil", help="Only readings of this pupil: UPN, id, or a part of the name.")
@click.option("--person", help="Only readings by this person: handle, name or id.")
@click.option("--since", type=DAY, help="Only readings on this day or later.")
def list_access(
    setting: Setting, *, pupil: str | None, person: str | None, since: date | None
) -> None:
    """Show who has read what, when, with which command and why.

    For the data protection officer and the headteacher. A reading of a whole
    list names no pupil. Looking here is recorded as well. Each record says until
    when it is kept; this version deletes none.
    """
    with viewing(setting) as view:
        _demand_role(view)
        about = find_pupil(view, pupil).pupil if pupil else None
        by = find_person(view, person).person if person else None
        rows = [
            row
            for row in _rows(view)
            if about in (None, row["pupil_id"])
            and by in (None, row["reader_id"])
            and (since is None or row["read_at"] >= since.isoformat())
        ]
    shown = [{**row, "fields": ", ".join(row["fields"])} for row in rows]
    rule = retention_on(view.home.clock().date())
    data = {"readings": rows, "kept": {"reason": rule.reason, "source": rule.source}}
    columns = CSV_COLUMNS if setting.as_csv else COLUMNS
    say_table(setting, shown, columns, empty="Nothing of that kind was read.", data=data)
    if rows and not (setting.as_json or setting.as_csv):
        click.echo(f"\n{_kept_words(rule)}")


def _kept_words(rule: AccessRetention) -> str:
    return (
        f"Kept for {rule.years} years, for a child from the day they are {rule.of_age_at}:\n"
        f"{rule.reason} ({rule.source}).\n"
        "This version deletes nothing."
    )


def _demand_role(view: View) -> None:
    if view.role not in ROLES:
        raise NotAuthorised(
            "The access log is not shown to you.",
            f"The role {view.role} does not watch over what colleagues read.",
            "Ask the data protection officer, or the headteacher.",
            kind="access-log-closed",
        )


def _rows(view: View) -> Iterator[dict[str, Any]]:
    names = {person.person: person.name for person in view.people().values()}
    today = view.home.clock().date()
    pupils = {row.pupil: row for row in read_pupils(view.models, as_of=today)}
    for read_at, seq, one in _records(view):
        about = b64url(one.about) if one.about else None
        pupil = pupils.get(about) if about else None
        read_on = date.fromisoformat(read_at[:10])
        born = OccurredOn.parse(pupil.born).last if pupil else None
        yield {
            "number": seq,
            "read_at": read_at,
            "reader": names.get(b64url(one.reader), ""),
            "reader_id": b64url(one.reader),
            "role": one.acted_as,
            "command": one.command,
            "pupil": pupil.name if pupil else about or "",
            "pupil_id": about,
            "reason": one.purpose,
            "fields": list(one.fields_seen),
            "kept_until": retention_on(read_on).kept_until(read_on, born).isoformat(),
        }


def _records(view: View) -> Iterator[tuple[str, int, AccessRecord]]:
    """Open each record; whether it is signed and in its place is for `verify` to say."""
    data_key = view.keys.data_key(view.home.streams.access.bytes)
    for stored in read_access_log(view.home.access_path):
        if stored.ciphertext is not None:
            statement = read_statement(stored.statement)
            opened = open_disclosures(statement, stored.ciphertext, data_key)
            record = read_access_record({one.name: one.value for one in opened})
            yield statement.recorded_at, stored.seq, record
