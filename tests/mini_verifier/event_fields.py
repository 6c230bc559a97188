"""Which fields each known type of entry has: read out of `docs/reference/event-types.md`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "event-types.md"
ALWAYS = frozenset({"event", "occurred_on", "subject_name", "subject_born", "subject_id"})
OF_KNOWN_TYPES = ALWAYS | {"proposal", "keyed_by", "late_reason"}


@cache
def fields_by_type() -> dict[str, frozenset[str]]:
    """Give type name → names of every field that it discloses."""
    found = {}
    for part in PAGE.read_text("utf-8").split("\n### ")[1:]:
        name = part.partition("\n")[0].strip()
        rows = re.findall(r"^\| `([a-z0-9_]+)` \|", part, re.MULTILINE)
        found[name] = OF_KNOWN_TYPES | frozenset(rows)
    return found


def fields_due(name: object) -> frozenset[str]:
    """Give the fields that an entry of a type must show where nothing is withheld."""
    return fields_by_type().get(str(name), ALWAYS)
