"""Consent: who could give it, on what evidence, from when until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.consent import (
    Consent,
    ConsentGiven,
    ConsentRefused,
    ConsentReliedOn,
    ConsentWithdrawn,
    FamilyAct,
)
from ledger.aggregates.event import Subject
from tests.unit.aggregates.facts import (
    BORN,
    FORM,
    PUPIL,
    TODAY,
    ZOE,
    code,
    entry,
    given,
    new,
    refused,
)

if TYPE_CHECKING:
    from ledger.aggregates.event import Entry, Event

WITHDRAWN = {
    "by_name": "Anna O'Neill",
    "by_capacity": "parental_responsibility",
    "method": code("letter"),
    "act": FORM,
    "witness": None,
}


def consent(when: Entry | None = None, **changes: Any) -> Consent:
    made = new(Consent)
    made.record(ConsentGiven, when or entry(subject=ZOE), **given(**changes))
    return made


@pytest.mark.parametrize("cls", [ConsentGiven, ConsentRefused])
def test_d_cons_1_a_young_person_consents_from_their_sixteenth_birthday(cls: type[Event]) -> None:
    facts = given(giver_capacity="young_person")
    if cls is ConsentRefused:
        del facts["expires_on"]
    today_fifteen = Subject("Zoë", BORN, None)
    assert refused(new(Consent), cls, entry(subject=today_fifteen), **facts) == "giver-too-young"
    unknown = Subject("Zoë", None, None)
    assert refused(new(Consent), cls, entry(subject=unknown), **facts) == "giver-too-young"
    assert refused(new(Consent), cls, entry(), **facts) == "giver-too-young"
    sixteen_today = Subject("Zoë", BORN - timedelta(days=1), None)
    new(Consent).record(cls, entry(subject=sixteen_today), **facts)
    sixteen_yesterday = Subject("Zoë", BORN - timedelta(days=2), None)
    new(Consent).record(cls, entry(1, sixteen_yesterday), **facts)
    assert refused(new(Consent), cls, entry(2, sixteen_yesterday), **facts) == "giver-too-young"


def test_d_cons_1_one_born_on_29_february_is_sixteen_on_29_february_or_1_march() -> None:
    facts = given(giver_capacity="young_person")
    leap = Subject("Zoë", date(2010, 2, 28), None)
    new(Consent).record(ConsentGiven, entry(3, leap), **facts)  # 28 February 2026
    born = Subject("Zoë", date(2008, 2, 29), None)
    new(Consent).record(ConsentGiven, entry(days_ago=733, subject=born), **facts)  # 29 Feb 2024
    assert (
        refused(new(Consent), ConsentGiven, entry(days_ago=734, subject=born), **facts)
        == "giver-too-young"
    )


@pytest.mark.parametrize(
    ("act", "witness", "kind"),
    [
        (FamilyAct("signed_form", None, None, None), None, "evidence-incomplete"),
        (FamilyAct("signed_form", "words", None, None), None, "evidence-incomplete"),
        (FamilyAct("signed_form", None, bytes(32), None), None, ""),
        (FamilyAct("signed_form", None, None, "folder"), None, ""),
        (FamilyAct("message", None, None, "phone"), None, "evidence-incomplete"),
        (FamilyAct("message", "Yes, please", None, None), None, ""),
        (FamilyAct("message", None, bytes(32), None), None, ""),
        (FamilyAct("witnessed_words", "Yes", None, None), None, "evidence-incomplete"),
        (FamilyAct("witnessed_words", None, None, None), "P Crook", "evidence-incomplete"),
        (FamilyAct("witnessed_words", "Yes", None, None), "P Crook", ""),
        (FamilyAct("none", None, None, None), None, ""),
        (FamilyAct("nod", "Yes", None, None), "P Crook", "unknown-evidence"),
    ],
)
def test_the_evidence_of_the_familys_own_act_is_whole_or_said_to_be_none(
    act: FamilyAct, witness: str | None, kind: str
) -> None:
    facts = given(act=act, witness=witness)
    if not kind:
        assert consent(act=act, witness=witness).in_force(TODAY)
        return
    assert refused(new(Consent), ConsentGiven, entry(), **facts) == kind
    withdrawn = WITHDRAWN | {"act": act, "witness": witness}
    assert refused(consent(), ConsentWithdrawn, entry(), **withdrawn) == kind


def test_a_consent_is_in_force_from_its_day_to_its_last() -> None:
    made = consent(entry(5), expires_on=TODAY)
    days = [made.in_force(TODAY + timedelta(days=days)) for days in (-6, -5, 0, 1)]
    assert days == [False, True, True, False]


def test_a_consent_is_answered_once() -> None:
    assert refused(consent(), ConsentGiven, entry(), **given()) == "already-answered"
    answered = new(Consent)
    facts = given()
    del facts["expires_on"]
    answered.record(ConsentRefused, entry(), **facts)
    assert not answered.in_force(TODAY)
    assert refused(answered, ConsentGiven, entry(), **given()) == "already-answered"
    assert refused(answered, ConsentWithdrawn, entry(), **WITHDRAWN) == "not-in-force"


def test_a_consent_is_withdrawn_once() -> None:
    made = consent()
    made.record(ConsentWithdrawn, entry(), **WITHDRAWN)
    assert not made.in_force(TODAY)
    assert refused(made, ConsentWithdrawn, entry(), **WITHDRAWN) == "not-in-force"
    assert refused(new(Consent), ConsentWithdrawn, entry(), **WITHDRAWN) == "not-in-force"


def test_only_a_consent_in_force_is_relied_on() -> None:
    relied = {"by_type": "record_transfer.dispatched", "by_stream": PUPIL}
    consent().record(ConsentReliedOn, entry(), **relied)
    for made in (new(Consent), consent(entry(9), expires_on=TODAY - timedelta(days=1))):
        assert refused(made, ConsentReliedOn, entry(), **relied) == "not-in-force"
    withdrawn = consent()
    withdrawn.record(ConsentWithdrawn, entry(), **WITHDRAWN)
    assert refused(withdrawn, ConsentReliedOn, entry(), **relied) == "not-in-force"
