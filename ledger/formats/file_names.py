"""Names that a file may have on every system, and that hide nothing."""

from __future__ import annotations

import re

# ASCII only, so that a name means the same on every machine.
_PLAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def is_plain_name(name: str) -> bool:
    """Tell whether a name, without its folder, is safe everywhere.

    It is ASCII letters, digits, `.`, `_` and `-`; it begins with neither `.` nor `-`, does
    not end with `.`, and is no device of Windows.
    """
    return _PLAIN.fullmatch(name) is not None and _DEVICE.fullmatch(name) is None
