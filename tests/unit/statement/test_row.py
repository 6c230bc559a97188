"""The stored row is msgpack in the one form that our writer gives it, or it is refused."""

from __future__ import annotations

import msgpack
import pytest

from ledger.errors import MalformedInput
from ledger.formats.row import (
    MAX_ROW_BYTES,
    Row,
    pack,
    pack_contents,
    pack_row,
    unpack,
    unpack_contents,
    unpack_row,
)


@pytest.mark.parametrize("row", [Row(b"a.b.c", b"\0" * 1024), Row(b"", None), Row(b"a", b"")])
def test_a_row_comes_back_as_it_was(row: Row) -> None:
    assert unpack_row(pack_row(row)) == row


@pytest.mark.parametrize("texts", [[], ["WyJh"], ["a" * 300, "b" * 70_000]])
def test_contents_come_back_as_they_were(texts: list[str]) -> None:
    assert unpack_contents(pack_contents(texts)) == texts


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, 127, 128, -1, -33, 2**63, -(2**63), "", "Zoë", b"\xff", [], [[1], {}]],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    assert unpack(pack(value)) == value


REFUSED = {
    "empty": b"",
    "cut short": b"\x92\xc4\x03a.b",
    "trailing bytes": b"\x92\xc4\x01a\xc0\x00",
    "duplicate key": b"\x82\xa1a\x01\xa1a\x02",
    "integer longer than needed, 8 bits": b"\xcc\x01",
    "integer longer than needed, 16 bits": b"\xcd\x00\x01",
    "integer longer than needed, 64 bits": b"\xcf\x00\x00\x00\x00\x00\x00\x00\x01",
    "signed where unsigned will do": b"\xd0\x01",
    "text longer than needed": b"\xd9\x01a",
    "array longer than needed": b"\xdc\x00\x01\xc0",
    "map longer than needed": b"\xde\x00\x00",
    "bytes longer than needed": b"\xc5\x00\x01a",
    "extension type": b"\xd4\x05x",
    "extension type within an array": b"\x91\xd4\x05x",
    "extension type within a map": b"\x81\xa1a\xd4\x05x",
    "time stamp": b"\xd6\xff\x00\x00\x00\x01",
    "time stamp within an array": b"\x91\xd6\xff\x00\x00\x00\x01",
    "NaN": b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    "NaN within an array": b"\x91\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    "infinity": b"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00",
    "float": b"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00",
    "short float": b"\xca\x3f\xc0\x00\x00",
    "key of bytes": b"\x81\xc4\x01a\x01",
    "key of an integer": b"\x81\x01\x01",
    "text that is not UTF-8": b"\xa1\xff",
    "text of half a character": b"\xa3\xed\xa0\x80",
    "never used code": b"\xc1",
    "length bomb": b"\xdd\xff\xff\xff\xff",
    "nested without end": b"\x91" * 100_000 + b"\xc0",
    "too long": b"\xc6\x00\x08\x00\x00" + bytes(MAX_ROW_BYTES),
}


@pytest.mark.parametrize("what", REFUSED)
def test_any_other_spelling_is_refused(what: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        unpack(REFUSED[what])
    assert refused.value.kind == "bad-msgpack"


def test_every_refused_spelling_but_broken_ones_is_read_by_the_bare_library() -> None:
    """These are the cases that a reader without our checks would let through."""
    read = {what for what, data in REFUSED.items() if _bare_library_reads(data)}
    assert {"duplicate key", "NaN", "float", "key of bytes", "extension type"} <= read
    assert {"integer longer than needed, 16 bits", "time stamp within an array"} <= read


def _bare_library_reads(data: bytes) -> bool:
    try:
        msgpack.unpackb(data, raw=False, strict_map_key=True)
    except (ValueError, msgpack.exceptions.UnpackException):
        return False
    return True


@pytest.mark.parametrize(
    "value",
    [[], [b"a"], [b"a", b"b", b"c"], ["a", b"b"], [b"a", "b"], [None, b"b"], {}, b"a", [b"a", 1]],
    ids=repr,
)
def test_a_row_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(MalformedInput):
        unpack_row(pack(value))


@pytest.mark.parametrize("value", ["a", [b"a"], ["a", None], {"a": "b"}, [["a"]]], ids=repr)
def test_contents_of_another_shape_are_refused(value: object) -> None:
    with pytest.raises(MalformedInput):
        unpack_contents(pack(value))
