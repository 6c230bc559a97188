"""Event type names as law and rules speak of them: without their version."""

from __future__ import annotations

import re

_VERSION = re.compile(r"\.v[0-9]+\Z")
_ABBREVIATIONS = frozenset({"ehc", "laestab", "sen", "upn", "urn"})


def base_name(event_type: str) -> str:
    """Take the version off a published type name: "consent.given.v1" → "consent.given"."""
    return _VERSION.sub("", event_type)


def in_words(name: str) -> str:
    """Say a name: "pupil.sen_status_changed.v1" → "pupil SEN status changed"."""
    words = base_name(name).replace(".", " ").replace("_", " ").split()
    return " ".join(word.upper() if word in _ABBREVIATIONS else word for word in words)


def matches(pattern: str, name: str) -> bool:
    """Whether a name without version falls under a pattern.

    Args:
        pattern: a whole name, or a prefix that ends in ".*".
        name: the name, without version.
    """
    if pattern.endswith(".*"):
        return name.startswith(pattern[:-1])
    return pattern == name
