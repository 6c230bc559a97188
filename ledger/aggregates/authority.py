"""Keys and roles: the statements of the one authority stream.

Their rules are judged where both sides can share them, in
`ledger.seal.authority`; here they only take their published shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.formats import kinds
from ledger.values.nouns import class_of_contents


@dataclass(frozen=True, slots=True)
class Jwk:
    """A public Ed25519 key as an OKP JWK (RFC 8037 §2); `x` is its 32 bytes."""

    kty: str
    crv: str
    x: bytes


@event_type("authority.key_registered.v1", kinds.KEY_REGISTERED)
@dataclass(frozen=True, kw_only=True)
class KeyRegistered(Event):
    """A key speaks for a person or machine from now on.

    Attributes:
        person: random 128-bit id.
        jwk: the public key.
        custody: how it is kept: passphrase, server-session or device.
        possession: signature that proves possession, 64 bytes.
        person_name: the person's name, or the machine's purpose.
        reading_key: public X25519 key to wrap class keys for, or None.
    """

    person: bytes
    jwk: Jwk
    custody: str
    possession: bytes
    person_name: str
    reading_key: bytes | None


@event_type("authority.key_revoked.v1", kinds.KEY_REVOKED)
@dataclass(frozen=True, kw_only=True)
class KeyRevoked(Event):
    """A key counts no more, from an index on; what lies between is disputed."""

    kid: bytes
    from_index: int
    reason: str
    explanation: str


@event_type("authority.role_granted.v1", kinds.ROLE_GRANTED)
@dataclass(frozen=True, kw_only=True)
class RoleGranted(Event):
    """A person holds a role from one day to another, both included."""

    person: bytes
    granted: str
    from_: date
    until: date | None
    person_name: str
    explanation: str | None


@event_type("authority.role_withdrawn.v1", kinds.ROLE_WITHDRAWN)
@dataclass(frozen=True, kw_only=True)
class RoleWithdrawn(Event):
    """A person holds a role no more, from an index on."""

    person: bytes
    withdrawn: str
    from_index: int
    explanation: str


class AuthorityStream(Aggregate):
    """The authority stream of one ledger."""

    CONTENT_CLASS = class_of_contents("authority")

    def _apply(self, event: Event) -> None:
        """Keep nothing: `ledger.seal.authority` folds the stream from its clear part."""
