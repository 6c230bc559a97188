"""Days as people type them after an option; all that a command which only shows needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import click

from ledger.errors import LedgerError
from ledger.values.dates import MONTHS, DateRefused, OccurredOn, parse_day

if TYPE_CHECKING:
    from collections.abc import Callable

_MONTH: Final = re.compile(r"(?:([A-Za-z]{3,9})|([0-9]{1,2}))[ /-]([0-9]{4})\Z")
_MONTH_NUMBERS: Final = {
    name[:length].casefold(): number
    for number, name in enumerate(MONTHS, 1)
    for length in (3, len(name))
}


class Read(click.ParamType[object]):
    """A value read by a function that refuses with a `LedgerError`."""

    def __init__(self, name: str, reader: Callable[[str], object]) -> None:
        """Take what the help calls the value, and what reads it."""
        self.name = name
        self.read = reader

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Read what was typed; a refusal becomes a usage error that says what to type."""
        if not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except LedgerError as error:
            sentences = (error.what, error.why, error.remedy)
            self.fail(" ".join(one for one in sentences if one), param, ctx)


def parse_stated(text: str) -> OccurredOn:
    """Read a day, a month or a year as people state it.

    Reads what `parse_day` reads, and 2026-03, 03/2026, March 2026, Mar 2026, 2026.

    Raises:
        DateRefused: another form, or no such day.
    """
    trimmed = text.strip()
    if match := _MONTH.match(trimmed):
        word, number, year = match.groups()
        month = int(number) if number else _MONTH_NUMBERS.get(word.casefold(), 0)
        return OccurredOn.parse(f"{year}-{month:02d}")
    try:
        return OccurredOn.on(parse_day(trimmed))
    except DateRefused:
        return OccurredOn.parse(trimmed)


STATED = Read("date", parse_stated)
"""A day, month or year."""
DAY = Read("day", parse_day)
