"""What is known of another log: its heads and forks that were seen, by what signed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.seal.checkpoints import open_checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.aggregates.school import HeadWitnessed, School
    from ledger.formats.signed_note import VerifierKey


def heads_seen(school: School, origin: str, keys: Sequence[VerifierKey]) -> list[HeadWitnessed]:
    """Give the heads seen of a log that one of these keys signed, oldest first.

    A log keeps its key for good.  What another key signed in its name, while a false card
    was trusted here, binds the log to nothing.
    """
    return [one for one in school.witnessed.get(origin, ()) if _is_signed(one.note, keys)]


def was_rewritten(school: School, origin: str, keys: Sequence[VerifierKey]) -> bool:
    """Tell whether a proof is kept here that a log was rewritten under one of these keys."""
    return any(one.log_origin == origin and _is_signed(one.shown, keys) for one in school.forks)


def _is_signed(note: str, keys: Sequence[VerifierKey]) -> bool:
    try:
        open_checkpoint(note.encode("utf-8"), keys)
    except LedgerError:
        return False
    return True
