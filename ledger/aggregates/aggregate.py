"""The base of all aggregates: check, remember what was decided, replay.

Plain Python: the eventsourcing library's application stores whatever offers
`collect_events`, so the domain imports neither it nor a clock (decision 0003).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from ledger.aggregates.event import Entry, Event, event_type
from ledger.errors import RuleRefused
from ledger.values.nouns import PUPILS


@event_type("entry.corrected.v1")
@dataclass(frozen=True, kw_only=True)
class EntryCorrected(Event):
    """An earlier entry of the same stream was wrong; both stay visible.

    Attributes:
        corrects_seq: place of the wrong entry in this stream.
        corrects_hash: hash of its statement, 32 bytes.
        grounds: why it is wrong.
        replaced_by_seq: place of the right entry, saved together; None where
            the wrong one is withdrawn without another.
    """

    corrects_seq: int
    corrects_hash: bytes
    grounds: str
    replaced_by_seq: int | None


class Aggregate(ABC):
    """One record with a life of its own: one stream, one class of contents.

    Attributes:
        id: the stream's random 128-bit id.
        version: how many events it has had.
        corrected: places of the entries that later ones corrected.
    """

    CONTENT_CLASS = PUPILS
    """Which readers may open it: school, general, protected_address or my_story."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        self.id = id
        self.version = 0
        self.corrected: frozenset[int] = frozenset()
        self._pending: list[Event] = []
        self._history: list[Event] = []

    def _check(self, event: Event) -> None:  # noqa: B027  a noun without rules permits every event
        """Refuse an event that this state does not permit; the noun's rules.

        Raises:
            RuleRefused: with the rule and its source.
        """

    @abstractmethod
    def _apply(self, event: Event) -> None:
        """Change state by an event that happened; never refuses."""

    def record(self, cls: type[Event], entry: Entry, **fields: Any) -> None:
        """Decide on the stream's next event and remember it.

        Raises:
            RuleRefused: this state does not permit it.
        """
        event = cls(
            originator_id=self.id,
            originator_version=self.version + 1,
            recorded_at=entry.recorded_at,
            occurred_on=entry.occurred_on,
            subject=entry.subject,
            proposal=entry.proposal,
            keyed_by=entry.keyed_by,
            late_reason=entry.late_reason,
            **fields,
        )
        _check_times(event)
        if self._awaits(event.originator_version):
            self._before(event)._check(event)  # noqa: SLF001  its own class
            self._rebuild([*self._history, event])
        else:
            self._check(event)
            self._history.append(event)
            self.version = event.originator_version
            self._apply(event)
        self._pending.append(event)

    def correct(self, entry: Entry, *, seq: int, statement: bytes, reason: str, then: bool) -> None:
        """Record that an earlier entry of this stream is wrong.

        Args:
            entry: the circumstances of the correction.
            seq: place of the wrong entry.
            statement: hash of its statement.
            reason: why it is wrong.
            then: whether the right entry follows in the same save.

        Raises:
            RuleRefused: no such entry, or it was corrected before, or is itself
                a correction.
        """
        there = 1 <= seq <= self.version and seq not in self.corrected
        known = next((one for one in self._history if one.originator_version == seq), None)
        if not there or isinstance(known, EntryCorrected):
            raise RuleRefused(
                f"Entry {seq} of this record cannot be corrected.",
                "It does not exist, was corrected before, or is itself a correction.",
                "Correct the entry that stands now; see send-ledger history.",
                kind="cannot-correct",
            )
        self.record(
            EntryCorrected,
            entry,
            corrects_seq=seq,
            corrects_hash=statement,
            grounds=reason,
            replaced_by_seq=self.version + 2 if then else None,
        )
        self._rebuild(self._history)

    @property
    def pending(self) -> Sequence[Event]:
        """The decisions not yet saved."""
        return tuple(self._pending)

    def collect_events(self) -> Sequence[Event]:
        """Hand over the decisions not yet saved (the library's protocol)."""
        collected, self._pending = self._pending, []
        return collected

    @classmethod
    def from_events(cls, initial: Self | None, events: Iterable[Event]) -> Self | None:
        """Rebuild from stored events (the library's projector protocol).

        What was corrected counts no more; the right entry counts in its place.
        """
        history = list(events)
        if not history:
            return initial
        aggregate = cls(history[0].originator_id) if initial is None else initial
        aggregate._rebuild([*aggregate._history, *history])  # noqa: SLF001  its own class
        return aggregate

    def _rebuild(self, history: Sequence[Event]) -> None:
        pending, version = self._pending, self.version
        type(self).__init__(self, self.id)
        self._history, self._pending = list(history), pending
        self.version = history[-1].originator_version if history else version
        self.corrected = frozenset(
            one.corrects_seq for one in history if isinstance(one, EntryCorrected)
        )
        for event in _standing(history):
            self._apply(event)

    def _awaits(self, seq: int) -> bool:
        """Tell whether the newest entry says that a wrong one is replaced at this place."""
        newest = self._history[-1] if self._history else None
        return isinstance(newest, EntryCorrected) and newest.replaced_by_seq == seq

    def _before(self, event: Event) -> Self:
        """Give the record as it stood where a right entry takes the place of the wrong one."""
        earlier = type(self)(self.id)
        for one in _standing([*self._history, event]):
            if one is event:
                break
            earlier._apply(one)  # noqa: SLF001  its own class
        return earlier


def _standing(history: Sequence[Event]) -> Iterator[Event]:
    """Give the events that count, each right one in the place of the wrong one."""
    known = {one.originator_version: one for one in history}
    corrections = [one for one in history if isinstance(one, EntryCorrected)]
    right = {
        # A right entry always comes after the wrong one; nothing else is followed.
        one.corrects_seq: one.replaced_by_seq
        if (one.replaced_by_seq or 0) > one.corrects_seq
        else None
        for one in corrections
    }
    replacing = set(right.values())
    for event in history:
        place: int | None = event.originator_version
        if isinstance(event, EntryCorrected) or place in replacing:
            continue
        while place in right:
            place = right[place]
        if place in known:
            yield known[place]


def _check_times(event: Event) -> None:
    if event.occurred_on.first > event.recorded_at.date():
        raise RuleRefused(
            "The date lies in the future; nothing was recorded.",
            "An entry says what has happened.",
            "Check the year, or record it when it has happened.",
            kind="future-date",
        )
    born = event.subject.born if event.subject else None
    if born is not None and event.occurred_on.last < born <= event.recorded_at.date():
        raise RuleRefused(
            "The date lies before the pupil's birth; nothing was recorded.",
            "Nothing is recorded of a pupil from before they were born.",
            "Check the year; a wrong date of birth is put right with send-ledger correct.",
            kind="before-birth",
        )
