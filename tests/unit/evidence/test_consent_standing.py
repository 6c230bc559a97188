"""Why a consent is not in force today: asked before anybody proves that it is."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.errors import RuleRefused
from ledger.evidence.consent_standing import TAKEN_BACK, demand_in_force, what_ended
from tests.unit.evidence.test_consent_answer import fact, given, refused

TODAY = date(2026, 3, 3)


def test_d_cons_11_a_standing_consent_was_ended_by_nothing() -> None:
    one = given(7, "2026-02-01", expires_on=TODAY)
    assert what_ended(one.stream, [one], TODAY) is None
    demand_in_force(None)


def test_d_cons_11_what_ended_a_consent_is_named_with_its_entry() -> None:
    withdrawn = given(7, "2026-02-01", withdrawn=fact(9, "2026-02-20"))
    ended = given(7, "2026-02-01", expires_on=date(2026, 3, 2))
    no = refused(7, "2026-02-01")
    for one, index, words in (
        (withdrawn, 9, "Consent was withdrawn (dated 2026-02-20) (entry 9)."),
        (ended, 7, "Consent ran out on 2 March 2026 (entry 7)."),
        (no, 7, "Consent was refused (dated 2026-02-01) (entry 7)."),
    ):
        found = what_ended(one.stream, [one], TODAY)
        assert found is not None
        assert (found.index, found.words) == (index, words)
        with pytest.raises(RuleRefused) as refusal:
            demand_in_force(found)
        assert (refusal.value.kind, refusal.value.exit_code) == ("not-in-force", 7)


def test_d_cons_11_a_later_asking_stands_in_place_of_an_earlier_one_even_for_one_item() -> None:
    early = given(7, "2026-02-01", items=frozenset({"EP", "SALT"}))
    later = given(12, "2026-02-10", items=frozenset({"SALT"}))
    found = what_ended(early.stream, [early, later], TODAY)
    assert found is not None
    assert found.index == 12
    assert "asked again later" in found.words
    assert what_ended(later.stream, [early, later], TODAY) is None


def test_d_cons_11_a_consent_whose_answer_was_corrected_away_is_not_in_force() -> None:
    assert what_ended(bytes(16), [given(7, "2026-02-01")], TODAY) == TAKEN_BACK


def test_d_cons_11_a_consent_dated_by_its_month_is_not_certainly_in_force_within_it() -> None:
    one = given(7, "2026-03")
    found = what_ended(one.stream, [one], TODAY)
    assert found is not None
    assert found.index is None
