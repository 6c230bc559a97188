"""From a pupil's history to the facts that the engine of obligations judges; a pure fold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.statute.facts import Fact
from ledger.values.dates import OccurredOn, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ledger.projections.history import HistoryEntry

CORRECTED = "entry.corrected.v1"
Places = dict[tuple[str, int], int]


def facts_of(history: Sequence[HistoryEntry]) -> list[Fact]:
    """Give what counts of a history, each entry in its corrected form.

    An entry that replaces a wrong one keeps the place of the first one in its
    record, and a notice that names either is read as naming that place: a
    parent who was told of a change was told of it, though its wording was put
    right later.
    """
    places = _first_places(history)
    return [
        Fact(
            event_type=one.type,
            occurred_on=OccurredOn.parse(one.occurred_on).first,
            recorded_at=parse_instant(one.recorded_at),
            index=one.index,
            about=one.stream,
            seq=places.get((one.stream, one.seq), one.seq),
            fields=_with_first_place(one.fields, places),
        )
        for one in history
        if one.corrected_by is None and one.type != CORRECTED
    ]


def _first_places(history: Iterable[HistoryEntry]) -> Places:
    """Give (record, place of a replacing entry) → place of the first wrong one."""
    places: Places = {}
    # A chain of corrections runs forward in its record, so the first place is known by then.
    for one in sorted(history, key=lambda entry: entry.index):
        if one.type == CORRECTED and one.fields["replaced_by_seq"] is not None:
            wrong = one.fields["corrects_seq"]
            first = places.get((one.stream, wrong), wrong)
            places[one.stream, one.fields["replaced_by_seq"]] = first
    return places


def _with_first_place(fields: Mapping[str, Any], places: Places) -> Mapping[str, Any]:
    named = fields.get("regarding_stream"), fields.get("regarding_seq")
    if named not in places:
        return fields
    return {**fields, "regarding_seq": places[named]}
