"""What became of a proposal."""

from __future__ import annotations

from typing import Any

from ledger.formats.encoding import b64url
from ledger.projections.folded import Folded
from ledger.projections.proposals import DECLINED, OPEN, SIGNED, read_proposals
from tests.support.folding import PUPIL, folded

PROPOSAL = bytes([5] * 16)
PROPOSED: dict[str, Any] = {
    "subject_name": None,
    "proposed_type": "pupil.enrolled.v1",
    "proposed_fields": "{}",
    "proposed_stream": None,
    "proposed_by": "Ada Okafor",
}


def entry(index: int, type_: str, stream: bytes = PROPOSAL, **fields: Any) -> Folded:
    return Folded(
        index=index,
        stream=stream,
        seq=1,
        recorded_at="2026-03-03T09:00:00Z",
        type=type_,
        noun="entry",
        fields={"event": type_, **fields},
        pupil=None,
    )


def outcome(*later: Folded) -> tuple[str, int | None]:
    with folded([[entry(3, "entry.proposed.v1", **PROPOSED), *later]]) as models:
        (row,) = read_proposals(models)
        return row.state, row.settled


def test_a_proposal_waits_until_it_is_signed_or_declined() -> None:
    named = b64url(PROPOSAL)
    assert outcome() == (OPEN, None)
    assert outcome(entry(4, "entry.declined.v1")) == (DECLINED, 4)
    assert outcome(entry(4, "pupil.left.v1", PUPIL, proposal=named)) == (SIGNED, 4)
    assert outcome(entry(4, "pupil.left.v1", PUPIL, proposal=None)) == (OPEN, None)


def test_an_entry_that_names_a_proposal_unknown_here_is_no_fault() -> None:
    lone = entry(4, "pupil.left.v1", PUPIL, proposal=b64url(bytes(16)))
    with folded([[lone]]) as models:
        assert list(read_proposals(models)) == []
