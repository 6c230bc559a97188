"""Bank holidays of England and Wales, as GOV.UK publishes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ledger.values.data_table import DataTable

if TYPE_CHECKING:
    from datetime import date

SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BankHolidays:
    """The published bank holidays.

    Attributes:
        days: each day with its name.
        first_year: the first calendar year that the list covers whole.
        last_year: the last such year; later years are not known yet.
        source: where the list is from, with its licence.
    """

    days: dict[date, str]
    first_year: int
    last_year: int
    source: str

    def covers(self, day: date) -> bool:
        """Whether the list knows the year of a day."""
        return self.first_year <= day.year <= self.last_year


@cache
def bank_holidays() -> BankHolidays:
    """Load the list.

    Raises:
        DataBroken: its file is missing or broken.
    """
    table = DataTable.load("ledger.statute", "bank_holidays.toml")
    loaded = BankHolidays(
        days=dict(_holiday(each) for each in table.tables("holiday")),
        first_year=table.number("first_year"),
        last_year=table.number("last_year"),
        source=table.text("source"),
    )
    table.close()
    return loaded


def is_working_weekday(day: date) -> bool:
    """Whether a day is Monday to Friday and no known bank holiday."""
    return day.weekday() < SATURDAY and day not in bank_holidays().days


def _holiday(table: DataTable) -> tuple[date, str]:
    day, title, _notes = table.required_day("day"), table.text("title"), table.text("notes", "")
    table.close()
    return day, title
