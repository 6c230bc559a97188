"""A pupil's consents, folded from the history."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.formats.encoding import b64url
from ledger.projections.consents import GIVEN, REFUSED, WITHDRAWN, consents_of
from ledger.projections.history import HistoryEntry
from tests.unit.projections.made_up_history import made_up

ONE, OTHER = b64url(bytes([1] * 16)), b64url(bytes([2] * 16))
ANSWER = {
    "items": [{"scheme": "consent-item", "code": "EP", "label": "Psychologist’s report"}],
    "recipient": "Health Trust",
    "act": {"kind": "signed_form"},
    "giver_name": "Pat Example",
    "giver_capacity": "parental_responsibility",
    "purpose": "therapy",
}


def answer(index: int, type_: str, stream: str = ONE, **given: Any) -> HistoryEntry:
    return made_up(index, type_, stream=stream, **{**ANSWER, **given})


def test_a_consent_is_given_and_then_withdrawn() -> None:
    (row,) = consents_of(
        [
            made_up(8, WITHDRAWN, stream=ONE, occurred_on="2026-05-01", by_name="Pat"),
            answer(4, GIVEN, expires_on="2026-12-31"),
        ]
    )
    assert row.stream == bytes([1] * 16)
    assert row.given is not None
    assert row.withdrawn is not None
    assert (row.given.index, row.refused, row.withdrawn.index) == (4, None, 8)
    assert (row.items, row.labels) == (frozenset({"EP"}), ("Psychologist’s report",))
    assert (row.expires_on, row.act_kind) == (date(2026, 12, 31), "signed_form")


def test_each_asking_is_a_consent_of_its_own() -> None:
    rows = consents_of([answer(4, GIVEN), answer(5, REFUSED, OTHER)])
    assert [row.refused is None for row in rows] == [True, False]
    assert rows[1].given is None


def test_what_was_corrected_does_not_count() -> None:
    history = [
        answer(4, GIVEN, corrected_by=6, recipient="Wrong Trust"),
        answer(7, GIVEN, seq=3),
        made_up(5, WITHDRAWN, stream=ONE, corrected_by=8),
    ]
    (row,) = consents_of(history)
    assert (row.recipient, row.withdrawn) == ("Health Trust", None)


def test_a_consent_whose_answer_was_withdrawn_by_a_correction_is_none() -> None:
    assert consents_of([answer(4, GIVEN, corrected_by=6)]) == []
    assert consents_of([made_up(9, WITHDRAWN, stream=ONE)]) == []
