"""Fields of an entry as they are typed when it is put right."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.aggregates.event import Event
from ledger.aggregates.pupil import NeedsRecorded, PupilRegistered, RankedNeed, SenStatusChanged
from ledger.aggregates.support_cycle import CyclePlanned, CycleStarted
from ledger.entrypoints.cli.field_values import changed_fields
from ledger.errors import UsageError
from ledger.values.need_type import NeedType
from ledger.values.sen_status import SenStatus

STATUS = {
    "status": SenStatus.parse("N").code,
    "grounds": "caught up",
    "decided_by": "Paul Crook",
    "evidence": ("test of March",),
}
REGISTERED = {
    "family_name": "O'Neill",
    "given_names": "Zoë",
    "preferred_name": "Zo",
    "born": date(2016, 2, 29),
    "sex": None,
}
PLANNED = {
    "targets": (),
    "provision": (),
    "responsible_teacher": "Tim",
    "expected_impact": "x",
    "review_on": date(2026, 3, 27),
}
SLCN, MLD = NeedType.parse("SLCN"), NeedType.parse("MLD")
NEEDS = {"needs": (RankedNeed(1, MLD.code, MLD.area, "slow reading", None),), "grounds": "x"}


@pytest.mark.parametrize(
    ("cls", "old", "pair", "right"),
    [
        (SenStatusChanged, STATUS, ("status", "k"), SenStatus.parse("K").code),
        (SenStatusChanged, STATUS, ("grounds", "a = b"), "a = b"),
        (SenStatusChanged, STATUS, ("evidence", ""), ()),
        (PupilRegistered, REGISTERED, ("born", "28/02/2016"), date(2016, 2, 28)),
        (PupilRegistered, REGISTERED, ("preferred_name", ""), None),
        (CyclePlanned, PLANNED, ("review_on", "2026-07-03"), date(2026, 7, 3)),
        (
            CycleStarted,
            {"circulated_on": None, "staff_informed": ()},
            ("staff_informed", "Jo Hart"),
            ("Jo Hart",),
        ),
    ],
)
def test_a_value_is_read_by_the_kind_of_its_field(
    cls: type[Event], old: dict[str, Any], pair: tuple[str, str], right: object
) -> None:
    changed = changed_fields(cls, old, [pair])
    assert changed == {**old, pair[0]: right}


def test_a_list_has_one_pair_for_each_item() -> None:
    pairs = [("evidence", "report"), ("evidence", "test")]
    assert changed_fields(SenStatusChanged, STATUS, pairs)["evidence"] == ("report", "test")


def test_a_need_that_stays_keeps_what_was_said_of_it() -> None:
    needs = changed_fields(NeedsRecorded, NEEDS, [("needs", "SLCN"), ("needs", "mld")])["needs"]
    assert needs == (
        RankedNeed(1, SLCN.code, SLCN.area, None, None),
        RankedNeed(2, MLD.code, MLD.area, "slow reading", None),
    )


def test_what_has_no_simple_text_is_typed_as_the_history_shows_it() -> None:
    target = '[{"text":"a","success_criteria":"b","measured_by":"c"}]'
    (read,) = changed_fields(CyclePlanned, PLANNED, [("targets", target)])["targets"]
    assert (read.text, read.measured_by) == ("a", "c")


@pytest.mark.parametrize(
    ("pairs", "kind"),
    [
        ([("colour", "red")], "no-such-field"),
        ([("status", "P")], "bad-field-value"),
        ([("status", "K"), ("status", "E")], "bad-field-value"),
        ([("grounds", "")], "bad-field-value"),
    ],
)
def test_a_change_that_cannot_be_meant_is_refused(pairs: list[tuple[str, str]], kind: str) -> None:
    with pytest.raises(UsageError) as refused:
        changed_fields(SenStatusChanged, STATUS, pairs)
    assert refused.value.kind == kind


@pytest.mark.parametrize("text", ["not a date", "[1", '{"a":1}'])
def test_a_value_of_another_kind_is_refused(text: str) -> None:
    for name in ("review_on", "targets"):
        with pytest.raises(UsageError):
            changed_fields(CyclePlanned, PLANNED, [(name, text)])
