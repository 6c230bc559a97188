"""From a history to the facts that obligations are judged by."""

from __future__ import annotations

from datetime import date

from ledger.projections.history import HistoryEntry
from ledger.projections.obligations import facts_of
from ledger.statute.obligations import obligations_of
from tests.unit.projections.made_up_history import made_up

STATUS = {"status": {"scheme": "dfe-sen-provision", "code": "K", "label": "SEN support"}}
CHANGED = "pupil.sen_status_changed.v1"
STREAM = "AAAAAAAAAAAAAAAAAAAAAA"


def corrected_status() -> list[HistoryEntry]:
    """A change of status, put right by entry 5, and that once more by entry 7."""
    return [
        made_up(3, CHANGED, seq=3, corrected_by=4, **STATUS),
        made_up(4, "entry.corrected.v1", seq=4, corrects_seq=3, replaced_by_seq=5),
        made_up(5, CHANGED, seq=5, corrected_by=6, **STATUS),
        made_up(6, "entry.corrected.v1", seq=6, corrects_seq=5, replaced_by_seq=7),
        made_up(7, CHANGED, seq=7, occurred_on="2026-03-01", **STATUS),
    ]


def notice(seq: int) -> HistoryEntry:
    return made_up(
        9,
        "notification.given.v1",
        stream="AQAAAAAAAAAAAAAAAAAAAA",
        regarding="pupil.sen_status_changed",
        regarding_stream=STREAM,
        regarding_seq=seq,
    )


def test_an_entry_counts_in_its_corrected_form_and_corrections_themselves_do_not() -> None:
    facts = facts_of(corrected_status())
    assert [(one.index, one.seq, one.occurred_on) for one in facts] == [(7, 3, date(2026, 3, 1))]


def test_a_withdrawn_entry_is_no_fact() -> None:
    history = [
        made_up(3, CHANGED, corrected_by=4, **STATUS),
        made_up(4, "entry.corrected.v1", corrects_seq=3, replaced_by_seq=None),
    ]
    assert facts_of(history) == []


def test_d_reg_4_parents_told_of_a_change_were_told_though_it_was_put_right_later() -> None:
    for told_of in (3, 5, 7):
        facts = facts_of([*corrected_status(), notice(told_of)])
        duties = obligations_of(facts, today=date(2026, 3, 20))
        (duty,) = [one for one in duties if one.rule_id == "D-REG-4"]
        assert (duty.status, duty.met_index) == ("met", 9)


def test_d_reg_4_a_notice_about_another_change_does_not_meet_it() -> None:
    facts = facts_of([*corrected_status(), notice(2)])
    (duty,) = [
        one for one in obligations_of(facts, today=date(2026, 3, 20)) if one.rule_id == "D-REG-4"
    ]
    assert duty.status == "overdue"


def test_a_date_known_to_the_month_counts_from_its_first_day() -> None:
    (fact,) = facts_of([made_up(3, CHANGED, occurred_on="2026-03", **STATUS)])
    assert fact.occurred_on == date(2026, 3, 1)
