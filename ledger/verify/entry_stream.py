"""Entries streamed from the database through threads that inspect them, back in order.

Signatures are verified and contents decrypted outside the interpreter's lock,
so two threads use two processors.  A few chunks are under way at a time: memory
does not grow with the log.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.errors import LedgerError
from ledger.formats import kinds
from ledger.seal.ed25519 import public_from_jwk, thumbprint
from ledger.verify.inspection import stored_statement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from ledger.verify.inspection import Inspected, Inspector, StoredRow

CHUNK: Final = 64
"""Entries that a thread inspects at a time; more would not stay in a processor's cache."""
MAX_THREADS: Final = 6
"""More would wait for the interpreter's lock: a fifth of the work needs it."""

_ROWS = (
    "SELECT e.rowid - 1, e.originator_id, e.originator_version, e.statement, {contents}"
    " FROM entries e LEFT JOIN contents c ON c.rowid = e.rowid"
    " WHERE e.rowid > ? ORDER BY e.rowid"
)
_INDEXED = (
    "SELECT rowid - 1, originator_id, originator_version FROM entries"
    " INDEXED BY sqlite_autoindex_entries_1 ORDER BY originator_id, originator_version"
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


@dataclass(slots=True)
class PlacesSeen:
    """A sum over the places of rows, to tell whether the index names the same ones.

    The sum is of Python's own hashes, which nobody can foresee: they differ with
    each run of the program.
    """

    total: int = 0

    def noting(self, rows: Iterator[list[StoredRow]]) -> Iterator[list[StoredRow]]:
        """Pass rows on, and add their places up."""
        for chunk in rows:
            self.total += sum([hash(row[:3]) for row in chunk])
            yield chunk

    def agree_with_index(self, connection: sqlite3.Connection) -> bool:
        """Tell whether the index names the same places, in ascending order.

        SQLite finds a stream's entries through that index alone: an entry taken
        out of it stays in the log, and yet is missing from its record.
        """
        total, last = 0, (b"", 0)
        for index, stream, seq in connection.execute(_INDEXED):
            if (stream, seq) <= last:
                return False
            total, last = total + hash((index, stream, seq)), (stream, seq)
        return total == self.total


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Keep Python from searching for reference cycles meanwhile.

    What is made of an entry holds none and is let go of at once; the searches
    would take a sixth of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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
        with suppress(LedgerError):  # the walk says what is wrong with it
            statement = stored_statement(jwt)
            if statement.kind == kinds.KEY_REGISTERED:
                public = public_from_jwk(statement.payload["jwk"])
                found[thumbprint(public)] = public
    return found
