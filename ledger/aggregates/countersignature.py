"""The word of a body outside the school: a trust or council stands behind the ledger's beginning.

Made where that body keeps its key, away from the ledger, and brought back: so what a
reader is shown is what that body had before its eyes (decision 0011).
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.formats import kinds


@event_type("countersignature.genesis_countersigned.v1", kinds.COUNTERSIGNATURE)
@dataclass(frozen=True, kw_only=True)
class GenesisCountersigned(Event):
    """A trust or council countersigned the ledger's first statement.

    Attributes:
        of: SHA-256 of the genesis JWT, 32 bytes.
        body_name: the body's name, as it calls itself.
        school_name: the school's name, as its card had it.
        school_urn: the school's URN, as its card had it.
    """

    of: bytes
    body_name: str
    school_name: str
    school_urn: str


class Countersignature(Aggregate):
    """What one body has countersigned; its stream is the body's own id."""

    CONTENT_CLASS = "school"

    def _apply(self, event: Event) -> None:
        """Keep nothing: what it says is read from the statement."""
