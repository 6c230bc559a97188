"""Staff: appointed, given a key and roles, renewed, revoked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
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

CHANGING_TRIES = 20
"""How often something is taken back anew when others record meanwhile: it says from where on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role for a person, from one day to another, both included."""

    role: str
    from_: date
    until: date | None = None
    explanation: str | None = None


def appoint(desk: Desk, key: NewKey, job_title: str, grant: Grant) -> None:
    """Record a member of staff, register their key and grant their role, in one save."""
    stream = desk.start(Staff, stream=UUID(bytes=key.person)).id

    def change(authority: AuthorityStream) -> Staff:
        register_key(desk, authority, key)
        _grant(desk, authority, key.person, key.name, grant)
        staff = Staff(stream)
        staff.record(StaffAppointed, desk.entry(), name=key.name, job_title=job_title)
        return staff

    _change(desk, change)


def appoint_with_root(root: Desk, key: NewKey, grant: Grant) -> None:
    """Register a key and grant a role that only the root key grants; it signs nothing else."""

    def change(authority: AuthorityStream) -> None:
        register_key(root, authority, key)
        _grant(root, authority, key.person, key.name, grant)

    _change(root, change)


def designate_senco(desk: Desk, person: bytes, facts: Mapping[str, Any]) -> None:
    """Record on what footing somebody is the SENCO (Code 6.84–6.86, D-EVID-6)."""
    staff = desk.load(Staff, UUID(bytes=person))
    staff.record(SencoDesignated, desk.entry(), **facts)
    desk.save(staff)


def grant_role(desk: Desk, person: bytes, name: str, grant: Grant) -> None:
    """Grant one more role to a person whose key is registered."""
    _change(desk, lambda authority: _grant(desk, authority, person, name, grant))


def withdraw_role(
    desk: Desk,
    person: bytes,
    role: str,
    *,
    from_index: int | None,
    explanation: str,
    check: Callable[[], None] = lambda: None,
) -> int:
    """Withdraw a role from an index on, or from this very entry on; give the index.

    Args:
        desk: who withdraws it.
        person: from whom.
        role: which.
        from_index: from which entry on; None for the one that says so.
        explanation: why.
        check: refuses, by keys and roles as they are then.
    """

    def change(authority: AuthorityStream, index: int) -> None:
        check()
        authority.record(
            RoleWithdrawn,
            desk.entry(),
            person=person,
            withdrawn=role,
            from_index=index,
            explanation=explanation,
        )

    return _change_from(desk, from_index, change)


def revoke_key(desk: Desk, kid: str, from_index: int | None, reason: str, explanation: str) -> int:
    """Revoke a key from an index on, or from this very entry on; give the index.

    What lies between the index and the entry is disputed.
    """

    def change(authority: AuthorityStream, index: int) -> None:
        authority.record(
            KeyRevoked,
            desk.entry(),
            kid=unb64url(kid),
            from_index=index,
            reason=reason,
            explanation=explanation,
        )

    return _change_from(desk, from_index, change)


def register_successor(desk: Desk, key: NewKey) -> None:
    """Register a person's new key, signed by their old one."""
    _change(desk, lambda authority: register_key(desk, authority, key))


def record_leaving(
    desk: Desk, person: bytes, on: date, reason: str | None, late_reason: str | None = None
) -> None:
    """Record that a member of staff has left."""
    staff = desk.load(Staff, UUID(bytes=person))
    staff.record(StaffLeft, desk.entry(on, late_reason=late_reason), grounds=reason)
    desk.save(staff)


def _change(desk: Desk, change: Callable[[AuthorityStream], Aggregate | None]) -> None:
    """Change keys or roles, anew when somebody else changed some first."""

    def decision() -> None:
        authority = desk.load(AuthorityStream, desk.streams.authority)
        further = change(authority)
        desk.save(*([authority] if further is None else [authority, further]))

    desk.decide(decision)


def _change_from(
    desk: Desk, from_index: int | None, change: Callable[[AuthorityStream, int], None]
) -> int:
    def decision() -> int:
        size = desk.ledger.size
        index = size if from_index is None else from_index
        authority = desk.load(AuthorityStream, desk.streams.authority)
        change(authority, index)
        # What others sign until then is not in doubt: “from now on” is from this entry on.
        desk.save(authority, at_size=size if from_index is None else None)
        return index

    return desk.decide(decision, CHANGING_TRIES)


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
