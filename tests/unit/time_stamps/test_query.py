"""The query: its exact bytes, and what is read back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ledger.errors import MalformedInput
from ledger.formats.time_stamp_query import decode_query
from ledger.seal.time_stamps import build_query

DATA = b"hello\n"
DOCUMENT = Path(__file__).parents[3] / "docs" / "formats" / "time-stamps.md"


def fixed(length: int) -> bytes:
    return bytes(range(1, length + 1))


def test_the_documents_worked_example_is_exactly_what_is_written() -> None:
    query = build_query(DATA, fixed)
    text = DOCUMENT.read_text(encoding="utf-8")
    assert query.hex() in "".join(text.split())
    assert len(query) == 69


@pytest.mark.parametrize("fill", [0x00, 0xFF])
def test_any_entropy_gives_a_positive_nonce_of_eight_octets(fill: int) -> None:
    query = build_query(DATA, lambda length: bytes([fill]) * length)
    nonce = decode_query(query).nonce
    assert nonce is not None
    assert nonce.bit_length() == 63
    assert len(query) == 69


def test_entropy_alone_makes_two_queries_differ() -> None:
    assert build_query(DATA, fixed) == build_query(DATA, fixed)
    assert build_query(DATA, fixed) != build_query(DATA, bytes)


def test_a_query_is_read_back() -> None:
    query = decode_query(build_query(DATA, fixed))
    assert query.imprint == hashlib.sha256(DATA).digest()


def test_a_query_cut_or_changed_anywhere_never_reads_as_the_same() -> None:
    sound = build_query(DATA, fixed)
    meaning = decode_query(sound)
    broken = [sound[:length] for length in range(len(sound))]
    broken += [
        sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :]
        for place in range(len(sound) - 1)  # the last octet is certReq's TRUE
    ]
    refused = 0
    for query in broken:
        try:
            assert decode_query(query) != meaning
        except MalformedInput:
            refused += 1
    assert refused >= len(sound)
