"""Who answers for a pupil: their parental responsibility, as it stood on that day (D-CONS-1)."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ledger.errors import RuleRefused, UsageError
from ledger.projections.responsibility import Carer, carers_of
from ledger.values.person_name import search_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ledger.projections.history import HistoryEntry
    from ledger.values.dates import OccurredOn

PARENTAL = "parental_responsibility"


def responsibility_of(
    history: Iterable[HistoryEntry], name: str, on: OccurredOn, *, not_recorded: bool
) -> bytes | None:
    """Give the record of the parental responsibility of whoever answered.

    Args:
        history: the pupil's.
        name: who answered, as typed.
        on: when.
        not_recorded: it was said that none is recorded here.

    Returns:
        The record's stream; None where it was said that there is none.

    Raises:
        RuleRefused: it had ended, they never had it, or none is recorded and
            nothing was said of that.
        UsageError: it is not certain who is meant.
    """
    alike = [one for one in carers_of(history) if search_key(one.name) == search_key(name)]
    fitting = [one for one in alike if _plain(one.name) == _plain(name)]
    if alike and not fitting:
        raise _unsure("Somebody is recorded under nearly that name.", "Type it as recorded.")
    standing = [one for one in fitting if one.stands(on)]
    if len(standing) > 1:
        raise _unsure("Several records of that name stand.", "Put one right: send-ledger correct.")
    if standing:
        return _demand_holder(standing[0])
    _demand_not_ended(fitting, on)
    if not not_recorded:
        raise RuleRefused(
            "No parental responsibility under that name is recorded for that day; "
            "nothing was recorded.",
            "Who could give consent on that day has to be known (D-CONS-1).",
            "Record it first with send-ledger parent add; or say --not-recorded, and every "
            "answer will say so too.",
            kind="giver-not-recorded",
        )
    return None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _demand_holder(carer: Carer) -> bytes:
    if not carer.holds_responsibility:
        raise RuleRefused(
            "Whoever answered is recorded as without parental responsibility; "
            "nothing was recorded.",
            "Consent is given by somebody who holds it, or by the young person (D-CONS-1).",
            "Ask somebody who holds it; or put the record right with send-ledger correct.",
            kind="giver-without-responsibility",
        )
    return carer.stream


def _demand_not_ended(fitting: Sequence[Carer], on: OccurredOn) -> None:
    if any(one.ended_by(on) for one in fitting):
        raise RuleRefused(
            "Their parental responsibility had ended by that day; nothing was recorded.",
            "Consent is given by somebody who holds it on that day (D-CONS-1).",
            "Ask somebody who holds it; or put the record right with send-ledger correct.",
            kind="giver-without-responsibility",
        )


def _unsure(why: str, remedy: str) -> UsageError:
    return UsageError(
        "It is not certain who answered; nothing was recorded.",
        f"{why} People are never taken for one another by name.",
        f"{remedy} See send-ledger history PUPIL.",
        kind="ambiguous-giver",
    )
