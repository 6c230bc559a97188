"""The attempts to cheat leave a copy that looks as the program would have left it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.demo import tampering
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.ledger_file import FILE_NAME, check_schema, open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import ED25519, VerifierKey
from ledger.formats.statement import read_statement
from ledger.recorder.mark_file import MarkFile
from ledger.seal.checkpoints import open_checkpoint
from ledger.seal.key_file import machine_key_file
from ledger.seal.private_files import make_private_folder, write_private
from ledger.seal.proofs import LogProver
from tests.support.ledger_builder import BuiltLedger, new_ledger

WANTED = 300
"""More than a tile of 256."""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuiltLedger, Path]:
    home = tmp_path_factory.mktemp("original")
    built = new_ledger(home / "home", "tampering")
    pupil = built.pupil(0)
    consent = built.consent(pupil)
    assert consent.version == 1
    built.seal()
    while size(home / "home") < WANTED:
        built.year_group(pupil, "5")
    built.seal()
    make_private_folder(home / "home" / "keys")
    log = built.signing["log"]
    write_private(home / "home" / "keys" / "log.json", machine_key_file("log", log.seed_bytes()))
    return built, home / "home"


@pytest.fixture
def copy(original: tuple[BuiltLedger, Path], tmp_path: Path) -> Path:
    tampering.copy_home(original[1], tmp_path / "copy")
    return tmp_path / "copy"


def size(home: Path) -> int:
    with open_for_reading(home / FILE_NAME) as connection:
        return LedgerReader(connection).size


def statements(home: Path) -> list[bytes]:
    with closing(sqlite3.connect(home / FILE_NAME)) as connection:
        rows = connection.execute("SELECT statement FROM entries ORDER BY rowid")
        return [bytes(row[0]) for row in rows]


def differing_bits(one: bytes, other: bytes) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def test_one_bit_and_nothing_else_is_changed(
    original: tuple[BuiltLedger, Path], copy: Path, tmp_path: Path
) -> None:
    tampering.flip_one_bit(copy, 40, tmp_path / "state")
    before, after = statements(original[1]), statements(copy)
    changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    assert changed == [40]
    assert differing_bits(before[40], after[40]) == 1
    assert read_statement(after[40]).signature == read_statement(before[40]).signature


def test_what_is_left_after_a_cut_agrees_with_itself(copy: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with open_for_reading(copy / FILE_NAME) as connection:
        (first, _note), *_ = LedgerReader(connection).checkpoints()
    tampering.cut_short(copy, first, state)
    with open_for_reading(copy / FILE_NAME) as connection:
        check_schema(connection)
        reader = LedgerReader(connection)
        assert reader.size == first == len(statements(copy))
        assert [one for one, _ in reader.checkpoints()] == [first]
        assert LogProver(reader).root_at(first) == reader.root
        lid = read_statement(reader.entry(0).statement).lid
        mark = MarkFile.of(state, lid).read()
        assert mark is not None
        assert (mark.size, mark.root) == (first, reader.root)


def test_a_rewritten_log_is_consistent_and_signed_with_its_own_key(
    original: tuple[BuiltLedger, Path], copy: Path, tmp_path: Path
) -> None:
    built = original[0]
    key = VerifierKey(name=origin_of(built.lid), type=ED25519, public=built.signing["log"].public)
    with open_for_reading(copy / FILE_NAME) as connection:
        (first, _note), *_ = LedgerReader(connection).checkpoints()
    tampering.rewrite_and_sign_again(copy, first - 5, "2020-01-01T09:00:00Z", tmp_path / "state")
    with open_for_reading(copy / FILE_NAME) as connection:
        check_schema(connection)
        reader = LedgerReader(connection)
        prover = LogProver(reader)
        assert reader.stored_tile(0, 0) is not None
        for sealed, note in reader.checkpoints():
            head: Checkpoint = open_checkpoint(note, [key]).checkpoint
            assert (head.size, head.root) == (sealed, prover.root_at(sealed))
        assert prover.root_at(reader.size) == reader.root
        forged = read_statement(reader.entry(first - 5).statement)
    assert forged.recorded_at == "2020-01-01T09:00:00Z"
    true = read_statement(statements(original[1])[first - 5])
    assert forged.signature == true.signature
    assert {**forged.payload, "recorded_at": true.recorded_at} == dict(true.payload)
