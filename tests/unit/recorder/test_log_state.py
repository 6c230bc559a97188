"""Two programs that write in turns: each sees keys, roles, anchors and records of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.pupil import Pupil
from ledger.errors import AlreadyRecorded, EntryConflict, NotAuthorised
from ledger.formats.statement import read_statement
from tests.unit.recorder.conftest import enrolled, found, rows

if TYPE_CHECKING:
    from tests.support.ledger_builder import BuiltLedger
    from tests.unit.recorder.conftest import Writer

MAC, OTHER_MAC = b"\x01" * 32, b"\x02" * 32


def in_turns(built: BuiltLedger, second: Writer, pupil: Pupil, count: int, first: int) -> None:
    for number in range(count):
        store = (built.store, second.store)[number % 2]
        store.put([enrolled(built, pupil, first + number)], actor=built.actor("senco"))


def test_writing_in_turns_gives_one_sound_log(built: BuiltLedger, second: Writer) -> None:
    one, other = built.pupil(0), built.pupil(1)
    in_turns(built, second, one, 9, 4)
    in_turns(built, second, other, 8, 4)
    in_turns(built, second, one, 7, 13)
    assert found(built) == set()


def test_a_revocation_by_the_other_program_counts_at_once(
    built: BuiltLedger, second: Writer
) -> None:
    pupil = built.pupil(0)
    second.store.put([enrolled(built, pupil, 4)], actor=built.actor("senco"))
    built.revoke("senco", 3, by="head")
    with pytest.raises(NotAuthorised) as refused:
        second.store.put([enrolled(built, pupil, 5)], actor=built.actor("senco"))
    assert refused.value.kind == "revoked-key"
    built.new_person("senco-2")
    built.register("senco-2", by="head")
    built.grant("senco-2", "senco", by="head")
    second.store.put([enrolled(built, pupil, 5)], actor=built.actor("senco-2"))
    assert found(built) == set()


def test_an_anchor_by_the_other_program_is_quoted_from_then_on(
    built: BuiltLedger, second: Writer
) -> None:
    pupil = built.pupil(0)
    second.store.put([enrolled(built, pupil, 4)], actor=built.actor("senco"))
    built.seal()
    built.add_cosignature()
    built.anchor()
    second.store.put([enrolled(built, pupil, 5)], actor=built.actor("senco"))
    built.put("senco", [enrolled(built, pupil, 6)])
    with built.reading_file() as reader:
        quoted = [read_statement(one.statement).anchor for one in reader.stream(pupil.id.bytes)]
    assert quoted[3] is None
    assert quoted[4] is not None
    assert quoted[4] == quoted[5]
    assert found(built) == set()


def test_the_second_at_one_place_is_told_and_nothing_of_it_is_stored(
    built: BuiltLedger, second: Writer
) -> None:
    pupil = built.pupil(0)
    built.put("senco", [enrolled(built, pupil, 4)])
    before = rows(built)
    with pytest.raises(EntryConflict) as refused:
        second.store.put(
            [enrolled(built, pupil, 4), enrolled(built, pupil, 5)], actor=built.actor("senco")
        )
    assert (refused.value.kind, refused.value.exit_code) == ("conflict", 8)
    assert rows(built) == before


def test_a_command_is_carried_out_once_whoever_repeats_it(
    built: BuiltLedger, second: Writer
) -> None:
    pupil, actor = built.pupil(0), built.actor("senco")
    done = built.store.put([enrolled(built, pupil, 4)], actor=actor, commands=[MAC, OTHER_MAC])
    before = rows(built)
    for store, mac in ((built.store, MAC), (second.store, OTHER_MAC)):
        with pytest.raises(AlreadyRecorded) as refused:
            store.put([enrolled(built, pupil, 5)], actor=actor, commands=[mac])
        assert refused.value.first_index == done[0].notification.id - 1
    assert rows(built) == before
    with built.reading_file() as reader:
        assert reader.entry_of_command(MAC) == done[0].notification.id - 1
        assert reader.entry_of_command(b"\x03" * 32) is None


def test_what_speaks_of_the_whole_log_is_refused_when_it_has_grown(
    built: BuiltLedger, second: Writer
) -> None:
    pupil = built.pupil(0)
    with built.reading_file() as reader:
        size = reader.size
    second.store.put([enrolled(built, pupil, 4)], actor=built.actor("senco"), at_size=size)
    with pytest.raises(EntryConflict):
        built.store.put([enrolled(built, pupil, 5)], actor=built.actor("senco"), at_size=size)
    built.store.put([enrolled(built, pupil, 5)], actor=built.actor("senco"), at_size=size + 1)
    assert found(built) == set()
