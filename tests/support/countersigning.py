"""A built ledger whose beginning a trust has countersigned."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ledger.aggregates.countersignature import Countersignature, GenesisCountersigned
from ledger.seal.roles import RESPONSIBLE_BODY

if TYPE_CHECKING:
    from tests.support.ledger_builder import BuiltLedger

BODY = "Example Trust"


def admit(built: BuiltLedger, name: str = "trust") -> None:
    """Register a trust's key and grant its role, with the root key."""
    built.register(name, by="root")
    built.grant(name, RESPONSIBLE_BODY, by="root")
    built.open_stream(UUID(bytes=built.persons[name]), "school")


def countersign(
    built: BuiltLedger, name: str = "trust", role: str = RESPONSIBLE_BODY, **facts: Any
) -> int:
    """Countersign the genesis; give the log index."""
    with built.reading_file() as reader:
        genesis, index = hashlib.sha256(reader.entry(0).statement).digest(), reader.size
    record = Countersignature(UUID(bytes=built.persons[name]))
    said = {"body_name": BODY, "school_name": "St Example’s", "school_urn": "100001"}
    record.record(GenesisCountersigned, built.entry(), **({"of": genesis} | said | facts))
    built.save(name, record, role=role)
    return index
