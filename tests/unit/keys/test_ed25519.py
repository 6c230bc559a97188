"""Signing keys, their names and texts, and the proof that somebody holds one."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from ledger.errors import AlterationFound, LedgerError, MalformedInput, RuleRefused
from ledger.seal import ed25519
from ledger.seal.ed25519 import (
    BadSignature,
    SigningKey,
    WeakKey,
    check_possession,
    check_public,
    jwk,
    prove_possession,
    public_from_jwk,
    thumbprint,
    verify,
)
from ledger.seal.pem import public_from_spki_pem, spki_pem

if TYPE_CHECKING:
    from pathlib import Path

LID, PERSON = bytes(range(16)), bytes(range(16, 32))
KEY, OTHER = SigningKey(bytes(32)), SigningKey(bytes([7]) * 32)
# One fixed signature: R the identity point, S zero (threat model, finding 6).
IDENTITY = bytes([1]).ljust(32, b"\0")
UNIVERSAL = IDENTITY + bytes(32)


def test_a_signature_verifies_under_its_key_and_message_only() -> None:
    signature = KEY.sign(b"consent given")
    verify(KEY.public, signature, b"consent given")
    for public, signed, message in (
        (OTHER.public, signature, b"consent given"),
        (KEY.public, signature, b"consent withdrawn"),
        (KEY.public, signature[:-1] + b"\xff", b"consent given"),
        (KEY.public, signature[:-1], b"consent given"),
        (KEY.public, b"", b"consent given"),
    ):
        with pytest.raises(BadSignature) as caught:
            verify(public, signed, message)
        assert (caught.value.kind, caught.value.exit_code) == ("bad-signature", 10)


@pytest.mark.parametrize("message", [b"consent given", b"consent withdrawn"])
def test_the_signature_that_fits_every_message_is_refused(message: bytes) -> None:
    with pytest.raises(BadSignature) as caught:
        verify(IDENTITY, UNIVERSAL, message)
    assert caught.value.kind == "weak-key"
    assert isinstance(caught.value, AlterationFound)


def test_a_weak_key_is_refused_each_time_not_only_the_first() -> None:
    for _ in range(2):
        with pytest.raises(BadSignature):
            verify(IDENTITY, UNIVERSAL, b"consent given")


def _spelling(y: int, sign: int) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("above", range(19))
def test_every_spelling_at_or_above_the_prime_is_refused(above: int, sign: int) -> None:
    with pytest.raises(WeakKey) as caught:
        check_public(_spelling(2**255 - 19 + above, sign))
    assert (caught.value.kind, caught.value.exit_code) == ("weak-key", 7)
    assert isinstance(caught.value, RuleRefused)


def test_bytes_that_are_no_point_of_the_curve_are_refused() -> None:
    with pytest.raises(WeakKey, match="refused") as caught:
        check_public(_spelling(2, 0))
    assert "curve" in caught.value.why


@pytest.mark.parametrize("public", [b"", bytes(31), KEY.public + b"\0"])
def test_a_key_of_another_length_is_refused(public: bytes) -> None:
    with pytest.raises(WeakKey):
        check_public(public)


def test_a_thousand_ordinary_keys_are_sound() -> None:
    for number in range(1000):
        check_public(SigningKey(hashlib.sha256(b"%d" % number).digest()).public)


def test_the_name_of_a_key_is_its_rfc_7638_thumbprint() -> None:
    # RFC 8037 appendix A.3
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_json_web_key_reads_and_writes_alike() -> None:
    assert public_from_jwk(jwk(KEY.public)) == KEY.public


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "EC"},
        {"crv": "X25519"},
        {"x": 5},
        {"x": "****"},
        {"d": "AAAA"},
        {"kid": "a"},
        {"x": None},
    ],
)
def test_a_json_web_key_with_anything_else_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(MalformedInput):
        public_from_jwk({**jwk(KEY.public), **change})


def test_a_json_web_key_that_lacks_a_member_is_refused() -> None:
    with pytest.raises(MalformedInput):
        public_from_jwk({"kty": "OKP", "crv": "Ed25519"})
    with pytest.raises(WeakKey):
        public_from_jwk(jwk(IDENTITY))


def test_openssl_reads_the_public_key_that_we_write(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(spki_pem(KEY.public))
    command = ["openssl", "pkey", "-pubin", "-in", str(path), "-outform", "DER"]
    der = subprocess.run(command, check=True, capture_output=True).stdout
    assert der.endswith(KEY.public)
    assert public_from_spki_pem(path.read_bytes()) == KEY.public


@pytest.mark.parametrize(
    "pem", [b"", b"-----BEGIN PUBLIC KEY-----\n", spki_pem(KEY.public) + b" " * 4096]
)
def test_a_file_that_is_no_public_key_is_refused(pem: bytes) -> None:
    with pytest.raises(MalformedInput) as caught:
        public_from_spki_pem(pem)
    assert caught.value.kind == "bad-pem"


def test_a_weak_key_in_a_file_is_refused() -> None:
    with pytest.raises(WeakKey):
        public_from_spki_pem(spki_pem(IDENTITY))


def test_printing_a_key_shows_no_secret_byte() -> None:
    key = SigningKey(b"secret secret secret secret sec.")
    for shown in (repr(key), str(key), f"{key}"):
        assert shown == f"SigningKey(kid={key.kid!r})"


def test_keys_are_equal_when_their_public_parts_are() -> None:
    assert SigningKey(bytes(32)) == KEY
    assert len({SigningKey(bytes(32)), KEY, OTHER}) == 2
    assert KEY != OTHER
    assert KEY.public != KEY


def test_a_seed_of_another_length_is_refused() -> None:
    with pytest.raises(MalformedInput):
        SigningKey(bytes(31))


def test_possession_is_proved_for_one_key_ledger_and_person() -> None:
    proof = prove_possession(KEY, LID, PERSON)
    check_possession(KEY.public, proof, LID, PERSON)
    for public, lid, person in (
        (OTHER.public, LID, PERSON),
        (KEY.public, PERSON, PERSON),
        (KEY.public, LID, LID),
    ):
        with pytest.raises(BadSignature):
            check_possession(public, proof, lid, person)


def test_possession_signs_four_plain_lines() -> None:
    lines = (
        b"send-ledger/v1/possession\nAAECAwQFBgcICQoLDA0ODw\nEBESExQVFhcYGRobHB0eHw\n"
        + KEY.kid.encode("ascii")
        + b"\n"
    )
    verify(KEY.public, prove_possession(KEY, LID, PERSON), lines)


def test_a_key_is_judged_once_and_then_stays_loaded() -> None:
    ed25519._sound_key.cache_clear()
    for number in range(5):
        verify(KEY.public, KEY.sign(b"%d" % number), b"%d" % number)
    assert ed25519._sound_key.cache_info().misses == 1


def test_refusals_show_no_signed_text() -> None:
    with pytest.raises(LedgerError) as caught:
        verify(KEY.public, bytes(64), b"Ada Lovelace")
    shown = caught.value.what + caught.value.why + caught.value.remedy
    assert "Ada" not in shown
