"""Who may sign and who may read, against the rules of the house."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.aggregates.catalogue import AGGREGATES
from ledger.aggregates.event import event_types
from ledger.formats.kinds import EVENT, ROLES
from ledger.statute.signing import classes_readable_by, roles_that_may_sign, signing_rows

ON = date(2026, 3, 3)
HEAD_SENCO = {"head", "senco"}
WITH_TEACHER = {"head", "senco", "teacher"}


@pytest.mark.parametrize("event", ["pupil.sen_status_changed.v1", "pupil.needs_recorded.v1"])
def test_d_reg_7_only_the_senco_signs_status_and_needs(event: str) -> None:
    assert roles_that_may_sign(event, ON) == {"senco"}


@pytest.mark.parametrize(
    ("event", "roles"),
    [
        ("pupil.enrolled.v1", HEAD_SENCO),
        ("pupil.left.v1", HEAD_SENCO),
        ("parental_responsibility.recorded.v1", HEAD_SENCO),
        ("notification.given.v1", WITH_TEACHER),
        ("notification.withdrawn.v1", HEAD_SENCO),
        ("support_cycle.assessed.v1", WITH_TEACHER),
        ("support_cycle.planned.v1", WITH_TEACHER),
        ("support_cycle.started.v1", WITH_TEACHER),
        ("support_cycle.reviewed.v1", WITH_TEACHER),
        ("support_cycle.abandoned.v1", HEAD_SENCO),
        ("support_plan.issued.v1", HEAD_SENCO),
        ("review.held.v1", WITH_TEACHER),
        ("review.arranged.v1", HEAD_SENCO),
        ("ehc_plan.issued.v1", HEAD_SENCO),
        ("annual_review.held.v1", HEAD_SENCO),
        ("consent.given.v1", HEAD_SENCO),
        ("consent.relied_on.v1", HEAD_SENCO),
        ("my_story.recorded.v1", HEAD_SENCO),
        ("protected_address.recorded.v1", HEAD_SENCO),
        ("entry.proposed.v1", {"administrator", "teacher", "head"}),
        ("entry.declined.v1", {"senco"}),
        ("entry.corrected.v1", WITH_TEACHER),
        ("school.named.v1", {"head"}),
        ("staff.joined.v1", {"head"}),
        ("record_transfer.dispatched.v1", {"senco"}),
        ("record_transfer.acknowledged.v1", {"senco"}),
        ("record_transfer.accepted.v1", {"senco"}),
        ("record_transfer.rejected.v1", {"senco"}),
        ("record_transfer.confirmed.v1", {"senco"}),
        ("record_transfer.received.v1", {"senco", "system"}),
        ("record_transfer.completed.v1", {"senco", "system"}),
    ],
)
def test_each_kind_of_event_has_its_signers(event: str, roles: set[str]) -> None:
    assert roles_that_may_sign(event, ON) == roles
    assert roles_that_may_sign(event.removesuffix(".v1"), ON) == roles


@pytest.mark.parametrize(
    "event",
    ["", "pupil", "pupils.left.v1", "record_transfer.lost.v1", "my_story.shared.v1", "unknown.v1"],
)
def test_nobody_signs_what_the_table_does_not_know(event: str) -> None:
    assert roles_that_may_sign(event, ON) == frozenset()


def test_every_published_event_has_a_signer() -> None:
    published = [name for name, cls in event_types().items() if cls.KIND == EVENT]
    assert {name.partition(".")[0] for name in published} <= AGGREGATES.keys()
    assert len(published) > len(AGGREGATES)
    assert [name for name in published if not roles_that_may_sign(name, ON)] == []


def test_d_reg_10_of_the_record_administrators_only_propose() -> None:
    about_other_logs = {"school.head_witnessed", "school.fork_found", "school.rewriting_proved"}
    patterns = {row.pattern for row in signing_rows() if "administrator" in row.roles}
    assert patterns - about_other_logs == {"entry.proposed"}


def test_readers_and_machines_sign_nothing_of_the_record() -> None:
    signers = frozenset().union(*(row.roles for row in signing_rows()))
    assert signers <= ROLES
    assert not signers & {"governor", "inspector", "root", "log", "cosigner", "access"}


def test_nobody_signs_before_the_table_begins() -> None:
    assert roles_that_may_sign("pupil.left.v1", date(2014, 9, 1)) == HEAD_SENCO
    assert roles_that_may_sign("pupil.left.v1", date(2014, 8, 31)) == frozenset()


def test_every_row_is_cited() -> None:
    assert all(row.source for row in signing_rows())
    patterns = [row.pattern for row in signing_rows()]
    assert len(patterns) == len(set(patterns))


ALL = {"school", "general", "protected_address", "my_story"}


@pytest.mark.parametrize(
    ("role", "classes"),
    [
        ("head", ALL | {"transport"}),
        ("senco", ALL | {"transport"}),
        ("dpo", ALL),
        ("teacher", {"school", "general"}),
        ("administrator", {"school", "general", "transport"}),
        ("inspector", {"school", "general"}),
        ("governor", {"school"}),
        ("system", set()),
        ("root", set()),
        ("log", set()),
        ("cosigner", set()),
        ("access", set()),
        ("nobody", set()),
    ],
)
def test_d_cons_4_each_role_reads_its_classes_only(role: str, classes: set[str]) -> None:
    assert classes_readable_by(role) == classes
