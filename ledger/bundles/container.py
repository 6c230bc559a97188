"""The container of a record transfer: one age v1 file that holds a ZIP.

Source: C2SP age.md (X25519 recipients).  The ZIP, its limits and its list of
checksums are `ledger.formats.zip_archive` and `ledger.formats.sha256sums`,
named here too so that a caller needs one import.

pyrage draws the file key, the nonce and the ephemeral key from the operating
system itself, so one bundle encrypted twice gives two files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyrage
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from ledger.errors import InputRefused, KeyUnavailable, MalformedInput
from ledger.formats import bech32
from ledger.formats.age_header import check_age_header, damaged
from ledger.formats.sha256sums import SUMS_NAME, check_sha256sums, sha256sums
from ledger.formats.zip_archive import (
    DEPTH_MAX,
    MEMBER_BYTES_MAX,
    MEMBERS_MAX,
    NAME_LENGTH_MAX,
    RATIO_MAX,
    TOTAL_BYTES_MAX,
    ZIP_BYTES_MAX,
    check_names,
    pack,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "AGE_BYTES_MAX",
    "DEPTH_MAX",
    "MEMBERS_MAX",
    "MEMBER_BYTES_MAX",
    "NAME_LENGTH_MAX",
    "RATIO_MAX",
    "SUMS_NAME",
    "TOTAL_BYTES_MAX",
    "ZIP_BYTES_MAX",
    "check_age_header",
    "check_names",
    "check_recipient",
    "check_sha256sums",
    "decrypt",
    "encrypt",
    "new_identity",
    "pack",
    "recipient_of",
    "sha256sums",
    "unpack",
]

AGE_BYTES_MAX = ZIP_BYTES_MAX + 1024 * 1024
"""A ZIP of the greatest size with its header and a tag of 16 bytes per 64 KiB."""

_IDENTITY_PREFIX = "age-secret-key-"
_RECIPIENT_PREFIX = "age"
_KEY_LENGTH = 32
_KEY_TEXT_LENGTH_MAX = 100
# pyrage has one class for all that can go wrong; this is its word for "no
# stanza opens with this identity".  A test with the published vectors holds it.
_NO_MATCH = "No matching keys found"


def new_identity(entropy: Callable[[int], bytes]) -> tuple[str, str]:
    """Make a school's transport key.

    Args:
        entropy: gives that many unpredictable bytes, as `os.urandom` does.

    Returns:
        The identity (`AGE-SECRET-KEY-1…`, secret) and its recipient (`age1…`,
        for the school's card).
    """
    identity = identity_of(entropy(_KEY_LENGTH))
    return identity, recipient_of(identity)


def identity_of(secret: bytes) -> str:
    """Write a secret of 32 bytes as an age identity, `AGE-SECRET-KEY-1…`."""
    return bech32.encode(_IDENTITY_PREFIX, secret).upper()


def recipient_of(identity: str) -> str:
    """The recipient (`age1…`) that belongs to an identity.

    Raises:
        KeyUnavailable: kind "transport-key-malformed".
    """
    key = X25519PrivateKey.from_private_bytes(_identity_bytes(identity))
    return bech32.encode(_RECIPIENT_PREFIX, key.public_key().public_bytes_raw())


def check_recipient(recipient: str) -> None:
    """Check the recipient on a school's card before anything is encrypted to it.

    Raises:
        InputRefused: kind "recipient-malformed": not `age1…` over 32 bytes,
            or a point of low order, for which everyone knows the shared secret.
    """
    try:
        prefix, key = bech32.decode(recipient[:_KEY_TEXT_LENGTH_MAX])
        if prefix != _RECIPIENT_PREFIX or recipient != recipient.lower():
            raise _recipient_malformed()
        # RFC 7748 §6.1: an all-zero shared secret betrays a point of low order.
        probe = X25519PrivateKey.from_private_bytes(bytes(range(_KEY_LENGTH)))
        probe.exchange(X25519PublicKey.from_public_bytes(key))
    except (MalformedInput, ValueError):
        raise _recipient_malformed() from None


def encrypt(data: bytes, recipient: str) -> bytes:
    """Encrypt to one school, as a binary age v1 file.

    Args:
        data: the ZIP, at most ZIP_BYTES_MAX.
        recipient: `age1…` from that school's card.

    Raises:
        InputRefused: kind "recipient-malformed" or "bundle-over-limit".
    """
    check_recipient(recipient)
    if len(data) > ZIP_BYTES_MAX:
        raise _over_limit()
    return bytes(pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(recipient)]))


def decrypt(data: bytes, identity: str) -> bytes:
    """Decrypt a whole age v1 file; nothing of it is returned unless all of it is sound.

    Args:
        data: the file, at most AGE_BYTES_MAX.
        identity: this school's `AGE-SECRET-KEY-1…`.

    Raises:
        InputRefused: kind "bundle-over-limit"; "bundle-recipient-kind"; or
            "not-for-this-school": no recipient in it opens with this identity.
        MalformedInput: kind "bundle-damaged": truncated, altered, no age file.
        KeyUnavailable: kind "transport-key-malformed".
    """
    _identity_bytes(identity)
    if len(data) > AGE_BYTES_MAX:
        raise _over_limit()
    check_age_header(data)
    try:
        return bytes(pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(identity)]))
    except pyrage.DecryptError as error:
        if str(error) != _NO_MATCH:
            raise damaged("Its contents do not match their seal.") from None
        raise InputRefused(
            "The bundle is not for this school.",
            "It is locked to another key than this school's.",
            "Check the sender's copy of your school's card; they may hold an old one.",
            kind="not-for-this-school",
        ) from None


def _identity_bytes(identity: str) -> bytes:
    try:
        prefix, secret = bech32.decode(identity[:_KEY_TEXT_LENGTH_MAX])
    except MalformedInput:
        prefix, secret = "", b""
    if prefix != _IDENTITY_PREFIX or len(secret) != _KEY_LENGTH or identity != identity.upper():
        raise KeyUnavailable(
            "This school's transport key is malformed.",
            "It is not an age identity as this program writes one.",
            "Restore the key from the recovery sheet.",
            kind="transport-key-malformed",
        )
    return secret


def _recipient_malformed() -> InputRefused:
    return InputRefused(
        "The recipient on the school's card cannot be used.",
        "It is not an age recipient, or it is one that would keep nothing secret.",
        "Ask the school for a new card, and compare its fingerprint over the telephone.",
        kind="recipient-malformed",
    )


def _over_limit() -> InputRefused:
    return InputRefused(
        "The bundle is too large.",
        f"A bundle holds at most {ZIP_BYTES_MAX // 1024 // 1024} MiB.",
        "Leave out the largest attachments and hand them over apart.",
        kind="bundle-over-limit",
    )
