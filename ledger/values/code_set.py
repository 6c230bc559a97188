"""Code lists as dated data, so that next year's code needs no new program.

A list is a TOML file beside this module; see `codes/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ledger.values.code import Code
from ledger.values.data_table import DataTable

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntry:
    """One code of a list.

    Attributes:
        code: the code with its scheme and label.
        valid_from: the first day of its use; None when always.
        valid_until: the last day of its use; None while in use.
        also: other spellings that imports meet.
        area: for a type of need, the code of its broad area; empty when none.
        only_with: the SEN statuses that the census allows it with; empty for any.
        on_register: for a status, whether it puts a pupil on the SEN register.
        source: where the code, its words and its dates are from.
    """

    code: Code
    valid_from: date | None
    valid_until: date | None
    also: tuple[str, ...]
    area: str
    only_with: tuple[str, ...]
    on_register: bool
    source: str

    def in_use(self, on: date | None) -> bool:
        """Whether the code is in use on a day; for None, whether its use has no end yet."""
        if on is None:
            return self.valid_until is None
        after_start = self.valid_from is None or self.valid_from <= on
        return after_start and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSet:
    """A whole code list, in the order of its file."""

    scheme: str
    source: str
    entries: tuple[CodeEntry, ...]

    def find(self, text: str) -> CodeEntry | None:
        """Find a code by itself, its label or another known spelling, in any case."""
        wanted = _folded(text)
        for entry in self.entries:
            if wanted in {_folded(each) for each in (entry.code.code, entry.code.label)}:
                return entry
            if wanted in {_folded(each) for each in entry.also}:
                return entry
        return None

    def in_use(self, on: date) -> tuple[CodeEntry, ...]:
        """Give the codes in use on a day."""
        return tuple(entry for entry in self.entries if entry.in_use(on))


@cache
def code_set(name: str) -> CodeSet:
    """Load a code list.

    Args:
        name: the file in `codes/`, without its ending: "sen_status",
            "need_type" or "broad_area".

    Raises:
        DataBroken: there is no such list, or its file is broken.
    """
    table = DataTable.load("ledger.values", "codes", f"{name}.toml")
    scheme, source = table.text("scheme"), table.text("source")
    entries = tuple(_entry(scheme, each) for each in table.tables("code"))
    table.close()
    return CodeSet(scheme=scheme, source=source, entries=entries)


def _entry(scheme: str, table: DataTable) -> CodeEntry:
    entry = CodeEntry(
        code=Code(scheme=scheme, code=table.text("code"), label=table.text("label")),
        valid_from=table.day("from"),
        valid_until=table.day("until"),
        also=table.texts("also"),
        area=table.text("area", ""),
        only_with=table.texts("only_with"),
        on_register=table.flag("on_register"),
        source=table.text("source"),
    )
    table.close()
    return entry


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
