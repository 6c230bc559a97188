"""The contents of entries: opened, held against what was signed, and against the signer's role.

Keys are asked for by one thread; what they open is checked by workers.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ledger.aggregates.catalogue import aggregate_of
from ledger.aggregates.event import event_class, event_types, own_codecs
from ledger.errors import (
    AlterationFound,
    KeyUnavailable,
    LedgerBusy,
    LedgerError,
    NotAuthorised,
    Unverifiable,
)
from ledger.formats import kinds
from ledger.formats.disclosure_names import BASE_FIELDS
from ledger.seal.contents import open_fields
from ledger.statute.event_names import base_name
from ledger.statute.signing import roles_that_may_sign
from ledger.verify.findings import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.aggregates.event import Event
    from ledger.formats.statement import Statement

SAID_KINDS: Final = frozenset({kinds.EVENT, kinds.MANIFEST, kinds.RECEIPT})
"""Kinds whose contents say what somebody states; the others act by their clear part."""

_NAME: Final = re.compile(r"[a-z0-9_.]{1,100}")  # as `ledger.verify.claim` reads it


class NotUnderstood(Unverifiable):
    """The event is of a type that this program does not know; no alteration by itself."""

    kind = "not-understood"


class NoKey(NamedTuple):
    """Why contents stay closed.

    Attributes:
        contents: `closed` (to this reader), `keyless` (the key's row is gone),
            or `opened`, where the row of the key is itself what is wrong.
        faults: what is wrong with the row of the key.
    """

    contents: str
    faults: tuple[Fault, ...] = ()


ContentKey: TypeAlias = bytes | NoKey
"""What opens the contents of a stream, 32 bytes, or why nothing does."""


class ContentKeys:
    """Keys as far as a reader has them; remembers which streams stay closed."""

    __slots__ = ("_closed", "_data_key")

    def __init__(self, data_key: Callable[[bytes], bytes]) -> None:
        """Take the source of keys.

        Args:
            data_key: stream id → data key; refuses with `KeyUnavailable` of kind
                `contents-unopened` or `key-row-missing`, or with `KeyRowAltered`.
        """
        self._data_key = data_key
        self._closed: dict[bytes, NoKey] = {}

    def of(self, stream: object) -> ContentKey:
        """Give the key of a stream.

        Args:
            stream: its id, as a row has it.

        Raises:
            LedgerBusy: the file of keys is held by another program.
        """
        if not isinstance(stream, bytes):
            return NoKey("present")
        # A class that is closed is closed for each of its many entries: asked once.
        if stream in self._closed:
            return self._closed[stream]
        try:
            return self._data_key(stream)
        except KeyUnavailable as unavailable:
            missing = unavailable.kind == "key-row-missing"
            self._closed[stream] = NoKey("keyless" if missing else "closed")
        except LedgerBusy:  # says nothing about the bytes
            raise
        except LedgerError as error:
            self._closed[stream] = NoKey("opened", (Fault.of(error),))
        return self._closed[stream]


def check_contents(statement: Statement, ciphertext: bytes, key: bytes) -> Mapping[str, object]:
    """Open one entry's contents and check them.

    Returns:
        Name → JSON value of every field.

    Raises:
        AlterationFound: the contents are not what was written and signed.
        MalformedInput: what opens breaks the format.
        NotAuthorised: its type is not one that this role could sign on that day.
        NotUnderstood: its type is not known here; nothing else is wrong.
    """
    fields = open_fields(statement, ciphertext, key)
    name = fields.get("event")
    if not isinstance(name, str):
        raise AlterationFound("The contents of an entry do not say what it is.", kind="no-event")
    if fields.keys() != permitted_fields(statement.kind, statement.role, name, _day(statement)):
        raise AlterationFound(
            "The contents of an entry are not complete.",
            "Fields that its type has were taken out, or others put in.",
            kind="fields-missing",
        )
    return fields


@lru_cache(maxsize=4096)
def permitted_fields(kind: str, role: str, name: str, day: str) -> frozenset[str]:
    """Demand that a role could sign an event on a day, and give the fields that it has.

    Args:
        kind: of the statement.
        role: as the statement has it.
        name: the published type name.
        day: of the signature, ISO text.

    Raises:
        AlterationFound: kind "event-kind-wrong".
        NotAuthorised: kind "type-not-permitted".
        NotUnderstood: the type is not known here; nothing else is wrong.
    """
    roles = roles_that_may_sign(name, date.fromisoformat(day))
    if not _NAME.fullmatch(name) or not _may_hold(kind, base_name(name), roles):
        raise AlterationFound(
            f"An entry of kind {kind} holds an event of another kind.", kind="event-kind-wrong"
        )
    cls = event_class(name) if aggregate_of(name) else None
    if cls is None:
        if roles:
            check_role(role, name, day)
        raise NotUnderstood("An entry is of a type that this program does not know.")
    if kind in SAID_KINDS:
        check_role(role, name, day)
    return fields_of(cls)


def fields_of(cls: type[Event]) -> frozenset[str]:
    """Give the names of every field that an event of a known type discloses."""
    return BASE_FIELDS | {codec.name for codec, clear in own_codecs(cls) if not clear}


def _may_hold(kind: str, base: str, roles: frozenset[str]) -> bool:
    """Tell whether a statement of some kind can say what a type, without its version, says.

    What a kind is for decides who may sign it, so it must not carry what others may
    say.  A type that is not known here stands in the kind event; where no table says
    who may sign it either, in a kind of which no type is known here as well.
    """
    known = _kinds_by_type()
    if base in known:
        return kind == known[base]
    return kind == kinds.EVENT or (not roles and kind not in known.values())


@cache
def _kinds_by_type() -> Mapping[str, str]:
    classes = ((base_name(name), event_class(name)) for name in event_types())
    return {name: cls.KIND for name, cls in classes if cls}


def check_role(role: str, event_type: str, day: str) -> None:
    """Demand that a role could sign an event of some type on a day.

    Args:
        role: as the statement has it.
        event_type: the published type name.
        day: of the signature, ISO text.

    Raises:
        NotAuthorised: kind "type-not-permitted".
    """
    if role not in roles_that_may_sign(event_type, date.fromisoformat(day)):
        raise NotAuthorised(
            f"It is signed as {role}, a role that may not sign “{event_type}”.",
            kind="type-not-permitted",
        )


def _day(statement: Statement) -> str:
    return statement.recorded_at[:10]
