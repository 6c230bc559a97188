"""The contents of entries: opened, held against what was signed, and against the signer's role.

Safe to call from several threads at once, as far as the caller's `data_key` is.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

from ledger.aggregates.catalogue import aggregate_of
from ledger.aggregates.event import Event, event_class, own_codecs
from ledger.errors import AlterationFound, KeyUnavailable, NotAuthorised, Unverifiable
from ledger.formats import kinds
from ledger.seal.contents import open_fields
from ledger.statute.signing import roles_that_may_sign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.formats.statement import Statement

BARE_KINDS: Final = frozenset({kinds.STREAM_HEAD, kinds.ANCHOR})
"""Kinds that say all they say in the clear, and so have no contents."""
BASE_FIELDS: Final = frozenset(
    {
        "event",
        "occurred_on",
        "subject_name",
        "subject_born",
        "subject_id",
        "proposal",
        "keyed_by",
        "late_reason",
    }
)
"""Fields that every entry has, whatever its type (docs/formats/statement.md, “Disclosures”)."""


class NotUnderstood(Unverifiable):
    """The event is of a type that this program does not know; no alteration by itself."""

    kind = "not-understood"


class EventContents:
    """Opens contents as far as its keys go, and remembers which streams stay closed."""

    __slots__ = ("_closed", "_data_key")

    def __init__(self, data_key: Callable[[bytes], bytes]) -> None:
        """Take the source of keys.

        Args:
            data_key: stream id → data key; refuses with `KeyUnavailable` of kind
                `contents-unopened` or `key-row-missing`, or with `KeyRowAltered`.
        """
        self._data_key = data_key
        self._closed: dict[bytes, str] = {}

    def check(self, statement: Statement, ciphertext: bytes) -> Mapping[str, object]:
        """Open one entry's contents and check them.

        Returns:
            Name → JSON value of every field.

        Raises:
            KeyUnavailable: its class is not open to this reader, or its key is gone.
            AlterationFound: its key row or contents are not what was written and signed.
            MalformedInput: what opens breaks the format.
            NotAuthorised: its type is not one that this role could sign on that day.
            NotUnderstood: its type is not known here; nothing else is wrong.
        """
        fields = open_fields(statement, ciphertext, self._key(statement.stream))
        _check_type(statement, fields)
        return fields

    def _key(self, stream: bytes) -> bytes:
        # A class that is closed is closed for each of its many entries: asked once.
        if stream in self._closed:
            raise KeyUnavailable("The key of a record is not at hand.", kind=self._closed[stream])
        try:
            return self._data_key(stream)
        except KeyUnavailable as unavailable:
            self._closed[stream] = unavailable.kind
            raise


def _check_type(statement: Statement, fields: Mapping[str, object]) -> None:
    name = fields.get("event")
    if not isinstance(name, str):
        raise AlterationFound("The contents of an entry do not say what it is.", kind="no-event")
    cls = event_class(name) if aggregate_of(name) else None
    if cls is None:
        if roles_that_may_sign(name, _day(statement)):
            check_role(statement, name)
        raise NotUnderstood("An entry is of a type that this program does not know.")
    if statement.kind != cls.KIND:
        raise AlterationFound(
            f"An entry of kind {statement.kind} holds an event of another kind.",
            kind="event-kind-wrong",
        )
    if statement.kind == kinds.EVENT:
        check_role(statement, name)
    if fields.keys() != _field_names(name):
        raise AlterationFound(
            "The contents of an entry are not complete.",
            "Fields that its type has were taken out, or others put in.",
            kind="fields-missing",
        )


def check_role(statement: Statement, event_type: str) -> None:
    """Demand that a statement's role could sign an event of some type on its day.

    Raises:
        NotAuthorised: kind "type-not-permitted".
    """
    if statement.role not in roles_that_may_sign(event_type, _day(statement)):
        raise NotAuthorised(
            f"It is signed as {statement.role}, a role that may not sign “{event_type}”.",
            kind="type-not-permitted",
        )


def _day(statement: Statement) -> date:
    return date.fromisoformat(statement.recorded_at[:10])


@cache
def _field_names(event_type: str) -> frozenset[str]:
    cls = event_class(event_type) or Event
    return BASE_FIELDS | {codec.name for codec, clear in own_codecs(cls) if not clear}
