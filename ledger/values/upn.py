"""The Unique Pupil Number: 13 characters that begin with a check letter.

Permanent: check letter, local authority (3 digits), establishment (4), year
(2), serial (3).  Temporary: the last of the serial is a letter.  Source:
UniquePupilNumber 2.0 (govtalk.gov.uk).

A wrong check letter is a fact about the number, not a parse error: even DfE's
own sample numbers have wrong ones.  Import sets such a row aside; issuing a
number demands a right one.  No list of local authorities is consulted, since
every published one has gone stale (838-839, 940-943, the Welsh ones).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.errors import InputRefused

CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # 23 letters: no I, O or S
FIRST_WEIGHT = 2  # the characters after the check letter stand at 2 ... 13

_LETTER = "[A-HJ-NP-RT-Z]"
_SHAPE = re.compile(rf"{_LETTER}[0-9]{{11}}(?:[0-9]|{_LETTER})\Z")
_LA = re.compile(r"[0-9]{3}\Z")
_ESTABLISHMENT = re.compile(r"[0-9]{4}\Z")
_HIGHEST_SERIAL = 999


class UpnRefused(InputRefused):
    """The text does not have the shape of a Unique Pupil Number."""

    kind = "bad-upn"


class UpnNotIssuable(InputRefused):
    """The number's check letter is wrong, so it may not be issued or sent on."""

    kind = "upn-check-letter"


@dataclass(frozen=True, slots=True)
class Upn:
    """A Unique Pupil Number of the right shape; its check letter may be wrong.

    Attributes:
        text: the 13 characters, in capitals.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse any other shape.

        Raises:
            UpnRefused: the text is not 13 characters of the right kinds.
        """
        if not _SHAPE.match(self.text):
            raise UpnRefused(
                "The Unique Pupil Number is malformed.",
                "A UPN is a letter, then 11 digits, then a digit or a letter; never I, O or S.",
                "Copy the UPN again from the management information system.",
            )

    @classmethod
    def parse(cls, text: str) -> Upn:
        """Read a UPN in either case, with or without spaces around it.

        Raises:
            UpnRefused: the text is not 13 characters of the right kinds.
        """
        return cls(text.strip().upper())

    @property
    def check_letter_ok(self) -> bool:
        """Whether the first letter is the one that the other twelve call for."""
        return self.text[0] == check_letter(self.text[1:])

    @property
    def temporary(self) -> bool:
        """Whether the number is a temporary one: it ends in a letter."""
        return self.text[-1] in CHECK_LETTERS

    def require_issuable(self) -> Upn:
        """Give the number back if it may be issued.

        Raises:
            UpnNotIssuable: the check letter is wrong.
        """
        if not self.check_letter_ok:
            raise UpnNotIssuable(
                "The Unique Pupil Number has the wrong check letter.",
                "Its first letter does not follow from the other twelve characters.",
                "Look for a typing slip, or ask the school that issued the number.",
            )
        return self

    def __str__(self) -> str:
        """Give the 13 characters."""
        return self.text


def check_letter(rest: str) -> str:
    """Compute the check letter for the twelve characters that follow it.

    The sum of position x value, positions 2 to 13, modulo 23; a temporary
    number's last letter counts as its place in the alphabet of check letters
    (UniquePupilNumber 2.0).

    Args:
        rest: the twelve characters after the check letter, already of the
            right kinds.
    """
    total = sum(weight * _value(character) for weight, character in enumerate(rest, FIRST_WEIGHT))
    return CHECK_LETTERS[total % len(CHECK_LETTERS)]


def make_upn(la: str, estab: str, year: int, serial: int) -> Upn:
    """Make a permanent UPN with its check letter.

    Args:
        la: the local authority's three digits.
        estab: the establishment's four digits.
        year: the year of allocation; its last two digits are used.
        serial: 0 to 999 within that school and year.

    Raises:
        UpnRefused: a part has another shape or is out of range.
    """
    in_range = year >= 0 and 0 <= serial <= _HIGHEST_SERIAL
    if not (_LA.match(la) and _ESTABLISHMENT.match(estab) and in_range):
        raise UpnRefused(
            "The parts do not make a Unique Pupil Number.",
            "It needs a 3-digit authority, a 4-digit school, a year and a serial from 0 to 999.",
            "Check the school's LAESTAB and start the serials again in each year.",
        )
    rest = f"{la}{estab}{year % 100:02d}{serial:03d}"
    return Upn(check_letter(rest) + rest)


def _value(character: str) -> int:
    return int(character) if character in "0123456789" else CHECK_LETTERS.index(character)
