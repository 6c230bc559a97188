"""The story told as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, cast
from uuid import UUID

import pytest

from ledger.aggregates import catalogue
from ledger.application.entries import Recorded
from ledger.demo.played_year import PlayedYear
from ledger.demo.script import Line, decoded, read_script
from ledger.demo.stage import Scene, Stage
from ledger.errors import LedgerError
from ledger.formats.encoding import b64url
from ledger.values.school_year import SchoolYear

assert catalogue.AGGREGATES
PLAYED = PlayedYear(SchoolYear(2025))
ZOE, PLAN = UUID(int=1), UUID(int=2)


class Bare:
    """As much of a stage as the fields of an entry need."""

    played = PLAYED
    pupils = {"zoe": ZOE}  # noqa: RUF012  never changed
    told = {"plan": Recorded(7, PLAN, 3)}  # noqa: RUF012  never changed

    def remembered(self, name: str) -> Recorded:
        return self.told[name]


def fields(type_name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    return decoded(cast("Stage", Bare()), type_name, told, "zoe")


def test_days_codes_streams_and_places_are_made_out() -> None:
    made_out = fields(
        "notification.given.v1",
        {
            "to_name": "Siobhán O'Neill",
            "to_capacity": "parent",
            "regarding": "support_plan.finalised",
            "regarding_stream": "stream:plan",
            "regarding_seq": "seq:plan",
            "means": "code:contact_means/letter",
            "wording": "Here is the plan: read it.",
        },
    )
    assert made_out["regarding_stream"] == PLAN.bytes
    assert made_out["regarding_seq"] == 3
    assert made_out["means"].label == "by letter"
    assert made_out["wording"] == "Here is the plan: read it."
    assert "pupil" not in made_out


def test_a_field_that_is_not_told_is_null_and_a_day_is_relative() -> None:
    made_out = fields(
        "ehc_plan.issued.v1",
        {
            "local_authority": "Wiltshire",
            "received_on": "@-1/07-24",
            "outcomes": ["reads"],
            "provision": "ten hours",
            "placement": "here",
        },
    )
    assert made_out["received_on"] == date(2025, 7, 24)
    assert made_out["document"] is None


def test_nothing_inside_a_value_is_left_out_silently() -> None:
    act = {"kind": "none", "words": "null", "document": "sha256:form", "reference": "null"}
    told = {
        "by_name": "x",
        "by_capacity": "parental_responsibility",
        "method": "code:contact_means/email",
        "act": act,
    }
    made_out = fields("consent.withdrawn.v1", told)
    assert made_out["act"].words is None
    assert len(made_out["act"].document) == 32
    with pytest.raises(LedgerError):
        fields("consent.withdrawn.v1", {**told, "act": {"kind": "none"}})


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"on": "09-01", "by": "senco"}, "no type"),
        ({"on": "09-01", "by": "senco", "type": "x.y.v1", "whom": "zoe"}, "a misspelt word"),
    ],
)
def test_a_malformed_line_is_refused(told: dict[str, str], why: str) -> None:
    with pytest.raises(LedgerError) as refused:
        Line(told)
    assert refused.value.kind == "demo-script", why


def test_a_field_that_the_type_does_not_have_is_refused() -> None:
    with pytest.raises(LedgerError, match="too much"):
        fields("ehc_plan.ceased.v1", {"grounds": "x", "because": "y"})


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(LedgerError, match="unknown code"):
        fields("ehc_plan.ceased.v1", {"grounds": "code:contact_means/pigeon"})


@pytest.mark.parametrize("school", ["sender", "receiver"])
def test_every_line_of_the_stories_falls_into_the_school_year(school: str) -> None:
    scenes = read_script(school, PLAYED)
    assert scenes
    assert all(PLAYED.year.contains(scene.on) for scene in scenes)


def _note(played: list[str], name: str, _stage: Stage) -> None:
    played.append(name)


def test_scenes_are_played_in_the_order_of_their_days() -> None:
    played: list[str] = []
    turned: list[date] = []

    class Clock:
        def turn_to(self, day: date) -> None:
            turned.append(day)

    stage = Stage.__new__(Stage)
    stage.clock = cast("Any", Clock())
    days = {"second": date(2025, 9, 2), "third": date(2025, 9, 2), "first": date(2025, 9, 1)}
    stage.play([Scene(day, partial(_note, played, name)) for name, day in days.items()])
    assert played == ["first", "second", "third"]
    assert turned == sorted(days.values())


def test_a_stream_is_written_as_disclosures_write_it() -> None:
    assert b64url(PLAN.bytes) == "AAAAAAAAAAAAAAAAAAAAAg"
