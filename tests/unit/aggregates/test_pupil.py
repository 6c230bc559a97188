"""The pupil: names, identifiers, roll, status, ranked needs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger.aggregates.event import Subject
from ledger.aggregates.pupil import (
    IdentifierRecorded,
    NeedsRecorded,
    Pupil,
    PupilEnrolled,
    PupilLeft,
    PupilRegistered,
    RankedNeed,
    SenStatusChanged,
)
from tests.unit.aggregates.facts import (
    TODAY,
    code,
    entry,
    new,
    rebuilt,
    refused,
    state,
)

NAMES = {"family_name": "O'Neill", "given_names": "Zoë", "preferred_name": None}


def pupil_on_roll() -> Pupil:
    pupil = new(Pupil)
    pupil.record(PupilRegistered, entry(), **NAMES, born=date(2016, 2, 29), sex=None)
    pupil.record(PupilEnrolled, entry(), year_group="4", class_name="4B")
    return pupil


def test_a_pupil_is_named_in_later_entries_as_known_then() -> None:
    pupil = pupil_on_roll()
    assert pupil.subject == Subject("Zoë O'Neill", date(2016, 2, 29), None)
    for value, standing in (("A1", "temporary"), ("A2", "current"), ("A3", "quarantined")):
        pupil.record(IdentifierRecorded, entry(), scheme="upn", value=value, standing=standing)
    assert pupil.subject.id is not None
    assert pupil.subject.id.value == "A2"
    pupil.record(IdentifierRecorded, entry(), scheme="upn", value="A2", standing="former")
    assert pupil.subject.id.value == "A1"


def test_a_pupil_is_not_born_in_the_future() -> None:
    pupil = new(Pupil)
    tomorrow = TODAY + timedelta(days=1)
    assert (
        refused(pupil, PupilRegistered, entry(), **NAMES, born=tomorrow, sex=None) == "future-date"
    )
    pupil.record(PupilRegistered, entry(), **NAMES, born=TODAY, sex=None)


def test_d_xfer_1_only_a_pupil_on_roll_leaves() -> None:
    gone = {"destination": "Penistone", "destination_urn": "106653", "grounds": None}
    assert refused(new(Pupil), PupilLeft, entry(), **gone) == "not-on-roll"
    pupil = pupil_on_roll()
    pupil.record(PupilLeft, entry(), **gone)
    assert refused(pupil, PupilLeft, entry(), **gone) == "not-on-roll"
    pupil.record(PupilEnrolled, entry(), year_group="5", class_name=None)
    assert pupil.on_roll


def test_a_status_that_stands_is_not_set_again() -> None:
    pupil = pupil_on_roll()
    facts = {"grounds": "x", "decided_by": "x", "evidence": ()}
    pupil.record(SenStatusChanged, entry(), status=code("K"), **facts)
    assert (
        refused(pupil, SenStatusChanged, entry(), status=code("K"), **facts) == "status-unchanged"
    )
    pupil.record(SenStatusChanged, entry(), status=code("N"), **facts)
    pupil.record(SenStatusChanged, entry(), status=code("K"), **facts)


@pytest.mark.parametrize(
    ("ranks", "kinds"),
    [
        ([2], ["SLCN"]),
        ([1, 1], ["SLCN", "ASD"]),
        ([1, 3], ["SLCN", "ASD"]),
        ([0, 1], ["SLCN", "ASD"]),
        ([1, 2], ["SLCN", "SLCN"]),
    ],
)
def test_d_reg_1_needs_are_ranked_1_2_3_each_once(ranks: list[int], kinds: list[str]) -> None:
    needs = tuple(
        RankedNeed(rank, code(kind), None, None, None)
        for rank, kind in zip(ranks, kinds, strict=True)
    )
    assert (
        refused(pupil_on_roll(), NeedsRecorded, entry(), needs=needs, grounds="x")
        == "needs-misranked"
    )


def test_d_reg_15_a_new_list_of_needs_replaces_the_old() -> None:
    pupil = pupil_on_roll()
    for kinds in (["SLCN", "ASD"], ["MLD"], []):
        needs = tuple(
            RankedNeed(n, code(kind), None, None, None) for n, kind in enumerate(kinds, 1)
        )
        pupil.record(NeedsRecorded, entry(), needs=needs, grounds="x")
        assert pupil.needs == needs
    assert state(rebuilt(pupil)) == state(pupil)
