"""The computer's clock held against the ledger's: entries stand in the order of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from ledger.errors import ClockSetBack

CLOCK_TOLERANCE = timedelta(minutes=2)
"""A clock behind the newest entry by no more than this is taken as equal to it."""


def demand_clock(now: datetime, newest: datetime) -> None:
    """Refuse a clock that is behind the newest entry.

    Args:
        now: the computer's clock, aware UTC.
        newest: when the newest entry was recorded.

    Raises:
        ClockSetBack: it is, by more than `CLOCK_TOLERANCE`.
    """
    if newest - now > CLOCK_TOLERANCE:
        raise ClockSetBack(
            "This computer's clock is behind the newest entry of the ledger; nothing was recorded.",
            "Entries stand in the order of time; an earlier time would be a false one.",
            "Set the computer's clock to the right time (in the settings, “set automatically”), "
            "then repeat the command.",
        )
