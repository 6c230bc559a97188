"""What the authority stream says of one key, one role, one ledger that went before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class KeyRecord:
    """A registered key.

    Attributes:
        public: 32 bytes, Ed25519.
        person: whose key it is, base64url id.
        custody: how its holder keeps it.
        registered: log index of the registration.
        revoked: log index of the first revocation, or None.
        revoked_from: from which index on it stopped counting, or None; a later
            revocation may move it back.
        revoked_last: log index of the newest revocation, or None.
        reason: why it was revoked, or "".
    """

    public: bytes
    person: str
    custody: str
    registered: int
    revoked: int | None = None
    revoked_from: int | None = None
    revoked_last: int | None = None
    reason: str = ""


@dataclass(slots=True)
class RoleRecord:
    """A role held by a person, by log index and by day (ISO text)."""

    role: str
    granted: int
    from_day: str
    until_day: str | None
    withdrawn: int | None = None
    withdrawn_from: int | None = None

    def held(self, index: int, day: str) -> bool:
        """Tell whether the role is held at this index, on this day."""
        return (
            self.granted < index
            and (self.withdrawn is None or self.withdrawn >= index)
            and self.from_day <= day
            and (self.until_day is None or day <= self.until_day)
        )

    def disputed(self, index: int) -> bool:
        """Tell whether a later withdrawal reaches back over this index."""
        if self.withdrawn is None or self.withdrawn_from is None:
            return False
        return self.withdrawn_from <= index < self.withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionRecord:
    """A ledger that this one continues, and the newest head of it that was known.

    Attributes:
        index: log index of the statement.
        origin: name of the other log.
        size: leaves of its tree.
        root: its root hash, 32 bytes.
    """

    index: int
    origin: str
    size: int
    root: bytes
