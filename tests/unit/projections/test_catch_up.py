"""Read models that follow a real ledger: step by step, by several readers, after damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.aggregates.my_story import MyStory, MyStoryRecorded
from ledger.aggregates.pupil import Pupil
from ledger.errors import KeyUnavailable, StorageFailed
from ledger.formats.ledger_reader import LedgerReader
from ledger.projections.catch_up import catch_up, differing
from ledger.projections.history import HistoryEntry, read_history
from ledger.projections.read_models import ReadModelFile, open_read_models
from ledger.projections.register import read_pupils
from ledger.values.code import Code
from tests.support.folding import all_documents
from tests.support.ledger_builder import BuiltLedger, new_ledger

YOUNGER = Code(scheme="my-story-version", code="younger", label="younger")
DataKey = Callable[[bytes], bytes]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[BuiltLedger]:
    built = new_ledger(tmp_path / "home")
    yield built
    built.close()


@pytest.fixture
def reader(ledger: BuiltLedger) -> Iterator[LedgerReader]:
    with ledger.reading_file() as opened:
        yield opened


def story(ledger: BuiltLedger, pupil: Pupil) -> MyStory:
    record = MyStory(ledger.open_stream(ledger.stream(), "my_story"))
    fields: dict[str, Any] = {"text": "I like trains", "owner": "Zoë", "completed_with": None}
    entry = ledger.entry(subject=pupil.subject)
    record.record(MyStoryRecorded, entry, pupil=pupil.id.bytes, story_version=YOUNGER, **fields)
    ledger.save("senco", record)
    return record


def without(ledger: BuiltLedger, *closed: MyStory | Pupil) -> DataKey:
    """Give the data keys of a reader to whom some records are closed."""
    streams = {one.id.bytes for one in closed}

    def data_key(stream: bytes) -> bytes:
        if stream in streams:
            raise KeyUnavailable("Not open to you.", kind="contents-unopened")
        return ledger.keys.data_key(stream)

    return data_key


def follow(models: ReadModelFile, reader: LedgerReader) -> int:
    return catch_up(models, reader, lambda _: None)


def histories(models: ReadModelFile, reader: LedgerReader, pupil: Pupil) -> list[HistoryEntry]:
    return read_history(models, reader, pupil.id.bytes)


def test_following_each_entry_equals_a_rebuild(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path
) -> None:
    with (
        open_read_models(tmp_path / "models.db", ledger.keys.data_key) as grown,
        open_read_models(None, ledger.keys.data_key) as rebuilt,
    ):
        for number in (1, 2):
            pupil = ledger.pupil(number)
            follow(grown, reader)
            ledger.consent(pupil)
            ledger.year_group(pupil, "5")
            follow(grown, reader)
        follow(rebuilt, reader)
        assert all_documents(grown) == all_documents(rebuilt)
        assert differing(grown, reader) == []


def test_a_reader_who_finds_nothing_new_writes_nothing(
    ledger: BuiltLedger, reader: LedgerReader
) -> None:
    ledger.pupil(1)
    with open_read_models(None, ledger.keys.data_key) as models:
        assert follow(models, reader) == reader.size
        before = models.connection.total_changes
        assert follow(models, reader) == 0
        assert models.connection.total_changes == before


def test_models_of_another_history_are_made_anew(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path
) -> None:
    ledger.pupil(1)
    other = new_ledger(tmp_path / "other", "second")
    other.pupil(7)

    def either(stream: bytes) -> bytes:
        try:
            return ledger.keys.data_key(stream)
        except KeyUnavailable:
            return other.keys.data_key(stream)

    with open_read_models(None, either) as models:
        with other.reading_file() as foreign:
            follow(models, foreign)
        follow(models, reader)
        assert differing(models, reader) == []
    other.close()


def test_what_is_closed_to_one_reader_is_folded_by_the_next(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path
) -> None:
    pupil = ledger.pupil(1)
    record = story(ledger, pupil)
    path = tmp_path / "models.db"
    with open_read_models(path, without(ledger, pupil, record)) as models:
        follow(models, reader)
        assert models.closed() == list(range(reader.size - 4, reader.size))
    with open_read_models(path, without(ledger, record)) as models:
        follow(models, reader)
        assert models.closed() == [reader.size - 1]
    with open_read_models(path, ledger.keys.data_key) as models:
        follow(models, reader)
        assert models.closed() == []
        assert differing(models, reader) == []
        types = [one.type for one in histories(models, reader, pupil)]
        assert types[-1] == "my_story.recorded.v1"


def test_what_outlives_its_erased_pupil_stays_closed(
    ledger: BuiltLedger, reader: LedgerReader
) -> None:
    pupil = ledger.pupil(1)
    ledger.consent(pupil)
    with open_read_models(None, without(ledger, pupil)) as models:
        follow(models, reader)
        assert models.closed() == list(range(reader.size - 4, reader.size))


def test_who_may_not_read_a_story_does_not_learn_that_there_is_one(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path
) -> None:
    pupil = ledger.pupil(1)
    record = story(ledger, pupil)
    path = tmp_path / "models.db"
    with open_read_models(path, ledger.keys.data_key) as models:
        follow(models, reader)
    with open_read_models(path, without(ledger, record)) as models:
        follow(models, reader)
        assert len(histories(models, reader, pupil)) == 3
        story_at = reader.size - 1
        documents = all_documents(models)
        assert documents["history"] == {pupil.id.bytes: [story_at - 3, story_at - 2, story_at - 1]}
        assert not documents["history-loose"]
        assert record.id.bytes not in documents["stream"]
        assert differing(models, reader) == []


def test_a_changed_document_is_found_and_named(ledger: BuiltLedger, reader: LedgerReader) -> None:
    pupil = ledger.pupil(1)
    with open_read_models(None, ledger.keys.data_key) as models:
        follow(models, reader)
        models.begin()
        models.put("history", pupil.id.bytes, [0])
        position = models.position()
        assert position is not None
        models.commit(position)
        assert differing(models, reader) == ["history"]


def test_a_damaged_file_says_how_to_make_it_anew(ledger: BuiltLedger, reader: LedgerReader) -> None:
    ledger.pupil(1)
    with open_read_models(None, ledger.keys.data_key) as models:
        follow(models, reader)
        models.connection.execute("UPDATE documents SET ciphertext = zeroblob(64)")
        with pytest.raises(StorageFailed) as failed:
            list(models.documents("register"))
    assert failed.value.kind == "read-models-failed"
    assert "projections rebuild" in failed.value.remedy


def test_nothing_personal_stands_in_the_file(
    ledger: BuiltLedger, reader: LedgerReader, tmp_path: Path
) -> None:
    ledger.pupil(1)
    path = tmp_path / "models.db"
    with open_read_models(path, ledger.keys.data_key) as models:
        follow(models, reader)
        assert [row.given_names for row in read_pupils(models, as_of=ledger.now.date())] == ["Zoë"]
    data = path.read_bytes()
    assert "Zoë".encode() not in data
    assert b"Example" not in data
    assert path.stat().st_mode & 0o077 == 0
