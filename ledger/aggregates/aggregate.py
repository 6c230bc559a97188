"""The base of all aggregates: check, remember what was decided, replay.

Plain Python: the eventsourcing library's application stores whatever offers
`collect_events`, so the domain imports neither it nor a clock (decision 0003).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from ledger.aggregates.event import Entry, Event, event_type
from ledger.errors import RuleRefused


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

    CONTENT_CLASS = "general"
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
        self._check(event)
        self._replay(event)
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
            RuleRefused: no such entry, or it was corrected before.
        """
        if not 1 <= seq <= self.version or seq in self.corrected:
            raise RuleRefused(
                f"Entry {seq} of this record cannot be corrected.",
                "It does not exist, or was corrected before.",
                "Correct the entry that stands now.",
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
        self._forget_corrected()

    def collect_events(self) -> Sequence[Event]:
        """Hand over the decisions not yet saved (the library's protocol)."""
        collected, self._pending = self._pending, []
        return collected

    @classmethod
    def from_events(cls, initial: Self | None, events: Iterable[Event]) -> Self | None:
        """Rebuild from stored events (the library's projector protocol).

        What was corrected counts no more, so corrections are looked up first.
        """
        history = list(events)
        if not history:
            return initial
        aggregate = cls(history[0].originator_id) if initial is None else initial
        aggregate.corrected |= {
            one.corrects_seq for one in history if isinstance(one, EntryCorrected)
        }
        for event in history:
            aggregate._replay(event)  # noqa: SLF001  its own class
        return aggregate

    def _forget_corrected(self) -> None:
        history, pending, corrected = self._history, self._pending, self.corrected
        type(self).__init__(self, self.id)
        self.corrected = corrected
        for event in history:
            self._replay(event)
        self._pending = pending

    def _replay(self, event: Event) -> None:
        self.version = event.originator_version
        self._history.append(event)
        if isinstance(event, EntryCorrected):
            self.corrected |= {event.corrects_seq}
        elif event.originator_version not in self.corrected:
            self._apply(event)


def _check_times(event: Event) -> None:
    if event.occurred_on.first > event.recorded_at.date():
        raise RuleRefused(
            "The date lies in the future; nothing was recorded.",
            "An entry says what has happened.",
            "Check the year, or record it when it has happened.",
            kind="future-date",
        )
