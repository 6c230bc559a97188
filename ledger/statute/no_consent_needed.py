"""What a duty of law makes the school share, whatever the family consents to.

Most of what a school shares rests on its public task, not on consent; calling
that consent would make a withdrawal seem to forbid a transfer that the law
demands.  The duties are data: `no_consent_needed.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ledger.values.data_table import DataTable

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class StatutoryDuty:
    """One duty to share.

    Attributes:
        item: the code of what is shared.
        capacity: what the recipient is to the pupil, e.g. `receiving_school`.
        valid_from: the first day on which the duty exists.
        valid_until: the last; None while in force.
        duty: the duty in words, as part of a sentence.
        source: the citation.
        note: whom it binds and where it ends; "" for nothing to say.
    """

    item: str
    capacity: str
    valid_from: date
    valid_until: date | None
    duty: str
    source: str
    note: str

    def covers(self, item: str, capacities: Collection[str], on: date) -> bool:
        """Whether it makes the school share an item with such a recipient on a day."""
        in_force = self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
        return in_force and self.item == item and self.capacity in capacities


def find_duty(item: str, capacities: Collection[str], on: date) -> StatutoryDuty | None:
    """Find the duty under which an item is shared without consent.

    Args:
        item: the code of what is shared.
        capacities: what the recipient is to the pupil on that day.
        on: the day of sharing.
    """
    return next((one for one in duties() if one.covers(item, capacities, on)), None)


def capacities() -> list[str]:
    """Give what a recipient can be to a pupil, as far as a duty of law turns on it."""
    return sorted({one.capacity for one in duties()})


@cache
def duties() -> tuple[StatutoryDuty, ...]:
    """Load the table of duties, in the order of its file.

    Raises:
        DataBroken: a row does not say from when it counts.
    """
    table = DataTable.load("ledger.statute", "no_consent_needed.toml")
    rows = tuple(_duty(each) for each in table.tables("row"))
    table.close()
    return rows


def _duty(table: DataTable) -> StatutoryDuty:
    duty = StatutoryDuty(
        item=table.text("item"),
        capacity=table.text("capacity"),
        valid_from=table.required_day("from"),
        valid_until=table.day("until"),
        duty=table.text("duty"),
        source=table.text("source"),
        note=table.text("note", ""),
    )
    table.close()
    return duty
