"""Types of special educational need and the four broad areas (D-REG-3).

Sources spell the codes in different cases (SPLD, SpLD), so reading ignores
case.  A type may have no broad area: "other" and "not assessed" say nothing
about one, and the SENCO records the area beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import InputRefused
from ledger.values.code_set import CodeEntry, code_set
from ledger.values.data_table import DataBroken

if TYPE_CHECKING:
    from datetime import date

    from ledger.values.code import Code


class NeedTypeRefused(InputRefused):
    """The text is no type of need or area, or not one that was in use on that day."""

    kind = "unknown-need-type"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedType:
    """One type of special educational need.

    Attributes:
        code: the code with its scheme and label.
        area: its broad area; None where the type tells none.
        only_with: codes of the SEN statuses that the census allows it with;
            empty for any.
    """

    code: Code
    area: Code | None
    only_with: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, *, on: date | None = None) -> NeedType:
        """Read a type by its code or its words, in any case.

        Args:
            text: "SPLD", "SpLD", "Specific learning difficulty", …
            on: the day from which it was recorded, for history brought in; the
                code must have been in use then.  Without it, only a code whose
                use has not ended is read.

        Raises:
            NeedTypeRefused: kind "unknown-need-type" for what is no type;
                "need-type-not-in-use" for one outside its dates.
        """
        codes = code_set("need_type")
        entry = codes.find(text)
        if entry is None:
            raise NeedTypeRefused(
                "The type of need is not known.",
                "It is none of the census codes, such as SPLD, SLCN or SEMH.",
                "Give one of them: "
                + ", ".join(each.code.code for each in codes.entries if each.in_use(on))
                + "; an import can map the codes of a file.",
            )
        if not entry.in_use(on):
            raise NeedTypeRefused(
                f"The type of need {entry.code.code} was not in use on that day.",
                "BESD ended when SEMH began, in September 2014; DS began in January 2025.",
                "Use the type that was in use, or correct the date.",
                kind="need-type-not-in-use",
            )
        return _need_type(entry)

    def __str__(self) -> str:
        """Write "SPLD (Specific learning difficulty)"."""
        return str(self.code)


def parse_broad_area(text: str) -> Code:
    """Read one of the four broad areas by its code or its words, in any case.

    Raises:
        NeedTypeRefused: kind "unknown-broad-area".
    """
    entry = code_set("broad_area").find(text)
    if entry is None:
        raise NeedTypeRefused(
            "The broad area of need is not known.",
            "The Code of Practice has four (6.28 to 6.35).",
            "Use one of the four areas.",
            kind="unknown-broad-area",
        )
    return entry.code


def _need_type(entry: CodeEntry) -> NeedType:
    return NeedType(
        code=entry.code,
        area=_area(entry.area) if entry.area else None,
        only_with=entry.only_with,
    )


def _area(code: str) -> Code:
    entry = code_set("broad_area").find(code)
    if entry is None:
        raise DataBroken(
            "The data file codes/need_type.toml is broken.",
            "It names a broad area that codes/broad_area.toml does not have.",
            "Install the program again.",
        )
    return entry.code
