"""Made-up facts of made-up pupils."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from ledger.statute.facts import Fact, Obligation

_numbers = count(1)


def fact(
    name: str, day: date, about: str | None = None, index: int | None = None, **fields: Any
) -> Fact:
    return Fact(
        event_type=f"{name}.v1",
        occurred_on=day,
        recorded_at=datetime.combine(day, time(12), tzinfo=UTC),
        index=next(_numbers) if index is None else index,
        about=about,
        fields=fields,
    )


def status(code: str, day: date, index: int | None = None) -> Fact:
    coded = {"scheme": "dfe-sen-provision", "code": code, "label": code}
    return fact("pupil.sen_status_changed", day, index=index, status=coded)


def told(day: date, index: int | None = None) -> Fact:
    regarding = "pupil.sen_status_changed.v1"
    return fact("notification.given", day, index=index, regarding=regarding)


def only(rule_id: str, found: list[Obligation]) -> Obligation:
    (one,) = every(rule_id, found)
    return one


def every(rule_id: str, found: list[Obligation]) -> list[Obligation]:
    return [one for one in found if one.rule_id == rule_id]


def planned(day: date, about: str | None = "cycle 1", **fields: Any) -> Fact:
    return fact("support_cycle.planned", day, about, **fields)


def issued(day: date) -> Fact:
    return fact("ehc_plan.issued", day, "plan")


def left(day: date, destination: object = "Penistone Grammar School") -> Fact:
    return fact("pupil.left", day, destination=destination)
