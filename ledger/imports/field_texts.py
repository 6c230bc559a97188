"""The text of a cell, read as what its field holds.

Each function raises `InputRefused` with what and why as sentences that hold no
personal data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ledger.errors import InputRefused
from ledger.values.dates import DateRefused, OccurredOn, parse_day, parse_stated
from ledger.values.person_name import PersonName

if TYPE_CHECKING:
    from datetime import date

LONGEST_TEXT = 100
"""The most characters of a class, a relationship or the school's own number."""

_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00(?:\.0+)?)?Z?\Z")
_BARE_NUMBER = re.compile(r"[0-9]{5}(?:\.0+)?\Z")
_TWO_DIGIT_YEAR = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-][0-9]{2}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_YEAR_WORDS = re.compile(r"(?:(?:national )?curriculum |nc )?(?:year|yr|y)? ?0*([0-9]{1,2})\Z")
_LAST_YEAR = 14
_EARLY_YEARS = {
    "reception": "R",
    "r": "R",
    "yr": "R",
    "year r": "R",
    "curriculum year r": "R",
    "rec": "R",
    "nursery": "N",
    "year n": "N",
    "curriculum year n": "N",
    "n": "N",
    "nursery 1": "N1",
    "nursery 2": "N2",
    "n1": "N1",
    "n2": "N2",
    "e1": "E1",
    "e2": "E2",
}
_SEXES = {"m": "M", "male": "M", "boy": "M", "f": "F", "female": "F", "girl": "F"}
_FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0"), False),
}


def parse_register_day(text: str) -> date:
    """Read a day; the midnight that some exports write behind it is dropped."""
    trimmed = _MIDNIGHT.sub("", text)
    if _BARE_NUMBER.match(trimmed):
        raise DateRefused(
            "The date is a bare number.",
            "Excel keeps dates as numbers, and this column was not formatted as a date.",
            "Format the column as a date in Excel and save the file again.",
            kind="date-number",
        )
    if _TWO_DIGIT_YEAR.match(trimmed):
        raise DateRefused(
            "The year of the date has two digits.",
            "Two digits do not tell the century.",
            "Format the column as dd/mm/yyyy in Excel and save the file again.",
            kind="date-two-digits",
        )
    return parse_day(trimmed)


def parse_register_date(text: str) -> OccurredOn:
    """Read a day, or a month or year where no more is known: 2019-09, 09/2019, 2019."""
    return parse_stated(text, parse_register_day)


def parse_name(text: str) -> PersonName:
    """Read a name; one with a mark that stands for lost letters is refused."""
    if "?" in text or "\ufffd" in text:
        raise InputRefused(
            "The name has lost letters.",
            "It holds a question mark, which stands for a letter that the export could not save.",
            'Export again as "CSV UTF-8".',
            kind="name-letters-lost",
        )
    return PersonName.parse(text)


def parse_full_name(text: str) -> tuple[PersonName, PersonName]:
    """Read "Family, Given" as (family, given); without the comma no one can tell."""
    family, comma, given = text.partition(",")
    if not comma or not family.strip() or not given.strip():
        raise InputRefused(
            "The name cannot be divided.",
            "Only a comma tells the family name from the given names, as in Surname, Forename.",
            "Export the family name and the given names in columns of their own.",
            kind="name-undivided",
        )
    return parse_name(family), parse_name(given)


def is_misread(text: str) -> bool:
    """Whether a text is UTF-8 that some program once read as Windows-1252."""
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


def parse_year_group(text: str) -> str:
    """Read a National Curriculum year: "R", "1" to "14", "N", "N1", "N2", "E1", "E2"."""
    folded = " ".join(text.casefold().split())
    if folded in _EARLY_YEARS:
        return _EARLY_YEARS[folded]
    match = _YEAR_WORDS.match(folded)
    if match and int(match[1]) <= _LAST_YEAR:
        return str(int(match[1])) if int(match[1]) else "R"
    raise InputRefused(
        "The year group is not known.",
        "It is Nursery, Reception or a number to 14, as in Year 4.",
        "Correct the year group, or leave the column out.",
        kind="year-group",
    )


def parse_sex(text: str) -> str:
    """Read the sex that the MIS holds: "M" or "F"."""
    sex = _SEXES.get(text.casefold())
    if sex is None:
        raise InputRefused(
            "The sex is not known.",
            "The census has F and M.",
            "Correct the cell, or leave the column out.",
            kind="sex",
        )
    return sex


def parse_flag(text: str) -> bool:
    """Read yes or no."""
    flag = _FLAGS.get(text.casefold())
    if flag is None:
        raise InputRefused(
            "The cell is neither yes nor no.",
            "It is a yes-or-no column.",
            "Write yes or no, or leave it empty.",
            kind="flag",
        )
    return flag


def parse_text(text: str) -> str:
    """Read a short text as it stands."""
    if len(text) > LONGEST_TEXT or _CONTROL.search(text):
        raise InputRefused(
            "The text cannot be kept.",
            f"It is longer than {LONGEST_TEXT} characters or holds control characters.",
            "Correct the cell, or leave the column out.",
            kind="text",
        )
    return text
