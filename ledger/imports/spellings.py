"""SEN statuses and types of need as exports spell them, found in the code lists.

"K", "SEN Support", "K - SEN Support" and "SEN support (K)" are one status;
"SPLD", "SpLD" and "Specific Learning Difficulty" one type.  Where a cell's
parts mean two different codes, nothing is chosen.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from ledger.values.code_set import CodeEntry, code_set

CodeList: TypeAlias = Literal["sen_status", "need_type"]

_PARTS = re.compile(r"\s*[-–—:/()\[\]]\s*")
_ITEMS = re.compile(r"[;|\n\r]+")


def find_code(name: CodeList, text: str) -> CodeEntry | None:
    """Find the one code that a cell means.

    Args:
        name: the code list.
        text: a code, its words, or both together.

    Returns:
        None where the cell means no code, or two.
    """
    table = _table(name)
    whole = table.get(_folded(text))
    if whole:
        return whole
    parts = [table[folded] for part in _PARTS.split(text) if (folded := _folded(part)) in table]
    codes = {entry.code.code for entry in parts}
    return parts[0] if len(codes) == 1 else None


def find_codes(name: CodeList, text: str) -> tuple[CodeEntry, ...] | None:
    """Find the codes of a cell that lists several, in the cell's order.

    Items are separated by semicolons, bars or line breaks; by commas only
    where every item is then a code, since labels hold commas themselves.

    Returns:
        None where any item means no code, or two.
    """
    one = find_code(name, text)
    if one:
        return (one,)
    for items in (_ITEMS.split(text), re.split(r"[,;|\n\r]+", text)):
        found = [find_code(name, item) for item in items if item.strip()]
        known = tuple(entry for entry in found if entry)
        if known and len(known) == len(found):
            return known
    return None


@cache
def _table(name: CodeList) -> dict[str, CodeEntry]:
    text = files("ledger.imports").joinpath("spellings.toml").read_text("utf-8")
    more: dict[str, list[str]] = tomllib.loads(text)[name]
    return {
        _folded(spelling): entry
        for entry in code_set(name).entries
        for spelling in (
            entry.code.code,
            entry.code.label,
            *entry.also,
            *more.get(entry.code.code, ()),
        )
    }


def _folded(text: str) -> str:
    plain = (
        unicodedata.normalize("NFKC", text).casefold().replace("&", " and ").replace("+", " plus ")
    )
    return "".join(letter for letter in plain if letter.isalnum())
