"""Bech32 text (BIP 173) without its limit on length, as age writes its keys.

Source: BIP 173, "Bech32"; C2SP age.md, "Conventions": no length limit, and a
text is all upper or all lower case with the checksum over the lower case.
"""

from __future__ import annotations

from ledger.errors import MalformedInput

_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_CHARSET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_LENGTH = 6
_PREFIX_CODES = range(33, 127)  # BIP 173: printable ASCII without the space
_PADDING_BITS_MAX = 4


def encode(prefix: str, data: bytes) -> str:
    """Write `data` as lower-case Bech32.

    Args:
        prefix: the human-readable part, lower case, 33 to 126 in ASCII.
        data: any number of bytes.
    """
    digits = _to_digits(data)
    remainder = _checksum([*_expand(prefix), *digits, *[0] * _CHECKSUM_LENGTH]) ^ 1
    check = [remainder >> 5 * (_CHECKSUM_LENGTH - 1 - i) & 31 for i in range(_CHECKSUM_LENGTH)]
    return prefix + "1" + "".join(_CHARSET[digit] for digit in (*digits, *check))


def decode(text: str) -> tuple[str, bytes]:
    """Read Bech32 text.

    Args:
        text: all lower or all upper case.

    Returns:
        The human-readable part in lower case, and the bytes.

    Raises:
        MalformedInput: kind "bad-bech32": mixed case, a foreign character, a
            wrong checksum, or spare bits that are not zero.  The text is not
            quoted: it may be a secret key.
    """
    lower = text.lower()
    prefix, separator, rest = lower.rpartition("1")
    if (
        not text.isascii()
        or text not in (lower, text.upper())
        or not (prefix and separator)
        or not all(ord(character) in _PREFIX_CODES for character in prefix)
        or len(rest) < _CHECKSUM_LENGTH
        or not _VALUES.keys() >= set(rest)
    ):
        raise _malformed()
    digits = [_VALUES[character] for character in rest]
    if _checksum([*_expand(prefix), *digits]) != 1:
        raise _malformed()
    return prefix, _to_bytes(digits[:-_CHECKSUM_LENGTH])


def _malformed() -> MalformedInput:
    return MalformedInput(
        "A key's text is malformed.",
        "It is not Bech32: a character is missing, foreign or mistyped.",
        "Copy the key again, whole and without line breaks.",
        kind="bad-bech32",
    )


def _expand(prefix: str) -> list[int]:
    codes = [ord(character) for character in prefix]
    return [*(code >> 5 for code in codes), 0, *(code & 31 for code in codes)]


def _checksum(digits: list[int]) -> int:
    """The BCH checksum of BIP 173 over digits of 5 bits."""
    remainder = 1
    for digit in digits:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ digit
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                remainder ^= term
    return remainder


def _to_digits(data: bytes) -> list[int]:
    """Cut bytes into digits of 5 bits, the last padded with zero bits."""
    length = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << (length * 5 - len(data) * 8)
    return [number >> 5 * place & 31 for place in reversed(range(length))]


def _to_bytes(digits: list[int]) -> bytes:
    length, spare = divmod(len(digits) * 5, 8)
    number = 0
    for digit in digits:
        number = number << 5 | digit
    # BIP 173: padding is at most 4 bits, and all zero.
    if spare > _PADDING_BITS_MAX or number & ((1 << spare) - 1):
        raise _malformed()
    return (number >> spare).to_bytes(length, "big")
