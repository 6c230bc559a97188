"""What a proof needs of the log: the checkpoint, and heads that close the streams.

A head is logged when a checkpoint is made.  The authority head has to stand after
everything that is proved, so that no revocation can be left out; where “in force” is
claimed, the consent's head names the newest entry there is, so that no withdrawal can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.errors import Unverifiable
from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.formats.statement import read_statement
from ledger.seal.countersignature import find_countersignature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ledger.formats.ledger_file import StoredEntry
    from ledger.formats.ledger_reader import LedgerReader

TAKEN_BACK = frozenset({kinds.KEY_REVOKED, kinds.ROLE_WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChoice:
    """The entries and the checkpoint of one proof.

    Attributes:
        statement: the entry to prove.
        stream: its whole stream, first to last; empty where “in force” is not claimed.
        stream_head: the logged head of that stream, or None.
        authority: the authority stream up to its head.
        authority_head: the logged head of the authority stream.
        countersignature: what a trust or council signed of the log's beginning, or None.
        size: size of the checkpoint.
        note: the checkpoint as it was signed and stamped.
    """

    statement: StoredEntry
    stream: tuple[StoredEntry, ...]
    stream_head: StoredEntry | None
    authority: tuple[StoredEntry, ...]
    authority_head: StoredEntry
    countersignature: StoredEntry | None
    size: int
    note: bytes


def choose_proof(reader: LedgerReader, index: int, *, in_force: bool) -> ProofChoice:
    """Choose checkpoint and heads: the newest stamped checkpoint that covers them all.

    Args:
        reader: the open ledger.
        index: log index of the entry to prove.
        in_force: whether its whole stream is to be shown.

    Raises:
        NotFound: there is no such entry.
        Unverifiable: kind "not-sealed": no checkpoint covers it yet.
    """
    entry = reader.entry(index)
    authority = reader.entry(0).stream
    stream = tuple(reader.stream(entry.stream)) if in_force else ()
    stream_head = _first_head(reader, stream[-1]) if stream else None
    if stream and stream_head is None:
        raise _not_sealed()
    judged = max([index, *(one.index for one in stream), *_taken_back(reader.stream(authority))])
    # A stream head may stand above the authority's: they are logged in one save.
    covered = judged if stream_head is None else max(judged, stream_head.index)
    for size, note in _by_weight(reader, covered):
        head = _authority_head(reader, authority, judged + 1, size)
        if head is not None:
            through = read_statement(head.statement).payload["head"]["seq"]
            return ProofChoice(
                statement=entry,
                stream=stream,
                stream_head=stream_head,
                authority=tuple(reader.stream(authority, through)),
                authority_head=head,
                countersignature=find_countersignature(reader, head.index),
                size=size,
                note=note,
            )
    raise _not_sealed()


def _by_weight(reader: LedgerReader, index: int) -> list[tuple[int, bytes]]:
    """Give the checkpoints over an index: stamped, then cosigned, then bare; newest first."""

    def weight(one: tuple[int, bytes]) -> tuple[bool, bool, int]:
        size = one[0]
        return bool(reader.tokens(size)), bool(reader.cosignatures(size)), size

    covering = [one for one in reader.checkpoints() if one[0] > index]
    return sorted(covering, key=weight, reverse=True)


def _taken_back(authority: Iterable[StoredEntry]) -> Iterator[int]:
    """Give the places at which a key or role was taken back: what they reach must be said."""
    for one in authority:
        if read_statement(one.statement).kind in TAKEN_BACK:
            yield one.index


def _first_head(reader: LedgerReader, last: StoredEntry) -> StoredEntry | None:
    """Give the first logged head that names an entry as its stream's last."""
    for one in reader.entries(last.index + 1):
        if _names(one, last.stream) == last.seq:
            return one
    return None


def _authority_head(
    reader: LedgerReader, authority: bytes, start: int, size: int
) -> StoredEntry | None:
    """Give the newest authority head that a checkpoint covers, at or above an index.

    Heads are logged right before their checkpoint, so none stands before the last one.
    """
    before = max((one for one, _ in reader.checkpoints() if one < size), default=0)
    found = None
    for one in reader.entries(max(start, before), size):
        if _names(one, authority):
            found = one
    return found


def _names(entry: StoredEntry, stream: bytes) -> int | None:
    """Give the sequence number that an entry names as a stream's last, if it does."""
    statement = read_statement(entry.statement)
    if statement.kind != kinds.STREAM_HEAD:
        return None
    head = statement.payload["head"]
    return int(head["seq"]) if head["stream"] == b64url(stream) else None


def _not_sealed() -> Unverifiable:
    return Unverifiable(
        "The entry cannot be proved yet.",
        "No checkpoint covers it together with the heads that close its streams.",
        "Run: send-ledger log checkpoint; then ask for the proof again.",
        kind="not-sealed",
    )
