"""A protected address: never exported, in no document, bundle, log or index (D-CONS-4)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.values.nouns import class_of_contents


@event_type("protected_address.recorded.v1")
@dataclass(frozen=True, kw_only=True)
class ProtectedAddressRecorded(Event):
    """Where a family that must not be found lives.

    Attributes:
        pupil: the pupil's stream.
        lines: address lines as written.
        postcode: postcode.
        words: further words that must not leave, e.g. a refuge's name or a telephone number.
    """

    pupil: bytes
    lines: tuple[str, ...]
    postcode: str
    words: tuple[str, ...]


class ProtectedAddress(Aggregate):
    """The protected address of one pupil."""

    CONTENT_CLASS = class_of_contents("protected_address")

    def _apply(self, event: Event) -> None:
        """Keep nothing: the newest stands."""
