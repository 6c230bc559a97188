"""Recording who reads what, before it is shown."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.aggregates.log import StreamHead
from ledger.bootstrap.home import Home
from ledger.errors import LedgerError
from ledger.formats.access_log import ROLE, AccessRecord, read_access_log
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.statement import StreamPlace, statement_hash
from ledger.recorder.access_log import AccessLog
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.values.dates import OccurredOn


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How somebody reads.

    Attributes:
        command: what they use, e.g. `consent check`.
        purpose: why, in their own words, or None.
        fields_seen: names of the fields that are shown; empty for whatever is recorded.
    """

    command: str
    purpose: str | None = None
    fields_seen: tuple[str, ...] = ()
