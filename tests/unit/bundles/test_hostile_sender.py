"""A sender with good keys who signs nonsense: kept or refused, never a traceback."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from ledger.aggregates.consent import Consent, ConsentReliedOn
from ledger.verify.bundle import verify_bundle
from tests.support.two_schools import School, send

if TYPE_CHECKING:
    import pytest

NONSENSE: list[Any] = [
    None,
    True,
    -(10**40),
    "",
    "9999-99-99",
    "\u202e<b>\x00",
    [],
    [[[1]]],
    {},
    {"date": "2026-02-30", "precision": "day"},
    {"date": 5},
    {"scheme": [], "code": {}, "label": None},
    {"currency": "GBP", "pence": -1},
    {"category": 1},
]
NAMES = (
    "event",
    "occurred_on",
    "subject_name",
    "subject_born",
    "subject_id",
    "proposal",
    "keyed_by",
    "late_reason",
    "by_type",
    "by_stream",
    "corrects_seq",
    "person_name",
    "proposed_type",
)
EVENTS = ("consent.relied_on.v1", "entry.corrected.v1", None)


def test_nonsense_in_every_field_gets_an_answer(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sender, receiver = schools
    said: dict[str, object] = {}
    monkeypatch.setattr(Consent, "_check", lambda *_: None)
    monkeypatch.setattr("ledger.recorder.event_store.disclosed_fields", lambda _: dict(said))
    for value, event in product(NONSENSE, EVENTS):
        said = dict.fromkeys(NAMES, value) | ({"event": event} if event else {})
        consent = Consent(sender.ledger.open_stream(sender.ledger.stream(), "general"))
        entry = sender.ledger.entry()
        consent.record(ConsentReliedOn, entry, by_type="x.y.v1", by_stream=bytes(16))
        sender.add(consent)
    monkeypatch.undo()
    sent = send(sender, receiver)
    report, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert bundle is not None
    assert len(bundle.statements) == 5 + len(NONSENSE) * len(EVENTS)
    # Fields are missing for a correction; all else is kept without being understood.
    assert report.codes["field-withheld"] == 1
    assert set(bundle.not_understood) == {one.index for one in bundle.statements[5:]}
