"""Whose checkpoints count at which size, and an index that hides what the log holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.ledger_builder import BUILT_SIZE, FIRST_SEALED, FOUNDING, BuiltLedger
from tests.support.tampering import editing, resign_checkpoints, statement_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledger.verify.findings import Report
    from tests.unit.verify.conftest import Verify

PAGE = 4096
INDEX_LEAF = 0x0A
"""First byte of a leaf page of an index (SQLite file format §1.6)."""


def found(report: Report) -> set[str]:
    return {one.code for one in report.findings}


def new_log_key(built: BuiltLedger) -> None:
    built.register("log-2", by="root")
    built.grant("log-2", "log", by="root")
    built.signing["log"] = built.signing["log-2"]


def revoke(built: BuiltLedger) -> None:
    built.revoke("log", from_index=built.mark.size, by="root")


def withdraw(built: BuiltLedger) -> None:
    built.withdraw("log", "log", from_index=built.mark.size, by="root")


@pytest.mark.parametrize("take_back", [revoke, withdraw])
def test_a_log_key_counts_for_what_it_signed_before_it_was_taken_back_and_not_after(
    built: BuiltLedger, verify: Verify, take_back: Callable[[BuiltLedger], None]
) -> None:
    built.seal()
    take_back(built)
    assert verify(built).result == "intact"
    built.seal()
    assert found(verify(built)) == {"checkpoint-not-ours"}


def test_a_new_log_key_counts_for_later_heads_only(built: BuiltLedger, verify: Verify) -> None:
    revoke(built)
    new_log_key(built)
    built.seal()
    assert verify(built).result == "intact"
    with editing(built.path) as connection:
        resign_checkpoints(connection, built)
    assert found(verify(built)) == {"checkpoint-not-ours"}


def test_a_second_key_of_the_log_counts_for_later_heads_only(
    built: BuiltLedger, verify: Verify
) -> None:
    built.persons["log-2"] = built.persons["log"]
    built.register("log-2", by="root")
    built.signing["log"] = built.signing["log-2"]
    built.seal()
    assert verify(built).result == "intact"
    with editing(built.path) as connection:
        resign_checkpoints(connection, built)
    assert found(verify(built)) == {"checkpoint-not-ours"}


def test_a_checkpoint_signed_by_another_machine_of_the_ledger_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    built.signing["log"] = built.signing["system"]
    built.seal()
    assert found(verify(built)) == {"checkpoint-not-ours"}


@pytest.mark.parametrize("lines", [b"", b"no signature line", b"\xff"])
def test_a_cosignature_that_is_no_signature_line_is_caught(
    built: BuiltLedger, verify: Verify, lines: bytes
) -> None:
    with editing(built.path) as connection:
        connection.execute("INSERT INTO cosignatures VALUES (?,?)", (FIRST_SEALED, lines))
    assert found(verify(built)) <= {"bad-note", "bad-signature-line"} != set()
    assert verify(built).exit_code == 10


def test_two_cosignatures_in_one_row_are_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        (line,) = connection.execute("SELECT line FROM cosignatures").fetchone()
        connection.execute(
            "INSERT INTO cosignatures VALUES (?,?)", (FIRST_SEALED, line + b"\n" + line)
        )
    assert found(verify(built)) == {"bad-signature-line"}


def index_pages(path: Path, stream: bytes) -> list[int]:
    data = path.read_bytes()
    return [
        start
        for start in range(0, len(data), PAGE)
        if data[start] == INDEX_LEAF and stream in data[start : start + PAGE]
    ]


def test_an_entry_taken_out_of_the_index_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path):
        pass
    stream = statement_at(built.path, FIRST_SEALED - 2).stream
    (page,) = index_pages(built.path, stream)
    data = bytearray(built.path.read_bytes())
    at = data.index(stream, page)
    data[at + 15] ^= 1
    built.close()
    built.path.write_bytes(data)
    report = verify(built)
    assert report.codes["index-altered"] == 1
    assert found(report) == {"index-altered"}


def test_an_index_out_of_order_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path):
        pass
    stream = statement_at(built.path, FOUNDING).stream
    (page,) = index_pages(built.path, stream)
    data = bytearray(built.path.read_bytes())
    # The array of cell pointers begins behind the page's 8 bytes of header (§1.6).
    data[page + 8 : page + 12] = data[page + 10 : page + 12] + data[page + 8 : page + 10]
    built.close()
    built.path.write_bytes(data)
    assert found(verify(built)) == {"index-altered"}
    assert verify(built).size == BUILT_SIZE
