"""The product's reader and the mini-verifier stop at the same layer of every vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.errors import LedgerError, MalformedInput
from ledger.formats.sd_jwt import read_sd_jwt
from ledger.formats.statement import read_statement
from ledger.seal.ed25519 import BadSignature, thumbprint, verify
from tests.golden.vector import FOLDER, Vector, read_vector
from tests.mini_verifier.encoding import Refused
from tests.mini_verifier.statement import check_sd_jwt, check_statement

if TYPE_CHECKING:
    from collections.abc import Mapping

VECTORS = {path.stem: read_vector(path) for path in sorted(FOLDER.glob("*.json"))}

PARTS = frozenset({"malformed-header", "malformed-payload", "malformed-signature"})
LAYERS_OF_KIND: Mapping[str, frozenset[str]] = {
    "statement-too-long": frozenset({"malformed-jwt"}),
    "bad-jws": frozenset({"malformed-jwt", "malformed-signature"}),
    "bad-header": frozenset({"malformed-header"}),
    "bad-member": frozenset({"malformed-payload"}),
    "bad-sd-jwt": frozenset({"malformed-sd-jwt"}),
    "bad-disclosure": frozenset({"malformed-disclosure"}),
    "reserved-name": frozenset({"malformed-disclosure"}),
    "nested-digests": frozenset({"malformed-disclosure"}),
    # One reader of text serves every part, so its words fit several layers.
    "bad-base64url": PARTS | {"malformed-disclosure"},
    "bad-json": PARTS | {"malformed-disclosure"},
    "bad-number": PARTS | {"malformed-disclosure"},
    "duplicate-member": PARTS | {"malformed-disclosure"},
    "bad-spelling": PARTS | {"malformed-disclosure"},
}
"""The product's `kind` of a refusal → the layers at which it can arise."""


def product_answer(vector: Vector) -> tuple[str, object, object]:
    """Read and verify with the product: its word, payload and fields."""
    data = vector.data.encode()
    try:
        shown = read_sd_jwt(data) if vector.is_sd_jwt else None
        statement = shown.statement if shown else read_statement(data)
    except MalformedInput as refusal:
        return refusal.kind, None, None
    if statement.kid != thumbprint(vector.public):
        return "other-key", None, None
    try:
        verify(vector.public, statement.signature, statement.signing_input)
    except BadSignature as refusal:
        return refusal.kind, None, None
    return "ok", dict(statement.payload), dict(shown.fields) if shown else {}


def mini_answer(vector: Vector) -> tuple[str, object, object]:
    """Read and verify with the mini-verifier."""
    data, fields = vector.data.encode(), dict[str, object]()
    try:
        if vector.is_sd_jwt:
            _, fields = check_sd_jwt(data)
        payload = check_statement(data.partition(b"~")[0], vector.public)
    except Refused as refusal:
        return refusal.word, None, None
    return "ok", payload, fields


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_product_stops_where_the_vector_says(vector: Vector) -> None:
    word, payload, fields = product_answer(vector)
    assert vector.expect in LAYERS_OF_KIND.get(word, {word})
    assert (payload, fields) == (vector.payload, vector.fields)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_the_mini_verifier_stops_where_the_vector_says(vector: Vector) -> None:
    assert mini_answer(vector) == (vector.expect, vector.payload, vector.fields)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_a_refusal_of_the_product_shows_no_field(vector: Vector) -> None:
    """An error is printed, logged and e-mailed, so it names no pupil."""
    try:
        read_sd_jwt(vector.data.encode()) if vector.is_sd_jwt else read_statement(
            vector.data.encode()
        )
    except LedgerError as refusal:
        said = f"{refusal.what} {refusal.why} {refusal.remedy}"
        assert "Example" not in said
        assert "A123456789012" not in said
