"""An administrator's entry: a proposal until the SENCO signs or declines it (D-REG-10)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.nouns import PUPILS, class_of_contents


@event_type("entry.proposed.v1")
@dataclass(frozen=True, kw_only=True)
class EntryProposed(Event):
    """Somebody keyed an entry that another must sign.

    Attributes:
        proposed_type: type name of the intended event.
        proposed_stream: the record it belongs to, or None for a new one.
        proposed_fields: its fields, as one JSON text.
        proposed_by: name of the person who keyed it.
    """

    proposed_type: str
    proposed_stream: bytes | None
    proposed_fields: str
    proposed_by: str


@event_type("entry.declined.v1")
@dataclass(frozen=True, kw_only=True)
class EntryDeclined(Event):
    """The SENCO declined the proposal."""

    grounds: str


class Proposal(Aggregate):
    """One proposal, in a stream of its own."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.proposed: EntryProposed | None = None
        self.declined = False

    def _check(self, event: Event) -> None:
        if isinstance(event, EntryProposed):
            _demand_not_restricted(event.proposed_type)
        if isinstance(event, EntryDeclined) and (self.declined or self.proposed is None):
            raise RuleRefused(
                "This proposal is not open; nothing was recorded.",
                "It was declined before, or is no proposal.",
                "See send-ledger proposal list --all.",
                kind="proposal-closed",
            )

    def _apply(self, event: Event) -> None:
        match event:
            case EntryProposed():
                self.proposed = event
            case EntryDeclined():
                self.declined = True
            case _:
                pass


def _demand_not_restricted(proposed_type: str) -> None:
    """Refuse to propose what a proposal, open to the whole staff, would give away (D-CONS-4)."""
    if class_of_contents(proposed_type.split(".", 1)[0]) != PUPILS:
        raise RuleRefused(
            "This is not proposed; nothing was recorded.",
            "It is of a class that few may read, and a proposal would show it to more.",
            "Give it to the SENCO or the headteacher by hand.",
            kind="restricted-class",
        )
