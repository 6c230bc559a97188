"""Who may sign which event, and who may read which class: dated, cited tables.

Authority is judged at a place in the log; these tables say what the role that
was held there could sign on that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from ledger.statute.event_names import base_name, matches
from ledger.values.data_table import DataBroken, DataTable

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRow:
    """One row of the table of signatures.

    Attributes:
        pattern: an event's name, or a kind as "pupil.*".
        roles: the roles that may sign it.
        valid_from: the first day on which the row counts.
        valid_until: the last; None while in force.
        source: the citation.
    """

    pattern: str
    roles: frozenset[str]
    valid_from: date
    valid_until: date | None
    source: str

    def covers(self, name: str, on: date) -> bool:
        """Whether the row speaks of an event on a day."""
        in_force = self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
        return in_force and matches(self.pattern, name)


@lru_cache(maxsize=4096)
def roles_that_may_sign(event_type: str, on: date) -> frozenset[str]:
    """Give the roles that may sign an event.

    Args:
        event_type: the published type name, with or without its version.
        on: the day of the signature.

    Returns:
        The roles; empty for an event that the table does not know.
    """
    name = base_name(event_type)
    rows = [row for row in signing_rows() if row.covers(name, on)]
    decisive = max(rows, key=lambda row: len(row.pattern), default=None)
    return decisive.roles if decisive else frozenset()


def classes_readable_by(role: str) -> frozenset[str]:
    """Give the classes of contents that a role reads; empty for one that reads none."""
    return _readers().get(role, frozenset())


@cache
def signing_rows() -> tuple[SigningRow, ...]:
    """Load the table of signatures, in the order of its file.

    Raises:
        DataBroken: a row does not say from when it counts, or names no role.
    """
    table = DataTable.load("ledger.statute", "who_may_sign.toml")
    rows = tuple(_signing_row(each) for each in table.tables("row"))
    table.close()
    return rows


def _signing_row(table: DataTable) -> SigningRow:
    roles = frozenset(table.texts("roles"))
    if not roles:
        raise DataBroken(
            f"The table {table.where} is broken.",
            "It names no role.",
            "Install the program again.",
        )
    row = SigningRow(
        pattern=table.text("pattern"),
        roles=roles,
        valid_from=table.required_day("from"),
        valid_until=table.day("until"),
        source=table.text("source"),
    )
    table.close()
    return row


@cache
def _readers() -> dict[str, frozenset[str]]:
    table = DataTable.load("ledger.statute", "who_may_read.toml")
    readers = dict(_reader(each) for each in table.tables("row"))
    table.close()
    return readers


def _reader(table: DataTable) -> tuple[str, frozenset[str]]:
    role, classes = table.text("role"), frozenset(table.texts("classes"))
    table.text("source")
    table.close()
    return role, classes
