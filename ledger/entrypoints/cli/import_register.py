"""`send-ledger import`: bring in a register from a CSV file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ledger.application.desk import command_mac
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import DONE_WITH_WARNINGS, Setting, ledger_command, say
from ledger.entrypoints.cli.parameters import GivenPath
from ledger.errors import InputRefused
from ledger.formats.encoding import b64url, unb64url
from ledger.imports.columns import field_codes, parse_user_mapping
from ledger.imports.pupils_in_file import rows_in_words
from ledger.imports.register_csv import parse_same_as, plan_import
from ledger.imports.register_entries import Imported, known_pupils, row_key, store_plan
from ledger.imports.register_row import Answers, ImportPlan
from ledger.imports.report import (
    mapping_lines,
    mapping_records,
    report_lines,
    report_records,
    summary_lines,
)
from ledger.values.counting import counted

FIELD_CODES = ", ".join(field_codes())


@ledger_command(name="import")
@click.argument("file", type=GivenPath(folders=False))
@click.option("--dry-run", "-n", is_flag=True, help="Show what would be done; record nothing.")
@click.option("--skip-bad", is_flag=True, help="Take the good rows, leave the bad ones out.")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    help=f'Say what a column is: "MIS header=field", or "not used". Fields: {FIELD_CODES}.',
)
@click.option("--same-as", multiple=True, help="Row N is this known pupil: N=PUPIL-ID.")
@click.option("--new", "new_rows", multiple=True, type=int, help="Row N is a new pupil.")
@click.option("--names", is_flag=True, help="Show pupils' names in the report on the screen.")
def command(
    setting: Setting,
    file: Path,
    *,
    dry_run: bool,
    skip_bad: bool,
    mapping: tuple[str, ...],
    same_as: tuple[str, ...],
    new_rows: tuple[int, ...],
    names: bool,
) -> None:
    """Bring in a register from a CSV file.

    All rows or none, unless --skip-bad. Importing the same file twice adds
    nothing. Pupils are never merged by name: where a name and date of birth fit
    somebody without a common UPN, the row asks. Only the SENCO imports; others
    prepare it with --dry-run.

    \b
    Examples:
      send-ledger import register.csv --dry-run --as senco
      send-ledger import register.csv --map "Stage=sen_status" --as senco
    """
    from_words = _pupils(same_as)
    with acting(setting) as at_work:
        view, size = at_work.view, at_work.view.catch_up()
        desk = at_work.desk.looking(lambda: size)  # what is not as it was planned is not stored
        key = view.keys.data_key(desk.streams.commands.bytes)
        plan = plan_import(
            file.read_bytes(),
            known=list(known_pupils(view.models, desk.today())),
            today=desk.today(),
            chosen=parse_user_mapping(mapping),
            answers=Answers(same_as=from_words, new=frozenset(new_rows)),
            seen=lambda row: (
                view.reader.entry_of_command(command_mac(key, row_key(row))) is not None
            ),
        )
        if not setting.as_json:
            _show_plan(plan, names=names, skip_bad=skip_bad)
        done = Imported(0, 0)
        if not dry_run:
            _demand_clean(plan, skip_bad=skip_bad)
            done = store_plan(desk, plan) if plan.rows else done
        _show_result(setting, plan, done, dry_run=dry_run)
    if plan.bad_rows:
        sys.exit(DONE_WITH_WARNINGS)


def _pupils(same_as: tuple[str, ...]) -> dict[int, bytes]:
    typed = parse_same_as(same_as)
    return {row: unb64url(text.removeprefix("id:")) for row, text in typed.items()}


def _show_plan(plan: ImportPlan, *, names: bool, skip_bad: bool) -> None:
    click.echo("Columns:")
    for line in mapping_lines(plan.mapping):
        click.echo(f"  {line}")
    for line in report_lines(plan, names=names, every_row=False):
        click.echo(line)
    for line in summary_lines(plan, skip_bad=skip_bad):
        click.echo(line)


def _demand_clean(plan: ImportPlan, *, skip_bad: bool) -> None:
    if plan.bad_rows and not skip_bad:
        raise InputRefused(
            f"{rows_in_words(plan.bad_rows).capitalize()} cannot be taken; nothing was recorded.",
            "An import takes all rows or none.",
            "Mend the rows listed above, answer those that ask, or add --skip-bad.",
            kind="rows-refused",
        )


def _show_result(setting: Setting, plan: ImportPlan, done: Imported, *, dry_run: bool) -> None:
    words = (
        "Nothing was recorded (--dry-run)."
        if dry_run
        else f"Recorded {counted(done.entries, 'entry')} about {counted(done.pupils, 'pupil')}."
    )
    say(
        setting,
        words,
        {
            "dry_run": dry_run,
            "pupils": done.pupils,
            "entries": done.entries,
            "mapping": mapping_records(plan.mapping),
            "rows": report_records(plan),
            "warnings": list(plan.warnings),
            "asks": {
                report.row: [b64url(one) for one in report.candidates]
                for report in plan.reports
                if report.candidates
            },
        },
    )
