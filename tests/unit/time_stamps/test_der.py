"""The walk through DER: definite lengths in the fewest octets, nothing past the end."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.formats.der import children, read_element


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65536])
def test_an_element_of_any_length_is_found(length: int) -> None:
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    header = bytes([0x04, length]) if length < 128 else bytes([0x04, 0x80 | len(octets)]) + octets
    element = read_element(header + bytes(length) + b"after")
    assert (element.tag, element.start, element.content) == (0x04, 0, len(header))
    assert element.end - element.content == length


def test_children_stand_side_by_side() -> None:
    data = bytes.fromhex("300702010504020102")
    found = children(data, read_element(data))
    assert [(one.tag, data[one.content : one.end]) for one in found] == [
        (2, b"\x05"),
        (4, b"\x01\x02"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "30",
        "3001",  # longer than there are bytes
        "30800000",  # indefinite
        "3081050000000000",  # could be shorter
        "30820080" + "00" * 128,  # a leading zero
        "3085000000000100",  # more length octets than are allowed
        "3082",
        "1f0100",  # a high tag number
    ],
)
def test_any_other_length_is_malformed(data: str) -> None:
    with pytest.raises(MalformedInput) as caught:
        read_element(bytes.fromhex(data))
    assert caught.value.kind == "bad-der"


def test_a_child_may_not_reach_past_its_parent() -> None:
    data = bytes.fromhex("300304020102")
    with pytest.raises(MalformedInput):
        children(data, read_element(data))
