"""The time bracket in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ledger.evidence.time_words import bracket_words, moment_words, seal_words
from ledger.verify.proof_time import Seal, TimeBracket

BELOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ABOVE = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


def stamps(*instants: datetime) -> tuple[Seal, ...]:
    return tuple(
        Seal(at, f"CN=Authority {number}", "time-stamp") for number, at in enumerate(instants)
    )


def test_two_clocks_on_both_sides_read_as_a_judge_would_hear_it() -> None:
    words = bracket_words(TimeBracket(stamps(BELOW, BELOW), stamps(ABOVE, ABOVE)))
    assert words == (
        "Two independent clocks (time-stamp authorities) sealed the ledger on 3 March 2026 at "
        "17:00 UTC, with this entry in it. The entry itself quotes the seal that those clocks "
        "made on 2 March 2026 at 17:00 UTC, which nobody could have known before. So it was "
        "written in the 24 hours between, and has not changed since."
    )


def test_one_clock_is_not_called_independent_of_itself() -> None:
    twice = (*stamps(ABOVE), *stamps(ABOVE + timedelta(seconds=4)))
    words = bracket_words(TimeBracket((), twice))
    assert words.startswith("One clock outside the school (a time-stamp authority) sealed")
    assert "How long before, only the school's own clock says." in words


def test_another_ledger_is_a_clock_too() -> None:
    cosigner = Seal(ABOVE, "another/witness", "cosignature")
    words = bracket_words(TimeBracket(stamps(BELOW), (cosigner,)))
    assert "One clock outside the school (another ledger) sealed" in words
    assert "the seal that one clock outside the school (a time-stamp authority) made" in words


def test_the_bracket_told_is_the_widest_that_the_clocks_leave() -> None:
    early, late = BELOW - timedelta(minutes=2), ABOVE + timedelta(minutes=3)
    bracket = TimeBracket(stamps(BELOW, early), stamps(ABOVE, late))
    assert (bracket.after, bracket.before) == (early, late)


def test_without_a_seal_above_nothing_is_said_of_today() -> None:
    words = bracket_words(TimeBracket(stamps(BELOW), ()))
    assert "So it was written after then." in words
    assert "not changed since" not in words


def test_without_any_seal_nothing_is_claimed() -> None:
    assert "nothing from outside shows when" in bracket_words(TimeBracket((), ()))


def test_clocks_that_contradict_each_other_are_said_to() -> None:
    assert "contradict" in bracket_words(TimeBracket(stamps(ABOVE), stamps(BELOW)))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=1), "the second between"),
        (timedelta(seconds=61), "the 61 seconds between"),
        (timedelta(minutes=3, seconds=1), "the 4 minutes between"),
        (timedelta(hours=71, minutes=1), "the 72 hours between"),
        (timedelta(days=30), "the 30 days between"),
    ],
)
def test_a_span_is_never_told_shorter_than_it_is(length: timedelta, words: str) -> None:
    assert words in bracket_words(TimeBracket(stamps(BELOW), stamps(BELOW + length)))


def test_seconds_are_told_where_there_are_some() -> None:
    assert moment_words(BELOW + timedelta(seconds=7)) == "on 2 March 2026 at 17:00:07 UTC"


def test_a_seal_names_its_maker() -> None:
    assert seal_words(stamps(BELOW)[0]) == (
        "Time stamp by CN=Authority 0, on 2 March 2026 at 17:00 UTC"
    )
