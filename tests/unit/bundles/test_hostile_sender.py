"""A sender with good keys who signs nonsense: kept or refused, never a traceback."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from ledger.aggregates.consent import Consent, ConsentReliedOn
from ledger.bundles.kept import KeptRecord, open_kept
from ledger.entrypoints.cli.history_page import entry_lines, received_records
from ledger.formats.encoding import b64url
from ledger.formats.zip_archive import pack
from ledger.projections.consents import consents_of
from ledger.verify.bundle import verify_bundle
from tests.support.two_schools import School, Sent, send

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def nonsense_sent(
    schools: tuple[School, School],
    monkeypatch: pytest.MonkeyPatch,
    events: Sequence[str | None] = EVENTS,
    *,
    pupil_too: bool = False,
) -> Sent:
    """Send a bundle whose entries hold nonsense in every field but the pupil, or there too."""
    sender, receiver = schools
    said: dict[str, object] = {}
    monkeypatch.setattr(Consent, "_check", lambda *_: None)
    monkeypatch.setattr("ledger.recorder.event_store.disclosed_fields", lambda _: dict(said))
    for value, event in product(NONSENSE, events):
        said = dict.fromkeys(NAMES, value) | ({"event": event} if event else {})
        said["pupil"] = value if pupil_too else b64url(sender.pupil.bytes)
        consent = Consent(sender.ledger.open_stream(sender.ledger.stream(), "general"))
        entry = sender.ledger.entry()
        consent.record(ConsentReliedOn, entry, by_type="x.y.v1", by_stream=bytes(16))
        sender.add(consent)
    monkeypatch.undo()
    if pupil_too:
        monkeypatch.setattr("ledger.bundles.build._demand_one_pupil", lambda *_: None)
    return send(sender, receiver)


def test_nonsense_in_every_field_gets_an_answer(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = nonsense_sent(schools, monkeypatch)
    sender, receiver = schools
    report, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert bundle is not None
    assert len(bundle.statements) == 5 + len(NONSENSE) * len(EVENTS)
    # Fields are missing for a correction; all else is kept without being understood.
    assert report.codes["field-withheld"] == 1
    assert set(bundle.not_understood) == {one.index for one in bundle.statements[5:]}


def test_t14_nonsense_in_place_of_the_pupil_is_another_pupil(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = nonsense_sent(schools, monkeypatch, EVENTS[:1], pupil_too=True)
    sender, receiver = schools
    report, _ = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert (report.result, report.codes["other-pupil"]) == ("altered", 1)


def kept(sent: Sent) -> KeptRecord:
    """Open a bundle's files as a school that keeps them does."""
    archive = pack(sent.members)
    received = SimpleNamespace(
        attachment=b"",
        attachment_hash=hashlib.sha256(archive).digest(),
        from_name="St Cuthbert’s",
        recorded_at=datetime(2026, 3, 3, tzinfo=UTC),
    )
    record: Any = SimpleNamespace(received=received, number="7c1e09ab")
    return open_kept(record, lambda _: archive, {"general"})


def test_nonsense_that_is_kept_is_shown_as_not_understood_with_none_of_its_fields(
    schools: tuple[School, School], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = kept(nonsense_sent(schools, monkeypatch, EVENTS[:1]))
    shown = received_records(opened, opened.history())
    strange = [one for one in shown if not one["understood"]]
    assert len(strange) == len(NONSENSE)
    for one in strange:
        assert one["fields"] == {}
        assert "not understood by this version" in "\n".join(entry_lines(one))
    assert len(opened.readable()) == len(shown) - len(strange)
    assert consents_of(opened.readable())
