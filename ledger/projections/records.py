"""A record's state, rebuilt from the ledger file alone, for those who only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import read_event
from ledger.errors import NotFound
from ledger.seal.contents import open_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.formats.ledger_reader import LedgerReader

A = TypeVar("A", bound=Aggregate)


def read_record(
    reader: LedgerReader, data_key: Callable[[bytes], bytes], cls: type[A], stream: bytes
) -> A:
    """Rebuild one record from its entries.

    Args:
        reader: the open ledger file.
        data_key: stream id → data key.
        cls: what kind of record.
        stream: 16 bytes.

    Raises:
        NotFound: it has no entry.
        KeyUnavailable: its class is not open to this reader.
        MalformedInput: an entry of a type not known here.
    """
    opened = [open_entry(entry, data_key) for entry in reader.stream(stream)]
    events = [
        read_event(UUID(bytes=stream), one.statement.seq, one.statement.payload, one.fields)
        for one in opened
    ]
    record = cls.from_events(None, events)
    if record is None:
        raise NotFound(
            "There is no such record in this ledger.",
            "No entry begins it.",
            "Look for it with send-ledger pupil list and send-ledger history.",
            kind="no-record",
        )
    return record
