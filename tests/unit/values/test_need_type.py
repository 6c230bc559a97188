"""Need types, their broad areas, their dates and the census rule on NSA."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.values.code_set import code_set
from ledger.values.need_type import NeedType, NeedTypeRefused, parse_broad_area

AREAS = {
    "Cognition and learning": ["SPLD", "MLD", "SLD", "PMLD", "DS"],
    "Communication and interaction": ["SLCN", "ASD"],
    "Social, emotional and mental health": ["SEMH"],
    "Sensory and/or physical needs": ["HI", "VI", "MSI", "PD"],
}


@pytest.mark.parametrize(
    ("code", "area"), [(code, area) for area, codes in AREAS.items() for code in codes]
)
def test_d_reg_3_every_type_maps_to_its_broad_area(code: str, area: str) -> None:
    need = NeedType.parse(code)
    assert need.area is not None
    assert need.area.label == area
    assert need.code.scheme == "dfe-sen-type"


@pytest.mark.parametrize("code", ["OTH", "NSA"])
def test_other_and_not_assessed_tell_no_area(code: str) -> None:
    assert NeedType.parse(code).area is None


def test_every_code_of_the_list_is_accounted_for() -> None:
    listed = {entry.code.code for entry in code_set("need_type").entries}
    assert listed == {code for codes in AREAS.values() for code in codes} | {"OTH", "NSA", "BESD"}


def test_there_are_four_areas() -> None:
    assert {entry.code.label for entry in code_set("broad_area").entries} == set(AREAS)
    for label in AREAS:
        assert parse_broad_area(label.upper()).label == label


def test_an_unknown_area_is_refused() -> None:
    with pytest.raises(NeedTypeRefused) as refused:
        parse_broad_area("Behaviour")
    assert refused.value.kind == "unknown-broad-area"


@pytest.mark.parametrize("text", ["SPLD", "SpLD", "spld", " SpLd ", "Specific Learning Difficulty"])
def test_case_does_not_matter(text: str) -> None:
    assert NeedType.parse(text).code.code == "SPLD"


@pytest.mark.parametrize("text", ["Down's syndrome", "Down’s Syndrome", "Down Syndrome", "ds"])
def test_down_syndrome_in_its_spellings(text: str) -> None:
    assert NeedType.parse(text).code.code == "DS"


def test_ds_is_used_from_january_2025() -> None:
    assert NeedType.parse("DS", on=date(2025, 1, 1)).code.code == "DS"
    with pytest.raises(NeedTypeRefused) as refused:
        NeedType.parse("DS", on=date(2024, 12, 31))
    assert refused.value.kind == "need-type-not-in-use"


def test_besd_is_history_only() -> None:
    assert NeedType.parse("BESD", on=date(2014, 8, 31)).code.code == "BESD"
    with pytest.raises(NeedTypeRefused):
        NeedType.parse("BESD")
    with pytest.raises(NeedTypeRefused):
        NeedType.parse("SEMH", on=date(2014, 8, 31))


def test_nsa_goes_only_with_sen_support() -> None:
    assert NeedType.parse("NSA").only_with == ("K",)
    assert NeedType.parse("SLCN").only_with == ()


@pytest.mark.parametrize("text", ["", "ADHD", "SPL D", "SPLD1"])
def test_an_unknown_type_is_refused(text: str) -> None:
    with pytest.raises(NeedTypeRefused) as refused:
        NeedType.parse(text)
    assert refused.value.kind == "unknown-need-type"
