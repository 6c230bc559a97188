"""Which record belongs to which pupil: nothing in the clear says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.formats.encoding import unb64url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.formats.ledger_file import StoredEntry
    from ledger.projections.read_models import ReadModelFile

MODEL = "stream"


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A record: its stream, its noun, and its pupil if it has one."""

    stream: bytes
    noun: str
    pupil: bytes | None


def follow(
    models: ReadModelFile, entry: StoredEntry, type_name: str, fields: dict[str, Any]
) -> StreamInfo:
    """Give the record of an entry, and remember a new one, or its pupil once that is known."""
    noun, pupil = models.get(MODEL, entry.stream) or (None, None)
    if noun is None:
        noun = type_name.split(".", 1)[0]
        pupil = entry.stream if noun == "pupil" else _id(fields.get("pupil"))
    elif pupil is None and (pupil := _id(fields.get("pupil"))) is None:
        return StreamInfo(entry.stream, noun, None)
    models.put(MODEL, entry.stream, [noun, pupil])
    return StreamInfo(entry.stream, noun, pupil)


def _id(text: object) -> bytes | None:
    return unb64url(text) if isinstance(text, str) else None


def streams(models: ReadModelFile, noun: str | None = None) -> Iterator[StreamInfo]:
    """Stream the records open to this reader, of one noun or all."""
    for stream, (found, pupil) in models.documents(MODEL):
        if noun is None or found == noun:
            yield StreamInfo(stream, found, pupil)
