"""Names of disclosed fields: which every entry has, and which disclosure bears one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ledger.formats.encoding import b64url, compact_json

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE_FIELDS: Final = frozenset(
    {
        "event",
        "occurred_on",
        "subject_name",
        "subject_born",
        "subject_id",
        "proposal",
        "keyed_by",
        "late_reason",
    }
)
"""Fields that every entry has, whatever its type (docs/formats/statement.md, “Disclosures”)."""
_NAME_AT: Final = 36
"""`["`, a salt of 22 characters and `","` are 27 bytes: the name begins a base64url group."""


def texts_named(texts: Iterable[str], names: tuple[str, ...]) -> list[str]:
    """Give the texts that bear one of these names, as our own writer spells them.

    Args:
        texts: base64url texts of disclosures.
        names: of fields.

    Returns:
        Those texts, unread and unchecked; one with a longer salt is not among them.
    """
    beginnings = _beginnings(names)
    return [text for text in texts if text.startswith(beginnings, _NAME_AT)]


def texts_not_named(texts: Iterable[str], names: tuple[str, ...]) -> list[str]:
    """Give all texts but those that `texts_named` gives."""
    beginnings = _beginnings(names)
    return [text for text in texts if not text.startswith(beginnings, _NAME_AT)]


@lru_cache
def _beginnings(names: tuple[str, ...]) -> tuple[str, ...]:
    spelt = [compact_json(name)[1:].encode() + b"," for name in names]
    # What follows the comma sets the last bits of its last character.
    return tuple(b64url(one)[: len(one) * 8 // 6] for one in spelt)
