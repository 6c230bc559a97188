"""`send-ledger consent`: record, ask, prove."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from ledger.application.entries import Draft, add_entry
from ledger.bootstrap.consents import capacities_of, record_of, what_ended_entry
from ledger.bootstrap.exchanges import own_policy
from ledger.bootstrap.received import received_of
from ledger.bootstrap.view import View
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group, say, say_table
from ledger.entrypoints.cli.consent_giver import PARENTAL, responsibility_of
from ledger.entrypoints.cli.consent_options import (
    CAPACITIES,
    Capacity,
    act_fields,
    act_options,
    ask_options,
    asked_fields,
)
from ledger.entrypoints.cli.days import Read
from ledger.entrypoints.cli.entry_options import Circumstances, command_of, say_if_done
from ledger.entrypoints.cli.parameters import CodeChoice
from ledger.entrypoints.cli.viewing import pupil_stream, viewing
from ledger.errors import NotFound, StorageFailed
from ledger.evidence.consent_answer import (
    Answer,
    Asked,
    answer_consent,
)
from ledger.evidence.consent_standing import NotInForce, demand_in_force
from ledger.evidence.proof_folder import ProofRequest, build_proof
from ledger.formats.encoding import b64url, unb64url
from ledger.projections.consents import ConsentRow, consents_of
from ledger.projections.history import HistoryEntry, read_history
from ledger.projections.register import RegisterRow
from ledger.seal.private_files import make_private_folder, write_private
from ledger.values.code import Code
from ledger.values.dates import OccurredOn, day_words, parse_day
from ledger.verify.trust_policy import POLICY_NAME, ROOTS_NAME

ANSWERED_NO = 1


@ledger_group(name="consent")
def command() -> None:
    """Record consents; ask whether one was in force; prove it.

    \b
    Examples:
      send-ledger consent check "Zoë" --item my_story --recipient "Penistone" --on 2026-03-03
        --as senco
      send-ledger consent prove 57 --out proof --in-force --as senco
    """


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
            fields={**fields, "giver_stream": _giver(_history(at_work.view, row), given, on)},
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
        standing = [one for one in _consents(at_work.view, row) if _stands(one, entry)]
        if len(standing) != 1:
            raise NotFound(
                f"{len(standing)} consents could be meant.",
                remedy="See send-ledger consent list, and name the entry with --entry.",
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


def _history(view: View, row: RegisterRow) -> list[HistoryEntry]:
    return read_history(view.models, view.reader, unb64url(row.pupil))


def _consents(view: View, row: RegisterRow) -> list[ConsentRow]:
    return consents_of(_history(view, row))


@ledger_command(command, "list")
@click.argument("pupil")
def list_consents(setting: Setting, pupil: str) -> None:
    """Show every consent of a pupil: given, refused, withdrawn.

    What was answered at another school is shown as theirs. It is no consent to
    this school, and consent check does not count it: ask the family here.

    \b
    Examples:
      send-ledger consent list "Zoë" --as senco
      send-ledger consent list A203102209083 --as senco --json
    """
    with viewing(setting) as view:
        row = view.find_pupil(pupil)
        rows = [_listed(one) for one in _consents(view, row)]
        for kept in received_of(view, unb64url(row.pupil)):
            theirs = {"school": kept.received.from_name, "counts_here": False}
            rows += [{**_listed(one), **theirs} for one in consents_of(kept.readable())]
    for one in rows:
        one["asked_by"] = one["school"] or "this school"
    columns = {
        "asked_by": "Asked by",
        "entry": "Entry",
        "answer": "Answer",
        "on": "On",
        "by": "By",
        "responsibility": "Their responsibility",
        "items": "Items",
        "recipient": "To",
        "evidence": "Evidence of their own act",
    }
    say_table(setting, rows, columns, empty="No consent was asked for yet.")
    if not (setting.as_json or setting.as_csv) and any(one["school"] for one in rows):
        click.echo(
            "\nWhat another school asked is shown as it was received from them. It is no consent\n"
            "to this school: consent check does not count it; ask the family here."
        )


def _listed(one: ConsentRow) -> dict[str, Any]:
    answer = one.given or one.refused
    state = "given" if one.given else "refused"
    return {
        "entry": answer.index if answer else "",
        "answer": "withdrawn" if one.withdrawn else state,
        "on": str(answer.occurred_on) if answer else "",
        "by": one.giver_name,
        "responsibility": "" if one.giver_recorded else "not recorded",
        "items": ", ".join(one.labels),
        "recipient": one.recipient,
        "evidence": "none; the school recorded it" if one.act_kind == "none" else one.act_kind,
        "expires_on": one.expires_on.isoformat() if one.expires_on else None,
        "record": b64url(one.stream),
        "school": None,
        "counts_here": True,
    }


@ledger_command(command, "check")
@click.argument("pupil")
@click.option("--item", required=True, type=CodeChoice("consent_item"))
@click.option("--recipient", required=True, help="To whom it would go.")
@click.option("--on", "on_day", type=Read("DATE", parse_day), help="On which day; else today.")
@click.option(
    "--recipient-is", multiple=True, type=Capacity(), help="What the recipient is to the pupil."
)
def check(
    setting: Setting,
    pupil: str,
    *,
    item: Code,
    recipient: str,
    on_day: date | None,
    recipient_is: tuple[str, ...],
) -> None:
    """Ask whether something may be shared with somebody on a day: yes, no, or not required.

    Exit code 0 for yes and for not required, 1 for no.

    \b
    Examples:
      send-ledger consent check "Zoë" --item my_story --recipient "Penistone Grammar School"
        --on 2026-03-03 --as senco
      send-ledger consent check "Zoë" --item educational_record --recipient "Penistone"
        --recipient-is receiving_school --on 2026-03-03 --as senco
    """
    with viewing(setting) as view:
        history = _history(view, view.find_pupil(pupil))
        day = on_day or view.home.clock().date()
        asked = Asked(
            item=item.code,
            recipient=recipient,
            on=day,
            capacities={*recipient_is, *capacities_of(history, recipient, day)},
        )
        answer = answer_consent(asked, [record_of(one) for one in consents_of(history)])
    _say_answer(setting, answer, day)
    if answer.verdict == "no":
        click.get_current_context().exit(ANSWERED_NO)


def _say_answer(setting: Setting, answer: Answer, day: date) -> None:
    lines = [f"{answer.verdict.upper().replace('-', ' ')}, on {day_words(day)}. {answer.words}"]
    if answer.citation:
        lines.append(f"Law: {answer.citation}")
    if answer.index is not None:
        lines.append(
            f"Decided by entry {answer.index}; see send-ledger consent prove {answer.index}."
        )
    lines += [f"Passed over: {one}" for one in answer.passed_over]
    say(
        setting,
        "\n".join(lines),
        {
            "verdict": answer.verdict,
            "on": day.isoformat(),
            "entry": answer.index,
            "record": None if answer.stream is None else b64url(answer.stream),
            "words": answer.words,
            "citation": answer.citation,
            "passed_over": list(answer.passed_over),
        },
    )


@ledger_command(command, "prove")
@click.argument("entry", type=int)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder.")
@click.option(
    "--show", "fields", multiple=True, help="A further field to show; others are withheld."
)
@click.option("--in-force", is_flag=True, help="Also prove that it was not withdrawn since.")
def prove(
    setting: Setting, entry: int, *, out: Path, fields: tuple[str, ...], in_force: bool
) -> None:
    """Write a folder that proves an entry to a stranger, offline.

    It shows what the entry says it is, whom it concerns and when; every other
    field only where you name it. “Given” and “in force” are different claims:
    with --in-force the whole record is shown, and a consent that is not in force
    is refused; without, nothing shows whether it was withdrawn since. The folder
    explains itself and is checked with openssl and coreutils alone.

    \b
    Examples:
      send-ledger consent prove 57 --out proof --in-force --as senco
      send-ledger consent prove 57 --out proof --show giver_name --show items --as senco
    """
    if out.exists():
        raise StorageFailed(
            "The folder exists already; nothing was written.", remedy="Name a new one."
        )
    with acting(setting) as at_work:
        view = at_work.view
        policy = own_policy(at_work.session, view.reader)
        view.note_stream(view.reader.entry(entry).stream)
        ended = what_ended_entry(view, entry)
        if in_force:
            demand_in_force(ended)
        files = build_proof(
            ProofRequest(
                reader=view.reader,
                data_key=view.keys.data_key,
                index=entry,
                fields=fields,
                in_force=in_force,
                policy_txt=policy[POLICY_NAME],
                tsa_roots=policy.get(ROOTS_NAME),
                ended="" if ended is None else ended.words,
            )
        )
    write_folder(out, files)
    _say_proved(setting, {"folder": str(out), "entry": entry, "files": sorted(files)}, ended)


def _say_proved(setting: Setting, proved: dict[str, Any], ended: NotInForce | None) -> None:
    files = len(proved["files"])
    lines = [
        f"Written: {proved['folder']} ({files} files). Whoever gets it begins with README.txt."
    ]
    if ended is not None:
        lines.append(
            f"PLEASE NOTE: this consent is NOT in force. {ended.words} "
            "The folder shows this one entry, and not what ended it."
        )
    members = None if ended is None else {"entry": ended.index, "words": ended.words}
    say(setting, "\n".join(lines), {**proved, "not_in_force": members})


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write a proof's files into a new private folder."""
    make_private_folder(folder)
    for name, data in files.items():
        path = folder / name
        make_private_folder(path.parent)
        write_private(path, data)
