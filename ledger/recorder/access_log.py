"""Where the records of readings are kept: `access.db`, apart from the ledger.

Each is a statement of its own chain, signed by a machine key that signs nothing
else.  Whoever may read writes here and nowhere else, so reading never needs the
right to write in the ledger.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ledger.errors import StorageFailed
from ledger.formats import kinds
from ledger.formats.access_log import APPLICATION_ID, ROLE, SCHEMA, SCHEMA_VERSION, AccessRecord
from ledger.formats.disclosure import disclosure_texts, fill_digests
from ledger.formats.row import pack_contents
from ledger.formats.statement import ClearPart, StreamPlace, finish, statement_hash, unsigned
from ledger.recorder.sqlite_errors import BUSY_SECONDS
from ledger.seal.content_keys import encryption_context, seal_content

_PRAGMAS = (
    "journal_mode=WAL",  # a copy made by `backup` comes back without it
    "synchronous=FULL",
    "fullfsync=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSigner:
    """Who signs a record.

    Attributes:
        kid: thumbprint of the access key.
        sign: makes an Ed25519 signature with it, 64 bytes.
        auth: newest statement of the authority stream, under which that key counts.
    """

    kid: str
    sign: Callable[[bytes], bytes]
    auth: StreamPlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLog:
    """The access log of one home.

    Attributes:
        path: the database file.
        lid: the ledger's id, 16 bytes.
        stream: the access log's own stream, 16 bytes.
        data_key: under which the fields are encrypted, 32 bytes.
        signer: gives who signs, asked when nobody else can write here any more.
        entropy: gives random bytes.
    """

    path: Path
    lid: bytes
    stream: bytes
    data_key: bytes
    signer: Callable[[], AccessSigner]
    entropy: Callable[[int], bytes]

    def append(self, record: AccessRecord, now: datetime) -> StreamPlace:
        """Sign and keep one record, durably, before anything is shown.

        Args:
            record: what is about to be read.
            now: the ledger's clock, aware UTC.

        Returns:
            The record's place in the access log.

        Raises:
            StorageFailed: kind `access-log-failed`; nothing may be shown.
        """
        with _writing(self.path) as connection:
            row = connection.execute(
                "SELECT rowid, statement FROM records ORDER BY rowid DESC LIMIT 1"
            ).fetchone()
            before = None if row is None else StreamPlace(row[0], statement_hash(row[1]))
            # Asked only now: a record that quotes an older entry than the one before it,
            # or bears a key that was renewed meanwhile, would look like a forged one.
            place, statement, ciphertext = self._sealed(record, now, self.signer(), before)
            connection.execute(
                "INSERT INTO records VALUES (?,?,?)", (place.seq, statement, ciphertext)
            )
        return place

    def _sealed(
        self,
        record: AccessRecord,
        now: datetime,
        signer: AccessSigner,
        before: StreamPlace | None,
    ) -> tuple[StreamPlace, bytes, bytes]:
        seq = 1 if before is None else before.seq + 1
        texts = disclosure_texts(record.disclosed(), self.entropy)
        signing_input = unsigned(
            ClearPart(
                kind=kinds.ACCESS_RECORD,
                kid=signer.kid,
                lid=self.lid,
                stream=self.stream,
                seq=seq,
                prev=None if before is None else before.hash,
                recorded_at=now,
                anchor=None,
                auth=signer.auth,
                role=ROLE,
                further={},
                digests=fill_digests(texts, self.entropy),
            )
        )
        statement = finish(signing_input, signer.sign(signing_input))
        context = encryption_context(self.lid, self.stream, seq)
        ciphertext = seal_content(self.data_key, context, pack_contents(texts))
        return StreamPlace(seq, statement_hash(statement)), statement, ciphertext


def create_access_log(path: Path) -> None:
    """Make an empty access log that its owner alone can read.

    Raises:
        StorageFailed: there is one already, or the folder cannot be written.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise access_log_failed(error.strerror or "") from error
    with _writing(path) as connection:
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID:d}")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION:d}")


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    # mode=rw: a file that was taken away is missed, not quietly begun anew.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()
    except (sqlite3.Error, ValueError, TypeError) as error:
        raise access_log_failed(str(error)) from error


def access_log_failed(why: str) -> StorageFailed:
    """Refuse to show anything, because the reading of it cannot be recorded."""
    return StorageFailed(
        "The access log cannot be written; nothing is shown.",
        f"Every reading is recorded before it begins. {why}".strip(),
        "Check the folder's permissions and free space; if access.db is missing or damaged, "
        "restore it from the newest backup.",
        kind="access-log-failed",
    )
