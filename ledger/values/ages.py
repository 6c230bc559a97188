"""Birthdays, the end of compulsory school age, and who is a young person.

Two switch dates stand side by side (X5 in docs/reference/sources.md): the 16th
birthday, which local guidance uses for sharing information, and the end of
compulsory school age, from which the Children and Families Act 2014 calls the
pupil a young person with rights of their own.
"""

from __future__ import annotations

from datetime import date, timedelta

from ledger.values.dates import nth_weekday

FRIDAY = 4
JUNE = 6
SCHOOL_YEAR_STARTS_IN = 9
LEAVING_AGE = 16
OLDEST_PUPIL_AGE = 25
"""In whole years: a plan is kept at most to the end of the school year in which its young
person turns 25 (Children and Families Act 2014 s.46)."""


def birthday(born: date, age: int) -> date:
    """Give the day on which an age is attained, from its first moment.

    Age is attained at the commencement of the anniversary (Family Law Reform
    Act 1969 s.9); a person born on 29 February attains it on 1 March of a year
    without that day (commonly known, not checked against a primary source).

    Args:
        born: the date of birth.
        age: in whole years.
    """
    year = born.year + age
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def age_on(born: date, day: date) -> int:
    """Give the age in whole years on a day; negative before the birth."""
    age = day.year - born.year
    return age if birthday(born, age) <= day else age - 1


def sixteenth_birthday(born: date) -> date:
    """Give the 16th birthday: consent to share may be one's own from then on (DUR L170)."""
    return birthday(born, LEAVING_AGE)


def school_leaving_date(year: int) -> date:
    """Give the last Friday in June of a calendar year (Education Act 1996 s.8(4))."""
    return nth_weekday(year, JUNE, FRIDAY, -1)


def compulsory_school_age_ends(born: date) -> date:
    """Give the last day of compulsory school age (Education Act 1996 s.8(3)).

    It is the leaving date next after the 16th birthday or on that day; whoever
    turns 16 after the leaving date but before the next school year leaves on
    the date just past, still fifteen.
    """
    sixteen = sixteenth_birthday(born)
    after_summer = sixteen.month >= SCHOOL_YEAR_STARTS_IN
    return school_leaving_date(sixteen.year + 1 if after_summer else sixteen.year)


def young_person_from(born: date) -> date:
    """Give the first day as a young person: over compulsory school age.

    Source: Children and Families Act 2014 s.83(2), with Education Act 1996
    s.8(3): compulsory school age ends *at the end of* the leaving date.
    """
    return compulsory_school_age_ends(born) + timedelta(days=1)
