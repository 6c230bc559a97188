"""Public keys as PEM, as openssl reads and writes them.

Apart from `ed25519`, because what reads PEM loads every kind of key there is, and
nothing but proof folders needs it.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from ledger.errors import MalformedInput
from ledger.seal.ed25519 import check_public

PEM_MAX_BYTES: Final = 4096


def spki_pem(public: bytes) -> bytes:
    """Write a public key as SubjectPublicKeyInfo in PEM (RFC 8410 §4), for openssl."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_from_spki_pem(pem: bytes) -> bytes:
    """Read a public key from SubjectPublicKeyInfo in PEM.

    Args:
        pem: at most `PEM_MAX_BYTES`, as `openssl pkey -pubout` writes it.

    Returns:
        The 32 bytes of a sound key.

    Raises:
        MalformedInput: not such a file, or a key of another algorithm.
        WeakKey: see `check_public`.
    """
    try:
        key = load_pem_public_key(pem) if len(pem) <= PEM_MAX_BYTES else None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise MalformedInput(
            "A file is not an Ed25519 public key in PEM.",
            remedy="Write it with `openssl pkey -pubout`, or ask its owner for it again.",
            kind="bad-pem",
        )
    public = key.public_bytes_raw()
    check_public(public)
    return public
