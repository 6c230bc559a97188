"""Signing, proposing, correcting: one way for every kind of entry."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from ledger.aggregates.pupil import Pupil
from ledger.application.entries import (
    Draft,
    Recorded,
    add_entries,
    add_entry,
    correct_entry,
    may_sign,
)
from ledger.application.proposal import decline_proposal, sign_proposal
from ledger.errors import AlreadyRecorded, NotAuthorised, NotFound, RuleRefused
from ledger.formats.statement import read_statement
from ledger.seal.contents import open_entry
from ledger.values.code import Code
from ledger.values.dates import OccurredOn
from tests.support.school_home import PASSPHRASE
from tests.support.sessions import person_session
from tests.support.victims import new_pupil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.bootstrap.session import Session
    from tests.support.school_home import SchoolHome

K = Code(scheme="sen-status", code="K", label="SEN support")
STATUS = {"status": K, "grounds": "x", "decided_by": "SENCO", "evidence": ()}
ROLL = {"year_group": "4", "class_name": None}


@pytest.fixture
def office(school: SchoolHome) -> Iterator[Session]:
    with school.session("office") as session:
        yield session


@pytest.fixture
def pupil(senco: Session) -> UUID:
    with senco.home.reading() as reader:
        return UUID(bytes=reader.entry(new_pupil(senco, 1)).stream)


def size(session: Session) -> int:
    with session.home.reading() as reader:
        return reader.size


def fields_at(session: Session, index: int) -> dict[str, Any]:
    with session.home.reading() as reader:
        return dict(open_entry(reader.entry(index), session.keys.data_key).fields)


def test_entries_of_one_save_stand_where_they_are_said_to(senco: Session, pupil: UUID) -> None:
    before = size(senco)
    drafts = [
        Draft(type="pupil.enrolled.v1", fields=ROLL, stream=pupil),
        Draft(type="review.held.v1", fields=review(), pupil=pupil),
        Draft(type="pupil.sen_status_changed.v1", fields=STATUS, stream=pupil),
    ]
    recorded = add_entries(senco.desk, drafts)
    assert sorted(one.index for one in recorded) == [before, before + 1, before + 2]
    for draft, one in zip(drafts, recorded, strict=True):
        assert fields_at(senco, one.index)["event"] == draft.type
        assert not one.proposed
    assert fields_at(senco, recorded[1].index)["subject_name"] == "Zoë Example-1"


def review() -> dict[str, Any]:
    return {
        "meeting_kind": Code(scheme="meeting", code="termly", label="Termly review"),
        "lead": "T Reed",
        "present": (),
        "parent_views": None,
        "pupil_views": None,
        "pupil_views_method": None,
        "outcomes": "x",
        "actions": (),
        "given_to_parents_on": None,
    }


def test_of_a_batch_with_one_refusal_nothing_is_stored(senco: Session, pupil: UUID) -> None:
    before = size(senco)
    left = {"destination": None, "destination_urn": None, "grounds": None}
    with pytest.raises(RuleRefused):
        add_entries(
            senco.desk,
            [
                Draft(type="pupil.sen_status_changed.v1", fields=STATUS, stream=pupil),
                Draft(type="pupil.left.v1", fields=left, stream=pupil),
            ],
        )
    assert size(senco) == before


def test_an_unknown_type_is_refused_on_writing(senco: Session) -> None:
    with pytest.raises(RuleRefused) as refused:
        add_entry(senco.desk, Draft(type="timetable.made.v1", fields={}))
    assert refused.value.exit_code == 7
    assert not may_sign(senco.desk, "timetable.made.v1")


def test_d_reg_7_only_the_senco_changes_a_status_the_office_proposes(
    senco: Session, office: Session, pupil: UUID
) -> None:
    draft = Draft(
        type="pupil.sen_status_changed.v1",
        fields=STATUS,
        stream=pupil,
        pupil=pupil,
        occurred_on=OccurredOn.parse("2025-09"),
        late_reason="minutes found",
    )
    proposed = add_entry(office.desk, draft)
    assert proposed.proposed
    assert proposed.stream != pupil
    assert senco.desk.load(Pupil, pupil).status is None
    with pytest.raises(NotAuthorised):
        sign_proposal(office.desk, proposed.stream)
    signed = sign_proposal(senco.desk, proposed.stream)
    fields = fields_at(senco, signed.index)
    assert fields["event"] == "pupil.sen_status_changed.v1"
    assert fields["keyed_by"] == "Ada Okafor"
    assert fields["occurred_on"] == {"date": "2025-09", "precision": "month"}
    assert fields["late_reason"] == "minutes found"
    assert senco.desk.load(Pupil, pupil).status == "K"


def test_a_proposal_is_signed_once(senco: Session, office: Session, pupil: UUID) -> None:
    draft = Draft(type="pupil.enrolled.v1", fields=ROLL, stream=pupil, pupil=pupil)
    proposed = add_entry(office.desk, draft)
    signed = sign_proposal(senco.desk, proposed.stream)
    before = size(senco)
    with pytest.raises(AlreadyRecorded) as again:
        sign_proposal(senco.desk, proposed.stream)
    assert again.value.first_index == signed.index
    assert size(senco) == before


def test_d_reg_10_a_declined_proposal_is_not_signed(
    senco: Session, office: Session, pupil: UUID
) -> None:
    proposed = add_entry(
        office.desk, Draft(type="pupil.enrolled.v1", fields=ROLL, stream=pupil, pupil=pupil)
    )
    decline_proposal(senco.desk, proposed.stream, "another pupil")
    with pytest.raises(RuleRefused) as refused:
        sign_proposal(senco.desk, proposed.stream)
    assert refused.value.kind == "proposal-closed"
    with pytest.raises(RuleRefused):
        decline_proposal(senco.desk, proposed.stream, "twice")
    with pytest.raises(NotFound):
        sign_proposal(senco.desk, UUID(int=1))


def test_d_reg_10_a_signed_proposal_is_not_declined(
    senco: Session, office: Session, pupil: UUID
) -> None:
    proposed = add_entry(
        office.desk, Draft(type="pupil.enrolled.v1", fields=ROLL, stream=pupil, pupil=pupil)
    )
    signed = sign_proposal(senco.desk, proposed.stream)
    before = size(senco)
    with pytest.raises(RuleRefused) as refused:
        decline_proposal(senco.desk, proposed.stream, "another pupil")
    assert refused.value.kind == "proposal-closed"
    assert f"as entry {signed.index}" in refused.value.what
    with pytest.raises(AlreadyRecorded):  # the entry by itself, past the use case
        add_entry(
            senco.desk,
            Draft(type="entry.declined.v1", fields={"grounds": "x"}, stream=proposed.stream),
        )
    assert size(senco) == before


def test_d_reg_10_the_office_declines_no_proposal(office: Session, pupil: UUID) -> None:
    proposed = add_entry(
        office.desk, Draft(type="pupil.enrolled.v1", fields=ROLL, stream=pupil, pupil=pupil)
    )
    before = size(office)
    with pytest.raises(NotAuthorised) as refused:
        decline_proposal(office.desk, proposed.stream, "typed wrongly")
    assert "senco" in refused.value.why
    assert size(office) == before


@pytest.mark.parametrize(
    ("type_name", "fields"),
    [
        ("protected_address.recorded.v1", {"lines": ("1 Secret Street",), "postcode": "DH1 1AA"}),
        ("my_story.recorded.v1", {"text": "I like trains", "owner": "Zoë"}),
    ],
)
def test_d_cons_4_the_office_proposes_nothing_that_it_may_not_read(
    office: Session, pupil: UUID, type_name: str, fields: dict[str, Any]
) -> None:
    before = size(office)
    with pytest.raises(RuleRefused) as refused:
        add_entry(office.desk, Draft(type=type_name, fields=fields, pupil=pupil))
    assert refused.value.kind == "restricted-class"
    assert size(office) == before


def test_who_may_neither_sign_nor_propose_is_refused(school: SchoolHome, pupil: UUID) -> None:
    school.ok("staff", "grant", "office", "--role", "governor", "--as", "head")
    governor = person_session(school.home, "office", PASSPHRASE, "governor")
    with governor as session:
        before = size(session)
        draft = Draft(type="pupil.sen_status_changed.v1", fields=STATUS, stream=pupil)
        with pytest.raises(NotAuthorised) as refused:
            add_entry(session.desk, draft)
        assert "“pupil SEN status changed”" in refused.value.what
        assert "senco" in refused.value.why
        assert size(session) == before


def correct(session: Session, wrong: Recorded, instead: Draft | None, pupil: UUID) -> Recorded:
    with session.home.reading() as reader:
        statement = read_statement(reader.place(wrong.stream.bytes, wrong.seq).statement)
    return correct_entry(
        session.desk,
        stream=wrong.stream,
        seq=wrong.seq,
        statement=statement.hash,
        reason="typing slip",
        wrong_type=fields_at(session, wrong.index)["event"],
        pupil=pupil,
        instead=instead,
    )


def test_a_date_of_birth_is_put_right_and_named_right_in_the_same_save(
    senco: Session, pupil: UUID
) -> None:
    add_entry(senco.desk, Draft(type="pupil.enrolled.v1", fields=ROLL, stream=pupil))
    with senco.home.reading() as reader:
        first = reader.place(pupil.bytes, 1)
    right = {
        "family_name": "Example-1",
        "given_names": "Zoë",
        "preferred_name": None,
        "born": date(2015, 2, 28),
        "sex": None,
    }
    done = correct(
        senco,
        Recorded(first.index, pupil, 1),
        Draft(type="pupil.registered.v1", fields=right, stream=pupil),
        pupil,
    )
    assert senco.desk.load(Pupil, pupil).born == date(2015, 2, 28)
    assert senco.desk.load(Pupil, pupil).on_roll
    assert fields_at(senco, done.index)["event"] == "entry.corrected.v1"
    instead = fields_at(senco, done.index + 1)
    assert (instead["born"], instead["subject_born"]) == ("2015-02-28", "2015-02-28")
    assert instead["late_reason"] == "typing slip"


def test_only_one_who_may_sign_an_entry_corrects_it(
    school: SchoolHome, senco: Session, pupil: UUID
) -> None:
    wrong = add_entry(
        senco.desk, Draft(type="pupil.sen_status_changed.v1", fields=STATUS, stream=pupil)
    )
    with school.session("head") as head:
        before = size(head)
        with pytest.raises(NotAuthorised):
            correct(head, wrong, None, pupil)
        assert size(head) == before
    correct(senco, wrong, None, pupil)
    assert senco.desk.load(Pupil, pupil).status is None
    with pytest.raises(RuleRefused) as refused:
        correct(senco, wrong, None, pupil)
    assert refused.value.kind == "cannot-correct"
    assert school.ok("verify", "--as", "senco")["result"] == "intact"
