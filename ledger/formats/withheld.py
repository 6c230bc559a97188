"""Entries of a bundle whose texts stay with the sender: `docs/formats/bundle.md`.

The signed manifest names each of them, so that a field taken out on the way is
told from one that the sender kept back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CATEGORY: Final = "entry_texts"
STILL_SHOWN: Final = frozenset(
    {
        *("event", "occurred_on", "subject_name", "subject_born", "subject_id", "pupil"),
        *("corrects_seq", "corrects_hash", "replaced_by_seq"),
    }
)
"""What such an entry still shows, of what it has: its kind, day, pupil, and what it corrects."""
_REASON: Final = re.compile(r"Entry (0|[1-9][0-9]{0,18}): .*", re.DOTALL)


def reason_for(index: int, why: str) -> str:
    """Word the reason of such an omission.

    Args:
        index: the entry's place in the sender's log.
        why: in plain words.
    """
    return f"Entry {index}: {why}"


def withheld_entries(omissions: Iterable[tuple[str, str]]) -> frozenset[int]:
    """Give the log indexes of the entries whose texts were kept back.

    Args:
        omissions: category and reason of each omission of the manifest.
    """
    named = (_REASON.fullmatch(reason) for category, reason in omissions if category == CATEGORY)
    return frozenset(int(match[1]) for match in named if match)
