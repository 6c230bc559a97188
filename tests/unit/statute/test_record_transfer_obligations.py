"""Handing the record over: D-XFER-1 and D-XFER-3."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.statute.obligations import obligations_of
from ledger.statute.school_calendar import SchoolCalendar, Term
from tests.unit.statute.made_up_facts import fact, left, only

if TYPE_CHECKING:
    from ledger.statute.facts import Fact


CALENDAR = SchoolCalendar(
    terms=(
        Term(first=date(2026, 2, 23), last=date(2026, 3, 27)),
        Term(first=date(2026, 4, 13), last=date(2026, 5, 22)),
    )
)


def test_d_xfer_1_the_record_is_due_within_15_school_days_unasked() -> None:
    gone = left(date(2026, 3, 13))
    duties = [
        only("D-XFER-1", obligations_of([gone], today=today, calendar=CALENDAR))
        for today in (date(2026, 4, 17), date(2026, 4, 18))
    ]
    assert [(duty.status, duty.due_on) for duty in duties] == [
        ("due", date(2026, 4, 17)),
        ("overdue", date(2026, 4, 17)),
    ]
    assert "reg 9" in duties[0].source
    assert "academies are strongly encouraged" in duties[0].due_note


def test_d_xfer_1_is_met_by_sending() -> None:
    gone = left(date(2026, 3, 13))
    sent = fact("record_transfer.dispatched", date(2026, 3, 20), "transfer 1")
    duty = only("D-XFER-1", obligations_of([gone, sent], today=date(2026, 5, 1)))
    assert (duty.status, duty.met_index, duty.late) == ("met", sent.index, False)


@pytest.mark.parametrize("destination", [None, ""])
def test_d_xfer_1_does_not_apply_while_the_next_school_is_unknown(destination: object) -> None:
    gone = left(date(2026, 3, 13), destination)
    duty = only("D-XFER-1", obligations_of([gone], today=date(2026, 5, 1)))
    assert (duty.status, duty.due_on) == ("not-applicable", None)
    assert duty.due_note == "The pupil's next school is not known."


def test_d_xfer_1_without_a_calendar_is_unknown_between_its_bounds() -> None:
    gone = left(date(2026, 7, 17))
    found = {
        today: only("D-XFER-1", obligations_of([gone], today=today))
        for today in (
            date(2026, 8, 7),
            date(2026, 8, 8),
            date(2026, 12, 17),
            date(2026, 12, 18),
        )
    }
    assert [duty.status for duty in found.values()] == ["due", "unknown", "unknown", "overdue"]
    assert all(duty.due_note.startswith("Estimate:") for duty in found.values())


def acknowledged(outcome: str, about: str) -> Fact:
    coded = {"scheme": "transfer-outcome", "code": outcome, "label": outcome}
    return fact("record_transfer.acknowledged", date(2026, 4, 14), about, outcome=coded)


def test_d_xfer_3_is_incomplete_until_both_have_signed() -> None:
    sent = fact("record_transfer.dispatched", date(2026, 3, 20), "t")
    accepted = acknowledged("accepted", "t")
    for facts in ([sent], [sent, accepted]):
        duty = only("D-XFER-3", obligations_of(facts, today=date(2027, 1, 1)))
        assert (duty.status, duty.due_on) == ("due", None)
    confirmed = fact("record_transfer.confirmed", date(2026, 4, 15), "t")
    duty = only("D-XFER-3", obligations_of([sent, accepted, confirmed], today=date(2027, 1, 1)))
    assert (duty.status, duty.met_index) == ("met", confirmed.index)


@pytest.mark.parametrize(("outcome", "about"), [("accepted", "u"), ("received", "t")])
def test_d_xfer_3_no_other_acknowledgement_counts(outcome: str, about: str) -> None:
    facts = [
        fact("record_transfer.dispatched", date(2026, 3, 20), "t"),
        acknowledged(outcome, about),
        fact("record_transfer.confirmed", date(2026, 4, 15), "t"),
    ]
    assert only("D-XFER-3", obligations_of(facts, today=date(2027, 1, 1))).status == "due"


def test_d_xfer_3_the_receiver_s_side_closes_with_the_sender_s_confirmation() -> None:
    received = fact("record_transfer.received", date(2026, 3, 21), "t")
    assert only("D-XFER-3", obligations_of([received], today=date(2026, 4, 1))).status == "due"
    completed = fact("record_transfer.completed", date(2026, 4, 16), "t")
    duty = only("D-XFER-3", obligations_of([received, completed], today=date(2026, 5, 1)))
    assert duty.status == "met"
    rejected = fact("record_transfer.rejected", date(2026, 3, 23), "t")
    duty = only("D-XFER-3", obligations_of([received, rejected], today=date(2026, 5, 1)))
    assert duty.status == "not-applicable"
