"""A correction is a new entry: the wrong one stays, and the right one counts in its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.aggregate import EntryCorrected
from ledger.aggregates.consent import Consent, ConsentGiven, ConsentWithdrawn
from ledger.aggregates.ehc_plan import EhcPlan, EhcPlanCeased, EhcPlanIssued
from ledger.aggregates.pupil import (
    IdentifierRecorded,
    Pupil,
    PupilEnrolled,
    PupilLeft,
    PupilRegistered,
    PupilRenamed,
    SenStatusChanged,
)
from ledger.aggregates.support_cycle import (
    CycleAssessed,
    CycleOpened,
    CyclePlanned,
    CycleReviewed,
    CycleStarted,
    SupportCycle,
    Target,
)
from ledger.errors import RuleRefused
from tests.unit.aggregates.facts import (
    BORN,
    FORM,
    PUPIL,
    TODAY,
    code,
    entry,
    given,
    last,
    new,
    rebuilt,
    state,
)

if TYPE_CHECKING:
    from ledger.aggregates.aggregate import Aggregate

HASH = bytes(32)
NAMES = {"family_name": "O'Neill", "given_names": "Zoë", "preferred_name": None}
STATUS = {"grounds": "x", "decided_by": "SENCO", "evidence": ()}


def registered() -> Pupil:
    pupil = new(Pupil)
    pupil.record(PupilRegistered, entry(), **NAMES, born=date(2010, 4, 4), sex=None)
    pupil.record(IdentifierRecorded, entry(), scheme="upn", value="A1", standing="current")
    pupil.record(PupilEnrolled, entry(), year_group="4", class_name=None)
    return pupil


def correct(record: Aggregate, seq: int, *, then: bool = False) -> None:
    record.correct(entry(), seq=seq, statement=HASH, reason="typing slip", then=then)


def steps(*classes: type[Any]) -> SupportCycle:
    facts: dict[type[Any], dict[str, Any]] = {
        CycleOpened: {"pupil": PUPIL, "number": 1, "previous": None},
        CycleAssessed: {
            "sources": (),
            "findings": "x",
            "parent_views": None,
            "pupil_views": None,
            "pupil_views_method": None,
        },
        CyclePlanned: plan("read"),
        CycleStarted: {"circulated_on": None, "staff_informed": ()},
        CycleReviewed: {
            "lead": "x",
            "impact": "x",
            "outcomes": (),
            "parent_views": None,
            "pupil_views": None,
            "next_step": code("new-cycle"),
            "lessons": "x",
        },
    }
    cycle = new(SupportCycle)
    for cls in classes:
        cycle.record(cls, entry(), **facts[cls])
    return cycle


def plan(target: str) -> dict[str, Any]:
    return {
        "targets": (Target(target, "x", "x"),),
        "provision": (),
        "responsible_teacher": "T Reed",
        "expected_impact": "x",
        "review_on": date(2026, 6, 1),
    }


def test_a_withdrawn_entry_counts_no_more_and_stays() -> None:
    pupil = registered()
    pupil.record(SenStatusChanged, entry(), status=code("K"), **STATUS)
    correct(pupil, 4)
    assert pupil.status is None
    assert pupil.corrected == {4}
    assert pupil.version == 5
    wrong, correction = pupil.collect_events()[-2:]
    assert isinstance(wrong, SenStatusChanged)
    assert isinstance(correction, EntryCorrected)
    assert (correction.corrects_seq, correction.corrects_hash) == (4, HASH)
    assert (correction.grounds, correction.replaced_by_seq) == ("typing slip", None)
    assert state(rebuilt(pupil)) == state(pupil)
    pupil.record(SenStatusChanged, entry(), status=code("K"), **STATUS)  # not “K already”
    assert pupil.status == "K"


def test_a_wrong_date_of_birth_is_put_right_and_a_later_name_stays() -> None:
    pupil = registered()
    pupil.record(PupilRenamed, entry(), **(NAMES | {"family_name": "Okafor"}), grounds="deed poll")
    correct(pupil, 1, then=True)
    assert (pupil.born, pupil.name) == (None, "Zoë Okafor")
    pupil.record(PupilRegistered, entry(), **NAMES, born=BORN, sex=None)
    assert (pupil.born, pupil.name, pupil.on_roll) == (BORN, "Zoë Okafor", True)
    assert state(rebuilt(pupil)) == state(pupil)
    assert last(pupil).originator_version == 6


def test_a_registration_that_was_withdrawn_may_be_made_again() -> None:
    pupil = registered()
    correct(pupil, 1)
    pupil.record(PupilRegistered, entry(), **NAMES, born=BORN, sex=None)
    assert pupil.born == BORN
    assert state(rebuilt(pupil)) == state(pupil)


def test_a_registration_that_stands_is_not_made_twice() -> None:
    with pytest.raises(RuleRefused) as refused:
        registered().record(PupilRegistered, entry(), **NAMES, born=BORN, sex=None)
    assert refused.value.kind == "already-registered"


def test_a_right_entry_is_judged_where_the_wrong_one_stood() -> None:
    cycle = steps(CycleOpened, CycleAssessed, CyclePlanned, CycleStarted, CycleReviewed)
    correct(cycle, 3, then=True)
    cycle.record(CyclePlanned, entry(), **plan("read aloud"))
    assert cycle.step == "reviewed"
    assert state(rebuilt(cycle)) == state(cycle)
    with pytest.raises(RuleRefused):
        cycle.record(CyclePlanned, entry(), **plan("a new plan, after the review"))


def test_a_right_entry_that_would_not_have_been_permitted_there_is_refused() -> None:
    cycle = steps(CycleOpened, CycleAssessed, CyclePlanned)
    correct(cycle, 2, then=True)
    with pytest.raises(RuleRefused) as refused:
        cycle.record(CycleStarted, entry(), circulated_on=None, staff_informed=())
    assert refused.value.kind == "step-out-of-order"


def test_a_right_entry_can_itself_be_wrong() -> None:
    cycle = steps(CycleOpened, CycleAssessed, CyclePlanned, CycleStarted)
    correct(cycle, 3, then=True)
    cycle.record(CyclePlanned, entry(), **plan("second"))
    correct(cycle, 6, then=True)
    cycle.record(CyclePlanned, entry(), **plan("third"))
    assert cycle.step == "started"
    assert cycle.corrected == {3, 6}
    assert state(rebuilt(cycle)) == state(cycle)
    correct(cycle, 8)  # and be withdrawn in the end
    assert cycle.step == "started"


def test_withdrawing_the_last_step_goes_back_one_step() -> None:
    cycle = steps(CycleOpened, CycleAssessed, CyclePlanned, CycleStarted)
    correct(cycle, 4)
    assert cycle.step == "planned"
    assert rebuilt(cycle).step == "planned"


def test_a_withdrawal_recorded_by_mistake_leaves_the_consent_in_force() -> None:
    consent = new(Consent)
    consent.record(ConsentGiven, entry(), **given())
    consent.record(
        ConsentWithdrawn,
        entry(),
        by_name="A",
        by_capacity="parental_responsibility",
        method=code("letter"),
        act=FORM,
        witness=None,
    )
    assert not consent.in_force(TODAY)
    correct(consent, 2)
    assert consent.in_force(TODAY)
    assert rebuilt(consent).in_force(TODAY)


def test_a_wrong_consent_can_be_given_right_in_its_own_record() -> None:
    consent = new(Consent)
    consent.record(ConsentGiven, entry(), **given())
    correct(consent, 1, then=True)
    assert not consent.in_force(TODAY)
    consent.record(ConsentGiven, entry(), **given(expires_on=TODAY))
    assert consent.in_force(TODAY)
    assert consent.given is not None
    assert consent.given.expires_on == TODAY
    assert state(rebuilt(consent)) == state(consent)


def test_an_ehc_plan_issued_wrongly_is_issued_right_and_stays_ceased() -> None:
    plan = new(EhcPlan)
    issued = {
        "pupil": PUPIL,
        "local_authority": "Durham",
        "received_on": TODAY,
        "outcomes": (),
        "provision": "x",
        "placement": "x",
        "document": None,
    }
    plan.record(EhcPlanIssued, entry(), **issued)
    plan.record(EhcPlanCeased, entry(), grounds="moved")
    correct(plan, 1, then=True)
    plan.record(EhcPlanIssued, entry(), **(issued | {"local_authority": "Salford"}))
    assert not plan.in_force
    with pytest.raises(RuleRefused):
        plan.record(EhcPlanIssued, entry(), **issued)


@pytest.mark.parametrize("seq", [0, -1, 4, 99])
def test_only_an_entry_that_exists_is_corrected(seq: int) -> None:
    pupil = registered()
    with pytest.raises(RuleRefused) as refused:
        correct(pupil, seq)
    assert (refused.value.kind, refused.value.exit_code) == ("cannot-correct", 7)
    assert pupil.version == 3


@pytest.mark.parametrize("seq", [3, 4], ids=["corrected before", "a correction"])
def test_an_entry_is_corrected_once_and_a_correction_never(seq: int) -> None:
    pupil = registered()
    correct(pupil, 3)
    with pytest.raises(RuleRefused):
        correct(pupil, seq)
    assert state(rebuilt(pupil)) == state(pupil)


def test_what_is_not_saved_yet_stays_in_order_through_a_correction() -> None:
    pupil = registered()
    assert [one.originator_version for one in pupil.collect_events()] == [1, 2, 3]
    correct(pupil, 3, then=True)
    pupil.record(PupilEnrolled, entry(), year_group="5", class_name=None)
    pupil.record(PupilLeft, entry(), destination=None, destination_urn=None, grounds=None)
    assert [one.originator_version for one in pupil.collect_events()] == [4, 5, 6]
    assert pupil.collect_events() == []
    assert not pupil.on_roll


def test_a_correction_that_points_back_to_itself_is_not_followed() -> None:
    pupil = registered()
    correct(pupil, 3)
    *history, correction = pupil._history
    assert isinstance(correction, EntryCorrected)
    for place in (3, 2, 4):
        forged = EntryCorrected(**{**vars(correction), "replaced_by_seq": place, "corrects_seq": 3})
        again = Pupil.from_events(None, [*history, forged])
        assert again is not None
        assert not again.on_roll
