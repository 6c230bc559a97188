"""Two programs that fold the same log into the same file, and one that makes it anew."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ledger.projections import catch_up as folding
from ledger.projections.catch_up import catch_up, differing
from ledger.projections.read_models import ReadModelFile, begin_anew, open_read_models
from ledger.projections.register import read_pupils
from tests.support.folding import all_documents
from tests.support.ledger_builder import BuiltLedger, new_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ledger.formats.ledger_reader import LedgerReader


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[BuiltLedger]:
    with closing(new_ledger(tmp_path / "home")) as built:
        for number in (1, 2, 3):
            built.year_group(built.pupil(number), "5")
        yield built


@pytest.fixture
def reader(ledger: BuiltLedger) -> Iterator[LedgerReader]:
    with ledger.reading_file() as opened:
        yield opened


def follow(models: ReadModelFile, reader: LedgerReader) -> int:
    return catch_up(models, reader, lambda _: None)


def once(
    monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object], *, at: int = 1
) -> None:
    """Let another program act just before a method of the file is called for that time."""
    called, left = getattr(ReadModelFile, name), [at]

    def overtaken(models: ReadModelFile, *words: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            act()
        return called(models, *words)

    monkeypatch.setattr(ReadModelFile, name, overtaken)


@pytest.mark.parametrize("grows", [False, True])
def test_what_another_program_folded_meanwhile_is_not_folded_twice(
    ledger: BuiltLedger,
    reader: LedgerReader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    grows: bool,
) -> None:
    monkeypatch.setattr(folding, "BATCH", 4)
    keys = ledger.keys.data_key
    with open_read_models(tmp_path / "m.db", keys) as one, open_read_models(None, keys) as rebuilt:

        def act() -> None:
            if grows:
                ledger.pupil(9)
            with open_read_models(tmp_path / "m.db", keys) as other:
                follow(other, reader)

        once(monkeypatch, "begin", act, at=3)
        follow(one, reader)
        follow(rebuilt, reader)
        assert one.position() == rebuilt.position()
        assert all_documents(one) == all_documents(rebuilt)


def test_whoever_reads_while_the_file_is_made_anew_still_sees_every_pupil(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path
) -> None:
    path, keys = tmp_path / "m.db", ledger.keys.data_key
    with open_read_models(path, keys) as reading:
        follow(reading, reader)
        begin_anew(path)
        assert len(list(read_pupils(reading, as_of=ledger.now.date()))) == 3
        ledger.pupil(4)
        follow(reading, reader)  # it writes to the file that the others have open
        with open_read_models(path, keys) as anew:
            assert follow(anew, reader) == 0
            assert len(list(read_pupils(anew, as_of=ledger.now.date()))) == 4


def test_a_file_that_is_no_sound_database_is_made_anew(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path
) -> None:
    path = tmp_path / "m.db"
    path.write_bytes(b"not a database at all" * 100)
    begin_anew(path)
    with open_read_models(path, ledger.keys.data_key) as anew:
        assert follow(anew, reader) == reader.size


def test_an_entry_recorded_while_models_are_compared_is_no_difference(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_read_models(tmp_path / "m.db", ledger.keys.data_key) as models:
        follow(models, reader)
        once(monkeypatch, "begin", lambda: ledger.pupil(9))
        assert differing(models, reader) == []
