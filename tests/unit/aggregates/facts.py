"""Records, circumstances and facts that tests of the nouns share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

import pytest

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.consent import FamilyAct
from ledger.aggregates.event import Entry, Subject
from ledger.errors import RuleRefused
from ledger.values.code import Code
from ledger.values.dates import OccurredOn

if TYPE_CHECKING:
    from ledger.aggregates.event import Event

A = TypeVar("A", bound=Aggregate)

NOW: Final = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TODAY: Final = NOW.date()
BORN: Final = date(2010, 3, 4)
"""Sixteen on the day after TODAY."""
ZOE: Final = Subject("Zoë O'Neill", BORN, None)
FORM: Final = FamilyAct("signed_form", None, None, "green folder")
PUPIL: Final = bytes(15) + b"\x01"


def code(text: str, scheme: str = "test") -> Code:
    """Make a code whose words are the code itself."""
    return Code(scheme=scheme, code=text, label=text)


def entry(days_ago: int = 0, subject: Subject | None = None) -> Entry:
    """Give the circumstances of an entry made now about something so many days ago."""
    day = TODAY - timedelta(days=days_ago)
    return Entry(recorded_at=NOW, occurred_on=OccurredOn.on(day), subject=subject)


def new(cls: type[A]) -> A:
    """Begin a record."""
    return cls(UUID(int=7))


def rebuilt(record: A) -> A:
    """Rebuild a record from everything that it ever decided."""
    again = type(record).from_events(None, record._history)
    assert again is not None
    return again


def state(record: Aggregate) -> dict[str, Any]:
    """Give what a record knows, apart from what is not saved yet."""
    return {key: value for key, value in vars(record).items() if key != "_pending"}


def given(**changes: Any) -> dict[str, Any]:
    """Give the facts of a consent."""
    facts = {
        "pupil": PUPIL,
        "giver_name": "Anna O'Neill",
        "giver_capacity": "parental_responsibility",
        "giver_stream": None,
        "items": (code("my_story"),),
        "purpose": "move",
        "recipient": "Penistone Grammar School",
        "wording_version": "C1",
        "wording": "May we share My Story?",
        "method": code("letter"),
        "act": FORM,
        "witness": None,
        "expires_on": None,
    }
    return facts | changes


def last(record: Aggregate) -> Event:
    """Give what was decided last."""
    return record._history[-1]


def refused(record: Aggregate, cls: type[Event], when: Entry, **facts: Any) -> str:
    """Demand that a decision is refused and leaves no trace; give the kind."""
    before = state(record)
    with pytest.raises(RuleRefused) as caught:
        record.record(cls, when, **facts)
    assert caught.value.exit_code == 7
    assert state(record) == before
    return caught.value.kind
