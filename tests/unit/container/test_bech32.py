"""Bech32: the vectors of BIP 173, and age's own keys."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.formats import bech32

IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


@pytest.mark.parametrize(
    "text",
    [
        "a12uel5l",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        IDENTITY.lower(),
        RECIPIENT,
    ],
)
def test_sound_text_is_read_and_written_back(text: str) -> None:
    assert bech32.encode(*bech32.decode(text)) == text
    assert bech32.decode(text.upper()) == bech32.decode(text)


def test_the_example_key_of_the_age_specification_is_32_bytes() -> None:
    assert bech32.decode(IDENTITY) == ("age-secret-key-", b"B" * 32)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "pzry9x0s0muk",  # no separator
        "1pzry9x0s0muk",  # no prefix
        "x1b4n0q5v",  # a foreign character
        "li1dgmt3",  # too short a checksum
        "de1lg7wt\x7f",
        "\x201nwldj5",  # a prefix character out of range
        "\x7f1axkwrx",
        "\x801eym55h",
        "A1G7SGD8",  # a checksum over the upper case
        "a12UEL5L",  # mixed case
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgx",
        RECIPIENT[:-1] + "q",
        RECIPIENT[:-7] + RECIPIENT[-6:],
        RECIPIENT + "q",
        # The Kelvin sign is its own upper case, and becomes a letter in lower case.
        bech32.encode("k", b"key").upper().replace("K1", "\u212a1"),
    ],
)
def test_unsound_text_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(MalformedInput) as caught:
        bech32.decode(text)
    assert caught.value.kind == "bad-bech32"
    assert RECIPIENT[10:20] not in f"{caught.value} {caught.value.why}"


@pytest.mark.parametrize("length", range(12))
def test_bytes_of_any_length_come_back(length: int) -> None:
    data = bytes(range(250, 250 - length, -1))
    assert bech32.decode(bech32.encode("x", data)) == ("x", data)


def test_spare_bits_have_to_be_zero_and_few() -> None:
    # One byte takes two digits, the second with two spare bits.
    for digits in ([31, 31], [31, 28, 0], [0]):
        checked = [*digits, *_checksum("x", digits)]
        with pytest.raises(MalformedInput):
            bech32.decode("x1" + "".join(bech32._CHARSET[digit] for digit in checked))


def _checksum(prefix: str, digits: list[int]) -> list[int]:
    remainder = bech32._checksum([*bech32._expand(prefix), *digits, *[0] * 6]) ^ 1
    return [remainder >> 5 * (5 - place) & 31 for place in range(6)]
