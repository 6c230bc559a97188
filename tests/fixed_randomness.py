"""Cobblestone-256 and HPKE written a second time, with the randomness handed in.

The library draws salts and ephemeral keys by itself, so a worked example with fixed
bytes needs a writer of its own.  This one is written from the specifications with
HMAC and the bare ciphers, shares nothing with the product, and is itself held
against published vectors in `tests/conformance/`.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

CHUNK_BYTES: Final = 16 * 1024
_KEM_SUITE: Final = b"KEM" + bytes.fromhex("0020")
_HPKE_SUITE: Final = b"HPKE" + bytes.fromhex("002000010003")


class Entropy:
    """As `os.urandom`, but the same bytes each time for one label."""

    def __init__(self, label: str) -> None:
        """Start at the label's first bytes."""
        self._label = label
        self._drawn = 0

    def __call__(self, size: int) -> bytes:
        """Draw the next bytes; at most 32."""
        self._drawn += 1
        return hashlib.sha256(f"{self._label} {self._drawn}".encode()).digest()[:size]


def hkdf_extract(digest: str, salt: bytes, key: bytes) -> bytes:
    """HKDF-Extract (RFC 5869 §2.2)."""
    return hmac.digest(salt or bytes(hashlib.new(digest).digest_size), key, digest)


def hkdf_expand(digest: str, key: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand (RFC 5869 §2.3)."""
    output, block, number = b"", b"", 1
    while len(output) < size:
        block = hmac.digest(key, block + info + bytes([number]), digest)
        output, number = output + block, number + 1
    return output[:size]


def cobblestone_seal(key: bytes, context: bytes, plaintext: bytes, salt: bytes) -> bytes:
    """Cobblestone-256 (C2SP chunked-encryption), the 24-byte salt given."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    derived = hkdf_expand("sha512", key, info, 32 + 12 + 32)
    cipher, nonce, commitment = AESGCM(derived[:32]), derived[32:44], derived[44:]
    parts = [salt, commitment]
    for number in range(len(plaintext) // CHUNK_BYTES + 1):
        chunk = plaintext[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES]
        parts.append(cipher.encrypt(_xor(nonce, number), chunk, b""))
    return b"".join(parts)


def _xor(nonce: bytes, number: int) -> bytes:
    return (int.from_bytes(nonce, "big") ^ number).to_bytes(len(nonce), "big")


def _labeled_extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
    return hkdf_extract("sha256", salt, b"HPKE-v1" + suite + label + key)


def _labeled_expand(suite: bytes, key: bytes, label: bytes, info: bytes, size: int) -> bytes:
    prefix = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label
    return hkdf_expand("sha256", key, prefix + info, size)


def hpke_seal(
    public: bytes, info: bytes, plaintext: bytes, ephemeral: bytes, *, aad: bytes = b""
) -> bytes:
    """HPKE base mode (RFC 9180 §5.1.1; X25519, SHA-256, ChaCha20-Poly1305), first message.

    The 32-byte ephemeral secret is given; returns its public part and the ciphertext.
    """
    secret = X25519PrivateKey.from_private_bytes(ephemeral)
    enc = secret.public_key().public_bytes_raw()
    shared = _encapsulated(secret.exchange(X25519PublicKey.from_public_bytes(public)), enc + public)
    context = (
        b"\0"
        + _labeled_extract(_HPKE_SUITE, b"", b"psk_id_hash", b"")
        + _labeled_extract(_HPKE_SUITE, b"", b"info_hash", info)
    )
    schedule = _labeled_extract(_HPKE_SUITE, shared, b"secret", b"")
    key = _labeled_expand(_HPKE_SUITE, schedule, b"key", context, 32)
    nonce = _labeled_expand(_HPKE_SUITE, schedule, b"base_nonce", context, 12)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plaintext, aad)


def _encapsulated(shared: bytes, kem_context: bytes) -> bytes:
    key = _labeled_extract(_KEM_SUITE, b"", b"eae_prk", shared)
    return _labeled_expand(_KEM_SUITE, key, b"shared_secret", kem_context, 32)
