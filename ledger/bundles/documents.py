"""Documents that go along with a record: `docs/formats/bundle.md`.

Their own names stay behind, because a file's name often names a child.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from ledger.bundles.restricted import TEXT_KIND
from ledger.errors import RuleRefused
from ledger.formats.bundle_layout import MAX_ATTACHMENTS, Attachment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

DOCUMENTS_BYTES_MAX: Final = 64 * 1024 * 1024
"""All of a bundle's documents together: half of the largest ZIP, so that entries find room."""

_NAME_BYTES: Final = 16
_TEXTS: Final = frozenset({"txt", "md", "csv"})
# None of them is run when somebody opens it.
_PLAIN: Final = frozenset(
    {"pdf", "docx", "odt", "rtf", "xlsx", "ods", "pptx", "odp"}
    | {"png", "jpg", "jpeg", "gif", "tif", "tiff", "heic", "mp3", "m4a", "wav", "mp4"}
)
_OTHER: Final = "file"


def attach(file_name: str, data: bytes, entropy: Callable[[int], bytes]) -> Attachment:
    """Take a document in, under a random name.

    Args:
        file_name: its own name, of which only a known ending is kept, as its kind.
        data: its bytes.
        entropy: gives that many unpredictable bytes.
    """
    ending = PurePath(file_name).suffix.lower().removeprefix(".")
    kind = TEXT_KIND if ending in _TEXTS else ending if ending in _PLAIN else _OTHER
    # Hexadecimal: base64url would begin one name in 64 with "-", which no container takes.
    return Attachment(name=entropy(_NAME_BYTES).hex(), kind=kind, data=data)


def ending_of(document: Attachment) -> str:
    """Give the ending under which a received document is written: never a program's."""
    if document.kind == TEXT_KIND:
        return "txt"
    return document.kind if document.kind in _PLAIN else "bin"


def demand_room(sizes: Collection[int]) -> None:
    """Check that documents of these sizes (bytes) fit into one bundle.

    Raises:
        RuleRefused: kind "too-large".
    """
    if len(sizes) <= MAX_ATTACHMENTS and sum(sizes) <= DOCUMENTS_BYTES_MAX:
        return
    most = DOCUMENTS_BYTES_MAX // 1024 // 1024
    raise RuleRefused(
        "The documents are too large to go along; nothing was sent.",
        f"A bundle carries at most {MAX_ATTACHMENTS} documents, {most} MiB together.",
        "Send scans in a lower resolution, or the largest another way.",
        kind="too-large",
    )
