"""C2SP tlog-checkpoint: the text of a log's signed head, and the names of logs.

    <origin>
    <tree size>
    <root hash, base64>

Extension lines are refused: nobody who follows a log can audit them ("Note text").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedInput
from ledger.formats.encoding import b64, b64url, unb64, unb64url

HASH_BYTES: Final = 32
LEDGER_ID_BYTES: Final = 16
MAX_TREE_SIZE: Final = 2**63 - 1
ORIGIN_PREFIX: Final = "send-ledger/v1/"
COSIGNER_SUFFIX: Final = "/witness"

# "Note text": origin non-empty, size without leading zeroes, root in base64.
_TEXT: Final = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\ud800-\udfff]")  # of a note, and newline


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The head of a log: how many leaves it has and what they hash to.

    Attributes:
        origin: the log's name, any non-empty line.
        size: number of leaves, 0 to 2**63 - 1.
        root: root hash of the tree of that size, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Refuse what a checkpoint cannot say (`MalformedInput`)."""
        if not self.origin or _FORBIDDEN.search(self.origin):
            raise _malformed("bad-origin", "The origin of a checkpoint is empty or not one line.")
        if not 0 <= self.size <= MAX_TREE_SIZE or len(self.root) != HASH_BYTES:
            raise _malformed("bad-checkpoint", "A checkpoint has an impossible size or root hash.")

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a signed note ("Note text").

        Args:
            text: the signed text with its final newline, without signature lines.

        Raises:
            MalformedInput: not exactly origin, size and root, one line each.
        """
        lines = _TEXT.fullmatch(text)
        if lines is None:
            raise _malformed("bad-checkpoint", "A note is not origin, tree size and root hash.")
        return cls(origin=lines[1], size=int(lines[2]), root=unb64(lines[3]))

    def text(self) -> str:
        """Write the three lines, each ended by a newline: the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


def origin_of(lid: bytes) -> str:
    """Name the log of a ledger; it holds neither a URN nor a school's name, which change.

    Args:
        lid: the ledger's random id, 16 bytes.

    Raises:
        MalformedInput: another length.
    """
    if len(lid) != LEDGER_ID_BYTES:
        raise _malformed("bad-ledger-id", "A ledger's id is not 16 bytes long.")
    return ORIGIN_PREFIX + b64url(lid)


def lid_of(origin: str) -> bytes:
    """Read the ledger's id (16 bytes) out of the name of its log.

    Raises:
        MalformedInput: not the origin of a ledger's log.
    """
    if not origin.startswith(ORIGIN_PREFIX):
        raise _malformed("foreign-origin", "An origin is not that of a ledger.")
    lid = unb64url(origin.removeprefix(ORIGIN_PREFIX))
    if len(lid) != LEDGER_ID_BYTES:
        raise _malformed("foreign-origin", "An origin does not hold a ledger's id.")
    return lid


def cosigner_name(origin: str) -> str:
    """Name the key with which the ledger of that origin cosigns the heads of other logs."""
    return origin + COSIGNER_SUFFIX


def _malformed(kind: str, what: str) -> MalformedInput:
    return MalformedInput(
        what,
        "Checkpoints are read strictly by C2SP tlog-checkpoint, without extension lines.",
        "Get the checkpoint again from its source.",
        kind=kind,
    )
