"""What the entries of a bundle must say together: one pupil, whole records, one manifest."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from ledger.aggregates.event import Event, event_class, read_event
from ledger.aggregates.handover import ManifestIssued
from ledger.errors import AlterationFound, LedgerError, MalformedInput
from ledger.formats import kinds
from ledger.formats.bundle_layout import head_name, statement_name
from ledger.formats.encoding import b64url
from ledger.formats.withheld import STILL_SHOWN
from ledger.verify.event_contents import fields_of
from ledger.verify.logged import Logged, LoggedStream, check_stream

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ledger.formats.statement import Statement

MANIFEST_TYPE: Final = "handover.manifest.v1"
BASE_NAMES: Final = frozenset(
    {"event", "occurred_on", "subject_name", "subject_born", "subject_id"}
)
"""Fields that every entry has, whatever its type (docs/formats/statement.md)."""
_DISAGREES: Final = "manifest-disagrees"
_OWN_RECORD: Final = "pupil."
"""Event types of the pupil's own record, and of no other, begin so."""


class Placed(Protocol):
    """An entry with its place in the log, however it was opened."""

    @property
    def index(self) -> int:
        """Its place in the log."""

    @property
    def statement(self) -> Statement:
        """What was signed."""

    @property
    def fields(self) -> Mapping[str, Any]:
        """Name → JSON value of every field shown."""


def read_manifest(manifest: Logged) -> ManifestIssued:
    """Read the manifest as a typed event; MalformedInput where it is none."""
    if manifest.statement.kind != kinds.MANIFEST or manifest.fields.get("event") != MANIFEST_TYPE:
        raise MalformedInput("manifest.sd-jwt is not a manifest.", kind="bad-manifest")
    read = read_logged_event(manifest)
    if not isinstance(read, ManifestIssued) or read.subject is None:
        raise MalformedInput("The manifest names no pupil.", kind="bad-manifest")
    return read


def read_logged_event(one: Logged) -> Event:
    """Read an entry whose fields are all shown as a typed event.

    Raises:
        MalformedInput: an unknown type, or fields of another shape.
    """
    statement = one.statement
    try:
        event = read_event(
            UUID(bytes=statement.stream), statement.seq, statement.payload, one.fields
        )
    except AttributeError:
        raise MalformedInput("An entry has a malformed field.", kind="bad-fields") from None
    subject = event.subject
    if subject is not None and not isinstance(subject.name, str):
        raise MalformedInput("An entry has a malformed field.", kind="bad-fields")
    return event


def decodes(one: Logged) -> bool:
    """Tell whether an entry has the fields that its type should have."""
    try:
        read_logged_event(one)
    except LedgerError:
        return False
    return True


def check_order(entries: Sequence[Logged], heads: Sequence[Logged]) -> None:
    """Check that each file is named by its statement's place in the log."""
    named = [(statement_name(one.index), one.name) for one in entries]
    named += [(head_name(one.index), one.name) for one in heads]
    if any(due != name for due, name in named):
        raise AlterationFound(
            "A file is named by another place than its entry has.", kind="index-wrong"
        )


def check_streams(entries: Sequence[Logged], heads: Sequence[Logged]) -> None:
    """Check that each record is whole, from its first entry to its logged head."""
    ends = {one.statement.payload.get("head", {}).get("stream"): one for one in heads}
    streams: dict[str, list[Logged]] = defaultdict(list)
    for one in entries:
        streams[one.statement.payload["stream"]].append(one)
    if len(ends) != len(heads) or ends.keys() != streams.keys():
        raise AlterationFound(
            "A record in the bundle lacks its logged head, or a head its record.",
            kind="stream-incomplete",
        )
    for stream, members in streams.items():
        check_stream(LoggedStream(tuple(members), ends[stream]))


def check_every_field_shown(shown: Sequence[Logged], withheld: Collection[int]) -> None:
    """Check that no entry withholds a field, but those that the manifest names.

    Decoys hide how many fields an entry has, so what can be demanded is what
    every entry has, and what a type known here adds.

    Args:
        shown: the manifest and the entries.
        withheld: log indexes of entries whose texts the sender kept back.

    Raises:
        AlterationFound: kind "field-withheld"; "manifest-disagrees" where an entry
            that it names is not here, or shows more.
    """
    if not set(withheld) <= {one.index for one in shown}:
        raise AlterationFound("The manifest names an entry that is not here.", kind=_DISAGREES)
    for one in shown:
        names, due = one.fields.keys(), _names_due(one)
        if one.index in withheld:
            due &= STILL_SHOWN
            if not names <= STILL_SHOWN:
                raise AlterationFound(
                    f"Entry {one.index} shows what its manifest says was kept back.",
                    kind=_DISAGREES,
                )
        if not due <= names:
            raise AlterationFound(
                f"Entry {one.index} withholds one of its fields.", kind="field-withheld"
            )


def _names_due(one: Logged) -> frozenset[str]:
    cls = event_class(str(one.fields.get("event")))
    if cls is None:
        return BASE_NAMES
    return fields_of(cls)


def of_other_pupils(entries: Iterable[Placed], pupil: bytes) -> list[int]:
    """Give the log indexes of entries that are not, or not shown to be, of this pupil (T14).

    The pupil's own record is the stream that bears their id.  Every other stream
    names the pupil in its first entry, no entry names another, and none of them
    says what only a pupil's own record says, such as a name.

    Args:
        entries: whole streams.
        pupil: the pupil's stream.
    """
    named, others = b64url(pupil), []
    for one in entries:
        own = one.statement.stream == pupil
        permitted = (None, named) if own or one.statement.seq > 1 else (named,)
        astray = not own and str(one.fields.get("event")).startswith(_OWN_RECORD)
        if astray or one.fields.get("pupil") not in permitted:
            others.append(one.index)
    return others


def check_one_pupil(entries: Sequence[Logged], pupil: bytes) -> None:
    """Check that every record is shown to be of this pupil (T14).

    Raises:
        AlterationFound: kind "other-pupil".
    """
    if others := of_other_pupils(entries, pupil):
        raise AlterationFound(
            f"Entry {others[0]} is about another pupil than the manifest, or names none.",
            kind="other-pupil",
        )
