"""The old log's own word that a new ledger continues it: a signature by its root key.

The new root key signs the succession, which anybody could do who invents a new
ledger.  Where the old root key is at hand, it signs that as well, and
whoever holds the old log, or its first statement, can tell who was meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.formats.encoding import b64url
from ledger.seal.ed25519 import verify

if TYPE_CHECKING:
    from ledger.seal.ed25519 import SigningKey

SUCCESSION_TITLE: Final = "send-ledger/v1/succession"


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Which ledger continues which.

    Attributes:
        origin: name of the old log.
        size: leaves of the newest head of it that is known.
        root: root hash there, 32 bytes.
        new_origin: name of the new log.
        new_root: thumbprint of the new ledger's root key.
    """

    origin: str
    size: int
    root: bytes
    new_origin: str
    new_root: str

    @property
    def message(self) -> bytes:
        """What is signed: six ASCII lines, each ended by a newline."""
        head = (self.origin, str(self.size), b64url(self.root))
        lines = (SUCCESSION_TITLE, *head, self.new_origin, self.new_root)
        return "".join(f"{line}\n" for line in lines).encode("ascii")


def agree(old_root: SigningKey, succession: Succession) -> bytes:
    """Sign, with the old log's root key, that the new ledger continues it; 64 bytes."""
    return old_root.sign(succession.message)


def check_agreement(old_root: bytes, signature: bytes, succession: Succession) -> None:
    """Check what `agree` made.

    Args:
        old_root: the old log's public root key, 32 bytes.
        signature: 64 bytes.
        succession: which ledger continues which.

    Raises:
        BadSignature: it does not fit, or the key is weak.
    """
    verify(old_root, signature, succession.message)
