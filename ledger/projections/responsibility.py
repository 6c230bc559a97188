"""Who is a parent or carer of a pupil, from the pupil's history; a pure fold (D-CONS-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.formats.encoding import unb64url
from ledger.values.dates import OccurredOn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.projections.history import HistoryEntry

RECORDED = "parental_responsibility.recorded.v1"
ENDED = "parental_responsibility.ended.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carer:
    """A parent or carer; corrected entries are left out.

    Attributes:
        stream: the record's stream, 16 bytes.
        name: as recorded.
        holds_responsibility: whether they hold parental responsibility in law.
        since: the day that was stated.
        ended: the day on which it ended, or None.
    """

    stream: bytes
    name: str
    holds_responsibility: bool
    since: OccurredOn
    ended: OccurredOn | None

    def ended_by(self, on: OccurredOn) -> bool:
        """Tell whether it had ended, or may have; a doubt counts against it."""
        return self.ended is not None and self.ended.first <= on.last

    def stands(self, on: OccurredOn) -> bool:
        """Tell whether it certainly had begun, and had certainly not ended."""
        return self.since.last <= on.first and not self.ended_by(on)


def carers_of(history: Iterable[HistoryEntry]) -> list[Carer]:
    """Fold the parents and carers out of a pupil's history."""
    streams: dict[str, dict[str, HistoryEntry]] = {}
    for one in sorted(history, key=lambda entry: entry.index):
        if one.type in {RECORDED, ENDED} and one.corrected_by is None:
            streams.setdefault(one.stream, {})[one.type] = one
    return [_carer(steps) for steps in streams.values() if RECORDED in steps]


def _carer(steps: dict[str, HistoryEntry]) -> Carer:
    recorded, ended = steps[RECORDED], steps.get(ENDED)
    return Carer(
        stream=unb64url(recorded.stream),
        name=recorded.fields["holder_name"],
        holds_responsibility=recorded.fields["holds_responsibility"],
        since=OccurredOn.parse(recorded.occurred_on),
        ended=None if ended is None else OccurredOn.parse(ended.occurred_on),
    )
