"""The time bracket in words for a judge, a parent or a council officer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.values.counting import counted
from ledger.values.dates import OccurredOn, day_words, days_late, instant_text, parse_instant
from ledger.verify.findings import ProvedTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.verify.logged import Logged
    from ledger.verify.proof_folder import ProofExamination
    from ledger.verify.proof_time import Seal, TimeBracket

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
_HOUR = 3600


def bracket_words(bracket: TimeBracket) -> str:
    """Say between which seals an entry was recorded.

    Where several clocks sealed one checkpoint, the widest bracket is told: it holds
    if but one of them was right.
    """
    after, before = bracket.after, bracket.before
    if before is None and after is None:
        return (
            "No clock outside the school has sealed the ledger with this entry in it, and the "
            "entry quotes no earlier seal. So nothing from outside shows when it was written."
        )
    words = []
    if before is not None:
        words.append(
            f"{_clocks(bracket.above)} sealed the ledger {moment_words(before)}, with this entry "
            "in it."
        )
    if after is not None:
        words.append(
            f"The entry itself quotes the seal that {_same_or_other(bracket)} made "
            f"{moment_words(after)}, which nobody could have known before."
        )
    words.append(_conclusion(after, before))
    return " ".join(words)


def claimed_words(entry: Logged) -> str:
    """Say what a person stated and the school's clock wrote down; ends where the proof begins."""
    stated = _occurred_on(entry)
    recorded = parse_instant(entry.statement.recorded_at)
    clock = f"{moment_words(recorded)}, by the school's own clock. Proved:"
    if stated is None:
        return f"Stated: the date is not shown. Recorded: {clock}"
    words = (
        f"Stated: that it happened {_spoken(stated)}. That date is the word of "
        f"whoever signed. Recorded: {clock}"
    )
    late = days_late(stated, recorded.date())
    return (
        f"LATE ENTRY: it was recorded {counted(late, 'day')} after the stated date. {words}"
        if late
        else words
    )


def proved_time(examined: ProofExamination) -> ProvedTime | None:
    """Say when the entry of a proof folder was recorded; None where the folder is altered."""
    entry, bracket = examined.statement, examined.bracket
    if entry is None or examined.report.result == "altered":
        return None
    stated = _occurred_on(entry)
    words = f"{claimed_words(entry)} {bracket_words(bracket)}"
    if "self-asserted" in examined.report.codes:
        words += " All this by the folder's own word: no trust policy was given."
    return ProvedTime(
        stated=None if stated is None else str(stated),
        recorded_at=entry.statement.recorded_at,
        after=None if bracket.after is None else instant_text(bracket.after),
        before=None if bracket.before is None else instant_text(bracket.before),
        words=words,
    )


def _occurred_on(entry: Logged) -> OccurredOn | None:
    """Give the date stated; None where it is withheld, or is none."""
    stated = entry.fields.get("occurred_on")
    text = stated.get("date") if isinstance(stated, dict) else None
    try:
        return OccurredOn.parse(text) if isinstance(text, str) else None
    except LedgerError:
        return None


def _spoken(stated: OccurredOn) -> str:
    if stated.precision == "day":
        return f"on {day_words(stated.first)}"
    return f"in {stated} (no exact day is stated)"


def moment_words(at: datetime) -> str:
    """Write an instant for reading: “on 3 March 2026 at 17:00 UTC”."""
    instant = at.astimezone(UTC)
    seconds = f":{instant.second:02d}" if instant.second else ""
    return f"on {day_words(instant.date())} at {instant.hour:02d}:{instant.minute:02d}{seconds} UTC"


def seal_words(seal: Seal) -> str:
    """Say who sealed, and when."""
    how = "Time stamp by" if seal.how == "time-stamp" else "Cosigned by"
    return f"{how} {seal.by}, {moment_words(seal.at)}"


def _conclusion(after: datetime | None, before: datetime | None) -> str:
    if after is None:
        return (
            "So it was written before then, and has not changed since. How long before, only "
            "the school's own clock says."
        )
    if before is None:
        return (
            "So it was written after then. No seal from outside stands over it yet, so how it "
            "read before today rests on the school's word."
        )
    if before < after:
        return "These two contradict each other: one of the clocks is wrong."
    return f"So it was written in the {_span(before - after)} between, and has not changed since."


def _same_or_other(bracket: TimeBracket) -> str:
    below = _names(bracket.below)
    if below != _names(bracket.above):
        clocks = _clocks(bracket.below)
        return clocks[0].lower() + clocks[1:]
    return "that clock" if len(below) == 1 else "those clocks"


def _clocks(seals: Sequence[Seal]) -> str:
    count = len(_names(seals))
    kinds = {seal.how for seal in seals}
    sort = {
        frozenset({"time-stamp"}): "time-stamp authorities"
        if count > 1
        else "a time-stamp authority",
        frozenset({"cosignature"}): "other ledgers" if count > 1 else "another ledger",
    }.get(frozenset(kinds), "time-stamp authorities and other ledgers")
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    noun = "independent clocks" if count > 1 else "clock outside the school"
    return f"{number} {noun} ({sort})"


def _names(seals: Sequence[Seal]) -> frozenset[tuple[str, str]]:
    return frozenset((seal.how, seal.by) for seal in seals)


def _span(length: timedelta) -> str:
    seconds = max(int(length.total_seconds()), 1)
    for unit, size, most in (
        ("second", 1, 120),
        ("minute", 60, 2 * _HOUR),
        ("hour", _HOUR, 72 * _HOUR),
    ):
        if seconds <= most:
            number = -(-seconds // size)  # rounded up: the bracket is never narrower than proved
            return unit if number == 1 else f"{number} {unit}s"
    return f"{-(-seconds // (24 * _HOUR))} days"
