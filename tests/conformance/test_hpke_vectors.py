"""X25519, HKDF and HPKE as class keys rely on them, against published vectors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cryptography_vectors
import pytest

from ledger.seal.content_keys import (
    ReadingKey,
    check_reading_public,
    unwrap_class_key,
    wrap_class_key,
)
from ledger.seal.ed25519 import WeakKey
from tests.fixed_randomness import hkdf_expand, hkdf_extract, hpke_seal

if TYPE_CHECKING:
    from pathlib import Path

KEK_ID, LID, CLASS_KEY = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 64))


def _hpke_case() -> dict[str, Any]:
    with cryptography_vectors.open_vector_file("HPKE/test-vectors.json", "rb") as file:
        suites = json.loads(file.read())
    suite = {"mode": 0, "kem_id": 0x20, "kdf_id": 1, "aead_id": 3}  # RFC 9180 A.2.1
    (case,) = (case for case in suites if suite.items() <= case.items())
    found: dict[str, Any] = case
    return found


def _tests(vectors: Path, name: str) -> list[dict[str, Any]]:
    groups = json.loads((vectors / "wycheproof" / name).read_bytes())["testGroups"]
    return [case for group in groups for case in group["tests"]]


def test_the_second_writer_gives_the_bytes_of_rfc_9180() -> None:
    case = _hpke_case()
    first = case["encryptions"][0]
    sealed = hpke_seal(
        bytes.fromhex(case["pkRm"]),
        bytes.fromhex(case["info"]),
        bytes.fromhex(first["pt"]),
        bytes.fromhex(case["skEm"]),
        aad=bytes.fromhex(first["aad"]),
    )
    assert sealed.hex() == case["enc"] + first["ct"]


def test_a_reading_key_opens_what_the_second_writer_sealed() -> None:
    case = _hpke_case()
    reading = ReadingKey(bytes.fromhex(case["skRm"]))
    assert reading.public.hex() == case["pkRm"]
    info = bytes.fromhex(case["info"])
    sealed = hpke_seal(reading.public, info, b"text", bytes.fromhex(case["skEm"]))
    assert reading.open(sealed, info) == b"text"


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_the_hkdf_under_the_second_writer_gives_the_published_keys(
    vectors: Path, digest: str
) -> None:
    for case in _tests(vectors, f"hkdf_{digest}_test.json"):
        if case["result"] == "valid":
            salt, secret, info = (bytes.fromhex(case[name]) for name in ("salt", "ikm", "info"))
            key = hkdf_extract(digest, salt, secret)
            assert hkdf_expand(digest, key, info, case["size"]).hex() == case["okm"]


def test_every_public_key_with_a_zero_secret_or_a_second_spelling_is_refused(
    vectors: Path,
) -> None:
    refused, accepted = 0, 0
    for case in _tests(vectors, "x25519_test.json"):
        public = bytes.fromhex(case["public"])
        if {"ZeroSharedSecret", "LowOrderPublic", "NonCanonicalPublic"} & set(case["flags"]):
            with pytest.raises(WeakKey):
                check_reading_public(public)
            with pytest.raises(WeakKey):
                wrap_class_key(CLASS_KEY, "general", KEK_ID, LID, public)
            refused += 1
        else:
            check_reading_public(public)
            accepted += 1
    assert (refused, accepted) > (30, 300)


def test_a_class_key_reaches_every_private_key_of_the_vectors(vectors: Path) -> None:
    for case in _tests(vectors, "x25519_test.json")[::10]:
        reading = ReadingKey(bytes.fromhex(case["private"]))
        wrapped = wrap_class_key(CLASS_KEY, "general", KEK_ID, LID, reading.public)
        assert unwrap_class_key(reading, wrapped, KEK_ID, LID) == ("general", CLASS_KEY)
