"""Numbers of things in words: 1 row, 2 rows."""

from __future__ import annotations

import re

_Y_AFTER_CONSONANT = re.compile(r"(?<=[^aeiou])y$")


def counted(number: int, one: str) -> str:
    """Give a number with what it counts: 1 entry, 2 entries, 3 days.

    Args:
        number: how many.
        one: what one of them is called.
    """
    ies = _Y_AFTER_CONSONANT.sub("ies", one)
    return f"{number:,} {one if number == 1 else ies if ies != one else one + 's'}"


def are(number: int) -> str:
    """Give the verb: 1 is, 2 are."""
    return "is" if number == 1 else "are"


def the_newest(number: int) -> str:
    """Begin a sentence about the newest entries, up to its verb."""
    return "The newest entry stands" if number == 1 else f"The newest {number:,} entries stand"
