"""Text encodings, JSON without ambiguity, and Ed25519 under sound keys only."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
MAX_INT = 2**63 - 1


class Refused(Exception):
    """Something is not as the documents say; `word` names the layer that fails."""

    def __init__(self, word: str, why: str) -> None:
        """Say which layer fails, and why."""
        super().__init__(f"{word}: {why}")
        self.word = word
        self.why = why


def sha256(data: bytes) -> bytes:
    """SHA-256 (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def b64url(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().replace("=", "")


def unb64url(text: str, size: int | None = None) -> bytes:
    """Undo `b64url`; any other spelling of the same bytes is refused."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Refused("malformed", "not base64url") from None
    if b64url(data) != text or size not in (None, len(data)):
        raise Refused("malformed", "base64url of another form or length")
    return data


def unb64(text: str, size: int | None = None) -> bytes:
    """Standard base64 with padding, in its one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("malformed", "not base64") from None
    if base64.b64encode(data).decode() != text or size not in (None, len(data)):
        raise Refused("malformed", "base64 of another form or length")
    return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise Refused("malformed", "a member is named twice")
    return dict(pairs)


def _no_number(text: str) -> NoReturn:
    raise Refused("malformed", f"{text} is not an integer")


def read_json(data: bytes) -> Any:
    """One JSON value: UTF-8 (escaped surrogates included), no duplicate names, integers only."""
    try:
        value = json.loads(
            data.decode("utf-8", "strict"),
            object_pairs_hook=_object,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8", "strict")
    except (ValueError, RecursionError):
        raise Refused("malformed", "not JSON") from None
    return value


def read_decimal(text: str) -> int:
    """ASCII decimal without leading zeroes, below 2^63."""
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise Refused("malformed", "not a decimal number")
    if len(text) > len(str(MAX_INT)) or int(text) > MAX_INT:
        raise Refused("malformed", "a number is too large")
    return int(text)


def thumbprint(public: bytes) -> str:
    """RFC 7638 thumbprint of an OKP key: its required members in lexical order."""
    x = b64url(public)
    return b64url(sha256(b'{"crv":"Ed25519","kty":"OKP","x":"%s"}' % x.encode()))


def _point(public: bytes) -> tuple[int, int]:
    """Decode a point (RFC 8032 §5.1.3), canonical spelling only."""
    number = int.from_bytes(public, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if len(public) != 32 or y >= P:
        raise Refused("weak-key", "not the canonical spelling of a point")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * SQRT_M1 % P
    if x * x % P != square or (x == 0 and sign):
        raise Refused("weak-key", "not a point of the curve")
    return (P - x if x % 2 != sign else x), y


def _double(point: tuple[int, int]) -> tuple[int, int]:
    x, y = point
    t = D * x * x * y * y % P
    return 2 * x * y * pow(1 + t, P - 2, P) % P, (y * y + x * x) * pow(1 - t, P - 2, P) % P


@cache
def sound_key(public: bytes) -> Ed25519PublicKey:
    """Load a key, unless eight times its point is nothing (low order)."""
    if _double(_double(_double(_point(public)))) == (0, 1):
        raise Refused("weak-key", "a point of low order")
    return Ed25519PublicKey.from_public_bytes(public)


def check_signature(public: bytes, signature: bytes, message: bytes) -> None:
    """Ed25519 (RFC 8032 §5.1.7)."""
    try:
        sound_key(public).verify(signature, message)
    except InvalidSignature:
        raise Refused("bad-signature", "the signature does not fit") from None
