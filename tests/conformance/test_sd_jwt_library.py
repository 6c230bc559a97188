"""PyPI `sd-jwt`, a library that knows nothing of us, verifies our statements.

Nothing is registered or patched: jwcrypto, which it verifies with, has `Ed25519`
(RFC 9864) among the algorithms that it allows by default.  The library checks
signature, digests and salted fields; of our closed tables it knows nothing.
"""

from __future__ import annotations

import json

import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import InvalidJWSSignature
from sd_jwt.verifier import SDJWTVerifier

from ledger.seal.ed25519 import jwk
from tests.golden.fixed import ACTOR, STRANGER
from tests.golden.good_statements import NAMES, Made, consent_fields, make
from tests.golden.vector import FOLDER, read_vector

GOOD = {
    path.stem: vector
    for path in sorted(FOLDER.glob("*.json"))
    if (vector := read_vector(path)).expect == "ok" and vector.is_sd_jwt
}


def verified(presentation: str, public: bytes = ACTOR.public) -> dict[str, object]:
    """Let the library verify a presentation, and give the payload that it makes of it."""
    key = JWK.from_json(json.dumps(jwk(public)))
    payload = SDJWTVerifier(presentation, lambda _issuer, _header: key).get_verified_payload()
    return dict(payload)


def clear_members(made: Made) -> dict[str, object]:
    """The payload less the two members that disclosures replace."""
    return {name: value for name, value in made.payload.items() if not name.startswith("_sd")}


def test_the_library_verifies_a_statement_with_one_field_withheld() -> None:
    fields = consent_fields("Zoë O’Example")
    made = make("for a library", fields)
    shown = {name: value for name, value in fields.items() if name != "subject_name"}
    assert verified(made.shown("subject_name")) == clear_members(made) | shown


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_library_reads_an_awkward_name_as_we_wrote_it(name: str) -> None:
    made = make("for a library", consent_fields(name))
    assert verified(made.shown())["subject_name"] == name


@pytest.mark.parametrize("name", GOOD)
def test_the_library_accepts_every_vector_that_we_accept(name: str) -> None:
    vector = GOOD[name]
    payload, fields = vector.payload, vector.fields
    assert isinstance(payload, dict)
    assert isinstance(fields, dict)
    clear = {key: value for key, value in payload.items() if not key.startswith("_sd")}
    assert verified(vector.data.rstrip("\n"), vector.public) == clear | fields


def test_the_library_refuses_another_key() -> None:
    with pytest.raises(InvalidJWSSignature):
        verified(make("for a library", consent_fields()).shown(), STRANGER.public)


def test_the_library_refuses_an_altered_payload() -> None:
    header, payload, rest = make("for a library", consent_fields()).shown().split(".")
    place = len(payload) // 2
    altered = payload[:place] + ("A" if payload[place] != "A" else "B") + payload[place + 1 :]
    with pytest.raises((InvalidJWSSignature, ValueError)):
        verified(f"{header}.{altered}.{rest}")


def test_the_library_shows_no_field_that_the_statement_does_not_cover() -> None:
    made, other = make("one", consent_fields()), make("other", consent_fields("Bob Example"))
    swapped = made.shown().replace(made.disclosures[2].text, other.disclosures[2].text)
    assert "subject_name" not in verified(swapped)
