"""One school on its way through the story: who acts, on whom, and what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ledger.application.entries import Draft, add_entries
from ledger.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from ledger.application.entries import Recorded
    from ledger.bootstrap.home import Home
    from ledger.demo.places import SchoolPlaces
    from ledger.demo.played_year import DemoClock, PlayedYear
    from ledger.demo.pupils import MadeUpPupil
    from ledger.demo.schools import DemoSchool
    from ledger.demo.seats import Seats


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that happens on a day of the story."""

    on: date
    play: Callable[[Stage], None]


@dataclass(slots=True, kw_only=True)
class Stage:
    """One school on its way through the story.

    Attributes:
        school: its public facts and made-up staff.
        places: where its files are.
        home: its home.
        clock: the clock that the home was given.
        played: the school year that is played.
        seats: who is at work.
        made_up: its pupils as made up, by key.
        pupils: the pupils' streams, by key, once imported.
        recorded: entries that the story comes back to, by name.
        counts: what the summary counts.
        size_before_sending: entries in the ledger right before a record was sent.
    """

    school: DemoSchool
    places: SchoolPlaces
    home: Home
    clock: DemoClock
    played: PlayedYear
    seats: Seats
    made_up: Mapping[str, MadeUpPupil]
    pupils: dict[str, UUID] = field(default_factory=dict)
    recorded: dict[str, Recorded] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    size_before_sending: int = 0

    def draft(self, type_name: str, pupil: str | None, fields: Mapping[str, Any]) -> Draft:
        """Begin an entry about a pupil, or about none."""
        stream = self.pupils[pupil] if pupil else None
        own = type_name.startswith("pupil.")
        return Draft(
            type=type_name,
            fields=fields,
            pupil=None if own else stream,
            stream=stream if own else None,
        )

    def add(self, handle: str, drafts: Sequence[Draft]) -> list[Recorded]:
        """Record entries in one save."""
        return add_entries(self.seats.take(handle).desk, drafts)

    def remembered(self, name: str) -> Recorded:
        """Give an entry that the story comes back to."""
        try:
            return self.recorded[name]
        except KeyError:
            raise LedgerError(
                f"The story comes back to “{name}”, which did not happen.", kind="demo-script"
            ) from None

    def count(self, what: str, how_many: int = 1) -> None:
        """Add to what the summary counts."""
        self.counts[what] = self.counts.get(what, 0) + how_many

    def play(self, scenes: Sequence[Scene]) -> None:
        """Play scenes in the order of their days; those of one day in the order given."""
        for scene in sorted(scenes, key=lambda one: one.on):
            self.clock.turn_to(scene.on)
            scene.play(self)
