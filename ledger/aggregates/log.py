"""What sealing itself puts into the log: stream heads and anchors, signed by the system key."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.formats import kinds
from ledger.values.nouns import class_of_contents


@dataclass(frozen=True, slots=True)
class StreamHead:
    """The newest statement of a stream: its id, sequence number and hash."""

    stream: bytes
    seq: int
    hash: bytes


@event_type("log.stream_head.v1", kinds.STREAM_HEAD)
@dataclass(frozen=True, kw_only=True)
class StreamHeadLogged(Event):
    """A stream ended here when the checkpoint was made: nothing was left out before."""

    head: StreamHead


@event_type("log.anchor.v1", kinds.ANCHOR)
@dataclass(frozen=True, kw_only=True)
class AnchorLogged(Event):
    """A head of this log that was time-stamped or cosigned.

    Attributes:
        size: leaves of that head's tree.
        root: its root hash, 32 bytes.
        tokens: SHA-256 of each token file, or of each cosignature line.
    """

    size: int
    root: bytes
    tokens: tuple[bytes, ...]


class SystemStream(Aggregate):
    """A stream that the system key writes."""

    CONTENT_CLASS = class_of_contents("log")

    def _apply(self, event: Event) -> None:
        """Keep nothing: these statements are read from their clear part."""
