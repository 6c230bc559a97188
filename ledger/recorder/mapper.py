"""From stored row to event: verify, then decrypt, then decode; never the other way."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Mapper, StoredEvent

import ledger.aggregates.catalogue  # noqa: F401  makes the registry of event types complete
from ledger.aggregates.event import Event, read_event
from ledger.errors import AlterationFound
from ledger.formats.row import unpack_row
from ledger.formats.statement import read_statement
from ledger.recorder.event_store import DataKeys
from ledger.seal.contents import demand_signed, open_fields


class SealedMapper(Mapper[UUID]):
    """Opens sealed rows; refuses to write, because only the event store seals."""

    def __init__(self, keys: DataKeys, public_key: Callable[[str], bytes]) -> None:
        """Take what opens contents and what knows the registered keys.

        Args:
            keys: gives a stream's data key.
            public_key: thumbprint → registered public key, 32 bytes.
        """
        self._keys = keys
        self._public_key = public_key

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> NoReturn:
        """Refuse: an unsealed event cannot be stored."""
        raise TypeError(f"{type(domain_event).__name__} is not sealed; save it through the store")

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """Open one stored row.

        Raises:
            AlterationFound: its signature, place or contents are not sound.
            KeyUnavailable: its class is not open to this reader.
            MalformedInput: it is of a type not known here.
        """
        originator = stored_event.originator_id
        if not isinstance(originator, UUID):
            raise TypeError("stream ids are UUIDs here")
        row = unpack_row(bytes(stored_event.state))
        statement = read_statement(row.statement)
        demand_signed(
            statement,
            self._public_key(statement.kid),
            originator.bytes,
            stored_event.originator_version,
        )
        if row.ciphertext is None:
            raise AlterationFound(
                "An entry has lost its contents.",
                "Their row is gone from the ledger file.",
                "See what send-ledger verify says, and restore the newest backup.",
                kind="contents-missing",
            )
        shown = open_fields(statement, row.ciphertext, self._keys.data_key(statement.stream))
        return read_event(originator, statement.seq, statement.payload, shown)
