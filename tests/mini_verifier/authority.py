"""Whose signature counts, and since when: `docs/formats/authority.md`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.mini_verifier.encoding import (
    Refused,
    check_signature,
    sound_key,
    thumbprint,
    unb64url,
)
from tests.mini_verifier.statement import AUTHORITY, Statement

MACHINES = {"log", "system", "cosigner", "access"}
BODY = "responsible-body"
BY_ROOT = {"head", BODY, *MACHINES}
HIGH = {"root", *BY_ROOT}
SIGN_NOTHING = {"root", "log", "cosigner", "governor", "inspector"}
"""But authority statements: these only watch, sign notes, or appoint."""
SIGNED_BY = {
    "stream-head": {"system"},
    "anchor": {"system"},
    "access-record": {"access"},
    "countersignature": {"head", "senco", "teacher", "administrator", "dpo", BODY},
    "manifest": {"senco", "system"},
    "receipt": {"senco", "system"},
}


@dataclass
class Key:
    """A registered key, and when it was taken back: (from_index, index of the revocation)."""

    person: str
    public: bytes
    index: int


@dataclass
class Grant:
    """A role held from one day to another, until it is withdrawn."""

    person: str
    role: str
    index: int
    first: str
    last: str | None
    ended: list[tuple[int, int]] = field(default_factory=list)

    def holds(self, index: int, day: str, known: int) -> bool:
        """Tell whether it covers a statement, by what was logged below index `known`."""
        # A resignation is itself signed under the role that it ends.
        ended = any(start <= index != told < known for start, told in self.ended)
        in_time = self.first <= day and (self.last is None or day <= self.last)
        return self.index < index and in_time and not ended


class Authority:
    """The authority stream, walked in order of the log; indexes may have gaps."""

    def __init__(self) -> None:
        """Start before leaf 0: nobody holds anything."""
        self.keys: dict[str, Key] = {}
        self.grants: list[Grant] = []
        self.revoked: dict[str, list[tuple[int, int]]] = {}
        self.continued: list[tuple[str, int]] = []
        """Origin and size of each log that this one continues."""

    def judge(self, statement: Statement, index: int) -> None:
        """Refuse a statement that its signer might not make at this index."""
        if index == 0:
            self._judge_genesis(statement)
        key = self.keys.get(statement.kid)
        if key is None:
            raise Refused("unknown-key", "its key was never registered before")
        if self._is_revoked(statement.kid, index, index):
            raise Refused("revoked-key", "its key was revoked before")
        check_signature(key.public, statement.signature, statement.signed)
        role, day = statement.payload["role"], statement.payload["recorded_at"][:10]
        if index and not self.holds(key.person, role, index, day):
            raise Refused("role-not-held", f"its signer is not {role}")
        if statement.kind in AUTHORITY:
            if index:
                self._judge_authority(statement, index, key.person)
            self._take_effect(statement, index)
        elif role in SIGN_NOTHING or role not in SIGNED_BY.get(
            statement.kind, {role} - {"access", BODY}
        ):
            raise Refused("not-authorised", f"{role} may not sign a {statement.kind}")

    def is_disputed(self, statement: Statement, index: int) -> bool:
        """Tell whether a later statement took back what counted when it was signed."""
        key, payload = self.keys[statement.kid], statement.payload
        told = self.revoked.get(statement.kid, [])
        # What ended the key is not in doubt, though a later word reach back over it.
        revoked = any(start <= index < told[0][1] for start, _ in told)
        day, role, all_told = payload["recorded_at"][:10], payload["role"], 2**63
        return revoked or (
            index > 0 and not self.holds(key.person, role, index, day, known=all_told)
        )

    def holds(self, person: str, role: str, index: int, day: str, known: int | None = None) -> bool:
        """Tell whether a person holds a role at an index, on a day."""
        known = index if known is None else known
        return any(
            grant.holds(index, day, known)
            for grant in self.grants
            if (grant.person, grant.role) == (person, role)
        )

    def publics_of(self, role: str, index: int, day: str) -> set[bytes]:
        """Give the keys that speak for a role at an index, on a day."""
        return {
            key.public
            for kid, key in self.keys.items()
            if key.index < index
            and self.holds(key.person, role, index, day)
            and not self._is_revoked(kid, index, index)
        }

    def _is_revoked(self, kid: str, index: int, known: int) -> bool:
        return any(start <= index and told < known for start, told in self.revoked.get(kid, []))

    def _judge_genesis(self, genesis: Statement) -> None:
        payload = genesis.payload
        sound = (
            (genesis.kind, payload["role"], payload["seq"]) == ("key-registered", "root", 1)
            and payload["auth"] is None
            and payload["anchor"] is None
        )
        if not sound:
            raise Refused("bad-genesis", "leaf 0 is not a root key that registers itself")
        self._check_new_key(payload)
        if thumbprint(unb64url(payload["jwk"]["x"])) != genesis.kid:
            raise Refused("bad-genesis", "it is signed by another key than it registers")
        self._register(payload, 0)
        self.grants.append(Grant(payload["person"], "root", 0, "0000-00-00", None))

    def _judge_authority(self, statement: Statement, index: int, signer: str) -> None:
        allowed = {
            "key-registered": self._may_register,
            "key-revoked": self._may_revoke,
            "role-granted": self._may_grant,
            "role-withdrawn": self._may_withdraw,
            "succession": self._may_succeed,
        }[statement.kind]
        if not allowed(statement.payload, index, signer):
            raise Refused("not-authorised", f"{statement.payload['role']} may not do that")

    def _may_register(self, payload: dict[str, Any], _index: int, signer: str) -> bool:
        self._check_new_key(payload)
        person = payload["person"]
        live = any(self._is_live(kid) for kid, key in self.keys.items() if key.person == person)
        by_head = payload["role"] == "head" and not live and not self._granted(person) & HIGH
        return payload["role"] == "root" or person == signer or by_head

    def _may_revoke(self, payload: dict[str, Any], index: int, signer: str) -> bool:
        kid, start = payload["kid"], payload["from_index"]
        further_back = all(start < before for before, _ in self.revoked.get(kid, []))
        if kid not in self.keys or start > index or not further_back:
            return False
        owner = self.keys[payload["kid"]].person
        held = {grant.role for grant in self.grants if grant.person == owner}
        by_head = payload["role"] == "head" and not held & {"root", *MACHINES}
        return payload["role"] == "root" or owner == signer or by_head

    def _may_grant(self, payload: dict[str, Any], _index: int, signer: str) -> bool:
        to_another = payload["person"] != signer
        return to_another and self._is_granter(payload["role"], payload["granted"])

    def _may_withdraw(self, payload: dict[str, Any], index: int, signer: str) -> bool:
        person, role = payload["person"], payload["withdrawn"]
        if payload["from_index"] > index or role not in self._granted(person) - {"root"}:
            return False
        return person == signer or self._is_granter(payload["role"], role)

    def _may_succeed(self, payload: dict[str, Any], index: int, _signer: str) -> bool:
        own = f"send-ledger/v1/{payload['lid']}"
        fresh = payload["origin"] not in {own, *(origin for origin, _ in self.continued)}
        first = index == 1 + len(self.continued)
        return first and fresh and payload["size"] > 0 and payload["role"] == "root"

    def _granted(self, person: str) -> set[str]:
        """Roles granted and not taken back; a day that is past or to come is no matter here."""
        return {one.role for one in self.grants if one.person == person and not one.ended}

    def _is_live(self, kid: str) -> bool:
        return kid in self.keys and kid not in self.revoked

    @staticmethod
    def _is_granter(role: str, granted: str) -> bool:
        # The root role is the genesis's alone: nobody may grant it, or take it away.
        return granted != "root" and role == ("root" if granted in BY_ROOT else "head")

    def _check_new_key(self, payload: dict[str, Any]) -> None:
        public = unb64url(payload["jwk"]["x"])
        sound_key(public)
        kid = thumbprint(public)
        if kid in self.keys:
            raise Refused("key-registered-before", "one key, registered twice")
        lines = ["send-ledger/v1/possession", payload["lid"], payload["person"], kid, ""]
        try:
            check_signature(public, unb64url(payload["possession"]), "\n".join(lines).encode())
        except Refused as refused:
            raise Refused("bad-possession", refused.why) from None

    def _register(self, payload: dict[str, Any], index: int) -> None:
        public = unb64url(payload["jwk"]["x"])
        self.keys.setdefault(thumbprint(public), Key(payload["person"], public, index))

    def _take_effect(self, statement: Statement, index: int) -> None:
        payload = statement.payload
        match statement.kind:
            case "key-registered":
                self._register(payload, index)
            case "key-revoked":
                self.revoked.setdefault(payload["kid"], []).append((payload["from_index"], index))
            case "role-granted":
                days = payload["from"], payload["until"]
                self.grants.append(Grant(payload["person"], payload["granted"], index, *days))
            case "succession":
                self.continued.append((payload["origin"], payload["size"]))
            case _:
                for grant in self.grants:
                    if (grant.person, grant.role) == (payload["person"], payload["withdrawn"]):
                        grant.ended.append((payload["from_index"], index))
