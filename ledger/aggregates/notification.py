"""Notices formally given to parents (D-REG-4, D-REG-5; Code 6.43, 6.48)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.values.code import Code


@event_type("notification.given.v1")
@dataclass(frozen=True, kw_only=True)
class NotificationGiven(Event):
    """Somebody was told something on the day in `occurred_on`.

    Attributes:
        pupil: the pupil's stream.
        to_name: who was told.
        to_capacity: parent, carer, young person …
        regarding: type of the event that it is about, without version.
        regarding_stream: the stream of that event.
        regarding_seq: its place there.
        means: letter, meeting, telephone, e-mail …
        wording: the words used, in full.
    """

    pupil: bytes
    to_name: str
    to_capacity: str
    regarding: str
    regarding_stream: bytes
    regarding_seq: int
    means: Code
    wording: str


class Notification(Aggregate):
    """One notice."""

    def _apply(self, event: Event) -> None:
        """Keep nothing: a notice has one event."""
