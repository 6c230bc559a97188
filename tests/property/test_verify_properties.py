"""Whatever happens to a ledger's bytes, verifying answers, and never “intact” to a change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedInput
from ledger.formats.encoding import b64url, strict_json, unb64url
from ledger.formats.ledger_file import FILE_NAME
from ledger.formats.statement import _read_plain, _unb64url
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import FOUNDING, BuiltLedger, build_ledger
from tests.support.tampering import editing, statement_at

if TYPE_CHECKING:
    from pathlib import Path

PAGE = 4096
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltLedger:
    made = build_ledger(tmp_path_factory.mktemp("ledger") / "home", pupils=2)
    with editing(made.path):
        pass
    made.close()
    return made


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
        quick = _read_plain(bytes(changed))
    except MalformedInput:
        return
    if quick is not None:
        assert quick == strict_json(bytes(changed))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40), st.sampled_from([b"", b"=", b"A", b"B", b"-", b"+", b"\n"]))
def test_the_quick_base64url_reads_what_the_slow_one_reads(junk: bytes, more: bytes) -> None:
    for text in (junk, b64url(junk).encode() + more, b64url(junk).encode()[:-1] + more):
        try:
            slow = unb64url(text.decode("ascii"))
        except (MalformedInput, UnicodeDecodeError):
            with pytest.raises(MalformedInput):
                _unb64url(text)
        else:
            assert _unb64url(text) == slow
