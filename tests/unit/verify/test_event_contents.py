"""What a statement of some kind may say, and who may say it, decided before anything is read."""

from __future__ import annotations

import pytest

from ledger.errors import AlterationFound, NotAuthorised
from ledger.formats import kinds
from ledger.formats.disclosure_names import BASE_FIELDS
from ledger.verify.event_contents import NotUnderstood, permitted_fields

DAY = "2026-03-03"
UNKNOWN = "weather.observed.v1"


@pytest.mark.parametrize(
    ("kind", "role", "name"),
    [
        (kinds.MANIFEST, "senco", "consent.given.v1"),
        (kinds.EVENT, "senco", "handover.manifest.v1"),
        (kinds.RECEIPT, "system", "handover.manifest.v1"),
        (kinds.COUNTERSIGNATURE, "responsible-body", "consent.given.v1"),
        (kinds.HOLD, "head", "consent.given.v1"),
        # Of a type that is not known, too: else a kind carried what others may say.
        (kinds.MANIFEST, "senco", UNKNOWN),
        (kinds.RECEIPT, "system", UNKNOWN),
        (kinds.KEY_REGISTERED, "head", UNKNOWN),
        (kinds.COUNTERSIGNATURE, "responsible-body", UNKNOWN),
        (kinds.MANIFEST, "senco", "consent.given.v9"),
        (kinds.EVENT, "senco", "Consent.given.v1"),
        (kinds.EVENT, "senco", ""),
    ],
)
def test_a_kind_holds_no_event_of_another_kind(kind: str, role: str, name: str) -> None:
    with pytest.raises(AlterationFound) as refused:
        permitted_fields(kind, role, name, DAY)
    assert refused.value.kind == "event-kind-wrong"


@pytest.mark.parametrize("kind", [kinds.EVENT, kinds.HOLD, kinds.ERASURE, kinds.DIRECTORY])
def test_a_type_that_is_not_known_may_stand_among_events_and_in_kinds_without_known_types(
    kind: str,
) -> None:
    with pytest.raises(NotUnderstood):
        permitted_fields(kind, "senco", UNKNOWN, DAY)


@pytest.mark.parametrize("name", ["consent.given.v1", "consent.given.v9"])
def test_whoever_may_not_sign_a_type_signs_no_version_of_it(name: str) -> None:
    with pytest.raises(NotAuthorised) as refused:
        permitted_fields(kinds.EVENT, "teacher", name, DAY)
    assert refused.value.kind == "type-not-permitted"


def test_a_known_type_has_its_own_fields_and_those_of_every_entry() -> None:
    assert permitted_fields(kinds.EVENT, "senco", "consent.given.v1", DAY) > BASE_FIELDS
