"""Every published event type is complete: somebody may sign it, and it is documented."""

from __future__ import annotations

from datetime import date

import pytest

from docs.tooling.reference import json_form
from ledger.aggregates.catalogue import AGGREGATES, aggregate_of
from ledger.aggregates.event import event_types
from ledger.formats import kinds
from ledger.statute.event_names import base_name, matches
from ledger.statute.signing import roles_that_may_sign, signing_rows

ON = date(2026, 3, 3)
TYPES = event_types()
EVENTS = [name for name, cls in TYPES.items() if cls.KIND == kinds.EVENT]


@pytest.mark.parametrize("name", EVENTS)
def test_somebody_may_sign_every_event_type(name: str) -> None:
    assert roles_that_may_sign(name, ON)
    assert roles_that_may_sign(name, ON) <= kinds.ROLES


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_type_belongs_to_an_aggregate(name: str) -> None:
    assert aggregate_of(name) is not None


def test_every_row_of_the_signing_table_fits_an_event_type() -> None:
    names = {base_name(name) for name in TYPES}
    idle = [
        row.pattern for row in signing_rows() if not any(matches(row.pattern, n) for n in names)
    ]
    assert not idle


def test_every_aggregate_has_an_event_type() -> None:
    nouns = {name.split(".")[0] for name in TYPES}
    assert set(AGGREGATES) <= nouns


def test_a_type_name_ends_in_its_version() -> None:
    assert all(base_name(name) != name for name in TYPES)


def test_the_reference_refuses_a_field_that_it_has_no_words_for() -> None:
    with pytest.raises(TypeError):
        json_form(float)
