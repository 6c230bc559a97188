"""A pupil's SEN status: E, K or N now; A, P and S only in history (D-REG-6, D-REG-18)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import InputRefused
from ledger.values.code_set import CodeEntry, code_set

if TYPE_CHECKING:
    from datetime import date

    from ledger.values.code import Code


class SenStatusRefused(InputRefused):
    """The text is no SEN status, or not one that was in use on that day."""

    kind = "unknown-sen-status"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenStatus:
    """One SEN status.

    Attributes:
        code: the code with its scheme and label.
        on_register: whether it puts a pupil on the SEN register.
    """

    code: Code
    on_register: bool

    @classmethod
    def parse(cls, text: str, *, on: date | None = None) -> SenStatus:
        """Read a status by its code or its words, in any case.

        Args:
            text: "K", "SEN support", …
            on: the day from which it was held, for history brought in; the
                code must have been in use then.  Without it, only a code whose
                use has not ended is read.

        Raises:
            SenStatusRefused: kind "unknown-sen-status" for what is no status;
                "sen-status-not-in-use" for one outside its dates.
        """
        entry = code_set("sen_status").find(text)
        if entry is None:
            raise SenStatusRefused(
                "The SEN status is not known.",
                "A status is E (EHC plan), K (SEN support) or N (no SEN).",
                "Write E, K or N; in a file, correct the cell.",
            )
        if not entry.in_use(on):
            raise SenStatusRefused(
                f"The SEN status {entry.code.code} was not in use on that day.",
                "School Action (A) and Plus (P) ended in 2015, statements (S) in 2018; "
                "E and K began in September 2014.",
                "Use the status that was in use, or correct the date.",
                kind="sen-status-not-in-use",
            )
        return _status(entry)

    def __str__(self) -> str:
        """Write "K (SEN support)"."""
        return str(self.code)


def _status(entry: CodeEntry) -> SenStatus:
    return SenStatus(code=entry.code, on_register=entry.on_register)
