"""What becomes of a proposal: the SENCO signs what it intends, or declines it (D-REG-10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from ledger.aggregates.event import own_codecs
from ledger.aggregates.proposal import EntryProposed, Proposal
from ledger.application.desk import Command, Desk
from ledger.application.entries import Batch, Draft, Recorded, demand_signer, understood
from ledger.errors import AlreadyRecorded, RuleRefused
from ledger.formats.encoding import strict_json
from ledger.values.dates import OccurredOn, days_late

DECLINE = "entry.declined.v1"
REGISTERED = "pupil.registered.v1"
WAITED = "proposed earlier, signed now"
"""Why an entry is late that was keyed in time and waited for its signature."""


def sign_proposal(desk: Desk, stream: UUID, command: Command | None = None) -> Recorded:
    """Sign the entry that a proposal intends, as the signer's own (D-REG-10).

    Raises:
        NotFound: no such proposal.
        RuleRefused: it was declined.
        AlreadyRecorded: it was signed before.
        NotAuthorised: the actor may not sign it.
    """
    return desk.decide(lambda: _sign_proposal(desk, stream, command))


def _sign_proposal(desk: Desk, stream: UUID, command: Command | None) -> Recorded:
    proposal = desk.load(Proposal, stream)
    if proposal.proposed is None or proposal.declined:
        raise RuleRefused(
            "This proposal is not open; nothing was recorded.",
            "It was declined before, or is no proposal.",
            "See send-ledger proposal list --all.",
            kind="proposal-closed",
        )
    draft = _intended(proposal.proposed)
    stated = draft.occurred_on
    late = isinstance(stated, OccurredOn) and days_late(stated, desk.today())
    if late and not draft.late_reason:
        draft = replace(draft, late_reason=WAITED)
    batch = Batch(desk)
    if draft.type == REGISTERED and draft.stream is not None:
        batch.start_pupil(draft.stream)
    decided = batch.add(draft, proposal=stream.bytes, keyed_by=proposal.proposed.proposed_by)
    indexes = batch.save(command)
    return Recorded(indexes[0], decided.stream, decided.seq)


def _intended(proposed: EntryProposed) -> Draft:
    cls, _noun = understood(proposed.proposed_type)
    intended: Any = strict_json(proposed.proposed_fields)
    stated = intended["occurred_on"]
    return Draft(
        type=proposed.proposed_type,
        fields={
            codec.name: codec.decode(intended["fields"][codec.name])
            for codec, _clear in own_codecs(cls)
            if codec.name in intended["fields"]
        },
        pupil=UUID(hex=intended["pupil"]) if intended["pupil"] else None,
        stream=UUID(bytes=proposed.proposed_stream) if proposed.proposed_stream else None,
        occurred_on=OccurredOn.parse(stated) if stated else None,
        late_reason=intended["late_reason"],
    )


def decline_proposal(desk: Desk, stream: UUID, reason: str) -> Recorded:
    """Decline a proposal, with the reason.

    Raises:
        NotFound: no such proposal.
        RuleRefused: kind `proposal-closed`: it was signed or declined before.
        NotAuthorised: the actor may decline none.
    """
    demand_signer(desk, [DECLINE])
    try:
        return desk.decide(lambda: _decline_proposal(desk, stream, reason))
    except AlreadyRecorded as done:
        raise RuleRefused(
            f"This proposal was signed, as entry {done.first_index}; nothing was recorded.",
            "What is signed is an entry, and no proposal any more.",
            "To put that entry right, use send-ledger correct.",
            kind="proposal-closed",
        ) from None


def _decline_proposal(desk: Desk, stream: UUID, reason: str) -> Recorded:
    proposal = desk.load(Proposal, stream)
    pupil = _intended(proposal.proposed).pupil if proposal.proposed else None
    batch = Batch(desk)
    decided = batch.add(Draft(type=DECLINE, fields={"grounds": reason}, pupil=pupil, stream=stream))
    return replace(decided, index=batch.save()[0])
