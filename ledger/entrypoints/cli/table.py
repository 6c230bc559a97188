"""Lists as text: CSV for spreadsheets, aligned columns for a terminal."""

from __future__ import annotations

import csv
import io
import unicodedata
from itertools import accumulate, repeat
from operator import add
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FIRST_COMBINING = "\N{COMBINING GRAVE ACCENT}"
"""What runs from right to left, is wide or has no width comes from here on."""
_JOINERS = (
    "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # names in Persian, Urdu, Hindi have them
)

_GAP, _INDENT = "  ", "    "
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


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


def aligned(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], room: int | None = None
) -> str:
    """Write aligned columns; wide characters count double.

    Args:
        rows: one mapping each.
        columns: key → heading, in order.
        room: how many columns the terminal has; None for as many as are needed.
    """
    table = [list(columns.values())]
    table += [[printable(_cell(row, key)) for key in columns] for row in rows]
    sizes = [list(map(_width, line)) for line in table]
    widths = list(map(max, zip(*sizes, strict=True)))
    if room is not None and _total(widths) > room:
        return "\n".join(_narrow(table, room))
    return "\n".join(map(_line, table, sizes, repeat(widths)))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _narrow(table: Sequence[Sequence[str]], room: int) -> Iterator[str]:
    """Write the first columns, long names cut; the others stand below each row, by name."""
    cut = [[_cut(cell, room * 2 // 5) for cell in line] for line in table]
    sizes = [list(map(_width, line)) for line in cut]
    widths = list(map(max, zip(*sizes, strict=True)))
    beside = max(1, sum(_total(widths[: end + 1]) <= room for end in range(len(widths))))
    heads = table[0][beside:]
    for number, line in enumerate(table):
        yield _line(cut[number][:beside], sizes[number][:beside], widths[:beside])
        below = [f"{head}: {cell}" for head, cell in zip(heads, line[beside:], strict=True) if cell]
        if number and below:
            yield folded(_INDENT + " · ".join(below), room)


def _cut(text: str, most: int) -> str:
    """Shorten words to so many columns, with “…” for what is left out; a number stays whole."""
    if _width(text) <= most or " " not in text:
        return text
    isolated = text.startswith(_ISOLATE)
    inner = text[1:-1] if isolated else text
    used = accumulate(map(_columns, inner))
    kept = inner[: sum(width < most for width in used)].rstrip() + "…"
    return f"{_ISOLATE}{kept}{_END}" if isolated else kept


def folded(text: str, room: int | None) -> str:
    """Fold lines at their spaces, further lines indented more; as they are where room is None."""
    if room is None:
        return text
    return "\n".join(part for line in text.split("\n") for part in _fold(line, room))


def _fold(line: str, room: int) -> Iterator[str]:
    indent = line[: len(line) - len(line.lstrip(" "))]
    now = ""
    for word in line.lstrip(" ").split(" "):
        longer = f"{now} {word}" if now else indent + word
        if now.strip() and _width(longer) > room:
            yield now
            longer = indent + "  " + word
        now = longer
    yield now


def _line(cells: Sequence[str], sizes: Sequence[int], widths: Sequence[int]) -> str:
    gaps = [" " * (width - size) for size, width in zip(sizes, widths, strict=True)]
    return _GAP.join(map(add, cells, gaps)).rstrip()


def printable(text: str) -> str:
    """Make text safe for a terminal: no control characters, direction isolated."""
    if _is_plain(text):
        return text
    clean = "".join(map(_shown, text))
    right_to_left = any(unicodedata.bidirectional(c) in {"R", "AL"} for c in clean)
    return f"{_ISOLATE}{clean}{_END}" if right_to_left else clean


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
