"""The two files that go between school and body: read back as written, refused when changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ledger.errors import MalformedInput
from ledger.formats.countersigning import (
    MAX_FILE_BYTES,
    CountersignerRequest,
    ToSign,
    read_request,
    read_to_sign,
    write_request,
    write_to_sign,
)
from ledger.formats.statement import Anchor, StreamPlace, read_statement
from tests.golden.small_log import small_log

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = CountersignerRequest(
    lid=b"l" * 16,
    person=b"p" * 16,
    name="Ymddiriedolaeth Tŷ Gwyn",
    public=b"k" * 32,
    possession=b"s" * 64,
)


def to_sign(anchor: Anchor | None = None) -> ToSign:
    return ToSign(
        genesis=read_statement(small_log().leaves[0]),
        name="Example Trust",
        kid="A" * 43,
        auth=StreamPlace(3, b"h" * 32),
        anchor=anchor,
    )


def test_a_request_is_read_back_as_it_was_written() -> None:
    assert read_request(write_request(REQUEST)) == REQUEST


@pytest.mark.parametrize("anchor", [None, Anchor(4, b"r" * 32, (b"t" * 32,))])
def test_what_is_to_be_signed_is_read_back_as_it_was_written(anchor: Anchor | None) -> None:
    assert read_to_sign(write_to_sign(to_sign(anchor))) == to_sign(anchor)


def _changed(data: bytes, name: str, value: Any) -> bytes:
    return json.dumps({**json.loads(data), name: value}).encode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "send-ledger/v1/person-keys"),
        ("lid", "short"),
        ("lid", None),
        ("person", "!" * 22),
        ("name", ""),
        ("name", "\u202eTrust"),
        ("name", 5),
        ("public", "A" * 42),
        ("possession", "A" * 43),
        ("more", 1),
    ],
)
def test_a_changed_request_is_refused(name: str, value: Any) -> None:
    with pytest.raises(MalformedInput) as refused:
        read_request(_changed(write_request(REQUEST), name, value))
    assert refused.value.kind == "bad-countersigning-file"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "send-ledger/v1/countersigner"),
        ("genesis", "a.b.c"),
        ("genesis", "é"),
        ("genesis", None),
        ("kid", "A" * 42),
        ("auth", None),
        ("auth", {"seq": 0, "hash": "A" * 43}),
        ("anchor", {"size": 1}),
        ("name", "\x07"),
        ("more", 1),
    ],
)
def test_a_changed_file_to_be_signed_is_refused(name: str, value: Any) -> None:
    with pytest.raises(MalformedInput) as refused:
        read_to_sign(_changed(write_to_sign(to_sign()), name, value))
    assert refused.value.kind == "bad-countersigning-file"


@pytest.mark.parametrize("read", [read_request, read_to_sign])
@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b'{"format":1,"format":1}', b" " * (MAX_FILE_BYTES + 1)]
)
def test_what_is_no_such_file_is_refused(read: Callable[[bytes], Any], data: bytes) -> None:
    with pytest.raises(MalformedInput) as refused:
        read(data)
    assert refused.value.kind == "bad-countersigning-file"
