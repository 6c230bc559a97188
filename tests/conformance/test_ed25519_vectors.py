"""Ed25519 against published vectors: RFC 8032, Wycheproof, CCTV, cryptography's own."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import cryptography_vectors
import pytest

from ledger.seal.ed25519 import (
    BadSignature,
    SigningKey,
    WeakKey,
    check_public,
    jwk,
    public_from_jwk,
    verify,
)
from ledger.seal.pem import public_from_spki_pem, spki_pem

if TYPE_CHECKING:
    from pathlib import Path


def _accepts(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        verify(public, signature, message)
    except BadSignature:
        return False
    return True


def _check_sign_input(lines: list[str], count: int) -> None:
    assert len(lines) == count
    for line in lines:
        secret, public, message, signed = map(bytes.fromhex, line.split(":")[:4])
        key, signature = SigningKey(secret[:32]), signed[:64]
        assert key.public == public
        assert key.sign(message) == signature
        verify(public, signature, message)
        assert not _accepts(public, signature, message + b"x")


def test_every_vector_of_the_original_sign_input_signs_and_verifies(vectors: Path) -> None:
    text = gzip.decompress((vectors / "rfc8032" / "sign.input.gz").read_bytes()).decode("ascii")
    _check_sign_input(text.split(), 128)


def test_the_sign_input_that_travels_with_cryptography_signs_and_verifies() -> None:
    with cryptography_vectors.open_vector_file("asymmetric/Ed25519/sign.input", "r") as file:
        _check_sign_input(file.read().split(), 1024)


def test_the_public_key_file_that_travels_with_cryptography_reads_and_writes_alike() -> None:
    with cryptography_vectors.open_vector_file("asymmetric/Ed25519/ed25519-pub.pem", "rb") as file:
        pem = file.read()
    assert spki_pem(public_from_spki_pem(pem)) == pem


def _wycheproof(vectors: Path) -> list[dict[str, Any]]:
    document = json.loads((vectors / "wycheproof" / "ed25519_test.json").read_bytes())
    groups: list[dict[str, Any]] = document["testGroups"]
    assert sum(len(group["tests"]) for group in groups) == 151
    return groups


def test_every_wycheproof_signature_is_judged_as_published(vectors: Path) -> None:
    for group in _wycheproof(vectors):
        public = bytes.fromhex(group["publicKey"]["pk"])
        for case in group["tests"]:
            accepted = _accepts(public, bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
            assert accepted == (case["result"] == "valid"), case


def test_every_wycheproof_key_reads_and_writes_alike(vectors: Path) -> None:
    for group in _wycheproof(vectors):
        public = bytes.fromhex(group["publicKey"]["pk"])
        assert public_from_spki_pem(group["publicKeyPem"].encode("ascii")) == public
        published = {name: group["publicKeyJwk"][name] for name in ("kty", "crv", "x")}
        assert jwk(public) == published
        assert public_from_jwk(published) == public


def _cctv(vectors: Path) -> list[dict[str, Any]]:
    path = vectors / "cctv-ed25519" / "ed25519vectors.json"
    cases: list[dict[str, Any]] = json.loads(path.read_bytes())
    assert len(cases) == 914
    return cases


def test_every_cctv_key_of_low_order_or_odd_spelling_is_refused(vectors: Path) -> None:
    refused: set[str] = set()
    for case in _cctv(vectors):
        if {"low_order_A", "non_canonical_A"} & set(case["flags"] or ()):
            public = bytes.fromhex(case["key"])
            with pytest.raises(WeakKey):
                check_public(public)
            assert not _accepts(public, bytes.fromhex(case["sig"]), case["msg"].encode()), case
            refused.add(case["key"])
    assert len(refused) == 14


def test_every_other_cctv_signature_is_judged_as_ref10_does(vectors: Path) -> None:
    judged = {True: 0, False: 0}
    for case in _cctv(vectors):
        flags = set(case["flags"] or ())
        if not {"low_order_A", "non_canonical_A"} & flags:
            expected = not {"non_canonical_R", "low_order_residue", "reencoded_k"} & flags
            signature, message = bytes.fromhex(case["sig"]), case["msg"].encode()
            assert _accepts(bytes.fromhex(case["key"]), signature, message) == expected, case
            judged[expected] += 1
    assert all(judged.values())


def test_the_readme_of_cctv_lists_fourteen_encodings_and_each_is_refused(vectors: Path) -> None:
    readme = (vectors / "cctv-ed25519" / "README.md").read_text("utf-8")
    listed = [
        word for word in readme.split() if len(word) == 64 and set(word) <= set("0123456789abcdef")
    ]
    assert len(listed) == 14
    for encoding in listed:
        with pytest.raises(WeakKey):
            check_public(bytes.fromhex(encoding))
