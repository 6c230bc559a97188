"""A coded value that can still be read when its code list is gone."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ledger.errors import InputRefused

LONGEST_SCHEME = 64
LONGEST_CODE = 32
LONGEST_LABEL = 200


class CodeRefused(InputRefused):
    """A coded value lacks its scheme, code or label, or one of them is no plain text."""

    kind = "bad-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code, the list that it is from, and what it means in words.

    Attributes:
        scheme: the published name of the code list.
        code: the code itself, as the list spells it.
        label: the words for it when it was recorded.
    """

    scheme: str
    code: str
    label: str

    def __post_init__(self) -> None:
        """Refuse what could not be read back.

        Raises:
            CodeRefused: a part is no text, empty, too long or holds a control character.
        """
        _check(self.scheme, LONGEST_SCHEME)
        _check(self.code, LONGEST_CODE)
        _check(self.label, LONGEST_LABEL)

    def __str__(self) -> str:
        """Write "K (SEN support)"."""
        return f"{self.code} ({self.label})"


def _check(text: object, longest: int) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > longest:
        raise _refused(f"Each part is a text of 1 to {longest} characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise _refused("A part holds a control character.")


def _refused(why: str) -> CodeRefused:
    return CodeRefused(
        "The coded value is malformed.", why, "Ask whoever wrote it for a correct copy."
    )
