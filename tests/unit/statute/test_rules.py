"""Every rule is dated, cited and one of the catalogue."""

from __future__ import annotations

import re
from datetime import date

import pytest

from ledger.statute.rules import FORCES, Rule, _rule, all_rules, rules_for
from ledger.values.data_table import DataBroken, DataTable

IDS = {
    "D-REG-4": "MUST",
    "D-REG-9": "LOCAL",
    "D-REV-1": "SHOULD",
    "D-APDR-5": "SHOULD",
    "D-APDR-10": "SHOULD",
    "D-AR-1": "MUST",
    "D-AR-6": "MUST",
    "D-AR-7": "MUST",
    "D-XFER-1": "MUST",
    "D-XFER-3": "GOOD",
}


def test_the_rules_have_the_ids_and_force_of_the_catalogue() -> None:
    assert {rule.rule_id: rule.force for rule in all_rules()} == IDS


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.rule_id)
def test_every_rule_is_cited_and_dated(rule: Rule) -> None:
    assert re.search(r"(DUR|COP|SAL|IAS|SEF) ", rule.source)
    assert date(2005, 1, 1) <= rule.valid_from <= date(2026, 1, 1)
    assert rule.force in FORCES
    assert rule.title
    names = [rule.trigger, *rule.counts, *(one.event for one in rule.met_by + rule.ended_by)]
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in names)


def test_a_council_s_rule_belongs_to_its_profile() -> None:
    local = {rule.rule_id for rule in all_rules() if rule.profile == "durham"}
    assert local == {"D-REG-9"}
    assert {rule.rule_id for rule in rules_for(frozenset())} == set(IDS) - local
    assert {rule.rule_id for rule in rules_for(frozenset({"durham"}))} == set(IDS)
    assert {rule.rule_id for rule in rules_for(frozenset({"salford"}))} == set(IDS) - local


def test_a_rule_is_in_force_between_its_dates() -> None:
    rule = next(rule for rule in all_rules() if rule.rule_id == "D-REG-4")
    assert rule.in_force(date(2014, 9, 1))
    assert not rule.in_force(date(2014, 8, 31))


WHOLE: dict[str, object] = {
    "id": "D-X-1",
    "title": "t",
    "force": "MUST",
    "source": "s",
    "from": date(2020, 1, 1),
    "trigger": "a.b",
    "clock": "weeks",
    "length": 2,
    "met_by": [{"event": "a.c"}],
}


def test_a_rule_is_read_with_its_end() -> None:
    rule = _rule(DataTable("test", {**WHOLE, "until": date(2020, 12, 31)}))
    assert rule.in_force(date(2020, 12, 31))
    assert not rule.in_force(date(2021, 1, 1))


@pytest.mark.parametrize(
    "change",
    [
        {"force": "MAY"},
        {"from": None},
        {"source": ""},
        {"clock": "fortnights"},
        {"clock": "agreed_date"},
        {"agreed_field": "review_on"},
        {"length": -1},
        {"met_by": []},
        {"mets_by": []},
        {"met_by": [{"event": "a.c", "same_mater": True}]},
        {"when": [{"any_of": ["K"]}]},
    ],
)
def test_a_rule_that_would_never_apply_is_an_error(change: dict[str, object]) -> None:
    members = {key: value for key, value in {**WHOLE, **change}.items() if value is not None}
    with pytest.raises(DataBroken):
        _rule(DataTable("test", members))
