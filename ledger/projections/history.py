"""The provision history: where in the log everything about a pupil stands.

The model keeps places, not contents: what is shown is opened from the ledger
itself when asked, so that the model adds no second copy of a child's record.
Places in a restricted record are kept under that record's own key, so that who
may not read it does not learn that there is one (D-CONS-4).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.errors import KeyUnavailable
from ledger.formats.encoding import b64url
from ledger.seal.contents import open_entry
from ledger.values.dates import OccurredOn, days_late
from ledger.values.nouns import NAMING_PUPILS, PUPILS, class_of_contents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ledger.formats.ledger_reader import LedgerReader
    from ledger.formats.statement import Statement
    from ledger.projections.folded import Folded
    from ledger.projections.read_models import ReadModelFile

MODEL = "history"
LOOSE = "history-loose"
"""Places kept by record: of a restricted class, or begun before its pupil was known."""
SUBJECT_FIELDS = frozenset({"event", "occurred_on", "subject_name", "subject_born", "subject_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One entry of a pupil's history.

    Attributes:
        index: log index.
        stream: the record, text.
        seq: place in the record.
        type: event type with version.
        occurred_on: as stated.
        recorded_at: the ledger's clock.
        days_late: how late it was entered, 0 when on time.
        role: under which it was signed.
        kid: who signed, as thumbprint.
        fields: the type's own fields with keyed_by, proposal and late_reason.
        corrected_by: log index of the entry that corrected it, or None.
    """

    index: int
    stream: str
    seq: int
    type: str
    occurred_on: str
    recorded_at: str
    days_late: int
    role: str
    kid: str
    fields: dict[str, Any]
    corrected_by: int | None


def fold(models: ReadModelFile, entry: Folded) -> None:
    """Note where an entry about a pupil stands."""
    loose = models.get(LOOSE, entry.stream)
    if loose is None and entry.pupil is not None and class_of_contents(entry.noun) == PUPILS:
        places = models.get(MODEL, entry.pupil) or []
        models.put(MODEL, entry.pupil, _with(places, entry.index))
    elif entry.pupil is not None or entry.noun in NAMING_PUPILS:
        _pupil, places = loose or (None, [])
        models.put(LOOSE, entry.stream, [entry.pupil, _with(places, entry.index)])


def _with(places: list[int], index: int) -> list[int]:
    # Nearly always the newest; an entry that was closed so far comes in between.
    if places and index <= places[-1]:
        return sorted({*places, index})
    places.append(index)
    return places


@dataclass(frozen=True, slots=True)
class Histories:
    """Every pupil's history, opened when asked for.

    Attributes:
        models: the read models, caught up.
        reader: the open ledger file.
        loose: pupil → places that are kept by record.
    """

    models: ReadModelFile
    reader: LedgerReader
    loose: dict[bytes, list[int]]

    @classmethod
    def of(cls, models: ReadModelFile, reader: LedgerReader) -> Histories:
        """Look up what is kept by record, once for all pupils."""
        loose: dict[bytes, list[int]] = {}
        for _stream, (pupil, places) in models.documents(LOOSE):
            if pupil is not None:
                loose.setdefault(pupil, []).extend(places)
        return cls(models, reader, loose)

    def read(
        self, pupil: bytes, *, as_of: date | None = None, known_at: date | None = None
    ) -> list[HistoryEntry]:
        """Open one pupil's history; see `read_history`."""
        places = [*(self.models.get(MODEL, pupil) or []), *self.loose.get(pupil, [])]
        opened = [
            entry
            for index in sorted(places)
            if (entry := _entry(self.reader, self.models.data_key, index)) is not None
        ]
        if known_at is not None:
            limit = known_at.isoformat()
            opened = [one for one in opened if one.recorded_at[:10] <= limit]
        return in_order_of_time(opened, as_of)


def read_history(
    models: ReadModelFile,
    reader: LedgerReader,
    pupil: bytes,
    *,
    as_of: date | None = None,
    known_at: date | None = None,
) -> list[HistoryEntry]:
    """Open a pupil's history, in the order in which things happened.

    What this reader may not open is left out without a trace.

    Args:
        models: the read models, caught up.
        reader: the open ledger file.
        pupil: the pupil's stream.
        as_of: leave out what happened after this day.
        known_at: leave out what was recorded after this day.
    """
    return Histories.of(models, reader).read(pupil, as_of=as_of, known_at=known_at)


def _entry(
    reader: LedgerReader, data_key: Callable[[bytes], bytes], index: int
) -> HistoryEntry | None:
    try:
        opened = open_entry(reader.entry(index), data_key)
    except KeyUnavailable:
        return None
    fields = dict(opened.fields)
    stated = OccurredOn.parse(fields["occurred_on"]["date"])
    return history_entry(index, opened.statement, stated, fields)


def history_entry(
    index: int, statement: Statement, stated: OccurredOn, fields: dict[str, Any]
) -> HistoryEntry:
    """Give an entry as histories show it, not yet held against its corrections.

    Args:
        index: its place in its log.
        statement: taken apart.
        stated: when it happened, as stated.
        fields: name → JSON value; those that every entry has are left out.
    """
    recorded_on = date.fromisoformat(statement.recorded_at[:10])
    return HistoryEntry(
        index=index,
        stream=b64url(statement.stream),
        seq=statement.seq,
        type=str(fields.get("event")),
        occurred_on=str(stated),
        recorded_at=statement.recorded_at,
        days_late=days_late(stated, recorded_on),
        role=statement.role,
        kid=statement.kid,
        fields={name: value for name, value in fields.items() if name not in SUBJECT_FIELDS},
        corrected_by=None,
    )


def in_order_of_time(entries: Sequence[HistoryEntry], as_of: date | None) -> list[HistoryEntry]:
    """Order one school's entries as things happened, each with what corrected it.

    Args:
        entries: all of a pupil's from one log.
        as_of: leave out what happened after this day, or None.
    """
    corrected = _corrections(entries)
    shown = [_with_correction(one, corrected) for one in entries]
    if as_of is not None:
        shown = [one for one in shown if OccurredOn.parse(one.occurred_on).first <= as_of]
    return sorted(shown, key=lambda one: (OccurredOn.parse(one.occurred_on).first, one.index))


def _corrections(entries: Iterable[HistoryEntry]) -> dict[tuple[str, int], int]:
    return {
        (one.stream, one.fields["corrects_seq"]): one.index
        for one in entries
        if one.type.startswith("entry.corrected.") and "corrects_seq" in one.fields
    }


def _with_correction(entry: HistoryEntry, corrected: dict[tuple[str, int], int]) -> HistoryEntry:
    by = corrected.get((entry.stream, entry.seq))
    return entry if by is None else replace(entry, corrected_by=by)
