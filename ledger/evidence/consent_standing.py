"""Is a consent in force today, and if not, what ended it: asked before it is proved.

The judge is the one of `consent_answer`: the family's newest answer decides, item by
item, so a consent that a later asking stands in place of is not in force either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.errors import RuleRefused
from ledger.evidence.consent_answer import ConsentQuestion, answer_consent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ledger.evidence.consent_answer import ConsentAnswer
    from ledger.projections.consents import ConsentRow


@dataclass(frozen=True, slots=True)
class NotInForce:
    """Why a consent is not in force.

    Attributes:
        index: log index of the entry that decides, or None where none does.
        words: in a sentence or two, without names.
    """

    index: int | None
    words: str


TAKEN_BACK: Final = NotInForce(None, "Its answer was corrected as wrong, and no other stands.")


def what_ended(stream: bytes, records: Sequence[ConsentRow], on: date) -> NotInForce | None:
    """Tell why a consent is not in force on a day; None where it is.

    Args:
        stream: the consent's stream, 16 bytes.
        records: all consents of the pupil.
        on: the day.
    """
    record = next((one for one in records if one.stream == stream), None)
    if record is None:
        return TAKEN_BACK
    for item in sorted(record.items):
        answer = answer_consent(
            ConsentQuestion(item=item, recipient=record.recipient, on=on), records
        )
        if answer.stream != stream or answer.verdict != "yes":
            return _reason(stream, answer)
    return None


def demand_in_force(ended: NotInForce | None) -> None:
    """Refuse to prove that a consent is in force which is not.

    Raises:
        RuleRefused: kind "not-in-force".
    """
    if ended is None:
        return
    also = "" if ended.index is None else f"; entry {ended.index} is proved in the same way"
    raise RuleRefused(
        "This consent is not in force; no proof was made.",
        ended.words,
        f"Prove it without --in-force: that shows that it was given{also}.",
        kind="not-in-force",
    )


def _reason(stream: bytes, answer: ConsentAnswer) -> NotInForce:
    words = answer.words.split(" Ask the family")[0]
    if answer.index is None:
        return NotInForce(None, "It is dated so that it does not certainly begin by today.")
    if answer.stream != stream:
        words = f"The family was asked again later, and that answer decides: {words}"
    return NotInForce(answer.index, f"{words.rstrip('.')} (entry {answer.index}).")
