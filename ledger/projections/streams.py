"""Which record belongs to which pupil: nothing in the clear says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.formats.encoding import unb64url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.projections.read_models import ReadModelFile

MODEL = "stream"


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A record: its stream, its noun, and its pupil if it has one."""

    stream: bytes
    noun: str
    pupil: bytes | None


def known(models: ReadModelFile, stream: bytes) -> StreamInfo | None:
    """Give a record whose pupil an earlier entry told, or None."""
    document = models.get(MODEL, stream)
    return None if document is None or document[1] is None else StreamInfo(stream, *document)


def learn(
    models: ReadModelFile, stream: bytes, type_name: str, fields: dict[str, Any]
) -> StreamInfo:
    """Give the record of an entry, and remember a new one, or its pupil once that is known."""
    document = models.get(MODEL, stream)
    noun = type_name.split(".", 1)[0] if document is None else document[0]
    pupil = stream if noun == "pupil" else _id(fields.get("pupil"))
    if document is None or pupil is not None:
        models.put(MODEL, stream, [noun, pupil])
    return StreamInfo(stream, noun, pupil)


def _id(text: object) -> bytes | None:
    return unb64url(text) if isinstance(text, str) else None


def streams(models: ReadModelFile, noun: str | None = None) -> Iterator[StreamInfo]:
    """Stream the records open to this reader, of one noun or all."""
    for stream, (found, pupil) in models.documents(MODEL):
        if noun is None or found == noun:
            yield StreamInfo(stream, found, pupil)
