"""`send-ledger consent`: record what families answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from ledger.application.entries import Draft, add_entry
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import Setting, ledger_command, say
from ledger.entrypoints.cli.consent_giver import PARENTAL, responsibility_of
from ledger.entrypoints.cli.consent_options import (
    CAPACITIES,
    act_fields,
    act_options,
    ask_options,
    asked_fields,
)
from ledger.entrypoints.cli.consent_reading import command, consents_on, history_on
from ledger.entrypoints.cli.days import Read
from ledger.entrypoints.cli.entry_options import Circumstances, command_of, say_if_done
from ledger.entrypoints.cli.viewing import pupil_stream
from ledger.errors import NotFound
from ledger.formats.encoding import b64url
from ledger.projections.consents import ConsentRow
from ledger.projections.history import HistoryEntry
from ledger.values.counting import counted
from ledger.values.dates import OccurredOn, parse_day


@ledger_command(command, "give")
@ask_options
@click.option("--expires", type=Read("DATE", parse_day), help="Last day in force.")
@act_options
def give(setting: Setting, pupil: str, **given: Any) -> None:
    """Record that consent was given, with the full words shown and the family's own act.

    \b
    Examples:
      send-ledger consent give "Zoë" --by "Anna O'Neill" --capacity parental_responsibility
        --item my_story --purpose "move to Penistone" --recipient "Penistone Grammar School"
        --wording @form-c1.txt --wording-version "C1 2026" --evidence signed_form
        --kept-at "green folder 12" --method letter --on 3/3/2026 --as senco
    """
    fields = {**asked_fields(given), "expires_on": given["expires"]}
    _record(setting, pupil, "consent.given.v1", fields, given)


@ledger_command(command, "refuse")
@ask_options
@act_options
def refuse(setting: Setting, pupil: str, **given: Any) -> None:
    """Record that consent was asked for and refused.

    \b
    Examples:
      send-ledger consent refuse "Zoë" --by "Tom O'Neill" --capacity parental_responsibility
        --item photographs --purpose website --recipient "the school's website"
        --wording "May we…?" --wording-version P2 --evidence message --words "No, thank you."
        --method email --as senco
    """
    _record(setting, pupil, "consent.refused.v1", asked_fields(given), given)


def _record(
    setting: Setting, pupil: str, type_name: str, fields: dict[str, Any], given: dict[str, Any]
) -> None:
    circumstances = Circumstances(
        on=given["stated"],
        late_reason=given["late_reason"],
        command=command_of(given["request_id"]),
    )
    with acting(setting) as at_work:
        at_work.session.demand_clock()
        if say_if_done(setting, at_work, circumstances):
            return
        row = at_work.view.find_pupil(pupil)
        on = circumstances.on or OccurredOn.on(at_work.desk.today())
        draft = Draft(
            type=type_name,
            fields={**fields, "giver_stream": _giver(history_on(at_work.view, row), given, on)},
            pupil=pupil_stream(row),
            occurred_on=circumstances.on,
            late_reason=circumstances.late_reason,
        )
        done = add_entry(at_work.desk, draft, circumstances.command)
    kept = "Kept as a proposal for the SENCO" if done.proposed else "Recorded"
    say(
        setting,
        f"{kept}: entry {done.index}.",
        {"entry": done.index, "record": b64url(done.stream.bytes), "proposed": done.proposed},
    )


def _giver(history: list[HistoryEntry], given: dict[str, Any], on: OccurredOn) -> bytes | None:
    if given["capacity"] != PARENTAL:
        return None
    return responsibility_of(history, given["giver"], on, not_recorded=given["not_recorded"])


@ledger_command(command, "withdraw")
@click.argument("pupil")
@click.option("--entry", type=int, help="The entry that gave it, where several are in force.")
@click.option("--by", "giver", required=True, help="Who withdrew it.")
@click.option("--capacity", type=click.Choice(CAPACITIES), required=True)
@act_options
def withdraw(setting: Setting, pupil: str, *, entry: int | None, **given: Any) -> None:
    """Record that a consent was withdrawn.

    \b
    Examples:
      send-ledger consent withdraw "Zoë" --by "Anna O'Neill" --capacity parental_responsibility
        --evidence witnessed_words --words "I take it back." --witness "P Crook"
        --method telephone --as senco
    """
    circumstances = Circumstances(
        on=given["stated"],
        late_reason=given["late_reason"],
        command=command_of(given["request_id"]),
    )
    with acting(setting) as at_work:
        at_work.session.demand_clock()
        if say_if_done(setting, at_work, circumstances):
            return
        row = at_work.view.find_pupil(pupil)
        standing = [one for one in consents_on(at_work.view, row) if _stands(one, entry)]
        if not standing:
            raise NotFound(
                "There is no such consent to withdraw; nothing was recorded.",
                "None of this pupil's consents is given and not yet withdrawn"
                + (" with that entry." if entry is not None else "."),
                "See send-ledger consent list.",
                kind="no-consent",
            )
        if len(standing) > 1:
            raise NotFound(
                f"{counted(len(standing), 'consent')} could be meant; nothing was recorded.",
                "Each is withdrawn by itself.",
                "See send-ledger consent list, and name the entry with --entry.",
                kind="no-consent",
            )
        draft = Draft(
            type="consent.withdrawn.v1",
            stream=UUID(bytes=standing[0].stream),
            pupil=pupil_stream(row),
            occurred_on=circumstances.on,
            late_reason=circumstances.late_reason,
            fields={
                "by_name": given["giver"],
                "by_capacity": given["capacity"],
                "method": given["method"],
                **act_fields(given),
            },
        )
        done = add_entry(at_work.desk, draft, circumstances.command)
    say(setting, f"Recorded: entry {done.index}.", {"entry": done.index, "proposed": done.proposed})


def _stands(one: ConsentRow, entry: int | None) -> bool:
    given = one.given is not None and one.withdrawn is None
    return given and (entry is None or (one.given is not None and one.given.index == entry))
