"""`send-ledger register`: the SEN register, today or as at any past date."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from ledger.entrypoints.cli.command import Setting, ledger_command, say_table, tell
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.register_table import (
    COLUMNS,
    FIELDS,
    cells,
    row_record,
    say_everyone,
    with_doubts,
)
from ledger.entrypoints.cli.viewing import viewing_pupils
from ledger.projections.register import ON_REGISTER, read_register
from ledger.values.counting import counted
from ledger.values.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.projections.register import RegisterRow

RULE_FOR_N = (
    "N stands for a pupil taken off the register; it is shown up to the first census day "
    "after that, then no longer (D-REG-9). In a census every other pupil is N as well."
)
COUNT_COLUMNS = {
    "status": "Status",
    "primary_need": "Primary need",
    "label": "In words",
    "pupils": "Pupils",
}


_REGISTER, _NUMBERS = "SEN register", "Numbers on the SEN register"


@ledger_command(
    name="register",
    takes=LIST,
    examples=(
        "register --as senco",
        "register --as-of 15/01/2026 --known-at 15/01/2026 --csv",
    ),
)
@click.option("--as-of", type=DAY, help="What was true on this day; today where not given.")
@click.option("--known-at", type=DAY, help="Count only what was recorded by the end of this day.")
@click.option("--everyone", is_flag=True, help="Every pupil known, leavers too.")
@click.option("--counts", is_flag=True, help="Only numbers by status and primary need, no names.")
def command(
    setting: Setting,
    *,
    as_of: date | None,
    known_at: date | None,
    everyone: bool,
    counts: bool,
) -> None:
    """Show the SEN register, today or as at any past date.

    --as-of asks what was true on a day, --known-at what the ledger knew on a
    day: both together show the register as it was shown then.
    """
    with viewing_pupils(setting, ("status", "primary_need") if counts else FIELDS) as view:
        today = view.home.clock().date()
        day = as_of or today
        if everyone:
            say_everyone(setting, view, as_of=day, known_at=known_at)
            return
        rows = read_register(view.models, as_of=day, known_at=known_at)
    say_them, title = (_say_counts, _NUMBERS) if counts else (_say_register, _REGISTER)
    if not (setting.as_json or setting.as_csv):
        tell(_heading(title, day, known_at, today))
    say_them(setting, rows, day, known_at)


def _say_register(
    setting: Setting, rows: Sequence[RegisterRow], day: date, known_at: date | None
) -> None:
    in_words = not (setting.as_json or setting.as_csv)
    say_table(
        setting,
        [cells(row, dates_in_words=in_words) for row in rows],
        with_doubts(COLUMNS, rows),
        empty="Nobody is on the register on that day. See send-ledger pupil status --help.",
        data={
            **_times(day, known_at),
            "rule_for_n": RULE_FOR_N,
            "pupils": [row_record(row) for row in rows],
        },
    )
    if in_words and rows:
        tell(f"{counted(len(rows), 'pupil')}. {RULE_FOR_N}")


def _say_counts(
    setting: Setting, rows: Sequence[RegisterRow], day: date, known_at: date | None
) -> None:
    """Give the numbers that the local authority asks for (D-REG-17; Code 6.83)."""
    on_register = [row for row in rows if row.status in ON_REGISTER]
    unsure = sum(row.on_roll is None for row in on_register)
    labels = {row.primary_need: row.needs[0]["label"] for row in on_register if row.needs}
    tally = Counter((row.status, row.primary_need) for row in on_register)
    lines = [
        {
            "status": status,
            "primary_need": need,
            "label": labels.get(need, "no need recorded"),
            "pupils": number,
        }
        for (status, need), number in sorted(tally.items())
    ]
    by_status = Counter(row.status for row in on_register)
    say_table(
        setting,
        lines,
        COUNT_COLUMNS,
        empty="Nobody is on the register on that day.",
        data={
            **_times(day, known_at),
            "by_status": dict(by_status),
            "on_roll_not_known": unsure,
            "counts": lines,
        },
    )
    if not (setting.as_json or setting.as_csv) and lines:
        totals = ", ".join(f"{by_status[code]} {code}" for code in sorted(by_status))
        click.echo(f"{counted(len(on_register), 'pupil')}: {totals}.")
    if not (setting.as_json or setting.as_csv) and unsure:
        tell(f"Among them {counted(unsure, 'pupil')} of whom it is not known since when on roll.")


def _heading(title: str, day: date, known_at: date | None, today: date) -> str:
    knowing = "" if known_at is None else f", as the ledger knew it on {day_words(known_at)}"
    ahead = ", a day to come, as far as it is known now" if day > today else ""
    return f"{title} on {day_words(day)}{knowing}{ahead}"


def _times(day: date, known_at: date | None) -> dict[str, Any]:
    return {
        "as_of": day.isoformat(),
        "known_at": None if known_at is None else known_at.isoformat(),
    }
