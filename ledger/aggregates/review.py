"""Reviews and meetings with parents outside a cycle's own review (D-REV-1 to D-REV-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.values.code import Code


@event_type("review.held.v1")
@dataclass(frozen=True, kw_only=True)
class ReviewHeld(Event):
    """A review or parents' meeting was held on the day in `occurred_on`.

    Attributes:
        pupil: the pupil's stream.
        meeting_kind: termly review, parents' meeting, or both (X9: counted apart).
        lead: who led it (D-REV-2).
        present: who was there.
        parent_views: in words, or None.
        pupil_views: in words, or None (D-REV-5).
        pupil_views_method: talk, questionnaire, scribe …, or None.
        outcomes: what was found.
        actions: what was agreed.
        given_to_parents_on: when the record was given to them, or None (D-REV-4).
    """

    pupil: bytes
    meeting_kind: Code
    lead: str
    present: tuple[str, ...]
    parent_views: str | None
    pupil_views: str | None
    pupil_views_method: Code | None
    outcomes: str
    actions: tuple[str, ...]
    given_to_parents_on: date | None


class Review(Aggregate):
    """One review."""

    def _apply(self, event: Event) -> None:
        """Keep nothing: a review has one event."""
