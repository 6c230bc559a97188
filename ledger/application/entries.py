"""Every kind of entry takes this one way: load or start the record, decide, save.

What the actor's role may not sign becomes a proposal for the SENCO, where the
role may propose (D-REG-10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.catalogue import aggregate_of
from ledger.aggregates.event import Event, event_class, own_codecs
from ledger.aggregates.proposal import EntryDeclined
from ledger.aggregates.pupil import Pupil
from ledger.application.desk import Command, Desk
from ledger.errors import KeyUnavailable, NotAuthorised, RuleRefused
from ledger.formats.encoding import compact_json
from ledger.statute.event_names import in_words
from ledger.statute.signing import roles_that_may_sign
from ledger.values.dates import OccurredOn

PROPOSE = "entry.proposed.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry as a person means it.

    Attributes:
        type: published type name, e.g. `consent.given.v1`.
        fields: the type's own fields, as values.
        pupil: the pupil's stream, or None where no pupil is concerned.
        stream: the record to go on with, or None to start one.
        occurred_on: when it happened; None for today.
        late_reason: why it is entered late, or None.
    """

    type: str
    fields: Mapping[str, Any]
    pupil: UUID | None = None
    stream: UUID | None = None
    occurred_on: OccurredOn | date | None = None
    late_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was stored.

    Attributes:
        index: log index of the first entry.
        stream: the record it belongs to.
        seq: its place there.
        proposed: True where it waits for the SENCO's signature.
    """

    index: int
    stream: UUID
    seq: int
    proposed: bool = False


@dataclass(slots=True)
class Batch:
    """Entries that are saved together; records used twice are loaded once."""

    desk: Desk
    records: dict[UUID, Aggregate] = field(default_factory=dict)
    _settled: list[str] = field(default_factory=list)

    def record_of(self, cls: type[Aggregate], draft: Draft) -> Aggregate:
        """Give the draft's record, from this batch, from the ledger, or new."""
        if draft.stream is not None and draft.stream in self.records:
            return self.records[draft.stream]
        if draft.stream is not None:
            record = self.desk.load(cls, draft.stream)
        else:
            record = self.desk.start(cls, draft.pupil)
        self.records[record.id] = record
        return record

    def start_pupil(self, pupil: UUID | None = None) -> UUID:
        """Begin a pupil's record, to which later drafts of this batch add.

        Args:
            pupil: the id under which it was proposed, or None for a fresh one.
        """
        record = Pupil(pupil) if pupil and self._has_key(pupil) else None
        record = record or self.desk.start(Pupil, stream=pupil)
        self.records[record.id] = record
        return record.id

    def _has_key(self, stream: UUID) -> bool:
        """Tell whether a try before this one, cut short, has left a key row."""
        try:
            self.desk.keys.data_key(stream.bytes)
        except KeyUnavailable:
            return False
        return True

    def pupil(self, stream: UUID) -> Pupil:
        """Give a pupil's record as this batch has it."""
        record = self.records.get(stream)
        if not isinstance(record, Pupil):
            record = self.desk.load(Pupil, stream)
            self.records[stream] = record
        return record

    def add(
        self, draft: Draft, *, proposal: bytes | None = None, keyed_by: str | None = None
    ) -> Recorded:
        """Decide on one entry; it is stored by `save`."""
        cls, noun = understood(draft.type)
        record = self.record_of(noun, draft)
        fields = dict(draft.fields)
        if draft.pupil is not None and "pupil" in cls.__dataclass_fields__:
            fields.setdefault("pupil", draft.pupil.bytes)
        entry = self.desk.entry(
            draft.occurred_on,
            subject=self._subject(draft, record, fields),
            late_reason=draft.late_reason,
            proposal=proposal,
            keyed_by=keyed_by,
        )
        record.record(cls, entry, **fields)
        if cls is EntryDeclined:
            self._settled.append(_settling(record.id))
        elif proposal is not None:
            self._settled.append(_settling(UUID(bytes=proposal)))
        return Recorded(-1, record.id, record.version)

    def _subject(self, draft: Draft, record: Aggregate, fields: Mapping[str, Any]) -> Any:
        if isinstance(record, Pupil):
            return _subject_after(record, draft, fields)
        if draft.pupil is None:
            return None
        known = self.records.get(draft.pupil)
        return known.subject if isinstance(known, Pupil) else self.desk.subject_of(draft.pupil)

    def save(self, command: Command | None = None, also: Sequence[str] = ()) -> list[int]:
        """Store everything decided, all or nothing; see `Desk.save`.

        Raises:
            AlreadyRecorded: the command, or a proposal's answer, was recorded before.
        """
        return self.desk.save(*self.records.values(), command=command, also=[*also, *self._settled])


def _settling(proposal: UUID) -> str:
    """Give the idempotency key under which a proposal is signed or declined: one of them, once."""
    return f"settle-proposal {proposal.hex}"


def _subject_after(pupil: Pupil, draft: Draft, fields: Mapping[str, Any]) -> Any:
    """Give the pupil as the entry itself makes them known: the first one names them too."""
    probe = Pupil(pupil.id)
    probe.name, probe.born, probe.identifiers = pupil.name, pupil.born, dict(pupil.identifiers)
    if draft.type in {"pupil.registered.v1", "pupil.renamed.v1"}:
        probe.name = f"{fields['given_names']} {fields['family_name']}".strip()
        probe.born = fields.get("born", pupil.born)
    if draft.type == "pupil.identifier_recorded.v1":
        probe.identifiers[(fields["scheme"], fields["value"])] = fields["standing"]
    return probe.subject


def understood(type_name: str) -> tuple[type[Event], type[Aggregate]]:
    """Give class and noun of an event type.

    Raises:
        RuleRefused: the type is not known; nothing unknown is ever written.
    """
    cls, noun = event_class(type_name), aggregate_of(type_name)
    if cls is None or noun is None:
        raise RuleRefused(
            f"“{type_name}” is not a kind of entry here; nothing was recorded.",
            "This version of the program does not know it.",
            remedy="Use the newest send-ledger, or the commands of this one.",
            kind="unknown-event-type",
        )
    return cls, noun


def may_sign(desk: Desk, type_name: str) -> bool:
    """Tell whether the actor's role signs this type today."""
    return desk.actor.role in roles_that_may_sign(type_name, desk.today())


def add_entry(desk: Desk, draft: Draft, command: Command | None = None) -> Recorded:
    """Record one entry, or propose it where the actor's role may only propose.

    Raises:
        NotAuthorised: the role may neither sign nor propose it.
        RuleRefused: the record's state does not permit it.
    """
    return add_entries(desk, [draft], command)[0]


def add_entries(
    desk: Desk, drafts: Sequence[Draft], command: Command | None = None
) -> list[Recorded]:
    """Record several entries in one save, or propose them all."""
    if may_sign(desk, PROPOSE) and not all(may_sign(desk, draft.type) for draft in drafts):
        return desk.decide(lambda: _propose(desk, drafts, command))
    demand_signer(desk, [draft.type for draft in drafts])
    return desk.decide(lambda: _sign(desk, drafts, command))


def demand_signer(desk: Desk, types: Sequence[str]) -> None:
    """Refuse an actor whose role does not sign all of these today.

    Raises:
        NotAuthorised: and who may sign the first that is barred.
    """
    barred = next((one for one in types if not may_sign(desk, one)), None)
    if barred is not None:
        allowed = roles_that_may_sign(barred, desk.today())
        raise NotAuthorised(
            f"The role {desk.actor.role} may not sign “{in_words(barred)}”; nothing was recorded.",
            "It may be signed by: " + (", ".join(sorted(allowed)) or "nobody") + ".",
            "Ask one of them; whoever is that too says so with --in-role.",
        )


def _sign(desk: Desk, drafts: Sequence[Draft], command: Command | None) -> list[Recorded]:
    batch = Batch(desk)
    decided = [batch.add(draft) for draft in drafts]
    return _placed(decided, batch.save(command), proposed=False)


def _propose(desk: Desk, drafts: Sequence[Draft], command: Command | None) -> list[Recorded]:
    batch = Batch(desk)
    decided = [batch.add(_as_proposal(desk, draft)) for draft in drafts]
    return _placed(decided, batch.save(command), proposed=True)


def _placed(decided: list[Recorded], indexes: list[int], *, proposed: bool) -> list[Recorded]:
    # Several entries of one record stand together, so the order may differ from the drafts'.
    by_stream: dict[UUID, list[Recorded]] = {}
    for one in decided:
        by_stream.setdefault(one.stream, []).append(one)
    ordered = [one for group in by_stream.values() for one in group]
    place = {(one.stream, one.seq): index for one, index in zip(ordered, indexes, strict=True)}
    return [Recorded(place[one.stream, one.seq], one.stream, one.seq, proposed) for one in decided]


def _as_proposal(desk: Desk, draft: Draft) -> Draft:
    cls, _noun = understood(draft.type)
    shown = {
        codec.name: codec.encode(draft.fields[codec.name])
        for codec, _clear in own_codecs(cls)
        if codec.name in draft.fields
    }
    intended = {
        "fields": shown,
        "occurred_on": None if draft.occurred_on is None else str(draft.occurred_on),
        "late_reason": draft.late_reason,
        "pupil": None if draft.pupil is None else draft.pupil.hex,
    }
    return Draft(
        type=PROPOSE,
        pupil=draft.pupil,
        fields={
            "proposed_type": draft.type,
            "proposed_stream": None if draft.stream is None else draft.stream.bytes,
            "proposed_fields": compact_json(intended),
            "proposed_by": desk.name,
        },
    )


def correct_entry(
    desk: Desk,
    *,
    stream: UUID,
    seq: int,
    statement: bytes,
    reason: str,
    wrong_type: str,
    pupil: UUID | None,
    instead: Draft | None,
    command: Command | None = None,
) -> Recorded:
    """Record that an entry is wrong and, where given, what is right; both stay visible.

    Args:
        desk: who corrects.
        stream: the record of the wrong entry.
        seq: its place there.
        statement: the hash of its statement.
        reason: why it is wrong.
        wrong_type: its type; who corrects must be one who may sign it.
        pupil: the pupil concerned.
        instead: the right entry for the same record, or None.
        command: the command's idempotency key.
    """
    if not may_sign(desk, wrong_type):
        raise NotAuthorised(
            f"The role {desk.actor.role} may not correct “{wrong_type}”; nothing was recorded.",
            "Who corrects an entry must be one who may sign it.",
            "Ask the SENCO.",
        )

    def decision() -> Recorded:
        _cls, noun = understood(wrong_type)
        record = desk.load(noun, stream)
        subject = desk.subject_of(pupil) if pupil else None
        record.correct(
            desk.entry(subject=subject),
            seq=seq,
            statement=statement,
            reason=reason,
            then=instead is not None,
        )
        if instead is not None:
            cls, _ = understood(instead.type)
            fields = dict(instead.fields)
            if pupil is not None and "pupil" in cls.__dataclass_fields__:
                fields.setdefault("pupil", pupil.bytes)
            if isinstance(record, Pupil):
                subject = _subject_after(record, instead, fields)
            entry = desk.entry(
                instead.occurred_on, subject=subject, late_reason=instead.late_reason or reason
            )
            record.record(cls, entry, **fields)
        first = desk.save(record, command=command)[0]
        return Recorded(first, stream, record.version)

    return desk.decide(decision)
