"""Sealing speaks of the whole log, also while others record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.application import log
from ledger.application.desk import Desk
from ledger.bootstrap import session
from ledger.errors import AlterationFound, EntryConflict
from ledger.formats import kinds
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.encoding import b64url
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import SignedNote
from ledger.formats.statement import read_statement
from ledger.seal.proofs import LogProver
from tests.support.tampering import editing, set_statement, statements
from tests.support.victims import new_pupil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.bootstrap.home import Home
    from ledger.bootstrap.session import Session
    from tests.support.school_home import SchoolHome


def head_of(note: bytes) -> Checkpoint:
    return Checkpoint.parse(SignedNote.parse(note).text)


def heads_named(session: Session) -> dict[str, int]:
    """Give stream → newest sequence number that a stream head names."""
    with session.home.reading() as reader:
        found = {}
        for entry in reader.entries():
            statement = read_statement(entry.statement)
            if statement.kind == kinds.STREAM_HEAD:
                head = statement.payload["head"]
                found[head["stream"]] = head["seq"]
        return found


def intact(school: SchoolHome) -> bool:
    return bool(school.ok("verify", "--as", "senco")["result"] == "intact")


@pytest.fixture
def other(school: SchoolHome) -> Iterator[Session]:
    """Another program at work in the same home."""
    with school.session("senco") as session:
        yield session


def test_sealing_twice_with_nothing_new_gives_the_same_checkpoint(senco: Session) -> None:
    new_pupil(senco, 1)
    note = senco.seal()
    assert senco.seal() == note
    with senco.home.reading() as reader:
        assert head_of(note).size == reader.size
        assert head_of(note).root == reader.root


def test_every_changed_record_has_a_head_under_the_checkpoint(senco: Session) -> None:
    index = new_pupil(senco, 1)
    senco.seal()
    with senco.home.reading() as reader:
        stream = read_statement(reader.entry(index).statement).payload["stream"]
    assert heads_named(senco)[stream] == 1


def test_each_sealing_logs_the_head_of_keys_and_roles_anew_and_last(senco: Session) -> None:
    streams, sealed = senco.desk.streams, 0
    for number in (1, 2, 3):
        new_pupil(senco, number)
        size = head_of(senco.seal()).size
        with senco.home.reading() as reader:
            logged = [read_statement(reader.entry(n).statement) for n in range(sealed, size)]
        heads = [one.payload["head"] for one in logged if one.kind == kinds.STREAM_HEAD]
        # That of the access log, which stands outside, comes behind them all.
        named = [one["stream"] for one in heads if one["stream"] != b64url(streams.access.bytes)]
        assert named[-1] == b64url(streams.authority.bytes)
        sealed = size


def test_an_entry_recorded_while_heads_are_gathered_makes_sealing_begin_anew(
    school: SchoolHome, senco: Session, other: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_pupil(senco, 1)
    gather, left = LedgerReader.stream_heads, [2]

    def meanwhile(reader: LedgerReader) -> Any:
        found = gather(reader)
        if left[0]:
            left[0] -= 1
            new_pupil(other, 10 + left[0])
        return found

    monkeypatch.setattr(LedgerReader, "stream_heads", meanwhile)
    note = senco.seal()
    monkeypatch.undo()
    assert left == [0]
    with senco.home.reading() as reader:
        assert LogProver(reader).root_at(head_of(note).size) == head_of(note).root
        streams = {read_statement(one.statement).payload["stream"] for one in reader.entries()}
    own = {one for one in streams if one not in heads_named(senco)}
    assert len(own) <= 2  # the heads' own stream, and the anchors'
    assert intact(school)


def test_a_reading_sealed_meanwhile_is_followed_by_no_older_one(
    school: SchoolHome, senco: Session, other: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.ok("register", "--as", "senco")
    new_pupil(senco, 1)
    newest, left = session.access_head, [1]

    def overtaken(home: Home) -> Any:
        found = newest(home)
        if left[0]:
            left[0] -= 1
            school.ok("register", "--as", "senco")
            other.seal()
        return found

    monkeypatch.setattr(session, "access_head", overtaken)
    senco.seal()
    assert left == [0]
    assert intact(school)


def test_sealing_gives_up_when_others_record_all_the_while(
    senco: Session, other: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "SEALING_TRIES", 4)
    new_pupil(senco, 1)
    gather = LedgerReader.stream_heads

    def meanwhile(reader: LedgerReader) -> Any:
        found = gather(reader)
        new_pupil(other, 2)
        return found

    monkeypatch.setattr(LedgerReader, "stream_heads", meanwhile)
    with pytest.raises(EntryConflict) as refused:
        senco.seal()
    assert refused.value.exit_code == 8
    monkeypatch.undo()
    senco.seal()


def test_heads_and_their_checkpoint_are_kept_together_or_not_at_all(
    school: SchoolHome, senco: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_pupil(senco, 1)
    with senco.home.reading() as reader:
        before = reader.head

    def killed(*_: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(log, "sign_checkpoint", killed)
    with pytest.raises(KeyboardInterrupt):
        senco.seal()
    monkeypatch.undo()
    with senco.home.reading() as reader:
        assert reader.head == before
    senco.seal()
    assert intact(school)


def test_what_is_recorded_right_after_a_sealing_is_left_to_the_next(
    school: SchoolHome, senco: Session, other: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_pupil(senco, 1)
    save, late = Desk.save, []

    def meanwhile(desk: Desk, *records: Any, **how: Any) -> list[int]:
        indexes = save(desk, *records, **how)
        if how.get("at_size"):
            late.append(new_pupil(other, 2))
        return indexes

    monkeypatch.setattr(Desk, "save", meanwhile)
    first = head_of(senco.seal())
    monkeypatch.undo()
    assert first.size == late[0]  # the late entry is not under it
    second = head_of(senco.seal())
    assert second.size > late[0]
    with senco.home.reading() as reader:
        stream = read_statement(reader.entry(late[0]).statement).payload["stream"]
        prover = LogProver(reader)
        assert prover.root_at(first.size) == first.root
        assert prover.root_at(second.size) == second.root
    assert stream in heads_named(senco)
    assert intact(school)


def test_a_log_that_contradicts_its_last_checkpoint_is_not_sealed(
    school: SchoolHome, senco: Session
) -> None:
    index = new_pupil(senco, 1)
    senco.seal()
    new_pupil(senco, 2)
    with editing(school.path / "ledger.db") as connection:
        head, payload, signature = statements(connection)[index].jwt.split(b".")
        set_statement(connection, index, b".".join([head, payload, b"AAAA" + signature[4:]]))
    with pytest.raises(AlterationFound) as refused:
        senco.seal()
    assert (refused.value.kind, refused.value.exit_code) == ("fork", 10)
