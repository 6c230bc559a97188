"""A pupil's consents as the judge of consents takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.bootstrap.view import View
from ledger.evidence.consent_answer import (
    ConsentQuestion,
    answer_consent,
    same_recipient,
)
from ledger.evidence.consent_standing import NotInForce, what_ended
from ledger.projections.consents import consents_of
from ledger.projections.history import HistoryEntry, read_history
from ledger.projections.streams import MODEL
from ledger.values.dates import OccurredOn

NOUN = "consent"


def consent_to_share(
    history: Iterable[HistoryEntry], item: str, recipient: str, on: date
) -> bytes | None:
    """Give the consent under which an item may go to a recipient on a day.

    Args:
        history: the pupil's.
        item: code of what would be shared.
        recipient: to whom.
        on: the day of sharing.

    Returns:
        The stream of the consent that decides, or None where it may not be shared.
    """
    records = consents_of(history)
    answer = answer_consent(ConsentQuestion(item=item, recipient=recipient, on=on), records)
    return answer.stream if answer.verdict == "yes" else None


def capacities_of(history: Iterable[HistoryEntry], recipient: str, on_day: date) -> set[str]:
    """Give what the recipient is to the pupil, as far as the record itself says."""
    moved = any(
        one.type == "pupil.left.v1"
        and one.corrected_by is None
        and one.fields["destination"]
        and same_recipient(one.fields["destination"], recipient)
        and OccurredOn.parse(one.occurred_on).first <= on_day
        for one in history
    )
    return {"receiving_school"} if moved else set()


def what_ended_entry(view: View, entry: int) -> NotInForce | None:
    """Tell why the consent that an entry belongs to is not in force today.

    Returns:
        None where it is in force, or the entry belongs to no consent.
    """
    stream = view.reader.entry(entry).stream
    noun, pupil = view.models.get(MODEL, stream) or (None, None)
    if noun != NOUN or pupil is None:
        return None
    history = read_history(view.models, view.reader, pupil)
    records = consents_of(history)
    return what_ended(stream, records, view.home.clock().date())
