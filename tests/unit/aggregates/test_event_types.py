"""Published event types: their shapes stay, and what is written reads back the same."""

from __future__ import annotations

import json
import typing
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.aggregates.catalogue import AGGREGATES, aggregate_of
from ledger.aggregates.event import (
    Event,
    Subject,
    SubjectId,
    clear_members,
    disclosed_fields,
    event_class,
    event_type,
    event_types,
    read_event,
)
from ledger.errors import MalformedInput
from ledger.formats.encoding import compact_json, strict_json
from ledger.formats.kinds import CLEAR_MEMBERS, EVENT, RESERVED_NAMES
from ledger.values.code import Code
from ledger.values.dates import OccurredOn, days_late
from ledger.values.money import Money
from tests.golden import event_fields

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TYPES = sorted(event_types())
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=9
)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
INSTANTS = st.integers(1_600_000_000, 3_700_000_000).map(lambda n: datetime.fromtimestamp(n, UTC))
STATED = st.one_of(
    DAYS.map(OccurredOn.on),
    DAYS.map(lambda day: OccurredOn.parse(day.isoformat()[:7])),
    DAYS.map(lambda day: OccurredOn.parse(day.isoformat()[:4])),
)
ATOMS: dict[Any, SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(0, 2**53),
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    UUID: st.uuids(),
    date: DAYS,
    datetime: INSTANTS,
    OccurredOn: STATED,
    Code: st.builds(Code, scheme=WORDS, code=WORDS, label=WORDS),
    Money: st.builds(Money, st.integers(-(10**9), 10**9)),
    Subject: st.builds(
        Subject, TEXTS, st.none() | DAYS, st.none() | st.builds(SubjectId, TEXTS, TEXTS)
    ),
}


def values(hint: Any) -> SearchStrategy[Any]:
    """Give values of an annotation."""
    if hint in ATOMS:
        return ATOMS[hint]
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if type(None) in arguments:
        return st.none() | values(next(one for one in arguments if one is not type(None)))
    assert is_dataclass(hint), hint
    return events(hint)


def events(cls: Any) -> SearchStrategy[Any]:
    """Give instances of a dataclass, each field of its own kind."""
    hints = typing.get_type_hints(cls)
    chosen = {one.name: values(hints[one.name]) for one in fields(cls)}
    if "originator_version" in chosen:
        chosen["originator_version"] = st.integers(1, 10**6)
    return st.builds(cls, **chosen)


def test_no_published_shape_has_changed() -> None:
    """New types are added by `python -m tests.golden.event_fields`; old ones stay as they are."""
    published = json.loads(event_fields.FILE.read_text("utf-8"))
    shapes = event_fields.event_fields()
    for name, shape in published.items():
        assert shapes.get(name) == shape, f"{name} is published and must not change"
    assert event_fields.FILE.read_text("utf-8") == event_fields.text(), (
        "a new type is not in the file"
    )


@pytest.mark.parametrize("name", TYPES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_event_reads_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    event: Event = data.draw(events(event_types()[name]))
    shown: Any = strict_json(compact_json(disclosed_fields(event)))
    payload: Any = strict_json(
        compact_json(
            {
                **clear_members(event),
                "recorded_at": event.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
    )
    assert read_event(event.originator_id, event.originator_version, payload, shown) == event


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_a_noun_a_version_and_no_reserved_field(name: str) -> None:
    cls = event_types()[name]
    assert name.rsplit(".", 1)[1] == "v1"
    assert aggregate_of(name) in AGGREGATES.values()
    assert (event_class(name), cls.TYPE) == (cls, name)
    own = {one.name.rstrip("_") for one in fields(cls)} - {one.name for one in fields(Event)}
    assert own & RESERVED_NAMES <= set(CLEAR_MEMBERS[cls.KIND])
    assert set(CLEAR_MEMBERS[cls.KIND]) <= own


def example() -> tuple[dict[str, Any], dict[str, Any]]:
    shown = {
        "event": "entry.declined.v1",
        "occurred_on": {"date": "2026-03-03", "precision": "day"},
        "subject_name": None,
        "subject_born": None,
        "subject_id": None,
        "proposal": None,
        "keyed_by": None,
        "late_reason": None,
        "grounds": "twice",
    }
    return {"recorded_at": "2026-03-03T09:00:00Z"}, shown


def test_the_example_is_sound() -> None:
    payload, shown = example()
    assert read_event(UUID(int=1), 2, payload, shown).TYPE == "entry.declined.v1"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"event": "entry.declined.v2"}, "unknown-event-type"),
        ({"event": "this:s"}, "unknown-event-type"),
        ({"event": None}, "unknown-event-type"),
        ({"grounds": 7}, "bad-fields"),
        ({"occurred_on": "2026-03-03"}, "bad-fields"),
        ({"occurred_on": {"date": "2026-03", "precision": "day"}}, "bad-fields"),
        ({"subject_name": "Zoë", "subject_born": "29/02/2016"}, "bad-fields"),
        ({"subject_name": "Zoë", "subject_id": {"scheme": "upn"}}, "bad-fields"),
        ({"proposal": "not base64url!"}, "bad-base64url"),
    ],
)
def test_fields_of_another_shape_are_refused(changes: dict[str, Any], kind: str) -> None:
    payload, shown = example()
    with pytest.raises(MalformedInput) as refused:
        read_event(UUID(int=1), 2, payload, shown | changes)
    assert refused.value.kind == kind


@pytest.mark.parametrize("name", ["grounds", "subject_name", "occurred_on"])
def test_a_missing_field_is_refused_not_taken_for_null(name: str) -> None:
    payload, shown = example()
    del shown[name]
    with pytest.raises(MalformedInput):
        read_event(UUID(int=1), 2, payload, shown)


def test_a_type_is_published_once_and_bears_no_reserved_name() -> None:
    with pytest.raises(TypeError, match="published twice"):

        @event_type("pupil.left.v1")
        @dataclass(frozen=True, kw_only=True)
        class Again(Event):
            grounds: str | None

    with pytest.raises(TypeError, match="clear member"):

        @event_type("test.reserved.v1", EVENT)
        @dataclass(frozen=True, kw_only=True)
        class Reserved(Event):
            reason: str

    assert event_class("test.reserved.v1") is None


@pytest.mark.parametrize(
    ("stated", "recorded", "late"),
    [
        ("2026-03-03", date(2026, 3, 10), 0),
        ("2026-03-03", date(2026, 3, 11), 8),
        ("2026-03", date(2026, 4, 7), 0),
        ("2026-03", date(2026, 4, 8), 8),
        ("2025", date(2026, 1, 7), 0),
        ("2026-03-03", date(2026, 3, 1), 0),
    ],
)
def test_an_entry_is_late_after_a_week_an_imprecise_date_counting_from_its_end(
    stated: str, recorded: date, late: int
) -> None:
    assert days_late(OccurredOn.parse(stated), recorded) == late
