"""How long the record of a reading is kept: as long as a claim about it can be brought.

The periods are data: `access_retention.toml`.  Nothing is deleted by it; it says from
which day on a record may go.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ledger.values.data_table import DataTable
from ledger.values.dates import MONTHS_IN_YEAR, months_after

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRetention:
    """One period.

    Attributes:
        valid_from: the first day of reading to which it applies.
        valid_until: the last; None while in force.
        years: how many after the reading, or after coming of age.
        of_age_at: at which age the years begin to run for a child.
        source: the citation.
        reason: why so long, as part of a sentence.
    """

    valid_from: date
    valid_until: date | None
    years: int
    of_age_at: int
    source: str
    reason: str

    def kept_until(self, read_on: date, born: date | None) -> date:
        """Give the last day on which the record of a reading is kept.

        Args:
            read_on: the day of the reading.
            born: date of birth of whoever was read of; None where that is not
                known, or it was a list: then as if they were born on that day.
        """
        after_reading = months_after(read_on, self.years * MONTHS_IN_YEAR)
        years_of_age = self.of_age_at + self.years
        return max(after_reading, months_after(born or read_on, years_of_age * MONTHS_IN_YEAR))


def retention_on(day: date) -> AccessRetention:
    """Find the period for readings on a day.

    Before the first row's day it is the first row's: no rule lets go of them earlier.
    """
    rows = _rows()
    known = [
        one
        for one in rows
        if one.valid_from <= day and (one.valid_until is None or day <= one.valid_until)
    ]
    return known[-1] if known else rows[0]


@cache
def _rows() -> tuple[AccessRetention, ...]:
    table = DataTable.load("ledger.statute", "access_retention.toml")
    rows = tuple(_row(each) for each in table.tables("row"))
    table.close()
    return rows


def _row(table: DataTable) -> AccessRetention:
    row = AccessRetention(
        valid_from=table.required_day("from"),
        valid_until=table.day("until"),
        years=table.number("years"),
        of_age_at=table.number("of_age_at"),
        source=table.text("source"),
        reason=table.text("reason"),
    )
    table.close()
    return row
