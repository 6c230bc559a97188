"""Days as people type them after an option; all that a command which only shows needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledger.errors import LedgerError
from ledger.values.dates import parse_day, parse_stated

if TYPE_CHECKING:
    from collections.abc import Callable


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


STATED = Read("date", parse_stated)
"""A day, month or year."""
DAY = Read("day", parse_day)
