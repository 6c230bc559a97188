"""Names of people, as they write them.

A name is kept in Unicode's composed form and otherwise untouched: never
shortened, transliterated or put into another case.  Matching uses a key beside
it, and a match is a proposal, never a merging.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ledger.errors import InputRefused

LONGEST_NAME = 200  # characters after composing

# Embeddings, overrides and isolates make a screen show what the bytes do not
# say; the marks and joiners that Urdu, Persian and Indic names need stay.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OUTER_SPACE = " \u00a0\u2007\u202f\u3000"
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_INVISIBLE_CATEGORIES = frozenset({"Cf", "Zs"})
_NONCHARACTER_BLOCK = range(0xFDD0, 0xFDF0)
_LAST_TWO_OF_PLANE = 0xFFFE

# Letters whose stroke or ligature no Unicode decomposition takes off.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe"}
)
# The first combining classes of accents proper; below them stand the signs
# that make another letter of a Japanese or Indic one.
_FIRST_ACCENT_CLASS = 200
_POINT_CLASSES = range(10, 37)  # Hebrew, Arabic and Syriac points
_APOSTROPHES = re.compile("['`´\u02b9-\u02bf\u2018-\u201b\u2032\uff07]")
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015.,]+")


class NameRefused(InputRefused):
    """The text cannot stand as a person's name."""

    kind = "bad-name"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name or a part of one.

    Attributes:
        text: as the person writes it, composed (NFC), without space around it.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what no screen or page could show truly.

        Raises:
            NameRefused: empty, too long, not composed, or with control or
                text-direction characters.
        """
        if len(self.text) > LONGEST_NAME:
            raise _refused(f"A name has at most {LONGEST_NAME} characters.")
        if any(_is_refused(character) for character in self.text):
            raise _refused("It holds a control, line-break or text-direction character.")
        if not any(_is_visible(character) for character in self.text):
            raise _refused("Nothing in it can be seen.")
        if self.text != unicodedata.normalize("NFC", self.text).strip():
            raise _refused("A name is kept composed (NFC) and without space around it.")

    @classmethod
    def parse(cls, text: str) -> PersonName:
        """Compose a name (NFC) and take off the space around it.

        Raises:
            NameRefused: empty, too long, or with control or text-direction
                characters.
        """
        return cls(unicodedata.normalize("NFC", text).strip(_OUTER_SPACE))

    @property
    def search_key(self) -> str:
        """The key under which this name is looked for (see `search_key`)."""
        return search_key(self.text)

    def __str__(self) -> str:
        """Give the name as its owner writes it."""
        return self.text


def search_key(text: str) -> str:
    """Reduce a name to what a search compares: no case, accents or apostrophes.

    Hyphens, stops and runs of space count as one space.  Names that share a
    key are candidates to show to a person; they are never merged on it.

    Args:
        text: a name, or what someone typed to find one.
    """
    plain = text.casefold().translate(_PLAIN_LETTERS)
    decomposed = unicodedata.normalize("NFKD", plain)
    bare = "".join(character for character in decomposed if not _is_accent(character))
    folded = unicodedata.normalize("NFC", bare.casefold())
    key = _SEPARATORS.sub(" ", _APOSTROPHES.sub("", folded)).strip()
    return key or text.casefold().strip()


def _is_accent(character: str) -> bool:
    kind = unicodedata.combining(character)
    is_point = kind >= _FIRST_ACCENT_CLASS or kind in _POINT_CLASSES
    return is_point or unicodedata.category(character) == "Cf"


def _is_refused(character: str) -> bool:
    number = ord(character)
    return (
        character in _BIDI_CONTROLS
        or unicodedata.category(character) in _REFUSED_CATEGORIES
        or number in _NONCHARACTER_BLOCK
        or number & _LAST_TWO_OF_PLANE == _LAST_TWO_OF_PLANE
    )


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _INVISIBLE_CATEGORIES


def _refused(why: str) -> NameRefused:
    return NameRefused("The name cannot be kept.", why, "Type the name again by hand.")
