"""Duties of law under which the school shares without asking for consent."""

from __future__ import annotations

from datetime import date

from ledger.statute.no_consent_needed import duties, find_duty

DAY = date(2026, 3, 3)


def test_every_duty_is_dated_and_cited() -> None:
    assert duties()
    for duty in duties():
        assert "(SI " in duty.source
        assert duty.valid_until is None or duty.valid_from <= duty.valid_until
        assert duty.duty[0].islower()  # part of a sentence


def test_d_xfer_1_the_record_goes_to_the_receiving_school_without_consent() -> None:
    duty = find_duty("educational_record", {"receiving_school"}, DAY)
    assert duty is not None
    assert "reg 9" in duty.source


def test_an_item_with_its_own_consent_is_under_no_duty() -> None:
    assert find_duty("my_story", {"receiving_school", "local_authority", "parent"}, DAY) is None


def test_a_duty_counts_from_its_first_day() -> None:
    first = date(2014, 9, 1)
    assert find_duty("ehc_advice", {"local_authority"}, first) is not None
    assert find_duty("ehc_advice", {"local_authority"}, date(2014, 8, 31)) is None
