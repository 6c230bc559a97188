"""Ed25519 keys and checks: the one place where a signature is made or judged.

Ed25519 (RFC 8032) as in most libraries accepts public keys of low order, under
which one fixed signature fits many messages (C2SP CCTV, ed25519).  So every
public key is judged before any signature under it: canonical encoding, a point
of the curve, none of the low-order points.  Sound keys stay loaded, so that the
second statement of a signer costs the bare verification.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import AlterationFound, MalformedInput, RuleRefused
from ledger.formats.encoding import b64url, compact_json, unb64url

if TYPE_CHECKING:
    from collections.abc import Mapping

PUBLIC_BYTES: Final = 32
SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEYS_KEPT_LOADED: Final = 4096
POSSESSION_TITLE: Final = "send-ledger/v1/possession"

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P  # RFC 8032 §5.1, the curve constant d
_SIGN_BIT: Final = 1 << 255

# y of the eight low-order points (CCTV ed25519 README); a sign bit either way and
# the spellings with y >= p make of them the fourteen encodings listed there.
_LOW_ORDER_Y: Final = frozenset(
    int.from_bytes(bytes.fromhex(encoding), "little")
    for encoding in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


class BadSignature(AlterationFound):
    """A signature does not fit its message and key, or its key is no sound key."""

    kind = "bad-signature"


class WeakKey(RuleRefused):
    """A public key under which a signature proves nothing."""

    kind = "weak-key"


def check_public(public: bytes) -> None:
    """Judge an Ed25519 public key by itself.

    Args:
        public: 32 bytes, the encoded point (RFC 8032 §5.1.2).

    Raises:
        WeakKey: not 32 bytes, not canonical (RFC 8032 §5.1.3 steps 1 and 4),
            not a point of the curve, or of low order.
    """
    if len(public) != PUBLIC_BYTES:
        raise _weak("It is not 32 bytes long.")
    y = int.from_bytes(public, "little") & ~_SIGN_BIT
    if y >= _P:  # §5.1.3 step 1
        raise _weak("Its point is not written in the one canonical way.")
    if y in _LOW_ORDER_Y:
        raise _weak("It is a point of low order, under which one signature fits many messages.")
    if not _is_square((y * y - 1) * (_D * y * y + 1) % _P):  # §5.1.3 step 3
        raise _weak("It is not a point of the curve.")


@lru_cache(maxsize=KEYS_KEPT_LOADED)
def _is_square(value: int) -> bool:
    return pow(value, (_P - 1) // 2, _P) in (0, 1)


def _weak(why: str) -> WeakKey:
    return WeakKey(
        "A public signing key is refused.", why, "Make a new key and use its public part."
    )


@lru_cache(maxsize=KEYS_KEPT_LOADED)
def _sound_key(public: bytes) -> Ed25519PublicKey:
    check_public(public)
    return Ed25519PublicKey.from_public_bytes(public)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Verify one signature (RFC 8032 §5.1.7) under a sound key.

    Releases the interpreter lock while it computes, so threads run side by side.

    Args:
        public: 32 bytes.
        signature: 64 bytes.
        message: the signed bytes, verbatim.

    Raises:
        BadSignature: the signature does not fit (kind `bad-signature`), or the
            key is weak (kind `weak-key`).
    """
    try:
        _sound_key(public).verify(signature, message)
    except InvalidSignature:
        raise BadSignature(
            "A signature does not fit.",
            "Its bytes, the signed bytes or the key differ from what was signed.",
            "Compare with another copy; the copy whose signature fits is the original.",
        ) from None
    except WeakKey as weak:
        raise BadSignature(
            "A signature counts for nothing.", weak.why, weak.remedy, kind=weak.kind
        ) from None


class SigningKey:
    """An Ed25519 private key; printing it shows its public name only.

    Two keys are equal when their public parts are.
    """

    __slots__ = ("_key", "_seed", "kid", "public")

    def __init__(self, seed: bytes) -> None:
        """Load a key.

        Args:
            seed: the 32 secret bytes (RFC 8032 §5.1.5).

        Raises:
            MalformedInput: not 32 bytes.
        """
        if len(seed) != SEED_BYTES:
            raise MalformedInput("A signing key is not 32 bytes long.", kind="bad-seed")
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public: Final = self._key.public_key().public_bytes_raw()
        self.kid: Final = thumbprint(self.public)

    def sign(self, message: bytes) -> bytes:
        """Sign (RFC 8032 §5.1.6) and return the 64 bytes."""
        return self._key.sign(message)

    def seed_bytes(self) -> bytes:
        """Give away the 32 secret bytes, to be wrapped for storage."""
        return self._seed

    def __repr__(self) -> str:
        """Show the public name only."""
        return f"SigningKey(kid={self.kid!r})"

    def __eq__(self, other: object) -> bool:
        """Compare by public key."""
        return isinstance(other, SigningKey) and self.public == other.public

    def __hash__(self) -> int:
        """Hash the public key."""
        return hash(self.public)


def jwk(public: bytes) -> dict[str, str]:
    """Write a public key as a JSON Web Key (RFC 8037 §2), as a statement has it."""
    return {"kty": "OKP", "crv": "Ed25519", "x": b64url(public)}


def thumbprint(public: bytes) -> str:
    """Name a public key: RFC 7638 thumbprint (members of RFC 8037 §2), SHA-256, base64url."""
    members = compact_json(dict(sorted(jwk(public).items())))  # RFC 7638 §3.3
    return b64url(hashlib.sha256(members.encode("ascii")).digest())


def public_from_jwk(value: Mapping[str, object]) -> bytes:
    """Read a public key from a JSON Web Key.

    Args:
        value: exactly the members `kty`, `crv` and `x`.

    Returns:
        The 32 bytes of a sound key.

    Raises:
        MalformedInput: other members, another curve, a badly written `x`.
        WeakKey: see `check_public`.
    """
    x = value.get("x")
    if not isinstance(x, str) or dict(value) != {"crv": "Ed25519", "kty": "OKP", "x": x}:
        raise MalformedInput(
            "A key is not a plain Ed25519 JSON Web Key.",
            "It must hold kty OKP, crv Ed25519 and x, and nothing else.",
            kind="bad-jwk",
        )
    public = unb64url(x)
    check_public(public)
    return public


def _possession_message(public: bytes, lid: bytes, person: bytes) -> bytes:
    lines = (POSSESSION_TITLE, b64url(lid), b64url(person), thumbprint(public))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def prove_possession(key: SigningKey, lid: bytes, person: bytes) -> bytes:
    """Prove that whoever registers a key holds its secret part.

    Args:
        key: the key to be registered.
        lid: the ledger's 16 bytes.
        person: the holder's random 16 bytes in that ledger.

    Returns:
        The signature over four ASCII lines: title, ledger, person, thumbprint.
    """
    return key.sign(_possession_message(key.public, lid, person))


def check_possession(public: bytes, proof: bytes, lid: bytes, person: bytes) -> None:
    """Check the proof made by `prove_possession` for the same ledger and person.

    Raises:
        BadSignature: it does not fit, or the key is weak.
    """
    verify(public, proof, _possession_message(public, lid, person))
