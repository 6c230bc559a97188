"""An alteration is caught where all around it are entries of which there is nothing to say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.log import StreamHead, StreamHeadLogged
from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.formats.statement import Anchor, StreamPlace
from ledger.seal.content_keys import wrap_data_key
from ledger.verify.log_walk import LogWalk
from tests.support.ledger_builder import FIRST_SEALED, BuiltLedger, drawn
from tests.support.tampering import editing, editing_keys, forging, unlocked_again
from tests.unit.verify.conftest import CONSENT, Verify, found

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.verify.plain_entries import PlainEntry

Changes = dict[str, Any]
NEW, OTHER, OUTSIDE = (drawn(name, 16) for name in ("new", "other", "outside"))

FAULTS: dict[str, tuple[str, Callable[[BuiltLedger], Changes]]] = {
    "backdated": ("clock-backwards", lambda built: {"recorded_at": built.now}),
    "another predecessor": ("chain-broken", lambda _: {"prev": bytes(32)}),
    "a place left out": ("chain-broken", lambda _: {"seq": 99}),
    "a new record that goes on": (
        "chain-broken",
        lambda _: {"stream": OTHER, "seq": 2, "prev": bytes(32)},
    ),
    "an older place among keys": ("auth-wrong", lambda _: {"auth": StreamPlace(1, bytes(32))}),
    "an anchor never logged": (
        "anchor-wrong",
        lambda _: {"anchor": Anchor(FIRST_SEALED, bytes(32), (bytes(32),))},
    ),
    "another ledger's": ("other-ledger", lambda _: {"lid": drawn("another ledger", 16)}),
    "among the entries about keys": (
        "stream-mixed",
        lambda built: {"stream": built.streams.authority},
    ),
    "in the place of a record outside": ("head-wrong", lambda _: {"stream": OUTSIDE}),
    "a role not held": ("role-not-held", lambda _: {"role": "head"}),
}


def with_new_streams(built: BuiltLedger) -> None:
    """Give new streams their keys, and log the head of one that stands outside the log."""
    for stream in (NEW, OTHER, OUTSIDE):
        built.keys.add_stream(stream, "general")
    heads = built._system_stream(built.heads_stream)
    heads.record(StreamHeadLogged, built.entry(), head=StreamHead(OUTSIDE, 1, bytes(32)))
    built.save("system", heads)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_alteration_among_plain_entries_is_caught(
    built: BuiltLedger, verify: Verify, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    taken: list[int] = []
    take = LogWalk._take_plain

    def noted(walk: LogWalk, one: PlainEntry) -> bool:
        took = take(walk, one)
        taken.extend([one[0]] * took)
        return took

    monkeypatch.setattr(LogWalk, "_take_plain", noted)
    with_new_streams(built)
    code, changes = FAULTS[fault]
    senco, later = built.signing["senco"], built.now + timedelta(minutes=1)
    sound = {"stream": NEW, "recorded_at": later}
    with forging(built) as forger:
        before = [forger.append(senco, CONSENT, **sound) for _ in range(3)]
        index = forger.append(senco, CONSENT, **(sound | changes(built)))
    told = found(verify(built, now=later, data_key=None))
    assert (code, index) in told
    assert {one for _code, one in told if (one or 0) >= before[0]} == {index}
    assert set(before[1:]) <= set(taken)
    assert index not in taken


def test_an_entry_taken_out_among_plain_entries_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    senco = built.signing["senco"]
    with_new_streams(built)
    with forging(built) as forger:
        for _ in range(2):
            forger.append(senco, CONSENT, stream=NEW)
        gone = forger.append(senco, CONSENT, stream=NEW)
        forger.append(senco, CONSENT, stream=OTHER)
    with editing(built.path) as connection:
        connection.execute("DELETE FROM entries WHERE rowid = ?", (gone + 1,))
    assert ("entry-missing", gone) in found(verify(built, data_key=None))


def test_a_replaced_key_row_is_told_of_each_entry_of_its_record(
    built: BuiltLedger, verify: Verify
) -> None:
    with_new_streams(built)
    with forging(built) as forger:
        indexes = [forger.append(built.signing["senco"], CONSENT, stream=NEW) for _ in range(3)]
    general = built.keys.classes["general"].key
    other = wrap_data_key(general, bytes(32), lid=built.lid, stream=OTHER)
    with editing_keys(built) as connection:
        connection.execute("UPDATE key_rows SET wrapped = ? WHERE stream = ?", (other, NEW))
    told = found(verify(built, data_key=unlocked_again(built).data_key))
    assert {one for code, one in told if code == "key-row-altered"} == set(indexes)


def test_what_entries_quote_is_looked_at_again_after_an_anchor(
    built: BuiltLedger, verify: Verify
) -> None:
    senco = built.signing["senco"]
    with_new_streams(built)
    with forging(built) as forger:
        for _ in range(3):
            forger.append(senco, CONSENT, stream=NEW)
        quoted = forger.clear_part()["anchor"]
        forger.append(
            built.signing["system"],
            kind=kinds.ANCHOR,
            role="system",
            stream=built.streams.anchors,
            further={"size": quoted.size, "root": b64url(quoted.root), "tokens": []},
        )
        index = forger.append(senco, CONSENT, stream=NEW, anchor=quoted)
    notes = {(one.code, one.index) for one in verify(built, data_key=None).notes}
    assert ("older-anchor", index) in notes
