"""Paper: the recovery sheet, and fingerprints to be read out over the telephone.

The sheet carries one reading key (X25519), so it opens contents and signs nothing.
Five numbered lines of four groups; each line ends in its own check, so a slip names
its line.  The alphabet is Crockford's base 32: no I, L, O or U; case does not matter.

    lines 1-4   8 bytes of the key    | 2 bytes of SHA-256(title, number, the 8 bytes)
    line 5      8 bytes of SHA-256(title, the key's public part) | 2 bytes as above
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from ledger.errors import KeyUnavailable
from ledger.seal.content_keys import READING_KEY_BYTES, ReadingKey

if TYPE_CHECKING:
    from collections.abc import Iterable

SHEET_LINES: Final = 5
LINE_BYTES: Final = 8
CHECK_BYTES: Final = 2
LINE_CHARACTERS: Final = 16
GROUP_CHARACTERS: Final = 4
SHEET_HEADING: Final = "RECOVERY SHEET"
"""With which the sheet's page begins; its lines are then the indented ones."""

SHEET_TITLE: Final = b"send-ledger/v1/recovery-sheet\n"

WORDS_IN_FINGERPRINT: Final = 12
FINGERPRINT_TITLE: Final = b"send-ledger/v1/fingerprint\n"

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"} | dict.fromkeys(" \t\r\n-.:"))


class SheetLineWrong(KeyUnavailable):
    """A line of a recovery sheet is missing, mistyped or from another sheet."""

    kind = "sheet-line"


def sheet_lines(secret: bytes) -> list[str]:
    """Write a reading key as the five lines of a recovery sheet.

    Args:
        secret: the 32 bytes of an X25519 private key.

    Returns:
        Lines such as `1  ABCD EFGH JKMN PQRS`, from the first to the fifth.

    Raises:
        MalformedInput: not 32 bytes.
    """
    payloads = [secret[at : at + LINE_BYTES] for at in range(0, READING_KEY_BYTES, LINE_BYTES)]
    payloads.append(_sheet_check(secret))
    return [_line(number, payload) for number, payload in enumerate(payloads, start=1)]


def _sheet_check(secret: bytes) -> bytes:
    # Of the public part: the fifth line tells which key it is and nothing secret.
    return hashlib.sha256(SHEET_TITLE + ReadingKey(secret).public).digest()[:LINE_BYTES]


def _line_check(number: int, payload: bytes) -> bytes:
    return hashlib.sha256(SHEET_TITLE + b"%d\n" % number + payload).digest()[:CHECK_BYTES]


def _line(number: int, payload: bytes) -> str:
    value = int.from_bytes(payload + _line_check(number, payload), "big")
    text = "".join(_ALPHABET[value >> shift & 31] for shift in range(75, -1, -5))
    groups = (
        text[at : at + GROUP_CHARACTERS] for at in range(0, LINE_CHARACTERS, GROUP_CHARACTERS)
    )
    return f"{number}  {' '.join(groups)}"


def read_sheet(lines: Iterable[str]) -> bytes:
    """Read a recovery sheet as somebody typed it.

    The sheet's file as the program wrote it will do as well.  Of what was typed, case,
    spaces, hyphens and blank lines do not matter; O is read as 0, I and L as 1; the lines
    may come in any order, each with its number first.

    Returns:
        The 32 bytes of the reading key.

    Raises:
        SheetLineWrong: names the first wrong line; no part of the key is in it.
    """
    payloads: dict[int, bytes] = {}
    for position, line in enumerate(_typed(lines), start=1):
        number, payload = _read_line(line, position)
        if number in payloads:
            raise _wrong(f"Line {number} is there twice.")
        payloads[number] = payload
    for number in range(1, SHEET_LINES + 1):
        if number not in payloads:
            raise _wrong(f"Line {number} is missing.")
    secret = b"".join(payloads[number] for number in range(1, SHEET_LINES))
    if payloads[SHEET_LINES] != _sheet_check(secret):
        raise _wrong("The lines are not all of one sheet.")
    return secret


def _typed(lines: Iterable[str]) -> list[str]:
    """Give the lines that count; on the sheet as it was written they are the indented ones."""
    filled = [line for line in lines if line.strip()]
    if filled and filled[0].lstrip("\ufeff").startswith(SHEET_HEADING):
        return [line for line in filled if line[:1].isspace()]
    return filled


def _read_line(line: str, position: int) -> tuple[int, bytes]:
    text = line.upper().translate(_READ_AS)
    number = _VALUES.get(text[:1], 0)
    if not 1 <= number <= SHEET_LINES or len(text) != 1 + LINE_CHARACTERS:
        raise _wrong(f"The line typed as number {position} is not a number and 16 characters.")
    value = 0
    for character in text[1:]:
        if character not in _VALUES:
            raise _wrong(f"Line {number} holds a character that no sheet has.")
        value = value << 5 | _VALUES[character]
    data = value.to_bytes(LINE_BYTES + CHECK_BYTES, "big")
    payload, check = data[:LINE_BYTES], data[LINE_BYTES:]
    if check != _line_check(number, payload):
        raise _wrong(f"Line {number} is mistyped.")
    return number, payload


def _wrong(why: str) -> SheetLineWrong:
    return SheetLineWrong(
        "The recovery sheet cannot be read.",
        why,
        "Compare that line with the paper, group by group.",
    )


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    text = resources.files("ledger.seal").joinpath("words.txt").read_text("ascii")
    return tuple(text.split())


def fingerprint_words(data: bytes, count: int = WORDS_IN_FINGERPRINT) -> str:
    """Name data, such as a public key, in words to be read out over the telephone.

    Args:
        data: what is named.
        count: how many words, 8 bits each; twelve make 96 bits.

    Returns:
        The words of `words.txt` for the first bytes of SHA-256(title, data),
        a space between two.
    """
    digest = hashlib.sha256(FINGERPRINT_TITLE + data).digest()
    return " ".join(_words()[byte] for byte in digest[:count])
