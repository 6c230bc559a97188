"""Lists as text: CSV for spreadsheets, aligned columns for a terminal."""

from __future__ import annotations

import csv
import io
import unicodedata
from itertools import repeat
from operator import add
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FIRST_COMBINING = "\N{COMBINING GRAVE ACCENT}"
"""What runs from right to left, is wide or has no width comes from here on."""
_JOINERS = (
    "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # names in Persian, Urdu, Hindi have them
)


def csv_text(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Write CSV in which no cell is taken for a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns.values())
    for row in rows:
        writer.writerow([_safe_cell(_cell(row, key)) for key in columns])
    return out.getvalue()


def _cell(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return "" if value is None else str(value)


def _safe_cell(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def aligned(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Write aligned columns for a terminal; wide characters count double."""
    table = [list(columns.values())]
    table += [[printable(_cell(row, key)) for key in columns] for row in rows]
    sizes = [list(map(_width, line)) for line in table]
    widths = list(map(max, zip(*sizes, strict=True)))
    return "\n".join(map(_line, table, sizes, repeat(widths)))


def _line(cells: Sequence[str], sizes: Sequence[int], widths: Sequence[int]) -> str:
    gaps = [" " * (width - size) for size, width in zip(sizes, widths, strict=True)]
    return "  ".join(map(add, cells, gaps)).rstrip()


def printable(text: str) -> str:
    """Make text safe for a terminal: no control characters, direction isolated."""
    if _is_plain(text):
        return text
    clean = "".join(map(_shown, text))
    right_to_left = any(unicodedata.bidirectional(c) in {"R", "AL"} for c in clean)
    return f"\N{FIRST STRONG ISOLATE}{clean}\N{POP DIRECTIONAL ISOLATE}" if right_to_left else clean


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    return " " if unicodedata.category(character) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def _width(text: str) -> int:
    return len(text) if _is_plain(text) else sum(map(_columns, text))


def _is_plain(text: str) -> bool:
    """Tell, for the letters of most names at once, that each shows as it is, in one column."""
    return text.isprintable() and (text.isascii() or max(text) < _FIRST_COMBINING)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
