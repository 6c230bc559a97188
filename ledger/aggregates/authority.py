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


@event_type("authority.ledger_continued.v1", kinds.SUCCESSION)
@dataclass(frozen=True, kw_only=True)
class LedgerContinued(Event):
    """This ledger continues another, whose home was lost in part or is closed.

    Attributes:
        origin: name of the other log.
        size: leaves of the newest head of it that was known.
        root: root hash there, 32 bytes.
        kept_size: how many of its entries were at hand.
        kept_root: root hash over those, 32 bytes.
        lost_first: log index of the first entry that is lost, or None.
        lost_last: log index of the last one, or None.
        seen_in: where the newest head was seen, in words.
        old_genesis: SHA-256 of the other log's genesis JWT, 32 bytes.
        old_root_signature: by the other log's root key, 64 bytes, or None; see
            `ledger.seal.succession`.
        grounds: why a new ledger was begun.
    """

    origin: str
    size: int
    root: bytes
    kept_size: int
    kept_root: bytes
    lost_first: int | None
    lost_last: int | None
    seen_in: str
    old_genesis: bytes
    old_root_signature: bytes | None
    grounds: str


class AuthorityStream(Aggregate):
    """The authority stream of one ledger."""

    CONTENT_CLASS = class_of_contents("authority")

    def _apply(self, event: Event) -> None:
        """Keep nothing: `ledger.seal.authority` folds the stream from its clear part."""
