"""Entries inspected by the chunk: what inspecting each alone says, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedInput
from ledger.formats import kinds
from ledger.formats.disclosure import check_fields, digest, plain_fields
from ledger.formats.encoding import b64url, compact_json, unb64url
from ledger.formats.ledger_file import FILE_NAME
from ledger.formats.plain_event import read_plain_event
from ledger.formats.statement import read_statement
from ledger.verify import plain_entries
from ledger.verify.home import verify_ledger
from tests.support.ledger_builder import BuiltLedger
from tests.support.tampering import editing, set_statement, statements

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from ledger.verify.findings import Report
    from ledger.verify.inspection import Work

SALT = b64url(bytes(16))
VALUES = st.sampled_from(
    [None, True, 1, "a", "\0", [], ["a"], {"date": "2026-03-03"}, {"_sd": 1}, 0.5, [[[0.5]]]]
)
ARRAYS = st.builds(
    lambda salt, name, value: [salt, name, value],
    st.sampled_from([SALT, "short", 1]),
    st.sampled_from(["event", "grounds", "role", "", 1]),
    VALUES,
) | st.sampled_from(["text", [], [SALT, "event"], {"event": 1}])
TEXTS = st.builds(lambda array: b64url(compact_json(array).encode()), ARRAYS) | st.sampled_from(
    ["é", "", "=", "AA", "WyJ"]
)

SIGNED = ["all", "first"]


@pytest.fixture(scope="module")
def jwts(built: BuiltLedger) -> list[bytes]:
    """Give the statements of events."""
    with editing(built.path) as connection:
        return [one.jwt for one in statements(connection) if one.kind == kinds.EVENT]


def members(jwt: bytes) -> dict[str, object] | None:
    """Give what `read_plain_event` reads, as `read_statement` names it."""
    event = read_plain_event(jwt)
    if event is None:
        return None
    setting = event.setting
    payload = {
        "v": 1,
        "lid": setting.lid,
        "stream": event.stream,
        "seq": event.seq,
        "prev": event.prev,
        "recorded_at": event.recorded_at,
        "anchor": setting.anchor,
        "auth": setting.auth,
        "role": setting.role,
        "_sd": event.digests,
        "_sd_alg": "sha-256",
    }
    assert setting.day == event.recorded_at[:10]
    return {
        "kind": kinds.EVENT,
        "kid": setting.kid,
        "payload": payload,
        "signature": event.signature,
        "signed": event.signed,
    }


def test_every_event_of_a_ledger_is_a_plain_one(jwts: list[bytes]) -> None:
    for jwt in jwts:
        statement = read_statement(jwt)
        assert members(jwt) == {
            "kind": statement.kind,
            "kid": statement.kid,
            "payload": statement.payload,
            "signature": statement.signature,
            "signed": statement.signing_input,
        }


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        (b'"recorded_at":"2026-03-03', b'"recorded_at":"2026-02-30'),
        (b'"seq":1,"prev":null', b'"seq":2,"prev":null'),
        (b'"role":"senco"', b'"role":"nobody"'),
        (b'"auth":{"seq":', b'"auth":{"seq":-'),
        (b'"_sd_alg":"sha-256"', b'"_sd_alg":"sha-512"'),
    ],
)
def test_what_is_no_sound_event_is_left(jwts: list[bytes], was: bytes, is_now: bytes) -> None:
    changed = 0
    for jwt in jwts:
        header, encoded, signature = jwt.split(b".")
        payload = unb64url(encoded)
        if was in payload:
            text = b64url(payload.replace(was, is_now)).encode()
            altered = b".".join([header, text, signature])
            with pytest.raises(MalformedInput):
                read_statement(altered)
            assert read_plain_event(altered) is None
            changed += 1
    assert changed


PIECES = st.sampled_from([b"", b".", b"=", b"A", b"w", b"-", b"+", b"\xff", b"\n", b"eyJ"])


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_an_altered_statement_is_read_alike_or_left(jwts: list[bytes], data: st.DataObject) -> None:
    jwt = data.draw(st.sampled_from(jwts))
    places = [0, jwt.index(b"."), jwt.rindex(b"."), len(jwt)]
    place = data.draw(st.integers(0, len(jwt)) | st.sampled_from(places))
    cut = data.draw(st.integers(0, 2) | st.just(len(jwt)))
    changed = jwt[:place] + data.draw(PIECES) + jwt[place + cut :]
    if data.draw(st.booleans()):  # change the payload itself, spelt as it must be
        header, encoded, signature = jwt.split(b".")
        payload = bytearray(unb64url(encoded))
        at = data.draw(st.integers(0, len(payload) - 1) | st.integers(0, 400))
        payload[at : at + 1] = data.draw(st.sampled_from([b"", b"0", b"9", b"}", b'"', b"null"]))
        changed = b".".join([header, b64url(bytes(payload)).encode(), signature])
    plain = members(changed)
    if plain is not None:
        statement = read_statement(changed)
        assert (plain["kind"], plain["payload"]) == (statement.kind, statement.payload)
        assert (plain["signature"], plain["kid"]) == (statement.signature, statement.kid)
        assert plain["signed"] == statement.signing_input


@settings(max_examples=600, deadline=None)
@given(
    st.lists(st.tuples(st.lists(TEXTS, max_size=3), st.sampled_from(["all", "first"])), max_size=4)
)
def test_fields_of_many_statements_are_those_of_each_or_left(
    drawn: list[tuple[list[str], str]],
) -> None:
    opened = []
    for texts, which in drawn:
        signed = texts if which == "all" else texts[:1]
        opened.append((texts, [digest(one) for one in signed if one.isascii()]))
    found = plain_fields(opened)
    assert len(found) == len(opened)
    for fields, (texts, digests) in zip(found, opened, strict=True):
        if fields is not None:
            assert fields == check_fields(texts, digests)


def _exchange_statements(connection: sqlite3.Connection, first: int, second: int) -> None:
    read = "SELECT statement FROM entries WHERE rowid = ?"
    held = [connection.execute(read, (rowid,)).fetchone()[0] for rowid in (first, second)]
    set_statement(connection, first - 1, b"")
    set_statement(connection, second - 1, held[0])
    set_statement(connection, first - 1, held[1])


CHANGES: dict[str, Callable[[sqlite3.Connection, int, int], object]] = {
    "statements exchanged": _exchange_statements,
    "contents exchanged": lambda db, a, b: [
        db.execute("UPDATE contents SET rowid = ? WHERE rowid = ?", pair)
        for pair in ((-1, a), (a, b), (b, -1))
    ],
    "contents gone": lambda db, a, _b: db.execute("DELETE FROM contents WHERE rowid = ?", (a,)),
    "contents emptied": lambda db, a, _b: db.execute(
        "UPDATE contents SET ciphertext = x'' WHERE rowid = ?", (a,)
    ),
    "an entry gone": lambda db, a, _b: db.execute("DELETE FROM entries WHERE rowid = ?", (a,)),
    "another place": lambda db, a, b: db.execute(
        "UPDATE entries SET originator_version = ? WHERE rowid = ?", (b + 1000, a)
    ),
    "another stream": lambda db, a, _b: db.execute(
        "UPDATE entries SET originator_id = ? WHERE rowid = ?", (bytes(16), a)
    ),
    "nothing": lambda _db, _a, _b: None,
}


def report_of(built: BuiltLedger, path: Path, *, contents: bool) -> Report:
    """Verify a copy of the ledger."""
    key = built.keys.data_key if contents else None
    return verify_ledger(path, mark=built.mark, now=built.now, data_key=key)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_ledger_has_one_report_by_the_chunk_and_one_by_one(
    built: BuiltLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path, whole = tmp_path / FILE_NAME, built.path.read_bytes()
    by_chunk, size = plain_entries._plain_entries, built.mark.size

    def one_by_one(work: Work) -> list[None]:
        return [None] * len(work.rows)

    for rowid in range(1, size + 1) if change != "nothing" else (1,):
        path.write_bytes(whole)
        with editing(path) as connection:
            CHANGES[change](connection, rowid, rowid % size + 1)
        reports = []
        for way in (by_chunk, one_by_one):
            monkeypatch.setattr(plain_entries, "_plain_entries", way)
            reports.append(report_of(built, path, contents=not change.endswith("gone")))
        assert reports[0] == reports[1], rowid
