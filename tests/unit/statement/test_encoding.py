"""A decoder takes exactly what its encoder writes."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedInput
from ledger.formats.encoding import (
    b64,
    b64url,
    compact_json,
    read_each,
    strict_json,
    unb64,
    unb64url,
)


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", ""), (b"\xfb", "-w"), (b"\xff\xef", "_-8"), (b"abc", "YWJj"), (bytes(4), "AAAAAA")],
)
def test_base64url_has_no_padding_and_its_own_alphabet(data: bytes, text: str) -> None:
    assert b64url(data) == text
    assert unb64url(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "_w==",
        "_w=",
        "A",
        "AAAAA",
        "_x",
        "__9",
        "+w",
        "/w",
        "_w\n",
        " _w",
        "_ w",
        "é",
        "_w\0",
        "ＡＡ",
    ],
)
def test_base64url_in_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        unb64url(text)
    assert refused.value.kind == "bad-base64url"


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"\xfb\xff", "+/8="), (b"abc", "YWJj")])
def test_base64_is_padded_and_standard(data: bytes, text: str) -> None:
    assert b64(data) == text
    assert unb64(text) == data


@pytest.mark.parametrize("text", ["+/8", "+/9=", "-_8=", "+/8=\n", "+/8==", "====", "é", "YW Jj"])
def test_base64_in_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        unb64(text)
    assert refused.value.kind == "bad-base64"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a":1,"a":1}', "duplicate-member"),
        ('{"a":{"b":1,"b":2}}', "duplicate-member"),
        ('{"a":1,"\\u0061":2}', "duplicate-member"),
        ("1.0", "bad-number"),
        ("1e3", "bad-number"),
        ("NaN", "bad-number"),
        ("[-Infinity]", "bad-number"),
        ("", "bad-json"),
        ("{", "bad-json"),
        ("{} {}", "bad-json"),
        ("01", "bad-json"),
        ("'a'", "bad-json"),
        ("[1,]", "bad-json"),
        ('"a\nb"', "bad-json"),
        ("\ufeff{}", "bad-json"),
        ("9" * 5000, "bad-json"),
        ("[" * 100_000, "bad-json"),
        (b"\xff", "bad-json"),
        ("{}".encode("utf-16"), "bad-json"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_json_that_two_readers_would_not_read_alike_is_refused(
    text: str | bytes, kind: str
) -> None:
    with pytest.raises(MalformedInput) as refused:
        strict_json(text)
    assert refused.value.kind == kind


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\udfff":1}', '["\\udc00\\ud800"]'])
def test_json_with_half_a_character_is_refused_because_no_utf_8_can_say_it(text: str) -> None:
    with pytest.raises(MalformedInput):
        strict_json(text)


def test_json_keeps_every_character_and_the_order_of_members() -> None:
    value = {"z": "Zoë", "a": ["李", "اردو", "\u2067", "\U00020bb7", '"\\', None, True, -1]}
    text = compact_json(value)
    assert text == ('{"z":"Zoë","a":["李","اردو","\u2067","\U00020bb7","\\"\\\\",null,true,-1]}')
    assert strict_json(text.encode()) == value
    read = strict_json(text)
    assert isinstance(read, dict)
    assert list(read) == ["z", "a"]


def test_json_is_never_written_with_a_number_that_is_none() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        compact_json(float("nan"))


@pytest.mark.parametrize("values", [[], [None], [{"z": "Zoë\n", "a": [1, True]}, "x", -1, [], {}]])
def test_values_in_their_one_spelling_are_read_together(values: list[object]) -> None:
    assert read_each(encoded([compact_json(value) for value in values])) == (values or None)


@pytest.mark.parametrize(
    "texts",
    [
        ["1", " 2"],
        ["1", "\n2"],
        ["1\n", "2"],
        ["12\n", "2"],
        ["123\n", "2"],
        ["18446744073709551616"],
        ["-0"],
        ["[" * 300 + "]" * 300],
        ["1", ""],
        [""],
        ["1,2"],
        ["1", '{"a":1,"a":2}'],
        ["1", "NaN"],
        ["1", '"\\u00e9"'],
        ["1", '"\\ud800"'],
        ["[1", "2]"],
        ["[1", "2]", '3,"\\u0000",4'],
        ['1,"\\u0000"', "[2", "3]", "4"],
        ['"\\u0000","\\u0000"', "[2", "3]", "4"],
        ["[1", "2]", "3,4", "5"],
        ["1]", "[2"],
        ["[" * 100_000, "]" * 100_000],
    ],
    ids=lambda texts: repr(texts)[:24],
)
def test_values_that_are_not_each_in_their_one_spelling_are_not_read_together(
    texts: list[str],
) -> None:
    assert read_each(encoded(texts)) is None


def test_every_character_is_spelt_alike_by_the_quick_reader() -> None:
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    text = compact_json({"of a text": every, every: "of a name"})
    assert read_each(encoded([text])) == [strict_json(text)]


@pytest.mark.parametrize("edge", [-(2**64), -(2**63), 2**53, 2**63, 2**64])
def test_a_whole_number_is_read_quickly_or_left(edge: int) -> None:
    for number in range(edge - 3, edge + 4):
        quick = [number] if -(2**63) <= number < 2**64 else None
        assert read_each(encoded([compact_json(number)])) == quick


def encoded(texts: list[str]) -> list[bytes]:
    return [b64url(text.encode("utf-8", "surrogatepass")).encode() for text in texts]
