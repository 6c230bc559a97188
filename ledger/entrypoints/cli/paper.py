"""What is printed on paper."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.seal.recovery import SHEET_HEADING


def recovery_sheet_text(school: str, origin: str, lines: Sequence[str]) -> str:
    """Write the recovery sheet: one page, typed in by hand if ever needed.

    Args:
        school: name of the school.
        origin: origin of its log.
        lines: from `ledger.seal.recovery.sheet_lines`.
    """
    typed = "\n".join(f"    {line}" for line in lines)
    return f"""{SHEET_HEADING}
{school}
{origin}

This key opens the contents of the ledger if every passphrase is lost.
It signs nothing: with it nobody can add, change or forge an entry.
Whoever holds this sheet and a copy of the home can read every record.
Print it, keep it in the safe, and delete the file.

{typed}

To use it:  send-ledger staff recover --home PATH --help
Type the lines as they stand; capital letters, spaces and the letters O and I
for the figures 0 and 1 do not matter. A mistyped line is named.
"""
