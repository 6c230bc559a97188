"""What all commands share that record something about a pupil.

A noun's module says which facts an entry takes and drafts it; here the pupil is
found, the entry is signed or proposed, and it is said what was recorded.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.catalogue import AGGREGATES, aggregate_of
from ledger.aggregates.pupil import Pupil
from ledger.application.desk import Command
from ledger.application.entries import Draft, add_entries
from ledger.bootstrap.session import Acting
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import SETTING_NAMES, ledger_command, say
from ledger.entrypoints.cli.days import STATED
from ledger.entrypoints.cli.entry_words import headline
from ledger.entrypoints.cli.parameters import WORDS
from ledger.entrypoints.cli.table import printable
from ledger.entrypoints.cli.viewing import demand_pupils_open, find_pupil, pupil_stream
from ledger.errors import AlreadyRecorded, NotAuthorised, NotFound, UsageError
from ledger.formats.encoding import b64url, unb64url
from ledger.projections.history import HistoryEntry, read_history
from ledger.statute.signing import signing_rows
from ledger.values.counting import counted
from ledger.values.dates import OccurredOn, days_late, stated_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledger.application.desk import Desk
    from ledger.application.entries import Recorded
    from ledger.entrypoints.cli.command import Setting
    from ledger.projections.register import RegisterRow

A = TypeVar("A", bound=Aggregate)
F = TypeVar("F", bound="Callable[..., Any]")

CIRCUMSTANCES = (
    click.option("--on", type=STATED, help="When it happened; today where not given."),
    click.option("--late-reason", type=WORDS, help="Why it is entered more than a week later."),
    click.option("--request-id", help="Repeat a command safely: the same id adds nothing twice."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When it happened, why it is entered late, under which id it may be repeated."""

    on: OccurredOn | None
    late_reason: str | None
    command: Command | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A person about to record something of one pupil.

    Attributes:
        at_work: what they see, and where they sign.
        row: the pupil, as the register has them today.
        circumstances: of the entry.
        advice: what to say beside the entry, in sentences; see `advise`.
    """

    at_work: Acting
    row: RegisterRow
    circumstances: Circumstances
    advice: list[str] = field(default_factory=list)

    def advise(self, words: str) -> None:
        """Say something beside the entry, once it is recorded."""
        self.advice.append(words)

    @property
    def desk(self) -> Desk:
        """Where they sign."""
        return self.at_work.desk

    @property
    def pupil(self) -> UUID:
        """The pupil's own record."""
        return pupil_stream(self.row)

    @property
    def on(self) -> OccurredOn:
        """When it happened."""
        return self.circumstances.on or OccurredOn.on(self.desk.today())

    def draft(self, type_name: str, record: Aggregate | None = None, **fields: Any) -> Draft:
        """Draft an entry about the pupil.

        Args:
            type_name: published type name.
            record: the record to go on with; None for a new one, or for the
                pupil's own.
            fields: the type's own fields.
        """
        own = self.pupil if aggregate_of(type_name) is Pupil else None
        return Draft(
            type=type_name,
            fields=fields,
            pupil=self.pupil,
            stream=record.id if record else own,
            # Said even for today: a proposal is signed on a later day.
            occurred_on=self.on,
            late_reason=self.circumstances.late_reason,
        )

    def history(self) -> list[HistoryEntry]:
        """Everything that counts of the pupil, in the order in which it happened."""
        view = self.at_work.view
        return read_history(view.models, view.reader, self.pupil.bytes)

    def records(self, cls: type[A]) -> list[A]:
        """Give the pupil's records of a noun, in the order in which they were begun."""
        noun = next(name for name, one in AGGREGATES.items() if one is cls)
        begun = {
            one.stream: one.index
            for one in sorted(self.history(), key=lambda one: -one.index)
            if one.type.startswith(f"{noun}.")
        }
        return [
            self.desk.load(cls, UUID(bytes=unb64url(text)))
            for text in sorted(begun, key=begun.__getitem__)
        ]

    def the(self, records: Sequence[A], what: str, *, missing: str, several: str) -> A:
        """Give the one record that is meant.

        Args:
            records: those that could be.
            what: what they are called, e.g. “open support cycle”.
            missing: what to do where there is none.
            several: how to say which.

        Raises:
            NotFound: there is none.
            UsageError: there are several.
        """
        if not records:
            raise NotFound(
                f"The pupil has no {what}.",
                "It stands nowhere in the pupil's history, or is over.",
                missing,
                kind="no-record",
            )
        if len(records) > 1:
            raise UsageError(
                f"The pupil has {len(records)} records that fit “{what}”; nothing was recorded.",
                "It is not guessed which one is meant.",
                several,
                kind="ambiguous-record",
            )
        return records[0]


def stream_text(record: Aggregate) -> str:
    """Give a record's stream as a history names it."""
    return b64url(record.id.bytes)


def entry_command(
    group: click.Group, name: str, *, examples: Sequence[str]
) -> Callable[[F], click.Command]:
    """Make a command that records something about a pupil.

    The function takes an `About` and its own options, and gives the draft of an
    entry, or several that are saved together.
    """

    def make(function: F) -> click.Command:
        @functools.wraps(function)
        def run(setting: Setting, pupil: str, **given: Any) -> None:
            circumstances = take_circumstances(given)
            with acting(setting) as at_work:
                demand_writer(at_work)
                if say_if_done(setting, at_work, circumstances):
                    return
                row = find_pupil(at_work.view, pupil)
                about = About(at_work=at_work, row=row, circumstances=circumstances)
                drafted = function(about, **given)
                drafts = [drafted] if isinstance(drafted, Draft) else list(drafted)
                record(setting, at_work, row.name, drafts, circumstances, advice=about.advice)

        callback: Any = with_circumstances(run)
        callback = click.argument("pupil", help="UPN, id, or a part of the name.")(callback)
        return ledger_command(group, name, examples=examples)(callback)

    return make


def with_circumstances(function: Any) -> Any:
    """Give a command --on, --late-reason and --request-id."""
    for option in reversed(CIRCUMSTANCES):
        function = option(function)
    return function


def take_circumstances(given: dict[str, Any]) -> Circumstances:
    """Take --on, --late-reason and --request-id out of what was typed."""
    return Circumstances(
        on=given.pop("on"),
        late_reason=given.pop("late_reason"),
        command=command_of(given.pop("request_id")),
    )


def command_of(request_id: str | None) -> Command | None:
    """Bind a request id to what is typed with it: the command, its arguments and options."""
    if request_id is None:
        return None
    context = click.get_current_context()
    asked = {
        name: repr(value)
        for name, value in sorted(context.params.items())
        if name not in SETTING_NAMES and name != "request_id"
    }
    _program, *words = context.command_path.split(" ")
    return Command(request_id, json.dumps([words, asked]))


def demand_writer(at_work: Acting) -> None:
    """Refuse a role that only reads, before anything else is asked.

    Raises:
        NotAuthorised: it signs nothing.
        KeyUnavailable: pupils' records are not open to it.
        ClockSetBack: nothing can be recorded by this computer's clock.
    """
    role = at_work.desk.actor.role
    if not any(role in row.roles for row in signing_rows()):
        raise NotAuthorised(
            f"The role {role} only reads; nothing was recorded.",
            "Entries are made by those who work with the pupil.",
            "Ask the SENCO.",
            kind="read-only-role",
        )
    demand_pupils_open(at_work.view)
    at_work.session.demand_clock()


def say_if_done(setting: Setting, at_work: Acting, circumstances: Circumstances) -> bool:
    """Say so where this command was carried out before, under the same request id.

    Raises:
        UsageError: kind `request-id-reused`: the id stands for something else.
    """
    if circumstances.command is None:
        return False
    done, same = (
        at_work.view.reader.entry_of_command(at_work.desk.command_mac(key))
        for key in circumstances.command.keys
    )
    if done is not None and same is None:
        raise UsageError(
            "This request id stands for something else; nothing was recorded.",
            f"It was given before, with other words, for entry {done}.",
            "Repeat a command with all its words as they were, or choose another id.",
            kind="request-id-reused",
        )
    if done is not None:
        _say_done(setting, done)
    return done is not None


def _say_done(setting: Setting, index: int) -> None:
    say(
        setting,
        f"Already recorded as entry {index}; nothing was added.",
        {"already_recorded": True, "proposed": False, "recorded": [{"entry": index}]},
    )


def record(
    setting: Setting,
    at_work: Acting,
    pupil_name: str,
    drafts: Sequence[Draft],
    circumstances: Circumstances,
    *,
    store: Callable[[Desk, Sequence[Draft], Command | None], Sequence[Recorded]] = add_entries,
    advice: Sequence[str] = (),
) -> None:
    """Sign or propose drafts in one save, and say what was recorded.

    Args:
        setting: how the command was called.
        at_work: who records.
        pupil_name: whom the entries are about.
        drafts: the entries.
        circumstances: with the request id.
        store: what signs or proposes them.
        advice: what to say beside them.
    """
    for draft in drafts:  # what is proposed late must say why, as if it were signed now
        at_work.desk.entry(draft.occurred_on, late_reason=draft.late_reason)
    try:
        recorded = store(at_work.desk, drafts, circumstances.command)
    except AlreadyRecorded as done:
        if not say_if_done(setting, at_work, circumstances):
            _say_done(setting, done.first_index)
        return
    said = [_said(at_work.desk, *pair) for pair in zip(drafts, recorded, strict=True)]
    proposed = any(one.proposed for one in recorded)
    opening = "Kept as a proposal for the SENCO" if proposed else "Recorded"
    lines = [f"{opening}, about {printable(pupil_name)}:"]
    lines += [f"  entry {one['entry']}: {one['words']}" for one in said]
    if proposed:
        lines.append("It counts when the SENCO has signed it: send-ledger proposal sign.")
    lines += [f"Note: {words}" for words in advice]
    data = {
        "already_recorded": False,
        "proposed": proposed,
        "recorded": said,
        "advice": list(advice),
    }
    say(setting, "\n".join(lines), data)


def _said(desk: Desk, draft: Draft, recorded: Recorded) -> dict[str, Any]:
    stated = desk.entry(draft.occurred_on, late_reason=draft.late_reason).occurred_on
    late = days_late(stated, desk.today())
    words = f"{headline(draft.type, draft.fields)}, {stated_words(stated)}"
    return {
        "entry": recorded.index,
        "stream": b64url(recorded.stream.bytes),
        "seq": recorded.seq,
        "type": draft.type,
        "occurred_on": str(stated),
        "days_late": late,
        "words": words + (f" (entered {counted(late, 'day')} later)" if late else ""),
    }
