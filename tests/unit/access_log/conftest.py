"""A home with an access log of a few readings, for each test."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from ledger.aggregates.log import StreamHead, StreamHeadLogged
from ledger.formats.access_log import (
    FILE_NAME,
    SCHEMA,
    AccessRecord,
    StoredAccess,
    read_access_log,
)
from ledger.formats.statement import StreamPlace, read_statement
from ledger.recorder.access_log import AccessLog, AccessSigner, create_access_log
from ledger.seal.authority import read_authority
from ledger.values.dates import OccurredOn
from ledger.verify.access_log import verify_access_log
from tests.support.ledger_builder import BuiltLedger, build_ledger, drawn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledger.verify.findings import Findings

STREAM: Final = drawn("access log", 16)
READINGS: Final = 4


@dataclass(slots=True)
class ReadHome:
    """A home in which was read.

    Attributes:
        built: the ledger.
        log: its access log.
    """

    built: BuiltLedger
    log: AccessLog

    @property
    def path(self) -> Path:
        """The access log's file."""
        return self.log.path

    def record(self, **changes: Any) -> AccessRecord:
        """Make the record of a reading."""
        record = AccessRecord(
            occurred_on=OccurredOn.on(self.built.now.date()),
            reader=self.built.persons["senco"],
            acted_as="senco",
            command="history",
            about=drawn("pupil", 16),
            purpose="annual review",
            fields_seen=("what", "details"),
        )
        return replace(record, **changes)

    def read(self, **changes: Any) -> StreamPlace:
        """Read something, signed as it is or with changes."""
        signer = replace(self.log.signer(), **changes)
        log = replace(self.log, signer=lambda: signer)
        return log.append(self.record(), self.built.now)

    def seal(self, place: StreamPlace | None = None, stream: bytes = STREAM) -> int:
        """Log the head of the access log, or another; give its log index."""
        if place is None:
            newest = next(read_access_log(self.path, newest_first=True))
            place = StreamPlace(newest.seq, read_statement(newest.statement).hash)
        heads = self.built._system_stream(self.built.heads_stream)
        head = StreamHead(stream, place.seq, place.hash)
        heads.record(StreamHeadLogged, self.built.entry(), head=head)
        self.built.save("system", heads)
        with self.built.reading_file() as reader:
            return reader.size - 1

    def stored(self) -> list[StoredAccess]:
        """Give every record."""
        return list(read_access_log(self.path))

    @contextmanager
    def editing(self) -> Iterator[sqlite3.Connection]:
        """Edit the access log without its guards, and put them back as they were."""
        triggers = [text for text in SCHEMA if text.startswith("CREATE TRIGGER")]
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            for text in triggers:
                connection.execute(f"DROP TRIGGER {text.split()[2]}")
            yield connection
            for text in triggers:
                connection.execute(text)

    def check(self, *, opened: bool = True) -> Findings:
        """Verify the access log."""
        return verify_access_log(self.built.home, self.built.keys.data_key if opened else None)

    def codes(self) -> set[str]:
        """Give the codes of what verifying finds."""
        return set(self.check().report("access log").codes)


def _signer(built: BuiltLedger) -> AccessSigner:
    key = built.signing["access"]
    with built.reading_file() as reader:
        return AccessSigner(kid=key.kid, sign=key.sign, auth=read_authority(reader).head)


@pytest.fixture
def home(tmp_path: Path) -> ReadHome:
    """A home with an access log of four readings, none of them sealed."""
    built = build_ledger(tmp_path / "home", pupils=1)
    built.keys.add_stream(STREAM, "school")
    path = built.home / FILE_NAME
    create_access_log(path)
    log = AccessLog(
        path=path,
        lid=built.lid,
        stream=STREAM,
        data_key=built.keys.data_key(STREAM),
        signer=partial(_signer, built),
        entropy=built.entropy,
    )
    made = ReadHome(built, log)
    for _ in range(READINGS):
        made.read()
    return made
