"""What holds for every noun: no future dates, circumstances kept, classes apart."""

from __future__ import annotations

from ledger.aggregates.catalogue import AGGREGATES, aggregate_of
from ledger.aggregates.event import event_types
from ledger.aggregates.my_story import MyStory
from ledger.aggregates.protected_address import ProtectedAddress
from ledger.aggregates.pupil import (
    Pupil,
    PupilEnrolled,
)
from ledger.statute.signing import classes_readable_by
from ledger.values.dates import OccurredOn
from ledger.values.nouns import NAMING_PUPILS, PUPILS, class_of_contents
from tests.unit.aggregates.facts import (
    NOW,
    PUPIL,
    ZOE,
    entry,
    new,
    refused,
)


def test_nothing_is_recorded_that_has_not_happened_yet() -> None:
    pupil = new(Pupil)
    tomorrow = entry(days_ago=-1)
    assert refused(pupil, PupilEnrolled, tomorrow, year_group="4", class_name=None) == "future-date"
    assert pupil.collect_events() == []
    pupil.record(PupilEnrolled, entry(), year_group="4", class_name=None)


def test_a_month_or_year_that_has_begun_is_no_future_date() -> None:
    pupil = new(Pupil)
    for stated in ("2026-03", "2026"):
        when = entry().__class__(recorded_at=NOW, occurred_on=OccurredOn.parse(stated))
        pupil.record(PupilEnrolled, when, year_group="4", class_name=None)
    when = entry().__class__(recorded_at=NOW, occurred_on=OccurredOn.parse("2026-04"))
    assert refused(pupil, PupilEnrolled, when, year_group="4", class_name=None) == "future-date"


def test_an_event_carries_its_circumstances() -> None:
    pupil = new(Pupil)
    when = entry(3, ZOE).__class__(
        recorded_at=NOW,
        occurred_on=OccurredOn.parse("2026-02"),
        subject=ZOE,
        proposal=PUPIL,
        keyed_by="Ada Okafor",
        late_reason="form found",
    )
    pupil.record(PupilEnrolled, when, year_group="4", class_name=None)
    (event,) = pupil.collect_events()
    assert (event.originator_id, event.originator_version) == (pupil.id, 1)
    assert (event.recorded_at, str(event.occurred_on)) == (NOW, "2026-02")
    assert (event.subject, event.proposal) == (ZOE, PUPIL)
    assert (event.keyed_by, event.late_reason) == ("Ada Okafor", "form found")


def test_no_events_make_no_record() -> None:
    assert Pupil.from_events(None, []) is None


def test_d_cons_4_d_plan_7_restricted_contents_have_classes_of_their_own() -> None:
    classes = {name: cls.CONTENT_CLASS for name, cls in AGGREGATES.items()}
    assert classes["my_story"] == MyStory.CONTENT_CLASS == "my_story"
    assert classes["protected_address"] == ProtectedAddress.CONTENT_CLASS == "protected_address"
    assert {name for name, one in classes.items() if one == "school"} == {
        "authority",
        "countersignature",
        "log",
        "school",
        "staff",
    }
    assert {"my_story", "protected_address"} <= classes_readable_by("senco")
    for role in ("teacher", "administrator", "inspector", "governor"):
        assert not {"my_story", "protected_address"} & classes_readable_by(role)
    assert aggregate_of("timetable.made.v1") is None


def test_what_reading_knows_of_nouns_is_what_their_events_say() -> None:
    assert {name: class_of_contents(name) for name in AGGREGATES} == {
        name: cls.CONTENT_CLASS for name, cls in AGGREGATES.items()
    }
    assert class_of_contents("timetable") == PUPILS
    assert {
        name.split(".", 1)[0]
        for name, cls in event_types().items()
        if "pupil" in cls.__dataclass_fields__
    } == NAMING_PUPILS
