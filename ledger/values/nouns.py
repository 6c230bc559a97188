"""What is known of each noun without its code: who may read it, and whether it names a pupil.

Reading asks this of every entry, and would otherwise load every record kind
and its rules to answer.  Tests hold both tables to the aggregates.
"""

from __future__ import annotations

from typing import Final

PUPILS: Final = "general"
"""The class of contents of pupils' records, but for those that few may read."""
SCHOOL: Final = "school"
_CLASSES: Final = {
    "authority": SCHOOL,
    "countersignature": SCHOOL,
    "log": SCHOOL,
    "my_story": "my_story",
    "protected_address": "protected_address",
    "school": SCHOOL,
    "staff": SCHOOL,
}

NAMING_PUPILS: Final = frozenset(
    {
        "annual_review",
        "consent",
        "ehc_plan",
        "handover",
        "my_story",
        "notification",
        "parental_responsibility",
        "protected_address",
        "record_transfer",
        "review",
        "support_cycle",
        "support_plan",
    }
)
"""Nouns whose records name a pupil; some only later, e.g. a transfer received."""


def class_of_contents(noun: str) -> str:
    """Give the class of contents of a noun's records: general, school or its own."""
    return _CLASSES.get(noun, PUPILS)
