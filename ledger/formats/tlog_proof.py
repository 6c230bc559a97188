"""C2SP tlog-proof@v1: one file that proves, offline, that a leaf is in a log.

    c2sp.org/tlog-proof@v1
    extra <base64>              (left out where there is none)
    index <place of the leaf>
    <hashes of the inclusion proof, base64, the leaf's sibling first>
    <empty line>
    <the checkpoint, verbatim, with its signatures>

Section names are those of C2SP tlog-proof.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedInput
from ledger.formats.checkpoint import HASH_BYTES, Checkpoint
from ledger.formats.encoding import b64, unb64
from ledger.formats.signed_note import MAX_NOTE_BYTES, SignedNote

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_HASHES: Final = 63  # a tree of at most 2**63 - 1 leaves is no deeper
MAX_EXTRA_BYTES: Final = 64 * 1024
MAX_PROOF_BYTES: Final = MAX_NOTE_BYTES + 128 * 1024

_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")  # "Format": no leading zeroes
_EXTRA: Final = "extra "


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """An inclusion proof with the checkpoint that it leads to; nothing in it is verified.

    Attributes:
        index: place of the leaf, from 0, below the checkpoint's size.
        hashes: the inclusion proof, 32 bytes each, the leaf's sibling first.
        checkpoint_note: the signed note of the checkpoint, verbatim.
        extra: whatever else travels along; no signature covers it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        """Refuse parts that cannot belong to one proof (`MalformedInput`)."""
        if len(self.hashes) > MAX_HASHES or any(len(h) != HASH_BYTES for h in self.hashes):
            raise _malformed("A proof has too many hashes, or one that is not 32 bytes long.")
        if self.extra is not None and not 0 < len(self.extra) <= MAX_EXTRA_BYTES:
            raise _malformed("The extra data of a proof is empty or too large.")
        if not 0 <= self.index < self.checkpoint.size:
            raise _malformed("A proof is for a leaf that its checkpoint does not hold.")

    @property
    def checkpoint(self) -> Checkpoint:
        """What the checkpoint says, before anybody has verified its signatures."""
        return Checkpoint.parse(SignedNote.parse(self.checkpoint_note).text)

    @classmethod
    def parse(cls, data: bytes) -> TlogProof:
        """Read a proof file ("Format").

        Raises:
            MalformedInput: not exactly of that form, too large, an index outside
                the tree, or a checkpoint that is malformed or has extension lines.
        """
        head, blank, note = data.partition(b"\n\n")  # hash lines are never empty
        if len(data) > MAX_PROOF_BYTES or not blank or not head.isascii():
            raise _malformed("A file is too large for a proof, or lacks its checkpoint.")
        header, *lines = head.decode("ascii").split("\n")
        if header != HEADER or not lines:
            raise _malformed(f"A proof does not begin with the line {HEADER}.")
        extra = None
        if lines[0].startswith(_EXTRA):
            extra = unb64(lines.pop(0).removeprefix(_EXTRA))
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None:
            raise _malformed("A proof lacks its index line.")
        return cls(
            index=int(index[1]),
            hashes=tuple(map(unb64, lines)),
            checkpoint_note=note,
            extra=extra,
        )

    def to_bytes(self) -> bytes:
        """Write the proof file; `parse` gives back its equal."""
        extra = [] if self.extra is None else [_EXTRA + b64(self.extra)]
        lines = [HEADER, *extra, f"index {self.index}", *map(b64, self.hashes), "", ""]
        return "\n".join(lines).encode("ascii") + self.checkpoint_note


def _malformed(what: str) -> MalformedInput:
    return MalformedInput(
        what,
        "Proofs are read strictly by C2SP tlog-proof.",
        "Ask the school for the proof again.",
        kind="bad-tlog-proof",
    )
