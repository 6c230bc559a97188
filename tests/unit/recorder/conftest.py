"""A small home, a second program writing to it, and its rows to be compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.pupil import Pupil, PupilEnrolled
from ledger.recorder.datastore import LedgerDatastore
from ledger.recorder.event_store import SealingEventStore
from ledger.recorder.ledger_recorder import LedgerRecorder
from ledger.recorder.log_state import LogState
from ledger.recorder.mapper import SealedMapper
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import BuiltLedger, new_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.recorder.content_key_store import ContentKeyStore


@dataclass(frozen=True)
class Writer:
    """Another program with the same ledger open: its own connection and memory."""

    datastore: LedgerDatastore
    recorder: LedgerRecorder
    store: SealingEventStore


def second_writer(built: BuiltLedger, keys: ContentKeyStore | None = None) -> Writer:
    """Open the ledger once more, as another program does."""
    datastore = LedgerDatastore(built.path)
    recorder = LedgerRecorder(datastore)
    held = keys or built.keys
    store = SealingEventStore(
        SealedMapper(held, lambda _kid: bytes(32)),
        recorder,
        state=LogState(built.streams),
        keys=held,
        entropy=built.entropy,
        after_commit=lambda _size, _root: None,
    )
    return Writer(datastore, recorder, store)


def enrolled(built: BuiltLedger, pupil: Pupil, seq: int, group: str = "5") -> PupilEnrolled:
    """Make an event for a place of a pupil's record, whatever stands there."""
    entry = built.entry(subject=pupil.subject)
    return PupilEnrolled(
        originator_id=pupil.id,
        originator_version=seq,
        recorded_at=entry.recorded_at,
        occurred_on=entry.occurred_on,
        subject=entry.subject,
        year_group=group,
        class_name=None,
    )


def rows(built: BuiltLedger) -> list[str]:
    """Give every row of every table, as SQL."""
    with closing(sqlite3.connect(built.path)) as connection:
        return list(connection.iterdump())


def found(built: BuiltLedger) -> set[str]:
    """Verify contents and all; give the codes of what is wrong."""
    report = verify_ledger(
        built.home, mark=built.mark, now=datetime.now(UTC), data_key=built.keys.data_key
    )
    return {one.code for one in report.findings}


@pytest.fixture
def built(tmp_path: Path) -> Iterator[BuiltLedger]:
    ledger = new_ledger(tmp_path / "home")
    yield ledger
    ledger.close()


@pytest.fixture
def second(built: BuiltLedger) -> Iterator[Writer]:
    writer = second_writer(built)
    yield writer
    writer.datastore.close()
