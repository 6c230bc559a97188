"""How a school is named by number: URN and LAESTAB.

Both are dated facts: a LAESTAB may change when a school becomes an academy,
so neither is ever the name of a ledger.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.errors import InputRefused

_URN = re.compile(r"[0-9]{6}\Z")
_LAESTAB = re.compile(r"[0-9]{7}\Z")
_SLASHED = re.compile(r"([0-9]{3})/([0-9]{4})\Z")


class UrnRefused(InputRefused):
    """The text is not a school's Unique Reference Number."""

    kind = "bad-urn"


class LaestabRefused(InputRefused):
    """The text is not a local authority and establishment number."""

    kind = "bad-laestab"


@dataclass(frozen=True, slots=True)
class Urn:
    """A school's Unique Reference Number, given out centrally: six digits."""

    text: str

    def __post_init__(self) -> None:
        """Refuse any other shape.

        Raises:
            UrnRefused: the text is not six digits.
        """
        if not _URN.match(self.text):
            raise UrnRefused(
                "The school's URN is malformed.",
                "A URN is six digits.",
                "Look the school up on Get Information About Schools.",
            )

    @classmethod
    def parse(cls, text: str) -> Urn:
        """Read a URN, with or without spaces around it.

        Raises:
            UrnRefused: the text is not six digits.
        """
        return cls(text.strip())

    def __str__(self) -> str:
        """Give the six digits."""
        return self.text


@dataclass(frozen=True, slots=True)
class Laestab:
    """Local authority (3 digits) and establishment (4 digits) in one number."""

    text: str

    def __post_init__(self) -> None:
        """Refuse any other shape.

        Raises:
            LaestabRefused: the text is not seven digits.
        """
        if not _LAESTAB.match(self.text):
            raise LaestabRefused(
                "The school's LAESTAB is malformed.",
                "A LAESTAB is seven digits, such as 8653396 or 865/3396.",
                "Look the school up on Get Information About Schools.",
            )

    @classmethod
    def parse(cls, text: str) -> Laestab:
        """Read "8653396" or "865/3396".

        Raises:
            LaestabRefused: the text is neither.
        """
        trimmed = text.strip()
        slashed = _SLASHED.match(trimmed)
        return cls("".join(slashed.groups()) if slashed else trimmed)

    @property
    def la(self) -> str:
        """The local authority's three digits."""
        return self.text[:3]

    @property
    def estab(self) -> str:
        """The establishment's four digits."""
        return self.text[3:]

    @property
    def slashed(self) -> str:
        """The form with a stroke, "865/3396"."""
        return f"{self.la}/{self.estab}"

    def __str__(self) -> str:
        """Give the seven digits."""
        return self.text
