"""Recording who reads what, before it is shown."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ledger.bootstrap.home import Home
from ledger.bootstrap.own_keys import demand_own_access_key
from ledger.errors import KeyUnavailable, LedgerError
from ledger.formats.access_log import AccessRecord
from ledger.recorder.access_log import AccessLog, AccessSigner, access_log_failed
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.seal.authority import Authority
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

    def record(
        self, home: Home, reader: bytes, acted_as: str, about: bytes | None = None
    ) -> AccessRecord:
        """Make the record of one reading, today.

        Args:
            home: whose clock gives the day.
            reader: the person's random id, 16 bytes.
            acted_as: the role in which they read, or "" where none was asked for.
            about: the pupil's stream, 16 bytes; None for a list.
        """
        return AccessRecord(
            occurred_on=OccurredOn.on(home.clock().date()),
            reader=reader,
            acted_as=acted_as,
            command=self.command,
            about=about,
            purpose=self.purpose,
            fields_seen=self.fields_seen,
        )


LIBRARY = Reading(command="library")
"""A program that opens a home without the command line."""


def note_access(
    home: Home, keys: ContentKeyStore, record: AccessRecord, authority: Authority
) -> bool:
    """Keep the record of a reading, before anything is shown.

    On read-only media nothing can be recorded, and reading goes on.

    Args:
        home: where.
        keys: the reader's.
        record: see `Reading.record`.
        authority: keys and roles, as of any entry.

    Returns:
        Whether it was recorded.

    Raises:
        StorageFailed: kind `access-log-failed`; nothing may be shown.
        KeyUnavailable: kind `foreign-key`: another ledger's key would sign; likewise.
    """
    if is_read_only(home.path):
        return False
    stream = home.streams.access.bytes
    try:
        data_key = keys.data_key(stream)
    except KeyUnavailable as error:
        raise access_log_failed(error.what) from error
    AccessLog(
        path=home.access_path,
        lid=home.lid,
        stream=stream,
        data_key=data_key,
        signer=partial(_signer, home, authority),
        entropy=home.entropy,
    ).append(record, home.clock())
    return True


def _signer(home: Home, known: Authority) -> AccessSigner:
    authority = home.authority_since(known)
    try:
        key = home.machine_key("access")
    except KeyUnavailable as error:
        raise access_log_failed(error.what) from error
    if key.kid not in authority.keys:
        authority = home.authority()  # it was renewed between the two
    demand_own_access_key(authority, key.kid)
    return AccessSigner(kid=key.kid, sign=key.sign, auth=authority.head)


def note_verifying(
    home: Home, keys: ContentKeyStore, reader: bytes, role: str | None, reading: Reading
) -> bool:
    """Keep the record of contents being opened to be verified.

    Args:
        home: where; its ledger may be altered.
        keys: the reader's.
        reader: the person's random id, 16 bytes.
        role: the role that they named, or None.
        reading: how they read.

    Returns:
        Whether it was recorded; not where the ledger's own keys cannot be told.

    Raises:
        StorageFailed: kind `access-log-failed`.
        KeyUnavailable: kind `foreign-key`.
    """
    try:
        authority = home.authority()
    except LedgerError:
        return False
    return note_access(home, keys, reading.record(home, reader, role or ""), authority)


def is_read_only(folder: Path) -> bool:
    """Tell whether a folder is on read-only media, as opposed to one that is closed to us."""
    return sys.platform != "win32" and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
