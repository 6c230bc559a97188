"""A home with as many entries as wanted, made with the product's own parts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from ledger.aggregates.event import Event, Subject, SubjectId
from ledger.aggregates.pupil import (
    IdentifierRecorded,
    NeedsRecorded,
    PupilEnrolled,
    PupilRegistered,
    RankedNeed,
    SenStatusChanged,
)
from ledger.aggregates.review import ReviewHeld
from ledger.recorder.event_store import SealingEventStore
from ledger.recorder.log_state import LogState
from ledger.recorder.mark_file import MarkFile
from ledger.values.code import Code
from ledger.values.dates import OccurredOn
from tests.support.ledger_builder import BuiltLedger, new_ledger

FIELDS: dict[str, Any] = {
    "meeting_kind": Code(scheme="meeting", code="TR", label="Termly review and parents’ meeting"),
    "lead": "Siobhán O’Example",
    "present": ("Pat Example, mother", "Sam Example, father", "Ms Patel, class teacher"),
    "parent_views": "Pat says that reading at home has become a pleasure; mornings are hard.",
    "pupil_views": "I like the quiet table. I want to try the big hall again after Easter.",
    "pupil_views_method": Code(scheme="pupil-views", code="TALK", label="Talked together"),
    "outcomes": "Reads 42 words a minute, 30 in the autumn; joins in group work twice a day.",
    "actions": ("Keep the reading slot", "Try the hall on Wednesdays", "Meet before half term"),
    "given_to_parents_on": date(2026, 3, 3),
}
"""Nine fields of a review; its pupil is the tenth.  With those of every entry 18, so 32 digests."""
SLCN = Code(scheme="need", code="SLCN", label="Speech, language and communication needs")
AREA = Code(scheme="area", code="CI", label="Communication and interaction")
SUPPORT = Code(scheme="sen-status", code="K", label="SEN support")
STREAMS_PER_PUPIL = 6
REVIEWS_PER_STREAM = 5
ENTRIES_PER_SAVE = 1_000


@dataclass(slots=True)
class BenchmarkHome:
    """A home that one SENCO writes into.

    Attributes:
        built: the home and its keys.
        store: seals with the operating system's randomness and a real mark.
        mark: this computer's high-water mark.
        pupils: how many pupils it has.
    """

    built: BuiltLedger
    store: SealingEventStore
    mark: MarkFile
    pupils: int = 0

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
        return cls(built, store, mark)

    @property
    def size(self) -> int:
        """How many entries the log has."""
        with self.built.reading_file() as reader:
            return reader.size

    def save(self, events: list[Event]) -> None:
        """Seal and store events, as one save."""
        self.store.put(events, actor=self.built.actor("senco"))

    def reviews(self, count: int, pupil: UUID | None = None) -> list[Event]:
        """Decide on so many reviews in a new record, and store none of them."""
        return list(self._reviews(self._new_stream(), pupil or UUID(int=0), count))

    def grow(self, size: int) -> None:
        """Write pupils with their reviews until the log has that many entries."""
        missing = size - self.size
        while missing > 0:
            events: list[Event] = []
            while len(events) < min(missing, ENTRIES_PER_SAVE):
                events += self._one_pupil()
            self.save(events[:missing])
            missing -= len(events)

    def _one_pupil(self) -> list[Event]:
        pupil = self._new_stream()
        self.pupils += 1
        events = list(self._pupil_events(pupil, self.pupils))
        for _ in range(STREAMS_PER_PUPIL):
            events += self.reviews(REVIEWS_PER_STREAM, pupil)
        return events

    def _new_stream(self) -> UUID:
        return self.built.open_stream(UUID(bytes=os.urandom(16)), "general")

    def _reviews(self, stream: UUID, pupil: UUID, count: int) -> Iterator[Event]:
        for version in range(1, count + 1):
            yield ReviewHeld(pupil=pupil.bytes, **FIELDS, **self._circumstances(stream, version))

    def _pupil_events(self, pupil: UUID, number: int) -> Iterator[Event]:
        circumstances = iter([self._circumstances(pupil, version) for version in range(1, 6)])
        yield PupilRegistered(
            family_name=f"O’Example-{number}",
            given_names="Zoë",
            preferred_name=None,
            born=date(2012, 1, 1) + timedelta(days=number % 3000),
            sex=None,
            **next(circumstances),
        )
        yield IdentifierRecorded(
            scheme="upn", value=f"A{number:012d}", standing="current", **next(circumstances)
        )
        yield PupilEnrolled(year_group="4", class_name="4B", **next(circumstances))
        yield SenStatusChanged(
            status=SUPPORT,
            grounds="A speech and language programme",
            decided_by="Siobhán O’Example, SENCO",
            evidence=("Report of 3 March",),
            **next(circumstances),
        )
        yield NeedsRecorded(
            needs=(RankedNeed(1, SLCN, AREA, None, None),),
            grounds="Report of the speech therapist",
            **next(circumstances),
        )

    def _circumstances(self, stream: UUID, version: int) -> dict[str, Any]:
        return {
            "originator_id": stream,
            "originator_version": version,
            "recorded_at": self.built.now,
            "occurred_on": OccurredOn.on(self.built.now.date()),
            "subject": Subject("O’Example, Zoë", date(2016, 2, 29), SubjectId("upn", "A1")),
        }
