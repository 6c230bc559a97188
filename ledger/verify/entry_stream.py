"""Entries streamed from the database through threads that inspect them, back in order.

Signatures are verified and contents decrypted outside the interpreter's lock,
so two threads use two processors.  A few chunks are under way at a time: memory
does not grow with the log.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ledger.errors import LedgerError
from ledger.formats import kinds
from ledger.formats.statement import read_statement
from ledger.seal.ed25519 import public_from_jwk, thumbprint
from ledger.seal.tree import TILE_WIDTH

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from ledger.verify.inspection import Inspected, Inspector, StoredRow

CHUNK: Final = TILE_WIDTH
MAX_THREADS: Final = 6
"""More would wait for the interpreter's lock: a fifth of the work needs it."""

_ROWS = (
    "SELECT e.rowid - 1, e.originator_id, e.originator_version, e.statement, {contents}"
    " FROM entries e LEFT JOIN contents c ON c.rowid = e.rowid"
    " WHERE e.rowid > ? ORDER BY e.rowid"
)
_WITH_CONTENTS = _ROWS.format(contents="c.ciphertext")
_ENVELOPES = _ROWS.format(contents="c.rowid IS NOT NULL")


def rows_from(
    connection: sqlite3.Connection, start: int, *, contents: bool
) -> Iterator[list[StoredRow]]:
    """Stream rows in log order, in chunks.

    Args:
        connection: an open ledger file.
        start: the first log index.
        contents: whether the ciphertexts are wanted, or only whether they are there.
    """
    cursor = connection.execute(_WITH_CONTENTS if contents else _ENVELOPES, (start,))
    while rows := cursor.fetchmany(CHUNK):
        yield rows


def inspected(
    rows: Iterator[list[StoredRow]], inspector: Inspector, threads: int | None = None
) -> Iterator[list[Inspected]]:
    """Inspect chunks of rows in threads, and give them back in order.

    Args:
        rows: chunks, read one after another by the calling thread.
        inspector: what each thread does with a chunk.
        threads: how many; one for each processor where not given.
    """
    count = min(threads or os.cpu_count() or 1, MAX_THREADS)
    with ThreadPoolExecutor(count, thread_name_prefix="verify") as pool:
        under_way: deque[Future[list[Inspected]]] = deque()
        try:
            for chunk in rows:
                under_way.append(pool.submit(inspector.inspect_all, chunk))
                if len(under_way) > 2 * count:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()


def registered_keys(connection: sqlite3.Connection, start: int = 0) -> dict[str, bytes]:
    """Look up the keys that the authority stream registers, so that threads can use them.

    Nothing is believed here: a key is named by its own thumbprint, and whether it
    counted for an entry is judged in the order of the log.

    Args:
        connection: an open ledger file.
        start: the first log index to look at.

    Returns:
        Thumbprint → public key, 32 bytes.
    """
    rows = connection.execute(
        "SELECT statement FROM entries WHERE rowid > ? AND originator_id ="
        " (SELECT originator_id FROM entries ORDER BY rowid LIMIT 1)",
        (start,),
    )
    found = {}
    for (jwt,) in rows:
        with suppress(LedgerError, AttributeError):  # the walk says what is wrong with it
            statement = read_statement(jwt)
            if statement.kind == kinds.KEY_REGISTERED:
                public = public_from_jwk(statement.payload["jwk"])
                found[thumbprint(public)] = public
    return found
