"""Proposals: what the office has keyed, and what became of it (D-REG-10)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import KeyUnavailable
from ledger.formats.encoding import b64url, unb64url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.projections.folded import Folded
    from ledger.projections.read_models import ReadModelFile

MODEL = "proposal"
OPEN, SIGNED, DECLINED = "open", "signed", "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """One proposal.

    Attributes:
        stream: the proposal's own stream, text.
        index: log index of the proposal.
        recorded_at: when it was keyed.
        by: who keyed it.
        subject: the pupil's name as then recorded, or "" for a new pupil.
        type: type of the intended entry.
        intended: its fields and circumstances, as one JSON text.
        record: stream of the record that it goes on with, text, or "" for a new one.
        state: open, signed or declined.
        settled: log index of the signed entry or of the declining, or None.
    """

    stream: str
    index: int
    recorded_at: str
    by: str
    subject: str
    type: str
    intended: str
    record: str
    state: str
    settled: int | None


def fold(models: ReadModelFile, entry: Folded) -> None:
    """Follow a proposal: made, declined, or signed by an entry that names it."""
    if entry.type == "entry.proposed.v1":
        fields = entry.fields
        document = [
            entry.index,
            entry.recorded_at,
            fields["proposed_by"],
            fields["subject_name"] or "",
            fields["proposed_type"],
            fields["proposed_fields"],
            fields["proposed_stream"] or "",
            OPEN,
            None,
        ]
        models.put(MODEL, entry.stream, document)
    elif entry.type == "entry.declined.v1":
        _settle(models, entry.stream, DECLINED, entry.index)
    elif isinstance(proposal := entry.fields.get("proposal"), str):
        _settle(models, unb64url(proposal), SIGNED, entry.index)


def _settle(models: ReadModelFile, stream: bytes, state: str, index: int) -> None:
    known = None
    with suppress(KeyUnavailable):  # the proposal was erased
        known = models.get(MODEL, stream)
    if known is not None:
        models.put(MODEL, stream, [*known[:-2], state, index])


def read_proposals(models: ReadModelFile) -> Iterator[ProposalRow]:
    """Stream the proposals open to this reader, in no certain order."""
    for stream, document in models.documents(MODEL):
        index, recorded_at, by, subject, type_name, intended, record, state, settled = document
        yield ProposalRow(
            stream=b64url(stream),
            index=index,
            recorded_at=recorded_at,
            by=by,
            subject=subject,
            type=type_name,
            intended=intended,
            record=record,
            state=state,
            settled=settled,
        )
