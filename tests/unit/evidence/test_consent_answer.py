"""Was consent in force: for this item, to this recipient, on that day (D-CONS-11)?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.evidence.consent_answer import (
    ConsentAnswer,
    ConsentQuestion,
    answer_consent,
    same_recipient,
)
from ledger.projections.consents import ConsentPlace, ConsentRow
from ledger.values.dates import OccurredOn


def fact(index: int, stated: str) -> ConsentPlace:
    return ConsentPlace(index, OccurredOn.parse(stated))


def given(index: int, stated: str, **changes: Any) -> ConsentRow:
    facts: dict[str, Any] = {
        "stream": index.to_bytes(16, "big"),
        "given": fact(index, stated),
        "refused": None,
        "withdrawn": None,
        "items": frozenset({"EP"}),
        "recipient": "Durham County Council",
        "expires_on": None,
        "act_kind": "signed_form",
        "labels": ("Educational psychologist",),
        "giver_name": "Parent Example",
        "giver_capacity": "parental_responsibility",
        "giver_recorded": True,
        "purpose": "advice",
    }
    return ConsentRow(**(facts | changes))


def refused(index: int, stated: str, **changes: Any) -> ConsentRow:
    return given(index, stated, given=None, refused=fact(index, stated), **changes)


def ask(*records: ConsentRow, on: str = "2026-03-03", **changes: Any) -> ConsentAnswer:
    facts: dict[str, Any] = {
        "item": "EP",
        "recipient": "Durham County Council",
        "on": date.fromisoformat(on),
    }
    return answer_consent(ConsentQuestion(**(facts | changes)), records)


def test_d_cons_11_a_given_consent_answers_yes_with_its_entry() -> None:
    answer = ask(given(7, "2026-02-01"))
    assert (answer.verdict, answer.index) == ("yes", 7)
    assert answer.words == (
        "Consent was given (dated 2026-02-01) and not withdrawn by 3 March 2026."
    )


def test_d_cons_11_of_a_day_to_come_only_what_is_known_today_is_said() -> None:
    answer = ask(given(7, "2026-02-01"), known_by=date(2026, 3, 1))
    assert (answer.verdict, answer.index) == ("yes", 7)
    assert "not withdrawn by 1 March 2026." in answer.words
    assert answer.words.endswith("so ask again.")
    past = ask(given(7, "2026-02-01"), known_by=date(2026, 3, 4))
    assert past.words.endswith("and not withdrawn by 3 March 2026.")


def test_d_cons_11_without_evidence_of_the_familys_act_it_is_the_school_that_says_so() -> None:
    answer = ask(given(7, "2026-02-01", act_kind="none"))
    assert answer.verdict == "yes"
    assert answer.words.startswith("The school recorded that consent was given")


def test_nothing_on_record_is_no() -> None:
    answer = ask()
    assert (answer.verdict, answer.index) == ("no", None)
    assert "on record" in answer.words


@pytest.mark.parametrize(
    "record",
    [
        given(7, "2026-02-01", items=frozenset({"SALT"})),
        given(7, "2026-02-01", recipient="Salford City Council"),
    ],
    ids=["another item", "another recipient"],
)
def test_a_consent_to_something_else_does_not_count(record: ConsentRow) -> None:
    assert ask(record).verdict == "no"


@pytest.mark.parametrize("on", ["2026-02-01", "2026-03-03"])
def test_it_counts_from_the_day_it_was_given(on: str) -> None:
    assert ask(given(7, "2026-02-01"), on=on).verdict == "yes"


def test_it_does_not_count_before_the_day_it_was_given() -> None:
    answer = ask(given(7, "2026-02-02"), on="2026-02-01")
    assert answer.verdict == "no"
    assert answer.passed_over == (
        "Entry 7 does not decide: it is dated 2026-02-02, not certainly by 1 February 2026.",
    )


def test_a_consent_known_to_the_month_counts_from_its_last_day() -> None:
    record = given(7, "2026-02")
    assert ask(record, on="2026-02-27").verdict == "no"
    assert ask(record, on="2026-02-28").verdict == "yes"


@pytest.mark.parametrize(
    ("on", "verdict", "index"),
    [("2026-02-28", "yes", 7), ("2026-03-01", "no", 9), ("2026-03-02", "no", 9)],
)
def test_a_withdrawal_counts_from_its_own_day(on: str, verdict: str, index: int) -> None:
    answer = ask(given(7, "2026-02-01", withdrawn=fact(9, "2026-03-01")), on=on)
    assert (answer.verdict, answer.index) == (verdict, index)


def test_a_withdrawal_known_to_the_month_counts_from_its_first_day() -> None:
    record = given(7, "2026-01-01", withdrawn=fact(9, "2026-03"))
    assert ask(record, on="2026-03-01").verdict == "no"
    assert ask(record, on="2026-02-28").verdict == "yes"


@pytest.mark.parametrize(("on", "verdict"), [("2026-03-03", "yes"), ("2026-03-04", "no")])
def test_the_last_day_is_included(on: str, verdict: str) -> None:
    answer = ask(given(7, "2026-02-01", expires_on=date(2026, 3, 3)), on=on)
    assert (answer.verdict, answer.index) == (verdict, 7)
    assert "3 March 2026" in answer.words


def test_the_familys_newest_answer_decides() -> None:
    answer = ask(given(7, "2026-01-01"), refused(12, "2026-02-01"))
    assert (answer.verdict, answer.index) == ("no", 12)
    assert answer.passed_over == (
        "Entry 7 does not decide: the family was asked again later (entry 12).",
    )


def test_a_later_consent_follows_a_refusal() -> None:
    answer = ask(refused(7, "2026-01-01"), given(12, "2026-02-01"))
    assert (answer.verdict, answer.index) == ("yes", 12)


def test_an_older_consent_does_not_revive_a_withdrawn_one() -> None:
    old, new = given(7, "2026-01-01"), given(8, "2026-02-01", withdrawn=fact(9, "2026-02-20"))
    assert ask(new, old).verdict == "no"


def test_of_two_answers_of_one_day_the_later_entry_decides() -> None:
    answer = ask(given(7, "2026-02-01"), refused(8, "2026-02-01"))
    assert (answer.verdict, answer.index) == ("no", 8)


def test_a_refusal_that_may_have_come_by_then_counts() -> None:
    assert ask(given(7, "2026-02-10"), refused(8, "2026"), on="2026-03-03").verdict == "no"


def test_order_of_the_records_does_not_matter() -> None:
    records = [given(7, "2026-01-01"), refused(8, "2026-01-20"), given(9, "2026-02-01")]
    assert ask(*records) == ask(*records[::-1])


@pytest.mark.parametrize(
    "written", ["durham county council", "  Durham\tCounty  Council ", "Durham\u00a0County Council"]
)
def test_recipients_are_compared_as_people_write_them(written: str) -> None:
    assert same_recipient(written, "Durham County Council")
    assert ask(given(7, "2026-02-01"), recipient=written).verdict == "yes"


def test_other_recipients_stay_other() -> None:
    assert not same_recipient("Durham Council", "Durham County Council")


def test_a_duty_of_law_needs_no_consent_and_is_cited() -> None:
    answer = ask(item="educational_record", capacities={"receiving_school"})
    assert answer.verdict == "not-required"
    assert answer.citation.endswith("(SI 2005/1437) reg 9")
    assert answer.words.startswith("No consent is needed: the old school sends")


def test_a_refusal_does_not_stand_in_the_way_of_a_duty() -> None:
    record = refused(7, "2026-02-01", items=frozenset({"educational_record"}))
    answer = ask(record, item="educational_record", capacities={"receiving_school"})
    assert answer.verdict == "not-required"


@pytest.mark.parametrize(
    ("item", "capacities", "on"),
    [
        ("educational_record", {"another_school"}, "2026-03-03"),
        ("educational_record", set(), "2026-03-03"),
        ("my_story", {"receiving_school"}, "2026-03-03"),
        ("educational_record", {"receiving_school"}, "2005-08-31"),
    ],
    ids=["another school", "nobody known", "another item", "before the law"],
)
def test_outside_the_duty_consent_decides(item: str, capacities: set[str], on: str) -> None:
    assert ask(item=item, capacities=capacities, on=on).verdict == "no"
