"""Where a person acts: their key, their reading, the ledger, the clock."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Entry, Event, Subject
from ledger.aggregates.pupil import Pupil
from ledger.application.ledger_application import LedgerApplication
from ledger.errors import EntryConflict, RuleRefused
from ledger.formats.home_file import HomeStreams
from ledger.seal.actor import Actor
from ledger.values.dates import OccurredOn, days_late
from ledger.values.nouns import PUPILS

DECISION_TRIES = 3
"""How often a decision is taken anew when somebody else's entry came first."""

T = TypeVar("T")
A = TypeVar("A", bound=Aggregate)


class StreamKeys(Protocol):
    """The wrapped keys that the actor can open."""

    def add_stream(self, stream: bytes, name: str, data_key: bytes | None = None) -> None:
        """Give a new stream its data key, durably."""
        ...

    def data_key(self, stream: bytes) -> bytes:
        """Give a stream's data key, or refuse with KeyUnavailable."""
        ...


def _nothing_to_check(_events: Sequence[Event]) -> int | None:
    """Check nothing: a machine at its desk reads no register."""


@dataclass(frozen=True, slots=True)
class Command:
    """An id under which a command may be repeated, and what the command was to do.

    Attributes:
        id: as its user chose it.
        content: what was asked for; the same id never stands for something else.
    """

    id: str
    content: str

    @property
    def keys(self) -> tuple[str, str]:
        """The idempotency keys: of the id alone, and of the id with its content."""
        return f"request {self.id}", f"request {self.id}\n{self.content}"


@dataclass(frozen=True, slots=True)
class Desk:
    """One person at work in one ledger.

    Attributes:
        ledger: the application.
        actor: who signs, in which role.
        name: the actor's name, for entries that name people.
        keys: what the actor can read.
        streams: the home's own streams.
        lid: the ledger's id.
        clock: gives the instant, aware UTC.
        entropy: gives random bytes.
        check: looks at the whole register before a save; gives the size of the log that
            its answer holds for, or None where these events do not ask for one.
    """

    ledger: LedgerApplication
    actor: Actor
    name: str
    keys: StreamKeys
    streams: HomeStreams
    lid: bytes
    clock: Callable[[], datetime]
    entropy: Callable[[int], bytes]
    check: Callable[[Sequence[Event]], int | None] = _nothing_to_check

    def looking(self, look: Callable[[], int]) -> Desk:
        """Give the desk of a command that looks at the register itself before each save, too.

        Args:
            look: refuses, or gives the size of the log that its answer holds for.
        """

        def both(events: Sequence[Event]) -> int | None:
            sizes = (self.check(events), look())
            return min(size for size in sizes if size is not None)

        return replace(self, check=both)

    def now(self) -> datetime:
        """Give the ledger's clock, whole seconds."""
        return self.clock().replace(microsecond=0)

    def today(self) -> date:
        """Give the day of the ledger's clock (UTC)."""
        return self.now().date()

    def entry(
        self,
        occurred_on: OccurredOn | date | None = None,
        *,
        subject: Subject | None = None,
        late_reason: str | None = None,
        proposal: bytes | None = None,
        keyed_by: str | None = None,
    ) -> Entry:
        """Make the circumstances of an entry; without a date it happened today.

        Raises:
            RuleRefused: it is late and no reason is given.
        """
        now = self.now()
        stated = occurred_on or now.date()
        if not isinstance(stated, OccurredOn):
            stated = OccurredOn(stated, stated, "day")
        if days_late(stated, now.date()) and not late_reason:
            raise RuleRefused(
                "This is entered late, without a reason; nothing was recorded.",
                "A late entry is shown as late everywhere, and says why.",
                "Add --late-reason, for example “form found in the pupil's folder”.",
                kind="late-without-reason",
            )
        return Entry(
            recorded_at=now,
            occurred_on=stated,
            subject=subject,
            proposal=proposal,
            keyed_by=keyed_by,
            late_reason=late_reason,
        )

    def load(self, cls: type[A], stream: UUID) -> A:
        """Rebuild a record; NotFound where there is none."""
        loaded: A = self.ledger.load(cls, stream)
        return loaded

    def start(self, cls: type[A], pupil: UUID | None = None, stream: UUID | None = None) -> A:
        """Begin a record in a fresh stream, its key row durable before its first entry.

        Args:
            cls: what kind of record.
            pupil: whose it is; a record of the general class shares the
                pupil's data key.
            stream: a stream id already known, e.g. a person's.
        """
        chosen = stream or UUID(bytes=self.entropy(16))
        shared = None
        if pupil is not None and cls.CONTENT_CLASS == PUPILS:
            shared = self.keys.data_key(pupil.bytes)
        self.keys.add_stream(chosen.bytes, cls.CONTENT_CLASS, shared)
        return cls(chosen)

    def save(
        self,
        *aggregates: Aggregate,
        command: Command | None = None,
        also: Sequence[str] = (),
        at_size: int | None = None,
        checkpoint: Callable[[int, bytes], bytes] | None = None,
    ) -> list[int]:
        """Seal and store what was decided, all or nothing.

        Args:
            aggregates: the records that decided something.
            command: under which id it may be repeated; done once, it is refused.
            also: further keys that are done with this save, e.g. of rows.
            at_size: refuse with EntryConflict unless the log has so many entries.
            checkpoint: signs size and root with these entries; kept together with them.

        Returns:
            The log indexes, in order.

        Raises:
            EntryConflict: another entry came first; see `decide`.
            RuleRefused: the register, as it is now, forbids it.
        """
        keys = [*([] if command is None else command.keys), *also]
        macs = tuple(self.command_mac(key) for key in keys)
        if at_size is None:
            at_size = self.check([event for one in aggregates for event in one.pending])
        return self.ledger.store(
            *aggregates, actor=self.actor, commands=macs, at_size=at_size, checkpoint=checkpoint
        )

    def command_mac(self, command: str) -> bytes:
        """Give the keyed MAC under which a command's idempotency key is kept."""
        return command_mac(self.keys.data_key(self.streams.commands.bytes), command)

    def decide(self, decision: Callable[[], T], tries: int = DECISION_TRIES) -> T:
        """Take a decision, anew when another entry came first, so often at most."""
        for _ in range(tries - 1):
            try:
                return decision()
            except EntryConflict:
                continue
        return decision()

    def subject_of(self, pupil: UUID) -> Subject:
        """Give the pupil as entries name them now."""
        return self.load(Pupil, pupil).subject


def command_mac(key: bytes, command: str) -> bytes:
    """Give the HMAC-SHA256 of an idempotency key; a bare hash could be guessed."""
    return hmac.new(key, command.encode("utf-8"), hashlib.sha256).digest()
