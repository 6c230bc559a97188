"""Whether a log goes on from a head that was seen of it, or shows itself that it was rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.seal.tree import ProofMismatch, check_consistency, grown_roots

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class SeenHead:
    """A signed head of another log: its size, at least 1, and its root hash, 32 bytes."""

    size: int
    root: bytes


def rewritten_root(seen: SeenHead, head: SeenHead, proof: Sequence[bytes]) -> bytes | None:
    """Tell under which root a log, as its newer head has it, stood at a size signed before.

    A consistency proof is unsigned, yet nobody can make up one that leads to the newer
    root: its hashes are of the tree that the log signed.  So one that leads there, and
    for the older size to another root than was signed, shows the log's own contradiction
    to everybody who has both signed heads (RFC 9162 §2.1.4.2).

    Args:
        seen: the older head.
        head: the newer; not smaller.
        proof: what came as the consistency proof; empty where both are of one size.

    Returns:
        That other root hash; None where the newer head continues the older.

    Raises:
        ProofMismatch: the proof does not lead to the newer head: it is for other heads or
            damaged, or the older size is a power of two, for which it does not hold the
            root that it starts from.
        MalformedInput: as `check_consistency`.
    """
    try:
        check_consistency(seen.size, seen.root, head.size, head.root, proof)
    except ProofMismatch:
        own = head.root
        if seen.size != head.size:
            own = grown_roots(seen.size, seen.root, head.size, proof)[0]
        check_consistency(seen.size, own, head.size, head.root, proof)
        return own
    return None
