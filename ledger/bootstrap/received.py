"""Handovers, and what other schools sent, as one person may read them here."""

from __future__ import annotations

from ledger.aggregates.record_transfer import RecordTransfer
from ledger.bootstrap.view import View
from ledger.bundles.kept import KeptRecord, open_kept
from ledger.projections.records import read_record
from ledger.projections.streams import streams
from ledger.recorder.attachment_store import AttachmentStore


def handovers(view: View, pupil: bytes | None = None) -> list[RecordTransfer]:
    """Give every handover, out and in, or those of one pupil.

    One that came in belongs to a pupil from its acceptance on.

    Args:
        view: who reads.
        pupil: the pupil's stream, or None for all.
    """
    return [
        read_record(view.reader, view.keys.data_key, RecordTransfer, one.stream)
        for one in streams(view.models, "record_transfer")
        if pupil in (None, one.pupil)
    ]


def received_of(view: View, pupil: bytes) -> list[KeptRecord]:
    """Open every record that was accepted for a pupil, in the order in which they came.

    Args:
        view: who reads; that they read of this pupil is recorded already.
        pupil: the pupil's stream.

    Raises:
        AlterationFound: what is kept is not what came in.
    """
    taken = [one for one in handovers(view, pupil) if one.accepted and one.accepted.pupil == pupil]
    opened = [open_received(view, one) for one in taken]
    return sorted(opened, key=lambda one: one.received.recorded_at)


def open_received(view: View, record: RecordTransfer) -> KeptRecord:
    """Open one received record; see `open_kept`."""
    blobs = AttachmentStore(view.home.path / "attachments", view.keys, view.home.lid)
    return open_kept(record, blobs.get, view.keys.classes)
