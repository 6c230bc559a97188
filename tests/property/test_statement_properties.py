"""Statements of any content: a round trip, no byte to spare, and two readers that agree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.errors import LedgerError, MalformedInput
from ledger.formats import kinds
from ledger.formats.disclosure import fill_digests, make_disclosures
from ledger.formats.encoding import compact_json
from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.formats.statement import Anchor, StreamPlace, read_statement, unsigned
from ledger.seal.ed25519 import BadSignature, verify
from tests.golden.fixed import ACTOR, CounterEntropy, clear_part, sign, sign_texts
from tests.golden.good_statements import FURTHER, consent_fields, make
from tests.mini_verifier.encoding import Refused
from tests.mini_verifier.statement import check_sd_jwt, check_statement
from tests.mini_verifier.statement import read_statement as mini_read_statement

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = TEXT.filter(lambda name: name and name not in kinds.RESERVED_NAMES)
KEYS = TEXT.filter(lambda name: name not in {"_sd", "..."})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=20)
HASHES = st.binary(min_size=32, max_size=32)
ANCHORS = st.none() | st.builds(
    Anchor, st.integers(0, 2**63 - 1), HASHES, st.lists(HASHES, max_size=3).map(tuple)
)
PLACES = st.none() | st.builds(StreamPlace, st.integers(1, 2**63 - 1), HASHES)


@settings(deadline=None)
@given(
    kind=st.sampled_from(sorted(kinds.CLEAR_MEMBERS)),
    role=st.sampled_from(sorted(kinds.ROLES)),
    seq=st.integers(1, 2**63 - 1),
    prev=HASHES,
    anchor=ANCHORS,
    auth=PLACES,
    fields=FIELDS,
)
def test_what_is_written_is_read_by_both_and_means_the_same(
    *,
    kind: str,
    role: str,
    seq: int,
    prev: bytes,
    anchor: object,
    auth: object,
    fields: dict[str, Any],
) -> None:
    entropy = CounterEntropy("property")
    disclosures = make_disclosures(fields, entropy)
    digests = fill_digests([one.text for one in disclosures], entropy)
    members: dict[str, Any] = {"role": role, "seq": seq, "anchor": anchor, "auth": auth}
    members["prev"] = None if seq == 1 else prev
    jwt = sign(clear_part(kind, digests, FURTHER[kind], **members))
    data = write_sd_jwt(jwt, disclosures)
    shown = read_sd_jwt(data)
    statement = shown.statement
    assert (statement.jwt, statement.kind, statement.kid) == (jwt, kind, ACTOR.kid)
    assert (statement.seq, statement.anchor, statement.auth) == (seq, anchor, auth)
    assert shown.fields == fields
    assert check_sd_jwt(data) == (statement.payload, fields)
    assert check_statement(jwt, ACTOR.public) == statement.payload


JWT = make("property", consent_fields()).jwt


@settings(max_examples=500, deadline=None)
@given(place=st.integers(0, len(JWT) - 1), change=st.integers(1, 255))
def test_any_changed_byte_of_a_statement_is_refused(place: int, change: int) -> None:
    altered = JWT[:place] + bytes([JWT[place] ^ change]) + JWT[place + 1 :]
    with pytest.raises((MalformedInput, BadSignature)):
        _read_and_verify(altered)
    with pytest.raises(Refused):
        check_statement(altered, ACTOR.public)


@settings(deadline=None)
@given(start=st.integers(0, len(JWT)), length=st.integers(1, len(JWT)), put=st.binary(max_size=4))
def test_any_cut_or_insertion_is_refused(start: int, length: int, put: bytes) -> None:
    altered = JWT[:start] + put + JWT[start + length :]
    if altered == JWT:
        return
    with pytest.raises((MalformedInput, BadSignature)):
        _read_and_verify(altered)


def _read_and_verify(jwt: bytes) -> None:
    statement = read_statement(jwt)
    verify(ACTOR.public, statement.signature, statement.signing_input)


PLAIN_HEADER = compact_json({"alg": "Ed25519", "typ": "send-event+sd-jwt", "kid": ACTOR.kid})
PLAIN_PAYLOAD = compact_json(make("property", consent_fields()).payload)
PIECES = st.sampled_from(
    [
        *(PLAIN_PAYLOAD[place : place + 46] for place in range(0, len(PLAIN_PAYLOAD), 23)),
        *'{}[]",:\\ \t\n0129AZ-_é',
        "null",
        "true",
        '"seq":1',
        ',"v":1',
        "\\u0041",
    ]
)


@st.composite
def edited_payloads(draw: st.DrawFn) -> str:
    """Our own payload with up to three edits: the neighbourhood of what is accepted."""
    text = PLAIN_PAYLOAD
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 1, 2, 43, 46, 92]))
        text = text[:start] + draw(PIECES | st.just("")) + text[start + length :]
    return text


def _answer(jwt: bytes) -> object:
    try:
        return dict(read_statement(jwt).payload)
    except LedgerError:
        return "refused"


def _mini_answer(jwt: bytes) -> object:
    try:
        return mini_read_statement(jwt).payload
    except Refused:
        return "refused"


@settings(max_examples=1000, deadline=None)
@given(payload=edited_payloads())
@example(payload=PLAIN_PAYLOAD.replace('"tokens":["A', '"tokens":["\\u0041'))
@example(payload=PLAIN_PAYLOAD.replace('"anchor":{"size":', '"anchor":{ "size":'))
@example(payload=PLAIN_PAYLOAD.replace('"auth":{"seq":', '"auth":{"seq": '))
def test_both_readers_take_the_same_payloads_for_the_same(payload: str) -> None:
    """The product reads most by pattern and the rest as JSON: no difference."""
    jwt = sign_texts(PLAIN_HEADER.encode(), payload.encode()).encode()
    assert _answer(jwt) == _mini_answer(jwt)


@pytest.mark.parametrize(
    ("spelt", "otherwise"),
    [
        ('"tokens":["', '"tokens": ["'),
        ('"anchor":{"size":', '"anchor":{ "size":'),
        ('"auth":{"seq":', '"auth":{"\\u0073eq":'),
    ],
)
def test_what_an_event_quotes_has_one_spelling_too(spelt: str, otherwise: str) -> None:
    assert PLAIN_PAYLOAD.count(spelt) == 1
    payload = PLAIN_PAYLOAD.replace(spelt, otherwise).encode()
    with pytest.raises(MalformedInput) as refused:
        read_statement(sign_texts(PLAIN_HEADER.encode(), payload).encode())
    assert refused.value.kind == "bad-spelling"


@settings(deadline=None)
@given(kind=st.sampled_from(sorted(kinds.CLEAR_MEMBERS)), further=st.dictionaries(TEXT, VALUES))
def test_a_further_member_outside_the_table_is_never_signed(
    kind: str, further: dict[str, Any]
) -> None:
    if further.keys() == kinds.CLEAR_MEMBERS[kind].keys():
        return
    with pytest.raises(MalformedInput):
        unsigned(clear_part(kind, [], further))
