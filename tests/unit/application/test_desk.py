"""The desk: circumstances, keys of records, idempotency keys, and decisions taken anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from ledger.aggregates.consent import Consent
from ledger.aggregates.my_story import MyStory
from ledger.aggregates.pupil import Pupil, PupilEnrolled
from ledger.application.desk import DECISION_TRIES, Command, command_mac
from ledger.application.entries import Draft, add_entry
from ledger.errors import AlreadyRecorded, EntryConflict, NotFound, RuleRefused
from ledger.values.dates import OccurredOn
from tests.support.victims import new_pupil

if TYPE_CHECKING:
    from ledger.bootstrap.session import Session
    from tests.support.school_home import SchoolHome


def pupil_stream(session: Session) -> UUID:
    with session.home.reading() as reader:
        return UUID(bytes=reader.entry(new_pupil(session, 1)).stream)


def test_a_decision_is_taken_anew_three_times_at_most(senco: Session) -> None:
    asked: list[int] = []

    def decide(conflicts: int) -> str:
        asked.append(conflicts)
        if len(asked) <= conflicts:
            raise EntryConflict("Somebody else came first.")
        return "decided"

    assert senco.desk.decide(lambda: decide(DECISION_TRIES - 1)) == "decided"
    assert len(asked) == DECISION_TRIES == 3
    asked.clear()
    with pytest.raises(EntryConflict):
        senco.desk.decide(lambda: decide(DECISION_TRIES))
    assert len(asked) == 3
    asked.clear()

    def refuse() -> None:
        asked.append(0)
        raise RuleRefused("No.")

    with pytest.raises(RuleRefused):
        senco.desk.decide(refuse)
    assert len(asked) == 1


def test_a_decision_that_lost_the_race_sees_what_came_first(
    school: SchoolHome, senco: Session
) -> None:
    stream = pupil_stream(senco)
    fields = {"year_group": "4", "class_name": None}
    raced: list[int] = []

    def decision() -> int:
        record = senco.desk.load(Pupil, stream)
        record.record(PupilEnrolled, senco.desk.entry(), **fields)
        if not raced:
            raced.append(record.version)
            with school.session("senco") as other:
                add_entry(other.desk, Draft(type="pupil.enrolled.v1", fields=fields, stream=stream))
        senco.desk.save(record)
        return record.version

    assert senco.desk.decide(decision) == raced[0] + 1
    assert school.ok("verify", "--as", "senco")["result"] == "intact"


def test_a_command_is_done_once_and_its_key_is_kept_as_a_keyed_mac(
    school: SchoolHome, senco: Session
) -> None:
    stream = pupil_stream(senco)
    draft = Draft(
        type="pupil.enrolled.v1", fields={"year_group": "4", "class_name": None}, stream=stream
    )
    first = add_entry(senco.desk, draft, Command("1", "x"))
    before = school.fingerprint()
    with pytest.raises(AlreadyRecorded) as refused:
        add_entry(senco.desk, draft, Command("1", "x"))
    assert refused.value.first_index == first.index
    assert school.fingerprint() == before
    add_entry(senco.desk, draft, Command("2", "x"))
    key = senco.keys.data_key(senco.desk.streams.commands.bytes)
    with senco.home.reading() as reader:
        assert reader.entry_of_command(command_mac(key, "request 1")) == first.index
        assert reader.entry_of_command(command_mac(key, "request 1\nx")) == first.index
        assert reader.entry_of_command(command_mac(key, "request 1\ny")) is None
        assert reader.entry_of_command(command_mac(bytes(32), "request 1")) is None
    assert senco.desk.command_mac("request 1") == command_mac(key, "request 1")


def test_a_late_entry_says_why(senco: Session) -> None:
    today = senco.desk.today()
    week = today - timedelta(days=7)
    assert senco.desk.entry(week).late_reason is None
    with pytest.raises(RuleRefused) as refused:
        senco.desk.entry(week - timedelta(days=1))
    assert refused.value.kind == "late-without-reason"
    assert "--late-reason" in refused.value.remedy
    late = senco.desk.entry(week - timedelta(days=1), late_reason="form found")
    assert (late.late_reason, late.recorded_at.date()) == ("form found", today)
    with pytest.raises(RuleRefused):
        senco.desk.entry(OccurredOn.parse("2019"), late_reason="")


def test_an_entry_is_made_now_in_whole_seconds(senco: Session) -> None:
    entry = senco.desk.entry(keyed_by="Ada", proposal=bytes(16))
    assert entry.recorded_at.microsecond == 0
    assert entry.recorded_at.utcoffset() == timedelta(0)
    assert entry.occurred_on == OccurredOn.on(entry.recorded_at.date())
    assert (entry.keyed_by, entry.proposal) == ("Ada", bytes(16))


def test_records_of_the_general_class_share_the_pupils_key_and_others_do_not(
    senco: Session,
) -> None:
    stream = pupil_stream(senco)
    key = senco.keys.data_key(stream.bytes)
    consent = senco.desk.start(Consent, stream)
    story = senco.desk.start(MyStory, stream)
    assert senco.keys.data_key(consent.id.bytes) == key
    assert senco.keys.data_key(story.id.bytes) != key
    assert len({consent.id, story.id, stream}) == 3


def test_a_record_that_is_not_there_is_named_as_such(senco: Session) -> None:
    with pytest.raises(NotFound) as refused:
        senco.desk.load(Pupil, UUID(int=1))
    assert (refused.value.kind, refused.value.exit_code) == ("no-record", 5)


def test_the_environment_puts_no_other_part_into_the_application(
    senco: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PERSISTENCE_MODULE", "MAPPER_TOPIC", "CIPHER_TOPIC", "COMPRESSOR_TOPIC"):
        monkeypatch.setenv(name, "this")
    ledger = senco.desk.ledger
    assert dict(ledger.construct_env("x", {"CIPHER_TOPIC": "this"})) == {}
    assert ledger.snapshots is None
    pupil_stream(senco)


def test_the_clock_is_the_one_that_was_handed_in(senco: Session) -> None:
    then = senco.desk.clock().replace(year=2031)
    desk = replace(senco.desk, clock=lambda: then)
    assert desk.today() == date(2031, then.month, then.day)
