"""Staff: appointed, given a key and roles, renewed, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.aggregates.authority import (
    AuthorityStream,
    KeyRevoked,
    RoleGranted,
    RoleWithdrawn,
)
from ledger.aggregates.staff import SencoDesignated, Staff, StaffAppointed, StaffLeft
from ledger.application.desk import Desk
from ledger.application.founding import NewKey, register_key
from ledger.formats.encoding import unb64url


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role for a person, from one day to another, both included."""

    role: str
    from_: date
    until: date | None = None
    explanation: str | None = None


def appoint(desk: Desk, key: NewKey, job_title: str, grant: Grant) -> None:
    """Record a member of staff, register their key and grant their role, in one save."""
    authority = desk.load(AuthorityStream, desk.streams.authority)
    register_key(desk, authority, key)
    _grant(desk, authority, key.person, key.name, grant)
    staff = desk.start(Staff, stream=UUID(bytes=key.person))
    staff.record(StaffAppointed, desk.entry(), name=key.name, job_title=job_title)
    desk.save(authority, staff)


def appoint_with_root(root: Desk, key: NewKey, grant: Grant) -> None:
    """Register a key and grant a role that only the root key grants; it signs nothing else."""
    authority = root.load(AuthorityStream, root.streams.authority)
    register_key(root, authority, key)
    _grant(root, authority, key.person, key.name, grant)
    root.save(authority)


def designate_senco(desk: Desk, person: bytes, facts: Mapping[str, Any]) -> None:
    """Record on what footing somebody is the SENCO (Code 6.84–6.86, D-EVID-6)."""
    staff = desk.load(Staff, UUID(bytes=person))
    staff.record(SencoDesignated, desk.entry(), **facts)
    desk.save(staff)


def grant_role(desk: Desk, person: bytes, name: str, grant: Grant) -> None:
    """Grant one more role to a person whose key is registered."""
    authority = desk.load(AuthorityStream, desk.streams.authority)
    _grant(desk, authority, person, name, grant)
    desk.save(authority)


def withdraw_role(desk: Desk, person: bytes, role: str, from_index: int, explanation: str) -> None:
    """Withdraw a role from an index on."""
    authority = desk.load(AuthorityStream, desk.streams.authority)
    authority.record(
        RoleWithdrawn,
        desk.entry(),
        person=person,
        withdrawn=role,
        from_index=from_index,
        explanation=explanation,
    )
    desk.save(authority)


def revoke_key(desk: Desk, kid: str, from_index: int, reason: str, explanation: str) -> None:
    """Revoke a key from an index on; what lies between is disputed."""
    authority = desk.load(AuthorityStream, desk.streams.authority)
    authority.record(
        KeyRevoked,
        desk.entry(),
        kid=unb64url(kid),
        from_index=from_index,
        reason=reason,
        explanation=explanation,
    )
    desk.save(authority)


def register_successor(desk: Desk, key: NewKey) -> None:
    """Register a person's new key, signed by their old one."""
    authority = desk.load(AuthorityStream, desk.streams.authority)
    register_key(desk, authority, key)
    desk.save(authority)


def record_leaving(
    desk: Desk, person: bytes, on: date, reason: str | None, late_reason: str | None = None
) -> None:
    """Record that a member of staff has left."""
    staff = desk.load(Staff, UUID(bytes=person))
    staff.record(StaffLeft, desk.entry(on, late_reason=late_reason), grounds=reason)
    desk.save(staff)


def _grant(desk: Desk, stream: AuthorityStream, person: bytes, name: str, grant: Grant) -> None:
    stream.record(
        RoleGranted,
        desk.entry(),
        person=person,
        granted=grant.role,
        from_=grant.from_,
        until=grant.until,
        person_name=name,
        explanation=grant.explanation,
    )
