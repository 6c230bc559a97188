"""Was consent in force: for this item, to this recipient, on that day (D-CONS-11)?

The family's newest answer decides.  Where it was asked twice about the same item
and recipient, the later consent stands in place of the earlier, so a consent that
was refused or withdrawn is never revived by an older one.  Whatever is not known
exactly counts against sharing: a consent from the last day on which it may have
been given, a withdrawal from the first.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ledger.statute.no_consent_needed import find_duty
from ledger.values.dates import day_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from ledger.projections.consents import ConsentPlace, ConsentRow

Verdict = Literal["yes", "no", "not-required"]
NOT_RECORDED = "The parental responsibility of whoever gave it is not recorded with it."
ASK = "Ask the family, or leave the item out."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentQuestion:
    """What is asked.

    Attributes:
        item: code of what would be shared.
        recipient: to whom.
        on: the day of sharing.
        known_by: the last day of which anything can be on record, today; `on`
            itself where not given.
        capacities: what the recipient is to the pupil on that day, such as
            `receiving_school`; for the duties of law.
    """

    item: str
    recipient: str
    on: date
    known_by: date | None = None
    capacities: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAnswer:
    """Whether it may be shared, and what decides.

    Attributes:
        verdict: yes, no, or not-required.
        index: log index of the entry that decides, or None where none does.
        stream: the consent's stream, or None.
        words: the answer in a sentence or two, without names.
        citation: the law, where the verdict is not-required; else "".
        passed_over: why each earlier or other consent does not decide.
    """

    verdict: Verdict
    index: int | None
    stream: bytes | None
    words: str
    citation: str
    passed_over: tuple[str, ...]


NOT_YET = "The day asked about is still to come: it may be withdrawn by then, so ask again."


def answer_consent(asked: ConsentQuestion, records: Sequence[ConsentRow]) -> ConsentAnswer:
    """Answer whether an item may be shared with a recipient on a day.

    Args:
        asked: what is asked.
        records: all consents of the pupil.
    """
    duty = find_duty(asked.item, asked.capacities, asked.on)
    if duty is not None:
        words = f"No consent is needed: {duty.duty}. {duty.note}".strip()
        return ConsentAnswer(
            verdict="not-required",
            index=None,
            stream=None,
            words=words,
            citation=duty.source,
            passed_over=(),
        )
    answered, unanswered = _relevant(asked, records)
    if not answered:
        words = f"No consent for this item and this recipient is on record. {ASK}"
        return _answer("no", None, None, words, unanswered)
    (fact, newest), *earlier = answered
    index, verdict, words = _judge(asked, fact, newest)
    passed_over = [
        f"Entry {one.index} does not decide: the family was asked again later (entry {fact.index})."
        for one, _ in earlier
    ]
    return _answer(verdict, index, newest.stream, words, [*passed_over, *unanswered])


def same_recipient(one: str, other: str) -> bool:
    """Compare recipients as people write them: neither case nor spacing counts."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _relevant(
    asked: ConsentQuestion, records: Sequence[ConsentRow]
) -> tuple[list[tuple[ConsentPlace, ConsentRow]], list[str]]:
    """Give the consents answered by that day, newest first, and why others are not."""
    found, later = [], []
    for record in records:
        fact = record.answered
        if fact is None or asked.item not in record.items:
            continue
        if not same_recipient(record.recipient, asked.recipient):
            continue
        # A refusal may have been said on the first day, a consent only on the last.
        day = fact.occurred_on.last if record.given else fact.occurred_on.first
        if day <= asked.on:
            found.append((fact, record))
        else:
            later.append(
                f"Entry {fact.index} does not decide: it is dated {fact.occurred_on}, "
                f"not certainly by {day_words(asked.on)}."
            )
    found.sort(key=lambda one: (one[0].occurred_on.last, one[0].index), reverse=True)
    return found, later


def _judge(
    asked: ConsentQuestion, fact: ConsentPlace, record: ConsentRow
) -> tuple[int, Verdict, str]:
    on, known_by = asked.on, asked.known_by or asked.on
    withdrawn = record.withdrawn
    if record.refused is not None:
        return fact.index, "no", f"Consent was refused (dated {fact.occurred_on}). {ASK}"
    if withdrawn is not None and withdrawn.occurred_on.first <= on:
        words = f"Consent was withdrawn (dated {withdrawn.occurred_on}). {ASK}"
        return withdrawn.index, "no", words
    if record.expires_on is not None and record.expires_on < on:
        return fact.index, "no", f"Consent ran out on {day_words(record.expires_on)}. {ASK}"
    said = "The school recorded that consent" if record.act_kind == "none" else "Consent"
    end = "" if record.expires_on is None else f"; it lasts until {day_words(record.expires_on)}"
    by = day_words(min(on, known_by))
    words = f"{said} was given (dated {fact.occurred_on}) and not withdrawn by {by}{end}."
    if known_by < on:
        words += f" {NOT_YET}"
    if not record.giver_recorded:
        words += f" {NOT_RECORDED}"
    return fact.index, "yes", words


def _answer(
    verdict: Verdict,
    index: int | None,
    stream: bytes | None,
    words: str,
    passed_over: Sequence[str],
) -> ConsentAnswer:
    return ConsentAnswer(
        verdict=verdict,
        index=index,
        stream=stream,
        words=words,
        citation="",
        passed_over=tuple(passed_over),
    )
