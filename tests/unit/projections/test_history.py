"""Places of a pupil's history, where records are folded before their pupil is known."""

from __future__ import annotations

from typing import Any

from ledger.projections import history
from ledger.projections.folded import Folded
from tests.support.folding import PUPIL, folded

TRANSFER = bytes([9] * 16)
STAFF = bytes([8] * 16)


def entry(index: int, type_: str, stream: bytes, pupil: bytes | None, **fields: Any) -> Folded:
    return Folded(
        index=index,
        stream=stream,
        seq=1,
        recorded_at="2026-03-03T09:00:00Z",
        type=type_,
        noun=type_.split(".", 1)[0],
        fields={"event": type_, **fields},
        pupil=pupil,
    )


def test_a_transfer_received_before_its_pupil_is_known_joins_the_history_later() -> None:
    entries = [
        entry(3, "record_transfer.received.v1", TRANSFER, None),
        entry(4, "record_transfer.accepted.v1", TRANSFER, PUPIL),
    ]
    with folded([entries[:1], entries[1:]]) as models:
        assert dict(models.documents(history.LOOSE)) == {TRANSFER: [PUPIL, [3, 4]]}
        assert models.get(history.MODEL, PUPIL) is None


def test_what_is_about_no_pupil_is_in_no_history() -> None:
    with folded([[entry(3, "staff.appointed.v1", STAFF, None)]]) as models:
        assert dict(models.documents(history.LOOSE)) == {}
        assert dict(models.documents(history.MODEL)) == {}


def test_an_entry_folded_twice_has_one_place() -> None:
    one = entry(3, "pupil.enrolled.v1", PUPIL, PUPIL, occurred_on={"date": "2026"})
    with folded([[one], [one]]) as models:
        assert models.get(history.MODEL, PUPIL) == [3]
