"""Entries of a history, made up."""

from __future__ import annotations

from typing import Any

from ledger.projections.history import HistoryEntry


def made_up(index: int, type_: str, **given: Any) -> HistoryEntry:
    """Make an entry up; what is not given is alike for all."""
    known: dict[str, Any] = {
        "stream": "AAAAAAAAAAAAAAAAAAAAAA",
        "seq": index,
        "occurred_on": "2026-03-03",
        "corrected_by": None,
        **given,
    }
    fields = {name: known.pop(name) for name in list(known) if name not in SHARED}
    return HistoryEntry(
        index=index,
        type=type_,
        recorded_at="2026-03-03T09:00:00Z",
        days_late=0,
        role="senco",
        kid="k",
        fields=fields,
        **known,
    )


SHARED = frozenset({"stream", "seq", "occurred_on", "corrected_by"})
