"""A home with as many entries as wanted, made with the product's own parts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from ledger.aggregates.event import Event, Subject, SubjectId
from ledger.aggregates.review import ReviewHeld
from ledger.recorder.event_store import SealingEventStore
from ledger.recorder.log_state import LogState
from ledger.recorder.mark_file import MarkFile
from ledger.values.code import Code
from ledger.values.dates import OccurredOn
from tests.support.ledger_builder import BuiltLedger, new_ledger

FIELDS: dict[str, Any] = {
    "pupil": bytes(range(16)),
    "meeting_kind": Code(scheme="meeting", code="TR", label="Termly review and parents’ meeting"),
    "lead": "Siobhán O’Example",
    "present": ("Pat Example, mother", "Sam Example, father", "Ms Patel, class teacher"),
    "parent_views": "Pat says that reading at home has become a pleasure; mornings are hard.",
    "pupil_views": "I like the quiet table. I want to try the big hall again after Easter.",
    "pupil_views_method": Code(scheme="pupil-views", code="TALK", label="Talked together"),
    "outcomes": "Reads 42 words a minute, 30 in the autumn; joins in group work twice a day.",
    "actions": ("Keep the reading slot", "Try the hall on Wednesdays", "Meet before half term"),
    "given_to_parents_on": date(2026, 3, 5),
}
"""The ten fields of a review; with those of every entry 18, so 32 digests."""
SUBJECT = Subject("O’Example, Zoë", date(2016, 2, 29), SubjectId("upn", "A999400120004"))


@dataclass(slots=True)
class BenchmarkHome:
    """A home that one SENCO writes reviews into.

    Attributes:
        built: the home and its keys.
        store: seals with the operating system's randomness and a real mark.
        stream: the stream that reviews go to.
        version: how many it has.
    """

    built: BuiltLedger
    store: SealingEventStore
    stream: UUID
    version: int = 0

    @classmethod
    def create(cls, folder: Path) -> BenchmarkHome:
        """Make a home with its staff and no entries about pupils."""
        built = new_ledger(folder / "home")
        mark = MarkFile.of(folder / "state", built.lid)
        store = SealingEventStore(
            built.store.mapper,
            built.store.recorder,
            state=LogState(built.streams),
            keys=built.keys,
            entropy=os.urandom,
            after_commit=mark.write,
        )
        home = cls(built, store, UUID(bytes=os.urandom(16)))
        built.open_stream(home.stream, "general")
        return home

    def new_stream(self) -> None:
        """Go on with another stream."""
        self.stream, self.version = UUID(bytes=os.urandom(16)), 0
        self.built.open_stream(self.stream, "general")

    def reviews(self, count: int) -> list[Event]:
        """Give the next reviews, decided but not stored."""
        first, self.version = self.version + 1, self.version + count
        return list(self._reviews(first, count))

    def save(self, events: list[Event]) -> None:
        """Seal and store events, as one save."""
        self.store.put(events, actor=self.built.actor("senco"))

    def fill(self, size: int) -> None:
        """Write reviews until the log has that many entries, in streams of a hundred."""
        while (missing := size - self.size) > 0:
            self.new_stream()
            self.save(self.reviews(min(missing, 100)))

    @property
    def size(self) -> int:
        """How many entries the log has."""
        with self.built.reading_file() as reader:
            return reader.size

    def _reviews(self, first: int, count: int) -> Iterator[Event]:
        day = OccurredOn.on(self.built.now.date())
        for version in range(first, first + count):
            yield ReviewHeld(
                originator_id=self.stream,
                originator_version=version,
                recorded_at=self.built.now,
                occurred_on=day,
                subject=SUBJECT,
                **FIELDS,
            )
