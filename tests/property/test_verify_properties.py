"""Whatever happens to a ledger's bytes, verifying answers, and never “intact” to a change."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedInput
from ledger.formats.disclosure import _read_array
from ledger.formats.disclosure import _read_plain as _read_plain_arrays
from ledger.formats.encoding import (
    b64url,
    compact_json,
    demand_one_spelling,
    read_each,
    strict_json,
    unb64url,
)
from ledger.formats.ledger_file import FILE_NAME
from ledger.formats.payload import _members, plain_payload
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import FOUNDING, BuiltLedger
from tests.support.tampering import statement_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = 4096
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sealed_rows(path: Path) -> list[object]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return [
            connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  the names below
            for table in ("entries", "contents", "tree", "tiles", "checkpoints")
        ]


def check(built: BuiltLedger, folder: Path, data: bytes) -> None:
    path = folder / FILE_NAME
    path.write_bytes(data)
    report = verify_ledger(path, mark=built.mark, now=built.now, data_key=built.keys.data_key)
    if report.exit_code != 10:
        assert sealed_rows(path) == sealed_rows(built.path)


@SLOW
@given(st.data())
def test_flipped_bits_anywhere_in_the_file_are_found_or_touch_nothing(
    built: BuiltLedger, tmp_path: Path, data: st.DataObject
) -> None:
    changed = bytearray(built.path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(changed) // PAGE - 1)) * PAGE
        place += data.draw(st.integers(0, 40) | st.integers(0, PAGE - 1))
        changed[place] ^= 1 << data.draw(st.integers(0, 7))
    check(built, tmp_path, bytes(changed))


@SLOW
@given(st.data())
def test_a_file_cut_anywhere_is_found(
    built: BuiltLedger, tmp_path: Path, data: st.DataObject
) -> None:
    whole = built.path.read_bytes()
    check(built, tmp_path, whole[: data.draw(st.integers(0, len(whole) - 1))])


@SLOW
@given(st.data())
def test_pages_exchanged_are_found_or_touch_nothing(
    built: BuiltLedger, tmp_path: Path, data: st.DataObject
) -> None:
    whole = built.path.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    number = st.integers(0, len(pages) - 1)
    first, second = data.draw(number), data.draw(number)
    pages[first], pages[second] = pages[second], pages[first]
    check(built, tmp_path, b"".join(pages))


PIECES = [
    b'"',
    b",",
    b"null",
    b'","',
    b'"_sd":["',
    b"{",
    b"}",
    b"[",
    b"\\",
    b" ",
    b"1",
    b"A",
    b"\xc3",
]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_the_quick_reading_of_a_payload_reads_what_json_reads_or_leaves_it(
    built: BuiltLedger, data: st.DataObject
) -> None:
    payload = unb64url(statement_at(built.path, FOUNDING).jwt.split(b".")[1].decode())
    changed = bytearray(payload)
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(changed)))
        cut = data.draw(st.sampled_from([0, 0, 1, 2, 43, 46]))
        changed[place : place + cut] = data.draw(st.sampled_from(PIECES))
    try:
        plain = plain_payload(bytes(changed))
        quick = None if plain is None else _members(plain)
    except MalformedInput:
        return
    if quick is not None:
        assert quick == strict_json(bytes(changed))


def reference_unb64url(text: bytes) -> bytes | None:
    """RFC 4648 §5 by the standard library; None for what `b64url` would not have written."""
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return data if b64url(data).encode() == text else None


MORE = st.sampled_from([b"", b"=", b"A", b"B", b"-", b"+", b"/", b"\n", b"\xff"])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40), MORE, st.booleans())
def test_base64url_is_read_in_its_one_spelling(value: bytes, more: bytes, cut: object) -> None:
    text = b64url(value).encode()
    changed = (text[:-1] if cut else text) + more
    expected = reference_unb64url(changed)
    if expected is None:
        with pytest.raises(MalformedInput):
            unb64url(changed)
    else:
        assert unb64url(changed) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=12),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
            max_leaves=6,
        ),
        min_size=1,
        max_size=5,
    ),
    MORE,
    st.booleans(),
)
def test_json_values_are_read_together_as_each_is_alone(
    values: list[object], more: bytes, cut: object
) -> None:
    spelt = [compact_json(value).encode() for value in values]
    texts = [b64url(one).encode() for one in spelt]
    zero = any(b'"\\u0000"' in one for one in spelt)
    assert read_each(texts) == (None if zero else values)
    for at, text in enumerate(texts):
        changed = (text[:-1] if cut else text) + more
        together = [*texts[:at], changed, *texts[at + 1 :]]
        alone = answer(partial(lambda texts: [*map(read_alone, texts)], together))
        assert read_each(together) in (None, alone)


def read_alone(text: bytes) -> object:
    """Read one value, and demand its one spelling."""
    data = unb64url(text)
    value = strict_json(data)
    demand_one_spelling(data, value)
    return value


SPELT = st.sampled_from(
    [
        '["',
        "[",
        "]",
        '"',
        ",",
        '","',
        "\\u00e9",
        "\\ud800",
        "é",
        " ",
        "\n",
        "\x00",
        "null",
        "true",
        "1",
        "-0",
        "1.5",
        "{}",
        '{"a":1,"a":2}',
        '{"_sd":[]}',
        "salt",
        "S" * 21 + "A",
        "S" * 21 + "B",
        "event",
        "_sd",
        "lid",
        '"]',
    ]
)
PLAIN = st.builds(
    lambda salt, name, value: json.dumps(
        [salt, name, value], ensure_ascii=False, separators=(",", ":")
    ),
    st.sampled_from(["S" * 21 + "A", "T" * 21 + "w", "T" * 21 + "x", "short"]),
    st.sampled_from(["event", "grounds", "Event", "", "_sd", "role"]),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=8)
        | st.sampled_from([0.5, 1.0]),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.text(max_size=3) | st.sampled_from(["_sd", "..."]), inner)
        ),
        max_leaves=4,
    ),
)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(PLAIN | st.lists(SPELT, max_size=9).map("".join), min_size=1, max_size=4),
    st.integers(0, 60),
    st.just("") | SPELT,
)
def test_disclosures_read_together_say_what_each_says_alone(
    arrays: list[str], at: int, put_in: str
) -> None:
    arrays[0] = arrays[0][:at] + put_in + arrays[0][at:]
    texts = [b64url(array.encode()).encode() for array in arrays]
    together = answer(lambda: read_together(texts))
    alone = answer(lambda: dict(_read_array(unb64url(text)) for text in texts))
    assert together in (None, alone)


def read_together(texts: list[bytes]) -> object:
    plain = _read_plain_arrays(texts)
    return None if plain is None else dict(zip(*plain, strict=True))


def answer(read: Callable[[], object]) -> object:
    """Give what is read, or "refused"."""
    try:
        return read()
    except MalformedInput:
        return "refused"
