"""The eventsourcing library's application, with every part handed in.

Snapshots and the aggregate cache stay off: an unsigned snapshot would be a way
to tamper, and streams are short.  The environment is ignored: it could name
another mapper from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.utils import Environment

from ledger.aggregates.aggregate import Aggregate
from ledger.errors import NotFound
from ledger.formats.sd_jwt import SdJwt


@dataclass(frozen=True, slots=True)
class Parts:
    """What `bootstrap` joins: the mapper, the recorder and the sealing event store."""

    mapper: Any
    recorder: Any
    events: Any


class LedgerApplication(Application[UUID]):
    """One school's ledger."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts; nothing is read from the environment."""
        self._parts = parts
        super().__init__()

    def construct_env(self, name: str, env: Mapping[str, str] | None = None) -> Environment:
        """Give an empty environment, whatever the process has."""
        del env
        return Environment(name, {})

    def construct_mapper(self) -> Any:
        """Give the mapper that opens sealed rows."""
        return self._parts.mapper

    def construct_recorder(self) -> Any:
        """Give the recorder that stores entry and seal together."""
        return self._parts.recorder

    def construct_event_store(self) -> Any:
        """Give the event store that seals."""
        return self._parts.events

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return int(self._parts.recorder.max_notification_id())

    def load(self, cls: type[Any], stream: UUID) -> Any:
        """Rebuild an aggregate from its stream.

        Raises:
            NotFound: there is no such record.
        """
        try:
            return self.repository.get(stream, projector_func=cls.from_events)
        except AggregateNotFoundError:
            raise NotFound(
                "There is no such record in this ledger.",
                "Nothing is recorded under that id.",
                remedy="Look at the number, or at which home is named with --home.",
                kind="no-record",
            ) from None

    def store(self, *aggregates: Aggregate, **seal: Any) -> list[int]:
        """Save what the aggregates decided, all or nothing; give the log indexes."""
        recordings = self.save(*aggregates, **seal)
        return [recording.notification.id - 1 for recording in recordings]

    def store_signed(self, shown: SdJwt, now: datetime) -> int:
        """Store a countersignature that was signed elsewhere; give its log index."""
        index: int = self._parts.events.put_signed(shown, now)
        return index
