"""`send-ledger transfer`: hand a pupil's record over, and receive one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import click

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.record_transfer import RecordTransfer
from ledger.bootstrap.exchanges import exchange_of
from ledger.bootstrap.received import handovers
from ledger.bootstrap.session import Acting
from ledger.bundles.acknowledge import acknowledge, complete
from ledger.bundles.again import answer_again
from ledger.bundles.documents import attach as attach_document
from ledger.bundles.documents import demand_room
from ledger.bundles.exchange import Exchange
from ledger.bundles.receive import (
    REJECTION_REASONS,
    accept_record,
    receive_bundle,
    reject_record,
)
from ledger.bundles.send import Sending, Sent, send_record
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import Setting, ledger_command, say
from ledger.entrypoints.cli.days import Read
from ledger.entrypoints.cli.parameters import GivenPath, NewFile
from ledger.entrypoints.cli.table import printable
from ledger.entrypoints.cli.transfer_pupil import ask_whose, new_pupil
from ledger.entrypoints.cli.transfer_reading import command, find_transfer
from ledger.entrypoints.cli.viewing import pupil_stream
from ledger.errors import InputRefused, after_recording
from ledger.formats.bundle_layout import Attachment
from ledger.formats.encoding import b64url
from ledger.seal.private_files import write_private
from ledger.statute.event_names import in_words
from ledger.values.counting import counted
from ledger.verify.findings import Finding

_FILE = GivenPath(folders=False)
_NEW_FILE = NewFile()
_DECIDED = "Left out by decision of the SENCO."


def _parse_entry(text: str) -> tuple[int, str]:
    """Read ENTRY or ENTRY=WHY."""
    number, _equals, why = text.partition("=")
    if not number.strip().isdecimal():
        raise InputRefused(
            f"“{printable(text)}” names no entry.",
            "It begins with the entry's number, as send-ledger history shows it.",
            "For example 57, or 57=about another child.",
            kind="bad-entry-number",
        )
    return int(number), why.strip() or _DECIDED


ENTRY = Read("entry", _parse_entry)
_KEPT_BACK = {
    "my_story": "My Story (no consent to share it with that school is in force)",
    "protected_address": "the protected address",
}
_SEND_AGAIN = (
    "Make room or take another disk, then send it again; what stays without an answer is in "
    "transfer list."
)
_WRITE_AGAIN = "Make room or take another disk, then: send-ledger transfer receipt NUMBER --out."


def _exchange(at_work: Acting, *, unattended: bool = False) -> Exchange:
    view = at_work.view
    return exchange_of(at_work.session, view.models, view.reader, unattended=unattended)


@ledger_command(command, "send")
@click.argument("pupil")
@click.option("--to", "to_school", required=True, help="The receiving school: name or URN.")
@click.option("--out", type=_NEW_FILE, required=True, help="Where the age file goes.")
@click.option("--attach", multiple=True, type=_FILE, help="A document to send along.")
@click.option("--checked-by", help="Who checked recipient and content; you, where not given.")
@click.option("--signed-off-by", help="Who looked through attachments that cannot be scanned.")
@click.option(
    "--withhold", multiple=True, type=ENTRY, help="Keep this entry's texts back; or ENTRY=WHY."
)
@click.option(
    "--leave-out", multiple=True, type=ENTRY, help="Leave out this entry's whole record; or =WHY."
)
def send(
    setting: Setting,
    pupil: str,
    *,
    to_school: str,
    out: Path,
    attach: tuple[Path, ...],
    checked_by: str | None,
    signed_off_by: str | None,
    withhold: tuple[tuple[int, str], ...],
    leave_out: tuple[tuple[int, str], ...],
) -> None:
    """Make the encrypted bundle of a pupil's record for another school.

    A protected address never leaves; all texts are scanned for it. My Story
    leaves only under its own consent, in force for that school. What you keep
    back with --withhold or --leave-out is named in the manifest, with why; a
    withheld entry still goes as signed, its digests in place of its texts.

    \b
    Examples:
      send-ledger transfer send A203102209083 --to 106653 --out leaver.age --as senco
      send-ledger transfer send "Zoë" --to "Penistone" --out leaver.age
        --attach report.pdf --signed-off-by "P Crook" --as senco
    """
    with acting(setting) as at_work:
        exchange = _exchange(at_work)
        row = at_work.view.find_pupil(pupil)
        sent = send_record(
            exchange,
            Sending(
                pupil=pupil_stream(row),
                partner=exchange.find_partner(to_school),
                checked_by=checked_by or at_work.desk.name,
                attachments=_documents(at_work, attach),
                signed_off_by=signed_off_by,
                withhold=dict(withhold),
                leave_out=dict(leave_out),
            ),
        )
        _write_recorded(out, sent.bundle, _SEND_AGAIN)
    _say_sent(setting, out, sent)


def _say_sent(setting: Setting, out: Path, sent: Sent) -> None:
    to, number = sent.to_name, sent.transfer.number
    words = [
        f"Written: {out} ({counted(sent.statements, 'entry')}), for {to} alone. Number: {number}."
    ]
    words += [f"Left out: {in_words(one.category)}: {one.reason}" for one in sent.omissions]
    words += [f"Not sent, and named to nobody: {_KEPT_BACK[one]}" for one in sent.kept_back]
    words.append("Send the file; then bring their receipt back with transfer acknowledge.")
    say(
        setting,
        "\n".join(words),
        {
            "bundle": str(out),
            "sha256": hashlib.sha256(sent.bundle).hexdigest(),
            "transfer": b64url(sent.transfer.id.bytes),
            "number": number,
            "to": to,
            "statements": sent.statements,
            "kept_back": list(sent.kept_back),
            "omissions": [[one.category, one.reason] for one in sent.omissions],
        },
    )


def _documents(at_work: Acting, paths: Sequence[Path]) -> list[Attachment]:
    demand_room([path.stat().st_size for path in paths])
    return [attach_document(path.name, path.read_bytes(), at_work.desk.entropy) for path in paths]


def _write_recorded(path: Path, data: bytes, again: str) -> None:
    """Write the file of a step that is in the ledger already, or say how to come by it."""
    what = f"It is recorded, but {printable(str(path))} could not be written."
    with after_recording(what, again):
        write_private(path, data)


@ledger_command(command, "receive")
@click.argument("file", type=_FILE)
@click.option("--receipt", type=_NEW_FILE, help="Write the RECEIVED receipt to this file.")
def receive(setting: Setting, file: Path, *, receipt: Path | None) -> None:
    """Verify a bundle, every byte, and keep it; nothing is kept where anything fails.

    \b
    Examples:
      send-ledger transfer receive leaver.age --receipt leaver-received.receipt --as office
      send-ledger transfer receive leaver.age --as senco --json
    """
    with acting(setting) as at_work:
        received = receive_bundle(_exchange(at_work, unattended=True), file.read_bytes())
    if receipt is not None:
        _write_recorded(receipt, received.receipt, _WRITE_AGAIN)
    unproved = [one for one in received.report.findings if one.grade == "incomplete"]
    say(
        setting,
        f"Verified and kept: {counted(len(received.bundle.statements), 'entry')} from "
        f"{received.bundle.manifest.from_name}. Recorded as RECEIVED.\n"
        + "".join(f"{line}\n" for line in _unproved_lines(unproved))
        + "Next, the SENCO: send-ledger transfer accept, or transfer reject.",
        {
            "transfer": b64url(received.transfer.bytes),
            "statements": len(received.bundle.statements),
            "from": received.bundle.manifest.from_name,
            "not_understood": {str(k): v for k, v in received.bundle.not_understood.items()},
            "result": received.report.result,
            "findings": [one.members() for one in unproved],
        },
    )


def _unproved_lines(findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    told = [one.line() for one in findings]
    return ["Nothing was found altered, but not everything could be proved:", *told]


@ledger_command(
    command,
    "accept",
    examples=(
        "transfer accept --pupil A203102209083 --receipt leaver.receipt --as senco",
        "transfer accept --new --transfer 7c1e09ab --receipt leaver.receipt --as senco",
    ),
)
@click.option("--transfer", "which", help="Its number, where several wait.")
@click.option("--pupil", help="Our own pupil whose record it is.")
@click.option("--new", is_flag=True, help="Nobody here yet: add the pupil as the record has them.")
@click.option("--receipt", type=_NEW_FILE, required=True, help="Write the receipt to this file.")
def accept(
    setting: Setting, *, which: str | None, pupil: str | None, new: bool, receipt: Path
) -> None:
    """Accept a received record into the school's care; the SENCO signs.

    You say whose record it is: pupils are never taken for one another by name.
    Without --pupil or --new it shows whom the record names and who here could be
    meant, and does nothing.
    """
    with acting(setting) as at_work:
        exchange = _exchange(at_work)
        waiting = _waiting(at_work, which)
        known = at_work.view.find_pupil(pupil) if pupil else None
        if (known is None) is not new:
            ask_whose(setting, at_work, waiting)
        with_it: Sequence[Aggregate] = ()
        if known is not None:
            whose = pupil_stream(known)
        else:
            whose, with_it = new_pupil(at_work, waiting)
        data = accept_record(exchange, waiting.id, whose, with_it)
    _write_recorded(receipt, data, _WRITE_AGAIN)
    words = [f"Accepted. Send the receipt back: {receipt}"]
    if new:
        words.append("The pupil is known here now, and not on roll: see send-ledger pupil joined.")
    words.append("Read it with send-ledger history, or send-ledger transfer show.")
    say(
        setting,
        "\n".join(words),
        {
            "transfer": b64url(waiting.id.bytes),
            "number": waiting.number,
            "outcome": "accepted",
            "receipt": str(receipt),
            "pupil": b64url(whose.bytes),
            "new_pupil": new,
        },
    )


@ledger_command(command, "reject")
@click.option("--transfer", "which", help="Its number, where several wait.")
@click.option("--because", type=click.Choice(list(REJECTION_REASONS)), required=True)
@click.option("--receipt", type=_NEW_FILE, required=True, help="Write the receipt to this file.")
def reject(setting: Setting, *, which: str | None, because: str, receipt: Path) -> None:
    """Reject a received record, with a coded reason; the SENCO signs.

    \b
    Examples:
      send-ledger transfer reject --because wrong-pupil --receipt leaver.receipt --as senco
      send-ledger transfer reject --because incomplete --receipt leaver.receipt --as senco
    """
    with acting(setting) as at_work:
        exchange = _exchange(at_work)
        waiting = _waiting(at_work, which)
        data = reject_record(exchange, waiting.id, because)
    _write_recorded(receipt, data, _WRITE_AGAIN)
    say(
        setting,
        f"Rejected: {REJECTION_REASONS[because]}. Send the receipt back: {receipt}",
        {
            "transfer": b64url(waiting.id.bytes),
            "number": waiting.number,
            "outcome": "rejected",
            "receipt": str(receipt),
        },
    )


def _waiting(at_work: Acting, which: str | None) -> RecordTransfer:
    known = handovers(at_work.view)
    return find_transfer(known, which, lambda one: one.step == "received")


@ledger_command(command, "acknowledge")
@click.argument("file", type=_FILE)
@click.option("--confirmation", type=_NEW_FILE, help="Write our confirmation to this file.")
def acknowledge_command(setting: Setting, file: Path, *, confirmation: Path | None) -> None:
    """Bring the receiver's receipt into our ledger; on acceptance, confirm it.

    \b
    Examples:
      send-ledger transfer acknowledge leaver.receipt --confirmation leaver.confirmation --as senco
      send-ledger transfer acknowledge leaver.receipt --as senco --json
    """
    with acting(setting) as at_work:
        done = acknowledge(_exchange(at_work), file.read_bytes())
    if confirmation is not None and done.confirmation is not None:
        _write_recorded(confirmation, done.confirmation, _WRITE_AGAIN)
    words = f"Recorded: {done.outcome} by the other school."
    if done.confirmation is not None:
        words += " Our side is complete; send them the confirmation."
    say(
        setting,
        words,
        {"transfer": b64url(done.transfer.bytes), "outcome": done.outcome},
    )


@ledger_command(command, "complete")
@click.argument("file", type=_FILE)
def complete_command(setting: Setting, file: Path) -> None:
    """Take the sender's confirmation into our ledger: the handover is complete.

    \b
    Examples:
      send-ledger transfer complete leaver.confirmation --as senco
      send-ledger transfer complete leaver.confirmation --as office --json
    """
    with acting(setting) as at_work:
        stream = complete(_exchange(at_work, unattended=True), file.read_bytes())
    say(
        setting,
        "Complete: both schools hold each other's signature and date.",
        {"transfer": b64url(stream.bytes), "complete": True},
    )


@ledger_command(
    command,
    "receipt",
    examples=(
        "transfer receipt 7c1e09ab --out leaver.receipt --as senco",
        "transfer receipt 7c1e09ab --as office --json",
    ),
)
@click.argument("number", help="As transfer list has it.")
@click.option("--out", type=_NEW_FILE, help="Write the receipt or confirmation to this file.")
def receipt_command(setting: Setting, number: str, *, out: Path | None) -> None:
    """Write our answer again: the newest receipt, or our confirmation.

    For a file that was lost, and for a command that was stopped after the answer
    was signed and before its file was written. A receipt that was written once
    comes out byte for byte the same, and nothing is recorded.
    """
    with acting(setting) as at_work:
        meant = find_transfer(handovers(at_work.view), number)
        answer = answer_again(_exchange(at_work, unattended=True), meant.id)
    if out is not None:
        _write_recorded(out, answer.data, _WRITE_AGAIN)
    says = f"This school's answer is {answer.outcome.upper()}."
    say(
        setting,
        f"{says} Send it: {out}" if out else f"{says} Write its file with --out FILE.",
        {
            "transfer": b64url(meant.id.bytes),
            "number": meant.number,
            "outcome": answer.outcome,
            "sha256": hashlib.sha256(answer.data).hexdigest(),
            "receipt": str(out) if out else None,
        },
    )
