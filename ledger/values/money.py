"""Money in whole pence: exact."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.errors import InputRefused

PENCE_IN_POUND = 100
LARGEST_PENCE = 100_000_000_000  # a thousand million pounds either way

_PLAIN = r"0|[1-9][0-9]{0,9}"
_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3}"
_TEXT = re.compile(rf"£?({_GROUPED}|{_PLAIN})(?:\.([0-9]{{2}}))?\Z")


class MoneyRefused(InputRefused):
    """The text or number is not an exact sum of money."""

    kind = "bad-money"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """A sum of pounds sterling.

    Attributes:
        pence: the sum in whole pence; negative when owed back.
    """

    pence: int

    def __post_init__(self) -> None:
        """Refuse what is not a whole number of pence within bounds.

        Raises:
            MoneyRefused: not an integer, or beyond `LARGEST_PENCE` either way.
        """
        if type(self.pence) is not int or abs(self.pence) > LARGEST_PENCE:
            raise _refused("The sum is not a whole number of pence within bounds.")

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read "£1,234.56", "1234.56" or "1234".

        Raises:
            MoneyRefused: one decimal, misplaced commas, or anything else that
                could be read two ways.
        """
        match = _TEXT.match(text.strip())
        if not match:
            raise _refused("A sum is written in pounds, or pounds and two digits of pence.")
        return cls(int(match[1].replace(",", "")) * PENCE_IN_POUND + int(match[2] or 0))

    def __str__(self) -> str:
        """Write the sum as "£1,234.56"."""
        pounds, pence = divmod(abs(self.pence), PENCE_IN_POUND)
        return f"{'-' if self.pence < 0 else ''}£{pounds:,}.{pence:02d}"


def _refused(why: str) -> MoneyRefused:
    return MoneyRefused(
        "The sum of money could not be read.", why, "Write it as 1234.56 or £1,234.56."
    )
