"""A record that another school sent, read here as that school wrote it (decision 0019).

It is kept verbatim, as the ZIP that came in; the signed entry that says so names
the ZIP's hash.  Nothing is copied into entries of our own, and nothing is signed
again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.errors import AlterationFound, LedgerError, NotFound
from ledger.formats.bundle_layout import is_bundle_name
from ledger.formats.zip_archive import unpack
from ledger.projections.history import HistoryEntry, history_entry, in_order_of_time
from ledger.values.dates import OccurredOn
from ledger.values.nouns import class_of_contents
from ledger.verify.bundle import ReceivedBundle, ReceivedStatement, verify_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ledger.aggregates.record_transfer import RecordTransfer, TransferReceived

REGISTERED = frozenset({"pupil.registered.v1", "pupil.renamed.v1"})
IDENTIFIER = "pupil.identifier_recorded.v1"
NAMES = ("family_name", "given_names", "preferred_name", "born", "sex")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecord:
    """A received record, opened.

    Attributes:
        transfer: the handover, as it stands.
        received: how and when it came in.
        bundle: what it holds.
        entries: its entries that are open to this reader, in log order.
        closed: how many of its entries are of a class that is closed to this reader.
    """

    transfer: RecordTransfer
    received: TransferReceived
    bundle: ReceivedBundle
    entries: tuple[HistoryEntry, ...]
    closed: int

    @property
    def received_on(self) -> date:
        """The day on which it came in and was verified, by this school's clock (UTC)."""
        return self.received.recorded_at.date()

    def history(
        self, *, as_of: date | None = None, known_at: date | None = None
    ) -> list[HistoryEntry]:
        """Give its entries as things happened, with the other school's own numbers.

        Args:
            as_of: leave out what happened after this day.
            known_at: nothing at all where it came here after this day.
        """
        if known_at is not None and self.received_on > known_at:
            return []
        return in_order_of_time(self.entries, as_of)

    def readable(self) -> list[HistoryEntry]:
        """Give those whose fields are all here, and of kinds that are understood here."""
        unread = self.bundle.withheld | self.bundle.not_understood.keys()
        return [one for one in self.history() if one.index not in unread]


def open_kept(
    record: RecordTransfer, blob: Callable[[bytes], bytes], classes: Collection[str]
) -> KeptRecord:
    """Open a received record.

    Args:
        record: the handover.
        blob: gives an encrypted blob's content by its random name.
        classes: classes of contents that are open to the reader.

    Raises:
        NotFound: kind "no-transfer": nothing was received under it.
        AlterationFound: what is kept is not what came in.
        KeyUnavailable: pupils' records are not open to the reader.
    """
    if record.received is None:
        raise NotFound(
            "No record was received under this handover.",
            "It is one that this school sent.",
            "See send-ledger transfer list.",
            kind="no-transfer",
        )
    bundle = _open_bundle(blob(record.received.attachment), record.received.attachment_hash)
    every = [_entry(one, bundle) for one in bundle.statements]
    shown = tuple(one for one in every if class_of_contents(_noun(one)) in classes)
    return KeptRecord(
        transfer=record,
        received=record.received,
        bundle=bundle,
        entries=shown,
        closed=len(every) - len(shown),
    )


def _open_bundle(archive: bytes, hashed: bytes) -> ReceivedBundle:
    # Whose keys counted was judged when it came in; our signed entry holds the hash.
    if hashlib.sha256(archive).digest() != hashed:
        raise _altered("It is not the file that was received.")
    report, bundle = verify_bundle(unpack(archive, allow=is_bundle_name), None, None)
    if bundle is None or report.result == "altered":
        raise _altered(report.findings[0].words if report.findings else "")
    return bundle


def _altered(why: str) -> AlterationFound:
    return AlterationFound(
        "A received record is not as it came in; it is not shown.",
        why,
        "Restore the home from the newest backup.",
        kind="received-record-altered",
    )


def _entry(one: ReceivedStatement, bundle: ReceivedBundle) -> HistoryEntry:
    fields = dict(one.fields)
    if one.index in bundle.not_understood:
        # What its fields mean is not known here, so none is shown as if it were.
        fields = {"event": fields.get("event"), "occurred_on": fields.get("occurred_on")}
    elif not isinstance(fields.get("corrects_seq", 0), int):
        del fields["corrects_seq"]  # of a withheld correction, which nobody has read as one
    stated = _stated(fields.get("occurred_on"), one.statement.recorded_at[:10])
    return history_entry(one.index, one.statement, stated, fields)


def _stated(value: Any, recorded_on: str) -> OccurredOn:
    try:
        return OccurredOn.parse(value["date"])
    except (LedgerError, TypeError, KeyError, AttributeError):
        return OccurredOn.parse(recorded_on)


def _noun(entry: HistoryEntry) -> str:
    return entry.type.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class SentPupil:
    """Whom a received record is about, in its own words.

    Attributes:
        names: fields of `pupil.registered.v1`, JSON values.
        upns: every UPN, the newest last.
    """

    names: dict[str, Any]
    upns: tuple[str, ...]


def pupil_of(kept: KeptRecord) -> SentPupil:
    """Give whom a received record is about.

    Raises:
        NotFound: kind "no-pupil-in-record": no entry of it that is understood says so.
    """
    names: dict[str, Any] = {}
    upns: list[str] = []
    for one in kept.readable():
        if one.corrected_by is None and one.type in REGISTERED:
            names |= {name: one.fields[name] for name in NAMES if name in one.fields}
        if one.corrected_by is None and one.type == IDENTIFIER and one.fields["scheme"] == "upn":
            upns.append(one.fields["value"])
    if not names.keys() >= set(NAMES):
        raise NotFound(
            "The record does not say in a way understood here whose it is.",
            "It has no entry that registers the pupil.",
            "Add the pupil with send-ledger pupil add, then accept with --pupil.",
            kind="no-pupil-in-record",
        )
    return SentPupil(names, tuple(upns))
