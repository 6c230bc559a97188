"""`send-ledger proposal`: sign or decline what the office has entered."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from ledger.application.proposal import REGISTERED, decline_proposal, sign_proposal
from ledger.bootstrap.known_pupils import demand_unknown
from ledger.bootstrap.session import Acting
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import (
    DONE_WITH_WARNINGS,
    Setting,
    ledger_command,
    ledger_group,
    say,
    say_table,
)
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.entry_options import demand_writer
from ledger.entrypoints.cli.entry_words import details, headline, read_fields
from ledger.entrypoints.cli.parameters import WORDS
from ledger.entrypoints.cli.viewing import viewing_pupils
from ledger.errors import (
    AlreadyRecorded,
    LedgerError,
    NotFound,
    RuleRefused,
    UsageError,
)
from ledger.formats.encoding import b64url, strict_json, unb64url
from ledger.projections.proposals import DECLINED, OPEN, SIGNED, ProposalRow, read_proposals
from ledger.projections.register import read_pupils
from ledger.values.dates import OccurredOn, stated_words

if TYPE_CHECKING:
    from ledger.application.desk import Desk
    from ledger.bootstrap.view import View

COLUMNS = {
    "proposal": "Proposal",
    "keyed_on": "Keyed",
    "by": "By",
    "name": "Pupil",
    "what": "What",
    "details": "Details",
}


@ledger_group(
    name="proposal",
    examples=("proposal list --as senco", "proposal sign 41 42 --as senco"),
)
def command() -> None:
    """Sign or decline what the office has entered."""


@ledger_command(
    command,
    "list",
    takes=LIST,
    examples=("proposal list --as senco", "proposal list --all --csv --as senco"),
)
@click.option("--all", "every", is_flag=True, help="Those already signed or declined as well.")
def list_proposals(setting: Setting, *, every: bool) -> None:
    """Show what waits for the SENCO's signature."""
    with viewing_pupils(setting) as view:
        names = _names(view)
        rows = [
            {**_record(row), "name": row.subject or names.get(_pupil_of(row), "")}
            for row in _in_order(view)
            if every or row.state == OPEN
        ]
    columns = {**COLUMNS, "state": "State"} if every else COLUMNS
    shown = [{**row, "details": "; ".join(row["details"])} for row in rows]
    data = {"proposals": rows}
    say_table(setting, shown, columns, empty="No proposal waits for a signature.", data=data)


def _in_order(view: View) -> list[ProposalRow]:
    return sorted(read_proposals(view.models), key=lambda row: row.index)


def _names(view: View) -> dict[str, str]:
    """Give pupil → name: as proposed where the pupil is not known yet."""
    names = {}
    for row in _in_order(view):
        if row.type == REGISTERED:
            fields: Any = _intended(row)["fields"]
            names[row.record] = f"{fields['given_names']} {fields['family_name']}"
    today = view.home.clock().date()
    return names | {row.pupil: row.name for row in read_pupils(view.models, as_of=today)}


def _intended(row: ProposalRow) -> Any:
    return strict_json(row.intended)


def _pupil_of(row: ProposalRow) -> str:
    pupil = _intended(row)["pupil"]
    return b64url(bytes.fromhex(pupil)) if pupil else row.record


def _record(row: ProposalRow) -> dict[str, Any]:
    intended = _intended(row)
    fields = read_fields(row.type, intended["fields"])
    stated = OccurredOn.parse(intended["occurred_on"] or row.recorded_at[:10])
    return {
        "proposal": row.index,
        "stream": row.stream,
        "keyed_on": row.recorded_at[:10],
        "by": row.by,
        "name": row.subject,
        "type": row.type,
        "what": f"{headline(row.type, fields)}, {stated_words(stated)}",
        "details": [f"{label}: {text}" for label, text in details(row.type, fields)],
        "late_reason": intended["late_reason"],
        "state": row.state,
        "settled_by_entry": row.settled,
    }


@ledger_command(
    command, "sign", examples=("proposal sign 41 42 --as senco", "proposal sign --all --as senco")
)
@click.argument("numbers", nargs=-1, type=int, help="Entry numbers of proposals.")
@click.option("--all", "every", is_flag=True, help="Everything that waits.")
@click.option("--another", is_flag=True, help="Another child of the same name and date of birth.")
def sign(setting: Setting, numbers: tuple[int, ...], *, every: bool, another: bool) -> None:
    """Sign proposals; each becomes an entry of yours that names who keyed it.

    Each is reported by itself; exit code 3 where some could not be signed.
    """
    if every and another:
        raise UsageError(
            "It is not said which pupil is another child; nothing was signed.",
            "That is said of one proposal, after a look at it.",
            remedy="Give its number with --another; sign the others without.",
            kind="proposals-unclear",
        )
    with acting(setting) as at_work:
        demand_writer(at_work)
        chosen = _chosen(at_work.view, numbers, every=every)
        if len(chosen) == 1:
            reports = [_sign(at_work, chosen[0], another=another)]
        else:
            reports = [_try_to_sign(at_work, row, another=another) for row in chosen]
    lines = [one["words"] for one in reports] or ["No proposal waits for a signature."]
    failed = [one for one in reports if "error" in one]
    say(setting, "\n".join(lines), {"signed": len(reports) - len(failed), "reports": reports})
    if failed:
        sys.exit(DONE_WITH_WARNINGS)


def _chosen(view: View, numbers: tuple[int, ...], *, every: bool) -> list[ProposalRow]:
    rows = {row.index: row for row in _in_order(view)}
    if every == bool(numbers):
        raise UsageError(
            "It is not clear which proposals are meant.",
            "Either some are named or all are meant, not both or neither.",
            remedy="Give their numbers, or --all; see send-ledger proposal list.",
            kind="proposals-unclear",
        )
    if every:
        return [row for row in rows.values() if row.state == OPEN]
    unknown = [str(number) for number in numbers if number not in rows]
    if unknown:
        raise NotFound(
            f"There is no proposal {', '.join(unknown)}; nothing was signed.",
            "Either it was never there, or it was signed already.",
            remedy="See send-ledger proposal list.",
            kind="no-proposal",
        )
    return [rows[number] for number in numbers]


def _try_to_sign(at_work: Acting, row: ProposalRow, *, another: bool) -> dict[str, Any]:
    try:
        return _sign(at_work, row, another=another)
    except LedgerError as error:
        return {
            "proposal": row.index,
            "error": error.kind,
            "words": f"Proposal {row.index} was not signed: {error.what} {error.remedy}".strip(),
        }


def _sign(at_work: Acting, row: ProposalRow, *, another: bool) -> dict[str, Any]:
    if row.state == DECLINED:
        raise RuleRefused(
            f"Proposal {row.index} was declined by entry {row.settled}.",
            "What was declined is never signed.",
            remedy="Whoever keyed it may enter it again.",
            kind="proposal-closed",
        )
    if row.state == SIGNED:
        return _signed_before(row.index, row.settled)
    try:
        index = sign_proposal(
            _desk_for(at_work, row, another=another), UUID(bytes=unb64url(row.stream))
        ).index
    except AlreadyRecorded as done:
        return _signed_before(row.index, done.first_index)
    except NotFound:
        raise NotFound(
            f"The record that proposal {row.index} belongs to is not there yet.",
            "It is begun by another proposal.",
            "Sign first the proposal that registers the pupil.",
            kind="record-not-begun",
        ) from None
    words = f"Proposal {row.index} is signed, as entry {index}: {_record(row)['what']}"
    return {"proposal": row.index, "entry": index, "words": words}


def _desk_for(at_work: Acting, row: ProposalRow, *, another: bool) -> Desk:
    if another or row.type != REGISTERED:
        return at_work.desk
    fields: Any = _intended(row)["fields"]
    person = fields["given_names"], fields["family_name"], date.fromisoformat(fields["born"])
    return at_work.desk.looking(partial(demand_unknown, at_work.view, *person))


def _signed_before(number: int, index: int | None) -> dict[str, Any]:
    words = f"Proposal {number} was signed already, as entry {index}."
    return {"proposal": number, "entry": index, "words": words}


@ledger_command(
    command,
    "decline",
    examples=(
        'proposal decline 41 --reason "that was another pupil" --as senco',
        'proposal decline 42 --reason "already recorded as entry 40" --as senco --json',
    ),
)
@click.argument("number", type=int, help="Entry number of the proposal.")
@click.option("--reason", type=WORDS, required=True, help="Why, for whoever keyed it.")
def decline(setting: Setting, number: int, *, reason: str) -> None:
    """Decline a proposal, with the reason."""
    with acting(setting) as at_work:
        demand_writer(at_work)
        (row,) = _chosen(at_work.view, (number,), every=False)
        index = decline_proposal(at_work.desk, UUID(bytes=unb64url(row.stream)), reason).index
    say(
        setting,
        f"Proposal {number} is declined, by entry {index}.",
        {"proposal": number, "entry": index, "state": DECLINED},
    )
