"""The school year: 1 September to 31 August.

The law's school year begins with the first term after July (Education Act
1996 s.579); 1 September is how registers and year groups are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ledger.errors import InputRefused

SEPTEMBER = 9
AUGUST = 8

_TEXT = re.compile(r"([0-9]{4})/([0-9]{2})\Z")


class SchoolYearRefused(InputRefused):
    """The text does not name a school year."""

    kind = "bad-school-year"


@dataclass(frozen=True, slots=True, order=True)
class SchoolYear:
    """One school year.

    Attributes:
        starts_in: the calendar year of its 1 September.
    """

    starts_in: int

    @classmethod
    def of(cls, day: date) -> SchoolYear:
        """Give the school year that a day falls in."""
        return cls(day.year if day.month >= SEPTEMBER else day.year - 1)

    @classmethod
    def parse(cls, text: str) -> SchoolYear:
        """Read "2025/26".

        Raises:
            SchoolYearRefused: another form, or two years that do not follow.
        """
        match = _TEXT.match(text.strip())
        if not match or int(match[2]) != (int(match[1]) + 1) % 100:
            raise SchoolYearRefused(
                "The school year could not be read.",
                "A school year is written with both its years, as 2025/26.",
                "Write the year of its September, a stroke, and the next year's two digits.",
            )
        return cls(int(match[1]))

    @property
    def first(self) -> date:
        """Its first day, 1 September."""
        return date(self.starts_in, SEPTEMBER, 1)

    @property
    def last(self) -> date:
        """Its last day, 31 August."""
        return date(self.starts_in + 1, AUGUST, 31)

    def contains(self, day: date) -> bool:
        """Whether a day falls in it."""
        return self.first <= day <= self.last

    def __str__(self) -> str:
        """Give the form "2025/26"."""
        return f"{self.starts_in}/{(self.starts_in + 1) % 100:02d}"
