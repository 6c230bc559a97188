"""Forty made-up pupils with awkward names, born so as to fit the school year that is played.

Nobody in `pupils.csv` is or was a pupil of either school.  Their UPNs are valid, and
numbered from 901 on within their year: schools begin at 001 and never come so far.
"""

from __future__ import annotations

import calendar
import csv
import io
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from ledger.values.upn import CHECK_LETTERS, Upn, make_upn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ledger.demo.played_year import PlayedYear
    from ledger.demo.schools import DemoSchool

FIRST_SERIAL: Final = 901
_LEAP_YEARS: Final = (5, 4, 3, 2, 1, 0)
"""Year groups of a primary school, tried for the one born in a leap year."""


@dataclass(frozen=True, slots=True)
class MadeUpParent:
    """A made-up parent; `responsible` is yes, no, or "" where the register does not say."""

    name: str
    relationship: str
    responsible: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpPupil:
    """A made-up pupil, as at the beginning of the school year that is played.

    Attributes:
        key: a short name for the story.
        family: family name.
        given: given names.
        preferred: preferred name, or "".
        sex: M or F.
        born: date of birth.
        year_group: National Curriculum year in which the pupil is taught.
        joined: day on roll.
        upn: a valid number.
        upn_in_file: what the school's system has; once with a wrong check letter.
        status: E, K or N.
        since: first day of that status, or None.
        needs: census codes, the primary need first.
        parents: up to two.
    """

    key: str
    family: str
    given: str
    preferred: str
    sex: str
    born: date
    year_group: int
    joined: date
    upn: Upn
    upn_in_file: str
    status: str
    since: date | None
    needs: tuple[str, ...]
    parents: tuple[MadeUpParent, ...]

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}"


def made_up_pupils(school: DemoSchool, played: PlayedYear) -> tuple[MadeUpPupil, ...]:
    """Give a school's pupils, in the order of its register."""
    text = resources.files("ledger.demo").joinpath("pupils.csv").read_text("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["school"] == school.key]
    return tuple(
        _pupil(school, played, row, serial) for serial, row in enumerate(rows, FIRST_SERIAL)
    )


def _pupil(
    school: DemoSchool, played: PlayedYear, row: Mapping[str, str], serial: int
) -> MadeUpPupil:
    by_age = int(row["year"]) if row["year"] else _leap_year_group(played)
    born = played.day(f"{-by_age - 5:+d}/{row['birthday']}")
    starts_at = 0 if school.facts.phase == "Primary" else 7
    taught = int(row["taught"] or by_age)
    joined = played.day(f"{starts_at - by_age:+d}/09-01")
    upn = make_upn(school.facts.laestab[:3], school.facts.laestab[3:], joined.year, serial)
    return MadeUpPupil(
        key=row["key"],
        family=row["family"],
        given=row["given"],
        preferred=row["preferred"],
        sex=row["sex"],
        born=born,
        year_group=taught,
        joined=joined,
        upn=upn,
        upn_in_file=_slipped(upn) if row["upn_slip"] else str(upn),
        status=row["status"],
        since=played.on(row["since"]) if row["since"] else None,
        needs=tuple(filter(None, row["needs"].split(";"))),
        parents=tuple(
            MadeUpParent(*one.split("|")) for one in filter(None, row["parents"].split(";"))
        ),
    )


def _leap_year_group(played: PlayedYear) -> int:
    """Give the year group in which a pupil born on a 29 February is taught."""
    first = played.year.starts_in
    return next(
        (group for group in _LEAP_YEARS if calendar.isleap(first - group - 4)), _LEAP_YEARS[0]
    )


def _slipped(upn: Upn) -> str:
    """Give the number with the check letter after the right one: a slip of typing."""
    after = (CHECK_LETTERS.index(upn.text[0]) + 1) % len(CHECK_LETTERS)
    return CHECK_LETTERS[after] + upn.text[1:]
