"""An entry as the folds of all read models see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """An entry as the folds see it.

    Attributes:
        index: log index.
        stream: 16 bytes.
        seq: place in the stream.
        recorded_at: as stated in the clear.
        type: event type with version; "" where no fold asks for it.
        noun: what kind of record the stream is.
        fields: the disclosed fields that a fold asks for, by name.
        pupil: the pupil concerned, 16 bytes, or None.
    """

    index: int
    stream: bytes
    seq: int
    recorded_at: str
    type: str
    noun: str
    fields: dict[str, Any]
    pupil: bytes | None
