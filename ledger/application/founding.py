"""A ledger begins: genesis, the ledger's own keys, the first headteacher, the school."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.authority import (
    AuthorityStream,
    Jwk,
    KeyRegistered,
    LedgerContinued,
    RoleGranted,
)
from ledger.aggregates.school import School, SchoolRegistered, TransportKeyPublished
from ledger.aggregates.staff import Staff, StaffAppointed
from ledger.application.desk import Desk
from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import unb64url
from ledger.seal.succession import Succession


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key to register, with the proof that its holder has it.

    Attributes:
        person: random id of the person or machine, 16 bytes.
        name: the person's name, or the machine's purpose.
        public: Ed25519, 32 bytes.
        possession: see `ledger.seal.ed25519.prove_possession`.
        custody: passphrase, server-session or device.
        reading: public X25519 key, or None for a machine.
    """

    person: bytes
    name: str
    public: bytes
    possession: bytes
    custody: str
    reading: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolFacts:
    """What Get Information About Schools says of the school today."""

    name: str
    urn: str
    laestab: str
    authority: str
    phase: str
    maintained: bool
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """A ledger that the new one continues.

    Attributes:
        origin: name of its log.
        size: leaves of the newest head of it that is known.
        root: root hash there, 32 bytes.
        kept_size: how many of its entries are at hand.
        kept_root: root hash over those, 32 bytes.
        seen_in: where the newest head was seen, in words.
        genesis: SHA-256 of its genesis JWT, 32 bytes.
        grounds: why a new ledger is begun.
        agree: signs the succession with its root key; None where that is not at hand.
    """

    origin: str
    size: int
    root: bytes
    kept_size: int
    kept_root: bytes
    seen_in: str
    genesis: bytes
    grounds: str
    agree: Callable[[Succession], bytes] | None = None

    @property
    def lost(self) -> tuple[int, int] | None:
        """Log indexes of the first and the last entry that is lost; None where none is."""
        return (self.kept_size, self.size - 1) if self.kept_size < self.size else None


def found_ledger(
    root: Desk,
    root_key: NewKey,
    machines: Sequence[tuple[str, NewKey]],
    head: NewKey,
    predecessors: Sequence[Predecessor] = (),
) -> None:
    """Write the genesis and appoint the ledger's machines and first headteacher.

    Args:
        root: the desk of the root key, which is used this once and put away.
        root_key: the root key itself; its registration is leaf 0.
        machines: role (log, system, cosigner, access) and key of each.
        head: the first headteacher.
        predecessors: the ledgers that this one continues; named before all else.
    """
    stream = root.start(AuthorityStream, stream=root.streams.authority)
    register_key(root, stream, root_key)
    for one in predecessors:
        _continue(root, stream, one)
    for role, key in machines:
        register_key(root, stream, key)
        _grant(root, stream, key, role, root.today())
    register_key(root, stream, head)
    _grant(root, stream, head, "head", root.today())
    root.save(stream)


def _continue(root: Desk, stream: AuthorityStream, old: Predecessor) -> None:
    succession = Succession(
        origin=old.origin,
        size=old.size,
        root=old.root,
        new_origin=origin_of(root.lid),
        new_root=root.actor.kid,
    )
    lost_first, lost_last = old.lost or (None, None)
    stream.record(
        LedgerContinued,
        root.entry(),
        origin=old.origin,
        size=old.size,
        root=old.root,
        kept_size=old.kept_size,
        kept_root=old.kept_root,
        lost_first=lost_first,
        lost_last=lost_last,
        seen_in=old.seen_in,
        old_genesis=old.genesis,
        old_root_signature=old.agree(succession) if old.agree else None,
        grounds=old.grounds,
    )


def register_school(head: Desk, facts: SchoolFacts, recipient: str) -> None:
    """Record the school and its transport key, and the headteacher as its first staff."""
    school = head.start(School, stream=head.streams.school)
    school.record(
        SchoolRegistered,
        head.entry(),
        name=facts.name,
        urn=facts.urn,
        laestab=facts.laestab,
        authority=facts.authority,
        phase=facts.phase,
        maintained=facts.maintained,
        profile=facts.profile,
    )
    school.record(TransportKeyPublished, head.entry(), recipient=recipient)
    staff = head.start(Staff, stream=_person_stream(head))
    staff.record(StaffAppointed, head.entry(), name=head.name, job_title="Headteacher")
    head.save(school, staff)


def _person_stream(desk: Desk) -> UUID:
    return UUID(bytes=unb64url(desk.actor.person))


def register_key(desk: Desk, stream: AuthorityStream, key: NewKey) -> None:
    """Decide on the registration of a key; the caller saves."""
    stream.record(
        KeyRegistered,
        desk.entry(),
        person=key.person,
        jwk=Jwk("OKP", "Ed25519", key.public),
        custody=key.custody,
        possession=key.possession,
        person_name=key.name,
        reading_key=key.reading,
    )


def _grant(desk: Desk, stream: AuthorityStream, key: NewKey, role: str, from_: date) -> None:
    stream.record(
        RoleGranted,
        desk.entry(),
        person=key.person,
        granted=role,
        from_=from_,
        until=None,
        person_name=key.name,
        explanation=None,
    )
