"""One pass over new entries folds them into every read model.

Signatures are not checked here: that is `verify`'s.  What is kept of an entry was
encrypted under its record's key and place, and fits a digest of its statement.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ledger.errors import AlterationFound, KeyUnavailable, LedgerBusy, MalformedInput
from ledger.formats.disclosure import check_fields
from ledger.formats.disclosure_names import texts_named, texts_not_named
from ledger.formats.kinds import ANCHOR, EVENT, STREAM_HEAD
from ledger.formats.statement import read_statement
from ledger.projections import history, proposals, register, streams
from ledger.projections.folded import Folded
from ledger.projections.read_models import Position, ReadModelFile, open_read_models
from ledger.seal.contents import open_texts
from ledger.seal.tree import Frontier, leaf_hash
from ledger.values.nouns import NAMING_PUPILS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledger.formats.ledger_file import StoredEntry
    from ledger.formats.ledger_reader import LedgerReader

BATCH = 5_000
"""Entries folded in one transaction: about a second's work, which a program that stops loses."""
LOOKS = 5
"""How often models are compared anew when others record meanwhile."""
FOLDS = (history.fold, register.fold, proposals.fold)
MODELS = (streams.MODEL, history.MODEL, history.LOOSE, register.MODEL, proposals.MODEL)
OF_PLACES = ("event", "proposal", "pupil")
"""All that the folds ask of the entry that first tells a record's pupil."""
OF_KNOWN_PLACES = ("proposal",)
"""All that they ask of the later ones."""


def catch_up(models: ReadModelFile, reader: LedgerReader, progress: Callable[[int], None]) -> int:
    """Fold what is new in the log; rebuild where the models stem from another history.

    Args:
        models: the read models.
        reader: the open ledger file.
        progress: told how many entries were folded, now and then.

    Returns:
        How many entries were folded.
    """
    position = models.position()
    if position and position.head == reader.head and not _now_open(models, reader):
        return 0
    models.begin()
    # Looked up anew: whoever held the writing place before may have come further.
    size, root = reader.head
    reached = _still_true(models, reader, size, root)
    folded = fold_entries(models, map(reader.entry, _now_open(models, reader)))
    while reached.size < size:
        stop, leaves = min(reached.size + BATCH, size), list[bytes]()
        folded += fold_entries(models, _hashed(reader.entries(reached.size, stop), leaves))
        reached = reached.extend(leaves)
        written = Position(reached, root if stop == size else reached.root())
        models.commit(written)
        models.begin()
        if models.position() != written:  # another program went on, or makes them anew
            size, root = reader.head
            reached = _still_true(models, reader, size, root)
        progress(folded)
    models.commit(Position(reached, root))
    return folded


def differing(models: ReadModelFile, reader: LedgerReader) -> list[str]:
    """Compare models with a rebuild in memory; give the names of those that differ.

    Args:
        models: the read models, caught up.
        reader: the open ledger file.

    Raises:
        LedgerBusy: others recorded all the while.
    """
    for _ in range(LOOKS):
        before = models.position()
        with open_read_models(None, models.data_key) as anew:
            catch_up(anew, reader, lambda _: None)
            names = [
                name
                for name in MODELS
                if dict(models.documents(name)) != dict(anew.documents(name))
            ]
            if not names or anew.position() == before == models.position():
                return names
        catch_up(models, reader, lambda _: None)
    raise LedgerBusy(
        "What is shown could not be compared.",
        "Others recorded all the while.",
        "Repeat the command.",
    )


def _still_true(models: ReadModelFile, reader: LedgerReader, size: int, root: bytes) -> Frontier:
    """Give the tree of what the models hold, if this log goes on from it; else empty them.

    What the log holds beyond is hashed on to it: only where that leads to the log's own
    root were the entries before it the same.  This costs what is new, however long the
    log is.
    """
    position = models.position()
    if position is not None and position.folded.size <= size:
        leaves = list[bytes]()
        for _ in _hashed(reader.entries(position.folded.size, size), leaves):
            pass
        if position.head == (size, root) or position.folded.extend(leaves).root() == root:
            return position.folded
    models.forget()
    return Frontier.empty()


def _hashed(entries: Iterable[StoredEntry], leaves: list[bytes]) -> Iterator[StoredEntry]:
    for entry in entries:
        leaves.append(leaf_hash(entry.statement))
        yield entry


def _now_open(models: ReadModelFile, reader: LedgerReader) -> list[int]:
    """Give the entries that were closed to those who caught up before, and are not to us."""
    return [index for index in models.closed() if _is_open(models, reader.entry(index))]


def _is_open(models: ReadModelFile, entry: StoredEntry) -> bool:
    with suppress(KeyUnavailable):
        models.data_key(entry.stream)
        return True
    return False


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
    data_key, known = models.data_key(entry.stream), streams.known(models, entry.stream)
    try:
        texts = open_texts(statement, entry.ciphertext, data_key)
        fields = _fields(texts, statement.payload["_sd"], known)
    except (AlterationFound, MalformedInput):
        # What does not open is verify's to report; nothing false is shown for it.
        return None
    type_name = str(fields.get("event", ""))
    record = streams.StreamInfo(entry.stream, _noun(type_name), None)
    if statement.kind == EVENT:
        record = known or streams.learn(models, entry.stream, type_name, fields)
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


def _fields(
    texts: Sequence[str], digests: Sequence[str], known: streams.StreamInfo | None
) -> dict[str, Any]:
    """Open an entry as far as the folds need it, each field checked against its digest.

    Of a record that names its pupil they keep places: what it says is opened, and
    checked, when it is shown.

    Args:
        texts: its disclosures.
        digests: those that its statement names.
        known: its record, where an earlier entry told whose it is.
    """
    if known is not None and known.pupil == known.stream:
        return check_fields(texts_not_named(texts, register.NOT_KEPT), digests)
    names = OF_PLACES if known is None else OF_KNOWN_PLACES
    fields = check_fields(texts_named(texts, names), digests)
    noun = _noun(fields.get("event")) if known is None else known.noun
    if len(fields) == len(names) and noun in NAMING_PUPILS:
        return fields
    return check_fields(texts, digests)


def _noun(event: object) -> str:
    return str(event).split(".", 1)[0]
