"""Sealing: stream heads and checkpoints, time stamps, cosignatures, anchors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ledger.aggregates.log import AnchorLogged, StreamHead, StreamHeadLogged, SystemStream
from ledger.application.desk import Desk
from ledger.errors import AlterationFound, NotFound
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.fields import encode_fields
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import SignedNote
from ledger.formats.statement import Anchor, read_anchor, read_statement, statement_hash
from ledger.seal.checkpoints import sign_checkpoint
from ledger.seal.proofs import LogProver

SEALING_TRIES = 20
"""How often sealing begins anew when others record meanwhile: it speaks of the whole log."""


class SealStore(Protocol):
    """Where cosignatures and tokens are kept."""

    def add_cosignature(self, size: int, line: str) -> None:
        """Keep a cosigner's line."""
        ...

    def add_token(self, size: int, token: bytes) -> None:
        """Keep a time-stamp token."""
        ...


@dataclass(frozen=True, slots=True)
class LogKey:
    """The log's own key: its public half and what signs with it."""

    public: bytes
    sign: Callable[[bytes], bytes]


def seal_log(
    system: Desk,
    reader: LedgerReader,
    key: LogKey,
    outside: Callable[[], StreamHead | None] = lambda: None,
) -> bytes:
    """Log a head for each changed stream, then sign a checkpoint over everything.

    Sealing twice with nothing new gives the same checkpoint again.

    Args:
        system: the desk of the system key.
        reader: the open ledger file.
        key: the log's key.
        outside: gives the newest record of the access log, which stands outside
            the ledger; None where there is none.

    Returns:
        The signed checkpoint.

    Raises:
        AlterationFound: the log no longer continues its last checkpoint; a log
            signs no head that contradicts an earlier one.
        EntryConflict: others recorded all the while; nothing was sealed.
    """
    return system.decide(lambda: _seal(system, reader, key, outside), SEALING_TRIES)


def _seal(
    system: Desk,
    reader: LedgerReader,
    key: LogKey,
    outside: Callable[[], StreamHead | None],
) -> bytes:
    checkpoints = reader.checkpoints()
    sealed, newest = checkpoints[-1] if checkpoints else (0, b"")
    if newest:
        _demand_continuation(reader, sealed, newest)
    before = reader.size
    # Read after the size: whoever seals a newer one meanwhile makes the log longer, and this
    # sealing begins anew.  An older one logged after it would look like records cut off.
    outer = outside()
    if newest and before == sealed and _is_logged(system, reader, outer):
        return newest
    heads = _heads_to_log(system, reader, sealed, outer)
    signed = []

    def checkpoint(size: int, root: bytes) -> bytes:
        head = Checkpoint(origin=origin_of(system.lid), size=size, root=root)
        signed.append(sign_checkpoint(head, key.sign, key.public))
        return signed[-1]

    # A head that is not the newest when it lands would look like an entry hidden; and one
    # without its checkpoint like a checkpoint taken out.
    system.save(heads, at_size=before, checkpoint=checkpoint)
    return signed[-1]


def _demand_continuation(reader: LedgerReader, size: int, note: bytes) -> None:
    checkpoint = Checkpoint.parse(SignedNote.parse(note).text)
    if reader.size < size or LogProver(reader).root_at(size) != checkpoint.root:
        raise AlterationFound(
            "The ledger no longer continues its last checkpoint; nothing was sealed.",
            f"Entries before number {size} were removed or changed.",
            "Run send-ledger verify, and restore the newest backup.",
            kind="fork",
        )


def _is_logged(system: Desk, reader: LedgerReader, outside: StreamHead | None) -> bool:
    """Tell whether that head is what the newest sealing logged last."""
    if outside is None:
        return True
    heads = system.streams.heads.bytes
    newest = reader.place(heads, reader.stream_length(heads))
    return bool(read_statement(newest.statement).payload["head"] == encode_fields(outside))


def _heads_to_log(
    system: Desk, reader: LedgerReader, sealed: int, outside: StreamHead | None
) -> SystemStream:
    """Decide on a head for each changed stream."""
    own = {system.streams.heads.bytes, system.streams.anchors.bytes}
    # The authority stream's head is logged anew each time: a proof must show that
    # no key was revoked between its last change and the statement proved.
    always = system.streams.authority.bytes
    record = _system_stream(reader, system.streams.heads)
    # … and last, so that it stands after every other head of this seal.
    heads = sorted(reader.stream_heads(), key=lambda one: one[0] == always)
    for stream, seq, index in heads:
        if stream in own or (index < sealed and stream != always):
            continue
        hashed = statement_hash(reader.entry(index).statement)
        record.record(StreamHeadLogged, system.entry(), head=StreamHead(stream, seq, hashed))
    if outside is not None:
        record.record(StreamHeadLogged, system.entry(), head=outside)
    return record


def _system_stream(reader: LedgerReader, stream: UUID) -> SystemStream:
    record = SystemStream(stream)
    # Its statements say all they say in the clear, so counting them is enough.
    record.version = reader.stream_length(stream.bytes)
    return record


def newest_checkpoint(reader: LedgerReader) -> tuple[int, bytes]:
    """Give size and note of the newest checkpoint.

    Raises:
        NotFound: the ledger was never sealed.
    """
    checkpoints = reader.checkpoints()
    if not checkpoints:
        raise NotFound(
            "The ledger has no checkpoint yet.",
            "It was never sealed.",
            "Run send-ledger log checkpoint.",
            kind="no-checkpoint",
        )
    return checkpoints[-1]


def add_time_stamp(
    system: Desk, reader: LedgerReader, store: SealStore, size: int, token: bytes
) -> None:
    """Keep a checked token over a checkpoint, and log it, so that later heads renew it."""
    store.add_token(size, token)
    _log_anchor(system, reader, size)


def add_cosignature(
    system: Desk, reader: LedgerReader, store: SealStore, size: int, line: str
) -> None:
    """Keep a checked cosignature of a checkpoint, and log it as an anchor."""
    store.add_cosignature(size, line)
    _log_anchor(system, reader, size)


def _log_anchor(system: Desk, reader: LedgerReader, size: int) -> None:
    system.decide(lambda: _log_what_is_held(system, reader, size), SEALING_TRIES)


def _log_what_is_held(system: Desk, reader: LedgerReader, size: int) -> None:
    # First, so that an anchor logged meanwhile, which may name more, takes this one's place.
    record = _system_stream(reader, system.streams.anchors)
    held = [*reader.tokens(size), *(line.encode("utf-8") for line in reader.cosignatures(size))]
    tokens = tuple(sorted(hashlib.sha256(one).digest() for one in held))
    root = LogProver(reader).root_at(size)
    if _is_newest(Anchor(size, root, tokens), record, reader):
        return
    record.record(AnchorLogged, system.entry(), size=size, root=root, tokens=tokens)
    system.save(record)


def _is_newest(anchor: Anchor, anchors: SystemStream, reader: LedgerReader) -> bool:
    """Tell whether the newest anchor says the same: an answer was brought back twice."""
    if not anchors.version:
        return False
    newest = read_statement(reader.place(anchors.id.bytes, anchors.version).statement)
    return read_anchor(newest.payload) == anchor
