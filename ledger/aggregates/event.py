"""What every event has in common, and the closed registry of event types.

An event is a frozen dataclass in the past tense.  Its published type name with
version is a constant, never a module path; the registry is closed, so a stored
name can never make a program import anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from ledger.errors import MalformedInput
from ledger.formats.fields import FieldCodec, codecs_of
from ledger.formats.kinds import CLEAR_MEMBERS, EVENT, RESERVED_NAMES
from ledger.values.dates import OccurredOn, parse_instant


@dataclass(frozen=True, slots=True)
class SubjectId:
    """An identifier of a pupil as then recorded, e.g. scheme `upn`."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an entry is about, as then recorded: a proof that names nobody proves nothing."""

    name: str
    born: date | None
    id: SubjectId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The circumstances of an entry, apart from what it says.

    Attributes:
        recorded_at: the ledger's clock, aware UTC, whole seconds.
        occurred_on: when it happened, as a person states it.
        subject: the pupil, or None where no pupil is concerned.
        proposal: stream of the proposal that the signer took over, or None.
        keyed_by: who keyed it on the signer's behalf (D-REG-10), or None.
        late_reason: why it is entered late, or None.
    """

    recorded_at: datetime
    occurred_on: OccurredOn
    subject: Subject | None = None
    proposal: bytes | None = None
    keyed_by: str | None = None
    late_reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events.

    Attributes:
        originator_id: the stream: the aggregate's random 128-bit id.
        originator_version: its place in the stream, from 1.
        recorded_at: the ledger's clock; stands in the clear.
        occurred_on: see `Entry`.
        subject: see `Entry`.
        proposal: see `Entry`.
        keyed_by: see `Entry`.
        late_reason: see `Entry`.
    """

    TYPE: ClassVar[str] = ""
    KIND: ClassVar[str] = EVENT

    originator_id: UUID
    originator_version: int
    recorded_at: datetime
    occurred_on: OccurredOn
    subject: Subject | None = None
    proposal: bytes | None = None
    keyed_by: str | None = None
    late_reason: str | None = None


_BASE_NAMES = frozenset(one.name for one in fields(Event))
_REGISTRY: dict[str, type[Event]] = {}
E_ = TypeVar("E_", bound=type[Event])


def event_type(name: str, kind: str = EVENT) -> Callable[[E_], E_]:
    """Publish a class of events under a type name with version."""

    def publish(cls: E_) -> E_:
        cls.TYPE, cls.KIND = name, kind
        taken = RESERVED_NAMES - CLEAR_MEMBERS[kind].keys()
        if any(
            one.rstrip("_") in taken for one in cls.__dataclass_fields__ if one not in _BASE_NAMES
        ):
            raise TypeError(f"a field of {name} bears the name of a clear member")
        if _REGISTRY.setdefault(name, cls) is not cls:
            raise TypeError(f"event type {name} is published twice")
        return cls

    return publish


def event_class(name: str) -> type[Event] | None:
    """Give the class published under a type name, or None: not understood."""
    return _REGISTRY.get(name)


def event_types() -> Mapping[str, type[Event]]:
    """Give the registry: type name → class."""
    return dict(_REGISTRY)


_OWN_CODECS: dict[type[Event], tuple[tuple[FieldCodec, bool], ...]] = {}


def own_codecs(cls: type[Event]) -> tuple[tuple[FieldCodec, bool], ...]:
    """Give the codecs of the fields that a type adds, each with “stands in the clear”."""
    known = _OWN_CODECS.get(cls)
    if known is None:
        clear = CLEAR_MEMBERS[cls.KIND]
        known = _OWN_CODECS[cls] = tuple(
            (codec, codec.name.rstrip("_") in clear)
            for codec in codecs_of(cls)
            if codec.name not in _BASE_NAMES
        )
    return known


_BASE_CODECS = {codec.name: codec for codec in codecs_of(Event)}
_HIDDEN_BASE = ("occurred_on", "proposal", "keyed_by", "late_reason")


def clear_members(event: Event) -> dict[str, object]:
    """Give the further clear members of the event's kind."""
    return {
        codec.name.rstrip("_"): codec.encode(getattr(event, codec.name))
        for codec, clear in own_codecs(type(event))
        if clear
    }


def disclosed_fields(event: Event) -> dict[str, object]:
    """Give all fields to be salted and disclosed, in the order of the specification."""
    subject = event.subject
    shown: dict[str, object] = {
        "event": event.TYPE,
        "occurred_on": _BASE_CODECS["occurred_on"].encode(event.occurred_on),
        "subject_name": None if subject is None else subject.name,
        "subject_born": subject.born.isoformat() if subject and subject.born else None,
        "subject_id": (
            {"scheme": subject.id.scheme, "value": subject.id.value}
            if subject and subject.id
            else None
        ),
    }
    for name in _HIDDEN_BASE[1:]:
        shown[name] = _BASE_CODECS[name].encode(getattr(event, name))
    for codec, clear in own_codecs(type(event)):
        if not clear:
            shown[codec.name] = codec.encode(getattr(event, codec.name))
    return shown


def read_event(
    originator_id: UUID,
    originator_version: int,
    payload: Mapping[str, Any],
    shown: Mapping[str, Any],
) -> Event:
    """Read an event from a statement whose fields are all open.

    Args:
        originator_id: the stream.
        originator_version: the place in it.
        payload: the clear members of the statement.
        shown: name → JSON value of every disclosure.

    Raises:
        MalformedInput: an unknown type, or fields of another shape.
    """
    cls = _REGISTRY.get(str(shown.get("event")))
    if cls is None:
        raise MalformedInput(
            "An entry is of a type not known here.",
            "A newer version of send-ledger may have written it.",
            "Update send-ledger, and try again.",
            kind="unknown-event-type",
        )
    try:
        arguments: dict[str, Any] = {
            name: _BASE_CODECS[name].decode(shown[name]) for name in _HIDDEN_BASE
        }
        for codec, clear in own_codecs(cls):
            value = payload[codec.name.rstrip("_")] if clear else shown[codec.name]
            arguments[codec.name] = codec.decode(value)
        return cls(
            originator_id=originator_id,
            originator_version=originator_version,
            recorded_at=parse_instant(payload["recorded_at"]),
            subject=_read_subject(shown),
            **arguments,
        )
    except (KeyError, TypeError, ValueError):
        raise MalformedInput(
            "An entry has a malformed field.",
            "It is not written as its type of entry is.",
            "See what send-ledger verify says of it; a newer version may be needed.",
            kind="bad-fields",
        ) from None


def _read_subject(shown: Mapping[str, Any]) -> Subject | None:
    if shown["subject_name"] is None:
        return None
    born, identifier = shown["subject_born"], shown["subject_id"]
    return Subject(
        shown["subject_name"],
        date.fromisoformat(born) if born else None,
        SubjectId(identifier["scheme"], identifier["value"]) if identifier else None,
    )
