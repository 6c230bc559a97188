"""Rules speak of events without their version."""

from __future__ import annotations

import pytest

from ledger.statute.event_names import base_name, in_words, matches


@pytest.mark.parametrize(
    ("event_type", "name"),
    [
        ("pupil.left.v1", "pupil.left"),
        ("pupil.left.v12", "pupil.left"),
        ("pupil.left", "pupil.left"),
        ("pupil.visited.v1", "pupil.visited"),
        ("pupil.left.v", "pupil.left.v"),
        ("pupil.left.v1x", "pupil.left.v1x"),
    ],
)
def test_the_version_is_taken_off(event_type: str, name: str) -> None:
    assert base_name(event_type) == name


def test_a_prefix_stops_at_the_dot() -> None:
    assert matches("pupil.*", "pupil.left")
    assert not matches("pupil.*", "pupils.left")
    assert not matches("pupil.*", "pupil")
    assert matches("pupil.left", "pupil.left")
    assert not matches("pupil.left", "pupil.left_early")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pupil.sen_status_changed.v1", "pupil SEN status changed"),
        ("ehc_plan.issued", "EHC plan issued"),
        ("unsigned_proposals", "unsigned proposals"),
        ("consent", "consent"),
    ],
)
def test_a_name_is_said_in_words(name: str, words: str) -> None:
    assert in_words(name) == words
