"""Entries streamed from the database through workers that inspect them, back in order.

Workers are processes where the system forks, threads elsewhere (decision 0018).
A few chunks are under way at a time: memory does not grow with the log.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Final

from ledger.errors import LedgerBusy, LedgerError
from ledger.formats import kinds
from ledger.seal.ed25519 import public_from_jwk, thumbprint
from ledger.verify.inspection import stored_statement
from ledger.verify.plain_entries import inspect_all

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from concurrent.futures import Executor, Future

    from ledger.verify.inspection import Inspected, StoredRow, Work
    from ledger.verify.plain_entries import PlainEntry

CHUNK: Final = 256
"""Entries that a worker inspects at a time."""
MAX_WORKERS: Final = 6
"""More would wait for the one that reads, and judges what they found in order."""
WORTH_WORKERS: Final = 1_000
"""Fewer entries are inspected before workers have begun."""

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
    works: Iterator[Work], workers: int
) -> Iterator[tuple[Work, list[Inspected | PlainEntry]]]:
    """Have rows inspected by workers, and give them back in order.

    Args:
        works: made one after another by the calling thread.
        workers: how many; one is the caller itself.

    Raises:
        LedgerBusy: the computer ended a worker.
    """
    if workers == 1:
        yield from ((work, inspect_all(work)) for work in works)
        return
    try:
        yield from _shared_out(works, workers)
    except BrokenExecutor:
        raise LedgerBusy(
            "Verifying was cut short.",
            "The computer ended a part of this program, as it does for want of memory.",
            "Close other programs, then repeat the command.",
            kind="worker-lost",
        ) from None


def _shared_out(
    works: Iterator[Work], workers: int
) -> Iterator[tuple[Work, list[Inspected | PlainEntry]]]:
    with _pool(workers) as pool:
        under_way: deque[tuple[Work, Future[list[Inspected | PlainEntry]]]] = deque()
        try:
            for work in works:
                under_way.append((work, pool.submit(inspect_all, work)))
                if len(under_way) > 2 * workers:
                    work_done, future = under_way.popleft()
                    yield work_done, future.result()
            yield from ((work, future.result()) for work, future in under_way)
        finally:
            for _work, future in under_way:
                future.cancel()


def workers_for(entries: int, asked: int | None) -> int:
    """Decide how many workers inspect so many entries; as many as asked for, where given."""
    if asked is not None:
        return asked
    return 1 if entries < WORTH_WORKERS else min(os.cpu_count() or 1, MAX_WORKERS)


def _pool(workers: int) -> Executor:
    # Processes share no interpreter lock, under which a third of the work is done; but only
    # Linux begins one at no cost, and safely only from a program that has no other thread.
    if sys.platform == "linux" and threading.active_count() == 1:
        return ProcessPoolExecutor(workers, get_context("fork"), _follow_parent)
    return ThreadPoolExecutor(workers, thread_name_prefix="verify")


def _follow_parent() -> None:
    """Leave Ctrl-C to the parent, and end when it ends, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
    os._exit(1)


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
