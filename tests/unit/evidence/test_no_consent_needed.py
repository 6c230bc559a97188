"""Duties of law under which the school shares without asking for consent."""

from __future__ import annotations

from datetime import date

from ledger.statute.no_consent_needed import duties, find_duty
from ledger.values.code_set import code_set

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
    first = date(2005, 9, 1)
    assert find_duty("educational_record", {"parent"}, first) is not None
    assert find_duty("educational_record", {"parent"}, date(2005, 8, 31)) is None


def test_every_duty_is_about_something_that_consent_could_be_asked_for() -> None:
    codes = {one.code.code for one in code_set("consent_item").entries}
    assert {duty.item for duty in duties()} <= codes
