"""The tlog-proof file of an entry: its inclusion proof beside a signed checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import SignedNote
from ledger.formats.tlog_proof import TlogProof

if TYPE_CHECKING:
    from ledger.seal.proofs import LogProver


def tlog_proof(prover: LogProver, index: int, note: bytes) -> bytes:
    """Write the C2SP tlog-proof of a leaf against a signed checkpoint of its log.

    Args:
        prover: of that log.
        index: the leaf's log index.
        note: the signed checkpoint.
    """
    checkpoint = Checkpoint.parse(SignedNote.parse(note).text)
    hashes = tuple(prover.inclusion(index, checkpoint.size))
    return TlogProof(index=index, hashes=hashes, checkpoint_note=note).to_bytes()
