"""A whole stream that came with its proofs: in order, without a gap, up to its logged head."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ledger.errors import AlterationFound
from ledger.formats import kinds
from ledger.formats.encoding import b64url
from ledger.verify.logged import Logged, LoggedStream, check_stream

STREAM = "the stream"


def hash_of(seq: int) -> bytes:
    return bytes([seq]) * 32


def entry(seq: int, index: int, **other: Any) -> Logged:
    said = {
        "payload": {"stream": STREAM},
        "kind": kinds.EVENT,
        "seq": seq,
        "prev": None if seq == 1 else hash_of(seq - 1),
        "hash": hash_of(seq),
    }
    shown: Any = SimpleNamespace(statement=SimpleNamespace(**(said | other)))
    return Logged(f"{seq:04d}", index, shown)


def head(index: int, kind: str = kinds.STREAM_HEAD, **other: Any) -> Logged:
    place = {"stream": STREAM, "seq": 3, "hash": b64url(hash_of(3))} | other
    return entry(9, index, kind=kind, payload={"stream": "the heads", "head": place})


SOUND = (entry(1, 4), entry(2, 7), entry(3, 8))


def refused(entries: tuple[Logged, ...], last: Logged) -> str:
    with pytest.raises(AlterationFound) as error:
        check_stream(LoggedStream(entries, last))
    return error.value.kind


def test_a_whole_stream_is_sound() -> None:
    check_stream(LoggedStream(SOUND, head(9)))


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param((entry(1, 4), entry(3, 8)), id="a gap"),
        pytest.param(SOUND[1:], id="its beginning is not here"),
        pytest.param((*SOUND[:2], entry(3, 8, prev=hash_of(1))), id="another before it"),
        pytest.param((*SOUND[:2], entry(3, 8, payload={"stream": "other"})), id="another stream"),
        pytest.param((entry(1, 4, prev=hash_of(0)), *SOUND[1:]), id="the first follows one"),
        pytest.param((*SOUND[:2], entry(3, 7)), id="at the place of the one before"),
        pytest.param((*SOUND[:2], entry(3, 5)), id="below the one before"),
    ],
)
def test_each_entry_follows_the_one_before_it(entries: tuple[Logged, ...]) -> None:
    assert refused(entries, head(9)) == "chain-broken"


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(head(9, seq=4), id="an entry is missing"),
        pytest.param(head(9, seq=2, hash=b64url(hash_of(2))), id="an entry too many"),
        pytest.param(head(9, hash=b64url(hash_of(2))), id="another entry"),
        pytest.param(head(9, stream="other"), id="another stream's"),
        pytest.param(head(9, kind=kinds.EVENT), id="no head"),
        pytest.param(head(8), id="at the place of the last"),
        pytest.param(head(6), id="below the last"),
    ],
)
def test_a_stream_ends_where_a_later_head_says(last: Logged) -> None:
    assert refused(SOUND, last) == "head-wrong"
