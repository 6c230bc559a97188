"""Fixed keys, randomness and dates: the same bytes on every machine, for ever.

Nothing here is secret, and none of it may sign anything outside the tests.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ledger.formats.encoding import b64url, compact_json
from ledger.formats.statement import Anchor, ClearPart, StreamPlace, finish, unsigned
from ledger.seal.ed25519 import SigningKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def fixed_bytes(label: str, size: int = 32) -> bytes:
    """Give that many bytes that the label alone decides."""
    return hashlib.sha256(f"send-ledger test vector: {label}".encode()).digest()[:size]


class CounterEntropy:
    """A counter-mode SHA-256 stream in place of `os.urandom`."""

    def __init__(self, label: str) -> None:
        """Start at the beginning of the stream of that label."""
        self._seed = fixed_bytes(f"entropy {label}")
        self._block = 0
        self._left = b""

    def __call__(self, size: int) -> bytes:
        """Draw the next bytes of the stream."""
        while len(self._left) < size:
            counter = self._block.to_bytes(8, "big")
            self._left += hashlib.sha256(self._seed + counter).digest()
            self._block += 1
        drawn, self._left = self._left[:size], self._left[size:]
        return drawn


ACTOR: Final = SigningKey(fixed_bytes("key of the SENCO"))
STRANGER: Final = SigningKey(fixed_bytes("key of a stranger"))
LID: Final = fixed_bytes("ledger", 16)
STREAM: Final = fixed_bytes("stream", 16)
PERSON: Final = fixed_bytes("person", 16)
RECORDED_AT: Final = datetime(2026, 3, 3, 17, 0, 0, tzinfo=UTC)
ANCHOR: Final = Anchor(
    41, fixed_bytes("root"), (fixed_bytes("first token"), fixed_bytes("second token"))
)
AUTH: Final = StreamPlace(7, fixed_bytes("authority head"))
PREV: Final = fixed_bytes("previous statement")


def clear_part(
    kind: str, digests: Sequence[str], further: Mapping[str, object], **changes: Any
) -> ClearPart:
    """Give the clear part of a second statement in a stream, with some members changed."""
    members: dict[str, Any] = {
        "kid": ACTOR.kid,
        "lid": LID,
        "stream": STREAM,
        "seq": 2,
        "prev": PREV,
        "recorded_at": RECORDED_AT,
        "anchor": ANCHOR,
        "auth": AUTH,
        "role": "senco",
    }
    return ClearPart(kind=kind, digests=digests, further=further, **(members | changes))


def sign(part: ClearPart, key: SigningKey = ACTOR) -> bytes:
    """Sign a clear part as the product does."""
    text = unsigned(part)
    return finish(text, key.sign(text))


def sign_texts(header: bytes, payload: bytes, key: SigningKey = ACTOR) -> str:
    """Sign any header and payload, also those that the product would never write."""
    text = f"{b64url(header)}.{b64url(payload)}"
    return f"{text}.{b64url(key.sign(text.encode()))}"


def sign_members(header: object, payload: object, key: SigningKey = ACTOR) -> str:
    """Sign any two JSON values."""
    return sign_texts(compact_json(header).encode(), compact_json(payload).encode(), key)
