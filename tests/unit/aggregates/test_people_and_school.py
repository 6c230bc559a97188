"""Staff, parents, proposals, the school and My Story."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.aggregates.my_story import MyStory, MyStoryRecorded
from ledger.aggregates.parental_responsibility import (
    ParentalResponsibility,
    ParentalResponsibilityEnded,
    ParentalResponsibilityRecorded,
)
from ledger.aggregates.proposal import EntryDeclined, EntryProposed, Proposal
from ledger.aggregates.school import (
    LocalRulesChosen,
    PartnerDistrusted,
    PartnerTrusted,
    School,
    SchoolIdentityChanged,
    SchoolRegistered,
    Term,
    TermDatesRecorded,
)
from ledger.aggregates.staff import SencoDesignated, Staff, StaffAppointed, StaffLeft
from tests.unit.aggregates.facts import (
    PUPIL,
    TODAY,
    code,
    entry,
    new,
    refused,
)


def test_d_evid_6_the_senco_is_a_qualified_teacher() -> None:
    staff = new(Staff)
    staff.record(StaffAppointed, entry(), name="Paul Crook", job_title="SENCO")
    facts = {
        "from_day": TODAY,
        "until_day": None,
        "award": code("none"),
        "award_started": None,
        "award_completed": None,
    }
    kind = refused(staff, SencoDesignated, entry(), **facts, qualified_teacher=False)
    assert kind == "senco-not-qualified"
    staff.record(SencoDesignated, entry(), **facts, qualified_teacher=True)
    staff.record(StaffLeft, entry(), grounds=None)
    assert refused(staff, StaffLeft, entry(), grounds=None) == "has-left"
    assert refused(staff, SencoDesignated, entry(), **facts, qualified_teacher=True) == "has-left"


def test_d_cons_3_a_responsibility_that_is_not_recorded_does_not_end() -> None:
    parent = new(ParentalResponsibility)
    assert refused(parent, ParentalResponsibilityEnded, entry(), grounds="x") == "not-in-force"
    facts = {
        "pupil": PUPIL,
        "holder_name": "Anna",
        "relationship": "mother",
        "holds_responsibility": True,
        "evidence": "birth certificate",
        "informed_about_sen": True,
    }
    parent.record(ParentalResponsibilityRecorded, entry(), **facts)
    parent.record(ParentalResponsibilityEnded, entry(), grounds="court order")
    assert parent.current is None
    assert refused(parent, ParentalResponsibilityEnded, entry(), grounds="x") == "not-in-force"


def test_d_reg_10_a_proposal_is_declined_once() -> None:
    proposal = new(Proposal)
    assert refused(proposal, EntryDeclined, entry(), grounds="x") == "proposal-closed"
    proposal.record(
        EntryProposed,
        entry(),
        proposed_type="pupil.left.v1",
        proposed_stream=None,
        proposed_fields="{}",
        proposed_by="Ada",
    )
    proposal.record(EntryDeclined, entry(), grounds="x")
    assert refused(proposal, EntryDeclined, entry(), grounds="x") == "proposal-closed"


@pytest.mark.parametrize(
    "restricted", ["protected_address.recorded.v1", "my_story.recorded.v1", "staff.left.v1"]
)
def test_d_cons_4_what_few_may_read_is_never_proposed(restricted: str) -> None:
    facts = {"proposed_stream": None, "proposed_fields": "{}", "proposed_by": "Ada"}
    kind = refused(new(Proposal), EntryProposed, entry(), proposed_type=restricted, **facts)
    assert kind == "restricted-class"


def test_a_school_is_registered_once_and_distrusts_whom_it_trusted() -> None:
    school = new(School)
    facts = {
        "name": "St Thomas à Becket",
        "urn": "126416",
        "laestab": "8653396",
        "authority": "Wiltshire",
        "phase": "Primary",
        "maintained": True,
        "profile": None,
    }
    school.record(SchoolRegistered, entry(), **facts)
    assert refused(school, SchoolRegistered, entry(), **facts) == "already-registered"
    assert refused(school, PartnerDistrusted, entry(), log_origin="x", grounds="x") == "not-trusted"


def test_another_log_key_or_beginning_is_trusted_only_after_the_first_was_not() -> None:
    card = {"name": "Hillside", "urn": "126416", "laestab": "8653396", "cosigner_key": "c"}
    how = {"recipient": "age1", "fingerprint": "apple", "checked_how": "telephone"}
    facts = {**card, **how, "log_origin": "x", "genesis": bytes(32), "log_key": "first"}
    school = new(School)
    school.record(PartnerTrusted, entry(), **facts)
    school.record(PartnerTrusted, entry(), **facts | {"name": "Hillside Academy"})
    for other in ({"log_key": "second"}, {"genesis": b"1" * 32}):
        assert refused(school, PartnerTrusted, entry(), **facts | other) == "other-log-key"
    school.record(PartnerDistrusted, entry(), log_origin="x", grounds="a false card")
    school.record(PartnerTrusted, entry(), **facts | {"log_key": "second"})
    assert school.partners["x"].log_key == "second"


def test_a_new_identity_keeps_the_councils_rules_until_others_are_chosen() -> None:
    school = new(School)
    named = {"name": "Oulder Hill", "urn": "126416", "laestab": "8653396"}
    facts = {**named, "authority": "Durham", "phase": "Primary", "maintained": True}
    school.record(SchoolRegistered, entry(), **facts, profile="durham")
    academy = {**facts, "urn": "148847", "maintained": False}
    school.record(SchoolIdentityChanged, entry(), **academy, grounds="converted")
    assert school.profile == "durham"
    school.record(LocalRulesChosen, entry(), profile=None, grounds="another council")
    assert school.profile is None


@pytest.mark.parametrize(
    "terms",
    [
        (),
        (Term(date(2026, 1, 5), date(2026, 1, 4)),),
        (
            Term(date(2026, 1, 5), date(2026, 2, 13)),
            Term(date(2026, 2, 12), date(2026, 3, 27)),
        ),
    ],
)
def test_terms_are_in_order(terms: tuple[Term, ...]) -> None:
    facts = {"academic_year": "2025/26", "terms": terms, "closed_on": ()}
    assert refused(new(School), TermDatesRecorded, entry(), **facts) == "terms-out-of-order"


def test_a_my_story_keeps_each_telling() -> None:
    story = new(MyStory)
    for text in ("first", "second"):
        story.record(
            MyStoryRecorded,
            entry(),
            pupil=PUPIL,
            story_version=code("younger"),
            text=text,
            owner="Zoë",
            completed_with=None,
        )
    assert story.version == 2
