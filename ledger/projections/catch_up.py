"""One pass over new entries folds them into every read model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import AlterationFound, KeyUnavailable
from ledger.formats.kinds import ANCHOR, EVENT, STREAM_HEAD
from ledger.formats.statement import read_statement
from ledger.projections import history, proposals, register, streams
from ledger.projections.folded import Folded
from ledger.projections.read_models import ReadModelFile, open_read_models
from ledger.seal.contents import open_disclosures
from ledger.seal.proofs import LogProver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledger.formats.ledger_file import StoredEntry
    from ledger.formats.ledger_reader import LedgerReader

BATCH = 1_000
"""Entries folded in one transaction."""
FOLDS = (history.fold, register.fold, proposals.fold)
MODELS = (streams.MODEL, history.MODEL, history.LOOSE, register.MODEL, proposals.MODEL)


def catch_up(models: ReadModelFile, reader: LedgerReader, progress: Callable[[int], None]) -> int:
    """Fold what is new in the log; rebuild where the models stem from another history.

    Args:
        models: the read models.
        reader: the open ledger file.
        progress: told how many entries were folded, now and then.

    Returns:
        How many entries were folded.
    """
    prover = LogProver(reader)
    if models.position() == (prover.size, prover.root_at(prover.size)) and not models.closed():
        return 0
    models.begin()
    # Looked up anew: whoever held the writing place before may have come further.
    prover = LogProver(reader)
    size, start = prover.size, _still_true(models, prover)
    folded = _retry_closed(models, reader)
    while start < size:
        stop = min(start + BATCH, size)
        folded += fold_entries(models, reader.entries(start, stop))
        models.commit(stop, prover.root_at(stop))
        models.begin()
        start = stop
        progress(folded)
    if start:
        models.commit(start, prover.root_at(start))
    else:
        models.give_up()
    return folded


def differing(models: ReadModelFile, reader: LedgerReader) -> list[str]:
    """Compare models with a rebuild in memory; give the names of those that differ.

    Args:
        models: the read models, caught up.
        reader: the open ledger file.
    """
    with open_read_models(None, models.data_key) as anew:
        catch_up(anew, reader, lambda _: None)
        return [
            name for name in MODELS if dict(models.documents(name)) != dict(anew.documents(name))
        ]


def _still_true(models: ReadModelFile, prover: LogProver) -> int:
    """Give how far the models reach; models of another history are emptied."""
    position = models.position()
    if position is not None:
        size, root = position
        if size <= prover.size and prover.root_at(size) == root:
            return size
    models.forget()
    return 0


def _retry_closed(models: ReadModelFile, reader: LedgerReader) -> int:
    return fold_entries(models, (reader.entry(index) for index in models.closed()))


def fold_entries(models: ReadModelFile, entries: Iterable[StoredEntry]) -> int:
    """Fold entries into all models; closed and erased ones leave no trace but a note."""
    count = 0
    known_closed = set(models.closed())
    for entry in entries:
        try:
            folded = _opened(models, entry)
        except KeyUnavailable:
            models.note_closed(entry.index, closed=True)
            continue
        if entry.index in known_closed:
            models.note_closed(entry.index, closed=False)
        if folded is not None:
            for fold in FOLDS:
                fold(models, folded)
        count += 1
    return count


def _opened(models: ReadModelFile, entry: StoredEntry) -> Folded | None:
    statement = read_statement(entry.statement)
    if statement.kind in (STREAM_HEAD, ANCHOR) or entry.ciphertext is None:
        return None
    try:
        opened = open_disclosures(statement, entry.ciphertext, models.data_key(entry.stream))
    except AlterationFound:
        # What does not open is verify's to report; nothing false is shown for it.
        return None
    fields = {one.name: one.value for one in opened}
    type_name = str(fields.get("event"))
    record = streams.StreamInfo(entry.stream, type_name.split(".", 1)[0], None)
    if statement.kind == EVENT:
        record = streams.follow(models, entry, type_name, fields)
    if record.pupil is not None:
        models.data_key(record.pupil)  # what is erased with the pupil is closed here too
    return Folded(
        index=entry.index,
        stream=entry.stream,
        seq=entry.seq,
        recorded_at=statement.recorded_at,
        type=type_name,
        noun=record.noun,
        fields=fields,
        pupil=record.pupil,
    )
