"""The statement: what is signed, what is hashed, and what a reader takes for one."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ledger.errors import LedgerError, MalformedInput
from ledger.formats import kinds
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.formats.statement import (
    MAX_STATEMENT_BYTES,
    finish,
    read_statement,
    statement_hash,
    unsigned,
)
from tests.golden.fixed import (
    ACTOR,
    ANCHOR,
    AUTH,
    LID,
    PREV,
    RECORDED_AT,
    STREAM,
    clear_part,
    fixed_bytes,
    sign,
    sign_members,
)
from tests.golden.good_statements import FURTHER, consent_fields, make

DIGESTS = sorted(b64url(fixed_bytes(f"digest {n}")) for n in range(16))


def parts(jwt: bytes) -> tuple[dict[str, object], dict[str, object]]:
    header, payload, _ = jwt.decode().split(".")
    return json.loads(unb64url(header)), json.loads(unb64url(payload))


def test_the_clear_part_is_the_closed_set_and_nothing_else() -> None:
    header, payload = parts(sign(clear_part("event", DIGESTS, {})))
    assert header == {"alg": "Ed25519", "typ": "send-event+sd-jwt", "kid": ACTOR.kid}
    assert payload == {
        "v": 1,
        "lid": b64url(LID),
        "stream": b64url(STREAM),
        "seq": 2,
        "prev": b64url(PREV),
        "recorded_at": "2026-03-03T17:00:00Z",
        "anchor": {
            "size": 41,
            "root": b64url(ANCHOR.root),
            "tokens": [b64url(token) for token in ANCHOR.tokens],
        },
        "auth": {"seq": 7, "hash": b64url(AUTH.hash)},
        "role": "senco",
        "_sd": DIGESTS,
        "_sd_alg": "sha-256",
    }


@pytest.mark.parametrize("kind", kinds.CLEAR_MEMBERS)
def test_each_kind_adds_its_own_members_and_comes_back_as_it_was(kind: str) -> None:
    jwt = sign(clear_part(kind, DIGESTS, FURTHER[kind]))
    statement = read_statement(jwt)
    assert statement.kind == kind
    assert statement.jwt == jwt
    added = {k: v for k, v in statement.payload.items() if k not in kinds.MEMBERS[kinds.EVENT]}
    assert added == FURTHER[kind]


def test_a_statement_comes_back_as_it_was() -> None:
    statement = read_statement(sign(clear_part("event", DIGESTS, {})))
    assert (statement.lid, statement.stream, statement.seq) == (LID, STREAM, 2)
    assert (statement.prev, statement.auth, statement.anchor) == (PREV, AUTH, ANCHOR)
    assert (statement.role, statement.kid) == ("senco", ACTOR.kid)
    assert statement.recorded_at == "2026-03-03T17:00:00Z"
    assert statement.digests == DIGESTS


def test_the_first_statement_of_a_log_has_no_prev_no_anchor_and_no_auth() -> None:
    first = clear_part("event", DIGESTS, {}, seq=1, prev=None, anchor=None, auth=None)
    statement = read_statement(sign(first))
    assert (statement.prev, statement.anchor, statement.auth) == (None, None, None)


def test_the_hash_of_a_statement_leaves_its_signature_out() -> None:
    text = unsigned(clear_part("event", DIGESTS, {}))
    one, other = finish(text, bytes(64)), finish(text, b"\x01" * 64)
    assert statement_hash(one) == statement_hash(other) == hashlib.sha256(text).digest()
    assert read_statement(one).hash == hashlib.sha256(text).digest()
    assert read_statement(one).signing_input == text
    assert read_statement(one).signature == bytes(64)


def test_two_kinds_with_the_same_members_sign_different_texts() -> None:
    manifest, receipt = (clear_part(kind, DIGESTS, {}) for kind in ("manifest", "receipt"))
    assert unsigned(manifest) != unsigned(receipt)


@pytest.mark.parametrize(
    ("kind", "further"),
    [
        ("event", {"reason": "lost"}),
        ("key-revoked", {}),
        ("countersignature", {"of": "short"}),
        ("role-granted", FURTHER["role-granted"] | {"from": "2026-02-30"}),
        ("role-granted", FURTHER["role-granted"] | {"granted": ["senco"]}),
        ("anchor", FURTHER["anchor"] | {"size": True}),
        ("anchor", FURTHER["anchor"] | {"size": -1}),
    ],
)
def test_further_members_outside_the_table_are_never_signed(
    kind: str, further: dict[str, object]
) -> None:
    with pytest.raises(MalformedInput):
        unsigned(clear_part(kind, DIGESTS, further))


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 0},
        {"seq": 2, "prev": None},
        {"seq": 1},
        {"role": "caretaker"},
        {"lid": bytes(15)},
        {"recorded_at": datetime(2026, 3, 3, 17, 0, 0)},  # noqa: DTZ001  the fault
        {"digests": DIGESTS[:15]},
        {"digests": DIGESTS[::-1]},
        {"kid": "short"},
    ],
    ids=repr,
)
def test_what_our_reader_would_refuse_is_never_written_unnoticed(
    changes: dict[str, object],
) -> None:
    """A malformed statement in an append-only log could never be taken back."""
    digests = changes.pop("digests", DIGESTS)
    assert isinstance(digests, list)
    with pytest.raises(LedgerError):
        read_statement(sign(clear_part("event", digests, {}, **changes)))


def test_summer_time_is_not_written_as_if_it_were_utc() -> None:
    summer = datetime(2026, 7, 1, 12, 0, 0, tzinfo=timezone(timedelta(hours=1)))
    try:
        jwt = sign(clear_part("event", DIGESTS, {}, recorded_at=summer))
    except LedgerError:
        return
    assert read_statement(jwt).recorded_at == "2026-07-01T11:00:00Z"


def test_a_statement_longer_than_a_leaf_is_not_finished() -> None:
    with pytest.raises(MalformedInput) as refused:
        finish(b"a" * (MAX_STATEMENT_BYTES - 86), bytes(64))
    assert refused.value.kind == "statement-too-long"
    assert len(finish(b"a" * (MAX_STATEMENT_BYTES - 87), bytes(64))) == MAX_STATEMENT_BYTES


@pytest.mark.parametrize("member", [*sorted(kinds.MEMBERS[kinds.EVENT]), "extra"])
@pytest.mark.parametrize("value", [None, True, -1, 0, 2**64, "", "x", [], {}, [[]], {"a": {}}])
def test_no_value_in_no_member_makes_the_reader_fail_in_other_words(
    member: str, value: object
) -> None:
    header, payload = parts(sign(clear_part("event", DIGESTS, {})))
    jwt = sign_members(header, payload | {member: value}).encode()
    if member in {"anchor", "auth"} and value is None:
        read_statement(jwt)
        return
    with pytest.raises(MalformedInput):
        read_statement(jwt)


FURTHER_MEMBERS = [(kind, name) for kind, names in kinds.CLEAR_MEMBERS.items() for name in names]


@pytest.mark.parametrize(("kind", "member"), FURTHER_MEMBERS)
@pytest.mark.parametrize("value", [True, -1, 2**64, "", "x\n", [{}], {}, {"stream": []}, [None]])
def test_no_value_in_no_further_member_makes_the_reader_fail_in_other_words(
    kind: str, member: str, value: object
) -> None:
    header, payload = parts(sign(clear_part(kind, DIGESTS, FURTHER[kind])))
    with pytest.raises(MalformedInput):
        read_statement(sign_members(header, payload | {member: value}).encode())


@pytest.mark.parametrize("member", ["alg", "typ", "kid", "extra"])
@pytest.mark.parametrize("value", [None, True, 1, "", "x", [], {}, ["Ed25519"]])
def test_no_value_in_the_header_makes_the_reader_fail_in_other_words(
    member: str, value: object
) -> None:
    header, payload = parts(sign(clear_part("event", DIGESTS, {})))
    with pytest.raises(MalformedInput):
        read_statement(sign_members(header | {member: value}, payload).encode())


def test_a_payload_that_was_read_cannot_change_another_one() -> None:
    jwt = sign(clear_part("event", DIGESTS, {}))
    read_statement(jwt).payload["anchor"]["size"] = 0
    assert read_statement(jwt).payload["anchor"]["size"] == 41


def test_a_statement_with_its_fields_comes_back_as_it_was() -> None:
    made = make("unit", consent_fields("Zoë O’Example"))
    shown = read_sd_jwt(write_sd_jwt(made.jwt, made.disclosures))
    assert shown.statement == read_statement(made.jwt)
    assert shown.fields == consent_fields("Zoë O’Example")


def test_a_withheld_field_leaves_the_statement_as_it_was() -> None:
    made = make("unit", consent_fields())
    shown = read_sd_jwt(made.shown("subject_name").encode())
    assert shown.statement == read_statement(made.jwt)
    assert "subject_name" not in shown.fields


def test_one_newline_at_the_end_of_a_file_is_no_fault() -> None:
    made = make("unit", consent_fields())
    assert read_sd_jwt(made.shown().encode() + b"\n") == read_sd_jwt(made.shown().encode())


def test_the_fixed_date_of_these_tests_is_what_the_payload_says() -> None:
    assert datetime(2026, 3, 3, 17, 0, 0, tzinfo=UTC) == RECORDED_AT
