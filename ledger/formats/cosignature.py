"""C2SP tlog-cosignature, Ed25519 (signature type 0x04): what a cosigner signs and hands over.

A cosignature says: at this time, this was the largest head of that log that I had
seen, and it continued every earlier one.  Section names are those of
C2SP tlog-cosignature.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from ledger.errors import MalformedInput

SIGNATURE_BYTES: Final = 64
MAX_TIME: Final = 2**63 - 1  # "Format": the time MUST NOT exceed 2^63 - 1

_TIME: Final = struct.Struct(">Q")  # "Format": u64, big-endian


@dataclass(frozen=True, slots=True)
class Cosignature:
    """The blob of a cosigner's signature line ("Format": `timestamped_signature`).

    Attributes:
        time: when it was made, seconds since 1970-01-01T00:00:00Z.
        signature: Ed25519, 64 bytes, over `cosigned_message`.
    """

    time: int
    signature: bytes

    def __post_init__(self) -> None:
        """Refuse a time or length that the format does not have (`MalformedInput`)."""
        _demand_time(self.time)
        if len(self.signature) != SIGNATURE_BYTES:
            raise _malformed("A cosignature is not 8 bytes of time and 64 of signature.")

    @classmethod
    def parse(cls, blob: bytes) -> Cosignature:
        """Read the bytes that follow the key id in a signature line.

        Raises:
            MalformedInput: another length, or a time out of range.
        """
        if len(blob) != _TIME.size + SIGNATURE_BYTES:
            raise _malformed("A cosignature is not 8 bytes of time and 64 of signature.")
        return cls(_TIME.unpack_from(blob)[0], blob[_TIME.size :])

    def blob(self) -> bytes:
        """Write time and signature as `parse` reads them."""
        return _TIME.pack(self.time) + self.signature


def cosigned_message(text: str, time: int) -> bytes:
    """Build the bytes that a cosigner signs ("Ed25519 signed message").

    Args:
        text: the checkpoint's text with its final newline, without signature lines.
        time: when it is signed, seconds since 1970-01-01T00:00:00Z.

    Raises:
        MalformedInput: a time out of range.
    """
    _demand_time(time)
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _demand_time(time: int) -> None:
    if not 0 <= time <= MAX_TIME:
        raise _malformed("The time of a cosignature is out of range.")


def _malformed(what: str) -> MalformedInput:
    return MalformedInput(
        what,
        "Cosignatures are read strictly by C2SP tlog-cosignature.",
        "Get the cosignature again from the cosigner.",
        kind="bad-cosignature",
    )
