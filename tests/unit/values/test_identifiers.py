"""Identifiers have one spelling, and nothing else reads as one."""

from __future__ import annotations

import os

import pytest

from ledger.values.identifiers import (
    IDENTIFIER_BYTES,
    IDENTIFIER_CHARACTERS,
    IdentifierRefused,
    identifier_text,
    new_identifier,
    parse_identifier,
)


def test_text_is_base64url_without_padding() -> None:
    assert identifier_text(bytes(16)) == "A" * 22
    assert identifier_text(b"\xff" * 16) == "_" * 21 + "w"
    assert identifier_text(bytes(range(16))) == "AAECAwQFBgcICQoLDA0ODw"


def test_reading_gives_back_what_was_written() -> None:
    for identifier in (bytes(16), b"\xff" * 16, bytes(range(16)), os.urandom(16)):
        text = identifier_text(identifier)
        assert len(text) == IDENTIFIER_CHARACTERS
        assert parse_identifier(text) == identifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A" * 21,
        "A" * 23,
        "A" * 22 + "==",
        "A" * 22 + "\n",
        "A" * 21 + "B",  # spare bits that are not zero
        "A" * 21 + "x",
        "+" + "A" * 21,
        "/" + "A" * 21,
        " " + "A" * 21,
        "é" + "A" * 21,
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        parse_identifier(text)
    assert refused.value.kind == "bad-identifier"
    assert refused.value.exit_code == 6
    assert refused.value.remedy


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_another_length_is_refused(length: int) -> None:
    with pytest.raises(IdentifierRefused):
        identifier_text(bytes(length))
    with pytest.raises(IdentifierRefused):
        new_identifier(lambda _: bytes(length))


def test_new_identifier_asks_for_sixteen_bytes() -> None:
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return b"\x07" * count

    assert new_identifier(entropy) == b"\x07" * 16
    assert asked == [IDENTIFIER_BYTES]
