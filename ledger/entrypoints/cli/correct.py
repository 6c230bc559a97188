"""`send-ledger correct`: put an entry right; the wrong one stays visible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from ledger.application.entries import Draft, Recorded, correct_entry, understood
from ledger.bootstrap.upns import demand_unused
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import Setting, ledger_command, say
from ledger.entrypoints.cli.entry_options import (
    Circumstances,
    demand_writer,
    say_if_done,
    take_circumstances,
    with_circumstances,
)
from ledger.entrypoints.cli.entry_words import headline, read_fields
from ledger.entrypoints.cli.field_values import changed_fields
from ledger.entrypoints.cli.parameters import PAIR, WORDS
from ledger.entrypoints.cli.pupil import IDENTIFIER
from ledger.errors import NotFound, RuleRefused, UsageError
from ledger.formats.encoding import unb64url
from ledger.formats.kinds import EVENT
from ledger.projections import streams
from ledger.seal.contents import OpenedEntry, open_entry
from ledger.values.dates import OccurredOn, stated_words
from ledger.values.upn import Upn

if TYPE_CHECKING:
    from ledger.application.desk import Command, Desk
    from ledger.bootstrap.view import View
    from ledger.formats.ledger_file import StoredEntry

_PLACE = re.compile(r"([A-Za-z0-9_-]{22}):([1-9][0-9]{0,8})\Z")


@dataclass(frozen=True, slots=True)
class Wrong:
    """The entry to put right: opened, and the pupil whom it is about."""

    entry: OpenedEntry
    pupil: UUID | None

    @property
    def type(self) -> str:
        """Its type."""
        return str(self.entry.fields["event"])

    @property
    def occurred_on(self) -> OccurredOn:
        """When it is stated to have happened."""
        return OccurredOn.parse(self.entry.fields["occurred_on"]["date"])


@ledger_command(
    name="correct",
    examples=(
        'correct 41 --reason "wrong pupil" --withdraw',
        'correct 41 --reason "typing slip" --field status=K --on 03/03/2026',
    ),
)
@click.argument("entry", help="Number of the wrong entry, as send-ledger history shows it.")
@click.option("--reason", type=WORDS, required=True, help="Why it is wrong.")
@click.option("--withdraw", is_flag=True, help="It should not be there at all.")
@click.option("--field", "changes", type=PAIR, multiple=True, help="What is right; repeatable.")
@with_circumstances
def command(
    setting: Setting,
    entry: str,
    *,
    reason: str,
    withdraw: bool,
    changes: tuple[tuple[str, str], ...],
    **given: Any,
) -> None:
    """Put an entry right; the wrong one stays visible.

    The entry is named by its number. What is not named with --field stays as
    it was: a text is typed as it stands, a date as 31/03/2026, a code by its
    code, a list with one --field for each item.
    """
    circumstances = take_circumstances(given)
    if withdraw == bool(changes or circumstances.on):
        raise UsageError(
            "It is not clear what is right.",
            "An entry is either withdrawn, or replaced by one with other fields or another date.",
            "Add --withdraw, or --field NAME=VALUE, or --on DATE.",
            kind="correction-unclear",
        )
    with acting(setting) as at_work:
        demand_writer(at_work)
        if say_if_done(setting, at_work, circumstances):
            return
        wrong = _find(at_work.view, entry)
        instead = None if withdraw else _instead(at_work.view, wrong, changes, circumstances)
        recorded = _correct(at_work.desk, wrong, instead, reason, circumstances.command)
    _say_corrected(setting, wrong, instead, recorded.index)


def _correct(
    desk: Desk, wrong: Wrong, instead: Draft | None, reason: str, command: Command | None
) -> Recorded:
    try:
        return correct_entry(
            desk,
            stream=UUID(bytes=wrong.entry.statement.stream),
            seq=wrong.entry.statement.seq,
            statement=wrong.entry.statement.hash,
            reason=reason,
            wrong_type=wrong.type,
            pupil=wrong.pupil,
            instead=instead,
            command=command,
        )
    except RuleRefused as refused:
        if refused.kind == "cannot-correct":
            # The record counts its own entries; people know them by the ledger's number.
            refused.what = f"Entry {wrong.entry.index} cannot be corrected; nothing was recorded."
        raise


def _find(view: View, text: str) -> Wrong:
    stored = _stored(view, text)
    view.note_stream(stored.stream)
    opened = open_entry(stored, view.keys.data_key)
    statement = opened.statement
    if statement.kind != EVENT or str(opened.fields["event"]).startswith("entry."):
        raise RuleRefused(
            "This entry is not put right in this way; nothing was recorded.",
            "It is about keys or sealing, or is itself a correction or a proposal.",
            "Correct the entry that stands now, or see send-ledger staff.",
            kind="cannot-correct",
        )
    record = view.models.get(streams.MODEL, statement.stream)
    pupil = record[1] if record else None
    return Wrong(opened, UUID(bytes=pupil) if pupil else None)


def _stored(view: View, text: str) -> StoredEntry:
    if match := _PLACE.match(text):
        return view.reader.place(unb64url(match[1]), int(match[2]))
    if not text.isdecimal():
        raise UsageError(
            "The entry is not named by its number.",
            "Only one entry can be meant.",
            remedy="Type its number, or RECORD:PLACE, as send-ledger history shows them.",
            kind="bad-entry-number",
        )
    index = int(text)
    if index >= view.reader.size:
        raise NotFound(
            f"There is no entry {index} in this ledger.",
            f"The newest is entry {view.reader.size - 1}.",
            "Look at the number: send-ledger history shows it.",
            kind="no-entry",
        )
    return view.reader.entry(index)


def _instead(
    view: View, wrong: Wrong, changes: tuple[tuple[str, str], ...], circumstances: Circumstances
) -> Draft:
    cls, _noun = understood(wrong.type)
    fields = changed_fields(cls, read_fields(wrong.type, wrong.entry.fields), changes)
    if wrong.type == IDENTIFIER and fields["scheme"] == "upn":
        fields["value"] = _checked_upn(view, wrong, fields)
    return Draft(
        type=wrong.type,
        fields=fields,
        pupil=wrong.pupil,
        stream=UUID(bytes=wrong.entry.statement.stream),
        occurred_on=circumstances.on or wrong.occurred_on,
        late_reason=circumstances.late_reason,
    )


def _checked_upn(view: View, wrong: Wrong, fields: dict[str, Any]) -> str:
    upn = Upn.parse(fields["value"])
    if fields["standing"] != "quarantined":
        upn.require_issuable()
    demand_unused(view, {str(upn): UUID(bytes=wrong.entry.statement.stream)})
    return str(upn)


def _say_corrected(setting: Setting, wrong: Wrong, instead: Draft | None, index: int) -> None:
    lines = [f"Entry {wrong.entry.index} no longer counts; entry {index} says why."]
    recorded = [{"entry": index, "type": "entry.corrected.v1"}]
    if instead is not None:
        stated = OccurredOn.parse(str(instead.occurred_on))
        words = f"{headline(instead.type, instead.fields)}, {stated_words(stated)}"
        lines.append(f"In its place stands entry {index + 1}: {words}")
        recorded.append({"entry": index + 1, "type": instead.type, "words": words})
    lines.append("Both stay visible in the history.")
    data = {"corrected": wrong.entry.index, "recorded": recorded}
    say(setting, "\n".join(lines), data)
