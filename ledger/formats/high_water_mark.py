"""The high-water mark: how far this computer has seen a ledger grow, kept outside its home.

One line, overwritten in place after every commit: a log that is later found
shorter, or with another root at that size, was rolled back or forked.

    send-ledger mark v1 <lid> <size, 20 digits> <root> <check, 8 hex digits>
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from ledger.errors import MalformedInput
from ledger.formats.encoding import b64url, unb64url

TITLE = "send-ledger mark v1"


@dataclass(frozen=True, slots=True)
class HighWaterMark:
    """The largest tree head seen: ledger id, size, root hash."""

    lid: bytes
    size: int
    root: bytes

    def to_bytes(self) -> bytes:
        """Write the line; always of the same length, so it can be overwritten in place."""
        body = f"{TITLE} {b64url(self.lid)} {self.size:020d} {b64url(self.root)}"
        return f"{body} {zlib.crc32(body.encode('ascii')):08x}\n".encode("ascii")


def read_mark(data: bytes) -> HighWaterMark:
    """Read a mark.

    Raises:
        MalformedInput: not what `to_bytes` writes.
    """
    try:
        words = data.decode("ascii").split(" ")
        mark = HighWaterMark(unb64url(words[3]), int(words[4]), unb64url(words[5]))
    except (UnicodeDecodeError, IndexError, ValueError):
        mark = None
    if mark is None or mark.to_bytes() != data:
        raise MalformedInput(
            "The high-water mark of this ledger is damaged.",
            "Its file in this computer's state folder was changed.",
            "Verify against a receipt or checkpoint held elsewhere: send-ledger verify --against.",
            kind="bad-mark",
        )
    return mark
