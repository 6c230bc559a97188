"""`send-ledger transfer`: list handovers, and read a record that was received."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from ledger.aggregates.record_transfer import RecordTransfer
from ledger.bootstrap.received import handovers, open_received
from ledger.bundles.documents import ending_of
from ledger.bundles.kept import KeptRecord
from ledger.entrypoints.cli.command import Setting, ledger_command, ledger_group, say, say_table
from ledger.entrypoints.cli.common_options import LIST
from ledger.entrypoints.cli.history_page import (
    entry_lines,
    received_records,
    without_address,
)
from ledger.entrypoints.cli.parameters import NewFolder
from ledger.entrypoints.cli.table import printable
from ledger.entrypoints.cli.viewing import viewing_pupils
from ledger.errors import KeyUnavailable, NotFound
from ledger.formats.encoding import b64url
from ledger.seal.private_files import write_private_folder
from ledger.statute.event_names import in_words
from ledger.values.counting import are, counted
from ledger.values.dates import day_words

PAGE = "record.html"
_NUMBER = re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{1,8}")
"""What may be repeated in a refusal: a handover's number, and no name."""
COLUMNS = {
    "direction": "Way",
    "school": "School",
    "pupil": "Pupil",
    "on": "On",
    "entries": "Entries",
    "step": "State",
    "number": "Number",
}


@ledger_group(
    name="transfer",
    examples=(
        'transfer send "Zoë" --to 106653 --out zoe.age --as senco',
        "transfer receive zoe.age --receipt zoe.receipt --as senco",
    ),
)
def command() -> None:
    """Hand a pupil's record over to another school, and receive one."""


@ledger_command(
    command,
    "list",
    takes=LIST,
    examples=("transfer list --as senco", "transfer list --as office --json"),
)
def list_transfers(setting: Setting) -> None:
    """Show every handover, in and out, and how far it is.

    Both schools have the same number for a handover.
    """
    with viewing_pupils(setting, COLUMNS) as view:
        rows = [_row(one) for one in handovers(view)]
    say_table(setting, sorted(rows, key=lambda row: row["on"]), COLUMNS, empty="No transfers yet.")


def _row(transfer: RecordTransfer) -> dict[str, Any]:
    sent, got = transfer.dispatched, transfer.received
    event = sent or got
    return {
        "transfer": b64url(transfer.id.bytes),
        "number": transfer.number,
        "direction": "out" if sent else "in",
        "school": sent.to_name if sent else (got.from_name if got else ""),
        "pupil": event.subject.name if event and event.subject else "",
        "on": str(event.occurred_on) if event else "",
        "entries": event.statements if event else 0,
        "step": transfer.step,
    }


@ledger_command(
    command,
    "show",
    examples=(
        "transfer show 7c1e09ab --as senco",
        "transfer show 7c1e09ab --out zoe-from-st-cuthberts --as senco",
    ),
)
@click.argument("number", help="As transfer list has it.")
@click.option("--out", type=NewFolder(), help="A new folder for record.html.")
def show(setting: Setting, number: str, *, out: Path | None) -> None:
    """Read a received record: its entries as the other school signed them.

    With --out, the readable page record.html goes into a new folder with the
    documents that came along. It is a child's record in the clear: delete the
    folder when it was read.
    """
    with viewing_pupils(setting) as view:
        transfer = find_transfer(handovers(view), number)
        accepted = transfer.accepted
        view.note_access(accepted.pupil if accepted else None)
        kept = open_received(view, transfer)
        records = [without_address(one) for one in received_records(kept, kept.history())]
        if out is not None:
            _write_page(out, kept)
    said = _described(kept)
    words = [f"Written: {out}"] if out else list(_page(kept, said, records))
    data = {**said, "folder": str(out) if out else None, "entries": records}
    say(setting, "\n".join(words), data)


def _described(kept: KeptRecord) -> dict[str, Any]:
    manifest = kept.bundle.manifest
    return {
        **_row(kept.transfer),
        "received_on": kept.received_on.isoformat(),
        "signed_by": kept.bundle.signed_by,
        "omissions": [[one.category, one.reason] for one in manifest.omissions],
        "standing_sentence": manifest.standing_sentence,
        "documents": len(kept.bundle.attachments),
        "closed_to_you": kept.closed,
    }


def _page(
    kept: KeptRecord, said: dict[str, Any], records: Iterable[dict[str, Any]]
) -> Iterator[str]:
    yield f"The record of {printable(said['pupil'])}, from {printable(said['school'])}"
    yield (
        f"Received on {day_words(kept.received_on)}, signed by their SENCO "
        f"{printable(said['signed_by'])}, verified. State: {said['step']}."
    )
    yield from (
        f"Left out: {printable(f'{in_words(name)}: {why}')}" for name, why in said["omissions"]
    )
    yield printable(said["standing_sentence"])
    if kept.closed:
        entries = counted(kept.closed, "entry")
        yield f"{entries} {are(kept.closed)} of a kind that is not open to you."
    if said["documents"]:
        yield f"Documents: {said['documents']}; see them with --out."
    for one in records:
        yield ""
        yield from entry_lines(one)


def _write_page(folder: Path, kept: KeptRecord) -> None:
    if kept.closed:
        raise KeyUnavailable(
            "The page holds entries that are not open to you; nothing was written.",
            f"{kept.closed} of its entries are of a kind that fewer people read.",
            "Read it without --out, or ask the SENCO.",
            kind="contents-unopened",
        )
    files = {PAGE: kept.bundle.page}
    for number, document in enumerate(kept.bundle.attachments, start=1):
        files[f"document-{number}.{ending_of(document)}"] = document.data
    write_private_folder(folder, files)


def find_transfer(
    known: Sequence[RecordTransfer],
    number: str | None,
    fits: Callable[[RecordTransfer], bool] = lambda _: True,
) -> RecordTransfer:
    """Find one handover by its number, or the only one that fits.

    Args:
        known: all handovers.
        number: as `transfer list` has it, or the stream; None for the only one.
        fits: which of them may be meant.

    Raises:
        NotFound: kind "no-transfer": none fits, or several do.
    """
    meant = [
        one for one in known if fits(one) and number in (None, one.number, b64url(one.id.bytes))
    ]
    if len(meant) != 1:
        raise NotFound(*_not_one(meant, number, known), kind="no-transfer")
    return meant[0]


def _how_many(known: int) -> str:
    if not known:
        return "No handover is recorded here yet."
    return f"{counted(known, 'handover')} {are(known)} recorded here, under other numbers."


def _not_one(
    meant: Sequence[RecordTransfer], number: str | None, known: Sequence[RecordTransfer]
) -> tuple[str, str, str]:
    """Say why no handover, or more than one, is meant."""
    if meant:
        one_number = len({one.number for one in meant}) == 1
        return (
            f"{counted(len(meant), 'handover')} could be meant; nothing was done.",
            "They happen to have one number." if one_number else "It is not guessed which one.",
            "Name one by its id, behind all options after “--” or as --transfer=ID: "
            "send-ledger transfer list --json shows it."
            if one_number
            else "Name one by its number; send-ledger transfer list shows it.",
        )
    if number is not None and number not in {one.number for one in known}:
        said = f" {number}" if _NUMBER.fullmatch(number) else " of that kind"
        return (
            f"There is no handover number{said}; nothing was done.",
            _how_many(len(known)),
            "Look at the number: send-ledger transfer list shows it.",
        )
    remedy = (
        "See send-ledger transfer list; an answer that was given is written again by "
        "send-ledger transfer receipt."
    )
    return (
        "No handover waits for that; nothing was done.",
        "A handover goes step by step, and each step is taken once.",
        remedy,
    )
