"""`send-ledger consent`: list, ask, prove; nothing here writes to the home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from ledger.bootstrap.consents import capacities_of, what_ended_entry
from ledger.bootstrap.exchanges import own_policy
from ledger.bootstrap.marks import why_not_written
from ledger.bootstrap.own_school import own_school
from ledger.bootstrap.received import received_of
from ledger.bootstrap.view import View
from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group, say, say_table
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.consent_options import Capacity
from ledger.entrypoints.cli.days import Read
from ledger.entrypoints.cli.parameters import CodeChoice, NewFolder
from ledger.entrypoints.cli.viewing import viewing
from ledger.errors import Unverifiable
from ledger.evidence.consent_answer import ConsentAnswer, ConsentQuestion, answer_consent
from ledger.evidence.consent_standing import NotInForce, demand_in_force
from ledger.evidence.proof_folder import ProofRequest, build_proof
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.signed_note import SignedNote
from ledger.projections.consents import ConsentRow, consents_of
from ledger.projections.history import HistoryEntry, read_history
from ledger.projections.register import RegisterRow
from ledger.seal.private_files import write_private_folder
from ledger.values.code import Code
from ledger.values.counting import counted
from ledger.values.dates import day_words, parse_day
from ledger.verify.proof_time import CHECKPOINT
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


def history_on(view: View, row: RegisterRow) -> list[HistoryEntry]:
    """Give the history of a pupil who was found."""
    return read_history(view.models, view.reader, unb64url(row.pupil))


def consents_on(view: View, row: RegisterRow) -> list[ConsentRow]:
    """Give the consents of a pupil who was found."""
    return consents_of(history_on(view, row))


@ledger_command(command, "list", takes=LIST)
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
        rows = [_listed(one) for one in consents_on(view, row)]
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
        history = history_on(view, view.find_pupil(pupil))
        today = view.home.clock().date()
        day = on_day or today
        asked = ConsentQuestion(
            item=item.code,
            recipient=recipient,
            on=day,
            known_by=today,
            capacities={*recipient_is, *capacities_of(history, recipient, day)},
        )
        answer = answer_consent(asked, consents_of(history))
    _say_answer(setting, answer, day)
    if answer.verdict == "no":
        click.get_current_context().exit(ANSWERED_NO)


def _say_answer(setting: Setting, answer: ConsentAnswer, day: date) -> None:
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
@click.option("--out", type=NewFolder(), required=True, help="A new folder.")
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
    with viewing(setting) as view:
        policy = own_policy(view.home, view.reader, own_school(view))
        view.note_stream(view.reader.entry(entry).stream)
        ended = what_ended_entry(view, entry)
        if in_force:
            demand_in_force(ended)
        request = ProofRequest(
            reader=view.reader,
            data_key=view.keys.data_key,
            index=entry,
            fields=fields,
            in_force=in_force,
            policy_txt=policy[POLICY_NAME],
            tsa_roots=policy.get(ROOTS_NAME),
            ended="" if ended is None else ended.words,
        )
        closed = why_not_written(view.home)
        files = _proved(request, closed)
    write_private_folder(out, files)
    proved = {"folder": str(out), "entry": entry, "files": sorted(files), "sealed": _sealed(files)}
    _say_proved(setting, proved, ended, closed)


def _proved(request: ProofRequest, closed: str) -> dict[str, bytes]:
    """Build the proof; where none can be, say what helps, which is another home if this is closed.

    Raises:
        Unverifiable: kind "not-sealed".
    """
    try:
        return build_proof(request)
    except Unverifiable as error:
        if not closed or error.kind != "not-sealed":
            raise
        raise Unverifiable(
            error.what,
            f"{error.why} None can be made in this home: {closed}",
            "Work in the ledger's own home: send-ledger log checkpoint there, then ask again.",
            kind=error.kind,
        ) from None


def _sealed(files: Mapping[str, bytes]) -> int:
    """Give how many entries the checkpoint of a proof covers."""
    return Checkpoint.parse(SignedNote.parse(files[CHECKPOINT]).text).size


def _say_proved(
    setting: Setting, proved: dict[str, Any], ended: NotInForce | None, closed: str
) -> None:
    files = counted(len(proved["files"]), "file")
    lines = [f"Written: {proved['folder']} ({files}). Whoever gets it begins with README.txt."]
    if ended is not None:
        lines.append(
            f"PLEASE NOTE: this consent is NOT in force. {ended.words} "
            "The folder shows this one entry, and not what ended it."
        )
    if closed:
        lines.append(
            f"PLEASE NOTE: this home cannot be written: {closed} The folder shows how it stood "
            f"when {proved['sealed']} entries were sealed; what came later is not in it."
        )
    members = None if ended is None else {"entry": ended.index, "words": ended.words}
    say(
        setting,
        "\n".join(lines),
        {**proved, "not_in_force": members, "not_written": closed or None},
    )
