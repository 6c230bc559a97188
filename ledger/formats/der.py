"""Just enough DER to walk to one place in a signed structure.

Source: ITU-T X.690 §8.1 and §10.1: definite lengths in the fewest octets, tag
numbers below 31.  Values are not interpreted; whoever needs more than the
place of a value decodes it with a library.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import MalformedInput

SEQUENCE, SET, OCTET_STRING, OBJECT_IDENTIFIER = 0x30, 0x31, 0x04, 0x06
CONTEXT_0 = 0xA0

_LONG_FORM = 0x80
_HIGH_TAG = 0x1F


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Where one tag-length-value stands.

    Attributes:
        tag: the identifier octet.
        start: of the tag.
        content: of the value.
        end: one past the value.
    """

    tag: int
    start: int
    content: int
    end: int


def read_element(data: bytes, start: int = 0, end: int | None = None) -> Element:
    """Read the element at `start`, which must not reach past `end`.

    Raises:
        MalformedInput: kind "bad-der".
    """
    limit = len(data) if end is None else end
    if start + 2 > limit or data[start] & _HIGH_TAG == _HIGH_TAG:
        raise _malformed()
    length, content = data[start + 1], start + 2
    if length & _LONG_FORM:
        octets = length & ~_LONG_FORM
        content += octets
        if content > limit:
            raise _malformed()
        # None of them is the indefinite form, which reads as the length 0 here.
        length = int.from_bytes(data[content - octets : content], "big")
        if length < _LONG_FORM or length.bit_length() <= 8 * (octets - 1):
            raise _malformed()
    if content + length > limit:
        raise _malformed()
    return Element(tag=data[start], start=start, content=content, end=content + length)


def children(data: bytes, parent: Element) -> list[Element]:
    """The elements inside a constructed one.

    Raises:
        MalformedInput: kind "bad-der".
    """
    found, at = [], parent.content
    while at < parent.end:
        found.append(read_element(data, at, parent.end))
        at = found[-1].end
    return found


def _malformed() -> MalformedInput:
    return MalformedInput(
        "A structure in DER is malformed.",
        "A length in it does not fit.",
        "Ask for the file again.",
        kind="bad-der",
    )
