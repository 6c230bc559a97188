"""Whose signature counts, judged at a log index: `docs/formats/authority.md`.

A fold over the authority stream and nothing else: fed statements in log order,
it never does I/O, and the writing side and the verifier use the same one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledger.errors import LedgerError, NotAuthorised
from ledger.formats import kinds
from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import unb64url
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.statement import Statement, StreamPlace, read_statement
from ledger.seal.authority_records import KeyRecord, RoleRecord, SuccessionRecord
from ledger.seal.ed25519 import (
    check_possession,
    check_public,
    public_from_jwk,
    thumbprint,
    verify,
)
from ledger.seal.roles import MACHINE_ROLES, ROOT_GRANTS, permitted_kinds


@dataclass(slots=True)
class Authority:
    """Keys and roles of one ledger, as of the statements applied so far.

    Attributes:
        stream: the authority stream's id text, None before genesis.
        head: its newest statement's place, None before genesis.
        head_index: the log index of that statement.
        successions: the ledgers that this one continues.
    """

    stream: str | None = None
    head: StreamPlace | None = None
    head_index: int = -1
    keys: dict[str, KeyRecord] = field(default_factory=dict)
    roles: dict[str, list[RoleRecord]] = field(default_factory=dict)
    successions: list[SuccessionRecord] = field(default_factory=list)

    def apply(self, index: int, statement: Statement) -> None:
        """Take in an authority statement whose signature was checked.

        Args:
            index: its log index.
            statement: one of the authority kinds.

        Raises:
            NotAuthorised: the rules of authority.md forbid it; the state is
                as it was.
        """
        if self.stream is None:
            self._apply_genesis(index, statement)
        else:
            self._check_stream(statement)
            self.judge(index, statement)
            self._apply_further(index, statement)
        self.head = StreamPlace(statement.seq, statement.hash)
        self.head_index = index

    def judge(self, index: int, statement: Statement) -> None:
        """Demand that the signer may sign this kind, in this role, at this index.

        Raises:
            NotAuthorised: with a stable kind: unknown-key, revoked-key,
                role-not-held, kind-not-permitted.
        """
        self.judge_role(index, statement.kid, statement.role, statement.recorded_at[:10])
        if statement.kind not in permitted_kinds(statement.role) and not (
            self._is_own_business(statement)
        ):
            raise NotAuthorised(
                f"Entry {index} is of kind {statement.kind}, signed as {statement.role}.",
                "That role may not sign that kind.",
                kind="kind-not-permitted",
            )

    def judge_role(self, index: int, kid: str, role: str, day: str) -> None:
        """Demand that the key counts and its holder has the role, at an index and day.

        Raises:
            NotAuthorised: unknown-key, revoked-key or role-not-held.
        """
        key = self.keys.get(kid)
        if key is None or key.registered >= index:
            raise NotAuthorised(
                f"Entry {index} is signed with a key that was not registered before it.",
                kind="unknown-key",
            )
        if key.revoked is not None and key.revoked < index:
            raise NotAuthorised(
                f"Entry {index} is signed with a key that was revoked at entry {key.revoked}.",
                "A revoked key signs nothing.",
                "Ask the headteacher to register a new key.",
                kind="revoked-key",
            )
        if not any(one.role == role and one.held(index, day) for one in self._roles(key.person)):
            raise NotAuthorised(
                f"Entry {index} is signed as {role} by a person who did not hold that role.",
                "Roles are judged at the entry's own place in the log.",
                "Ask the headteacher to grant the role, then sign again.",
                kind="role-not-held",
            )

    def disputed(self, index: int, kid: str, role: str) -> bool:
        """Tell whether a later revocation or withdrawal reaches back over an entry."""
        key = self.keys.get(kid)
        if key is None:
            return False
        # The revocation itself may be by that very key, and is not in doubt.
        if key.revoked is not None and (key.revoked_from or 0) <= index < key.revoked:
            return True
        held = [one for one in self._roles(key.person) if one.role == role and one.granted < index]
        return bool(held) and all(one.disputed(index) for one in held)

    def roles_of(self, person: str, index: int, day: str) -> frozenset[str]:
        """Give the roles that a person holds at an index, on a day."""
        return frozenset(one.role for one in self._roles(person) if one.held(index, day))

    @property
    def people(self) -> set[str]:
        """The ids of all who ever had a key here."""
        return {key.person for key in self.keys.values()}

    def live_keys(self, person: str) -> list[str]:
        """Give the thumbprints of a person's keys that are not revoked."""
        return [
            kid for kid, key in self.keys.items() if key.person == person and key.revoked is None
        ]

    def holders(self, role: str, index: int, day: str) -> list[str]:
        """Give the persons who hold a role at an index, on a day."""
        return [person for person in self.roles if role in self.roles_of(person, index, day)]

    def _roles(self, person: str) -> list[RoleRecord]:
        return self.roles.get(person, [])

    def _check_stream(self, statement: Statement) -> None:
        if statement.payload["stream"] != self.stream:
            raise NotAuthorised(
                "A statement about keys or roles stands outside the authority stream.",
                kind="second-authority-stream",
            )

    def _apply_genesis(self, index: int, statement: Statement) -> None:
        payload = statement.payload
        sound = (
            index == 0
            and statement.kind == kinds.KEY_REGISTERED
            and payload["auth"] is None
            and payload["role"] == "root"
        )
        if not sound:
            raise NotAuthorised("The log does not begin with a genesis.", kind="no-genesis")
        public = self._checked_key(statement)
        if thumbprint(public) != statement.kid:
            raise NotAuthorised("The genesis is not signed by its own key.", kind="no-genesis")
        self.stream = payload["stream"]
        # The root's authority begins with itself: index -1 lies before leaf 0.
        self.keys[statement.kid] = KeyRecord(public, payload["person"], payload["custody"], -1)
        self.roles[payload["person"]] = [RoleRecord("root", -1, "0001-01-01", None)]

    def _apply_further(self, index: int, statement: Statement) -> None:
        payload = statement.payload
        match statement.kind:
            case kinds.KEY_REGISTERED:
                public = self._checked_key(statement)
                self._check_may_register(statement)
                record = KeyRecord(public, payload["person"], payload["custody"], index)
                self.keys[thumbprint(public)] = record
            case kinds.KEY_REVOKED:
                self._revoke(index, statement)
            case kinds.ROLE_GRANTED:
                self._check_may_grant(statement, payload["granted"], payload["person"])
                record_ = RoleRecord(payload["granted"], index, payload["from"], payload["until"])
                self.roles.setdefault(payload["person"], []).append(record_)
            case kinds.SUCCESSION:
                self._succeed(index, statement)
            case kinds.ROLE_WITHDRAWN:
                self._withdraw(index, statement)
            case _:
                raise NotAuthorised(
                    "Among the entries about keys and roles stands one that is about neither.",
                    "The program never writes one there.",
                    kind="stream-mixed",
                )

    def _checked_key(self, statement: Statement) -> bytes:
        payload = statement.payload
        try:
            public = public_from_jwk(payload["jwk"])
            check_public(public)
            check_possession(
                public, unb64url(payload["possession"]), statement.lid, unb64url(payload["person"])
            )
        except NotAuthorised:
            raise
        except LedgerError as error:
            raise NotAuthorised(
                "A key is registered that is weak or not proved to be possessed.",
                error.what,
                kind="unproved-key",
            ) from error
        if thumbprint(public) in self.keys:
            raise NotAuthorised(
                "A key is registered twice.",
                "A key belongs to one person and speaks for nobody else.",
                "Make a new key.",
                kind="key-registered-twice",
            )
        return public

    def _signer(self, statement: Statement) -> str:
        return self.keys[statement.kid].person

    def _is_own_business(self, statement: Statement) -> bool:
        """Tell whether a person renews or revokes their own key, under any role."""
        payload: Any = statement.payload
        signer = self._signer(statement)
        if statement.kind == kinds.KEY_REGISTERED:
            return bool(payload["person"] == signer)
        if statement.kind == kinds.KEY_REVOKED:
            key = self.keys.get(payload["kid"])
            return key is not None and key.person == signer
        return statement.kind == kinds.ROLE_WITHDRAWN and payload["person"] == signer

    def _check_may_register(self, statement: Statement) -> None:
        person, signer = statement.payload["person"], self._signer(statement)
        if statement.role == "root" or person == signer:
            return
        guarded = any(
            one.role in ROOT_GRANTS | {"root"} and one.withdrawn is None
            for one in self._roles(person)
        )
        if guarded or self.live_keys(person):
            raise NotAuthorised(
                "A key is registered for a person who has a live key, or a guarded role.",
                "Nobody but that person, or the root key, may add a key that speaks for them.",
                "Revoke the old key first, or let the person rotate it; a head without a key is "
                "appointed anew, under another handle, with the root key.",
                kind="key-not-theirs-to-register",
            )

    def _check_may_grant(self, statement: Statement, role: str, person: str) -> None:
        if role == "root":
            raise NotAuthorised(
                "The root role cannot be granted.",
                "It belongs to the key with which the ledger began.",
                kind="grant-not-permitted",
            )
        if person == self._signer(statement):
            raise NotAuthorised(
                "A role is granted by its own holder to themselves.",
                "Nobody grants a role to themselves.",
                "Let the root key, or another headteacher, grant it.",
                kind="self-grant",
            )
        if (role in ROOT_GRANTS) != (statement.role == "root"):
            raise NotAuthorised(
                f"The role {role} is granted or withdrawn by {statement.role}.",
                "The root key appoints heads, machines and the responsible body; a headteacher "
                "appoints the rest.",
                "A head is appointed with staff add and the root key; whoever gives that role up "
                "withdraws it themselves, or their key is revoked.",
                kind="grant-not-permitted",
            )

    def _revoke(self, index: int, statement: Statement) -> None:
        payload = statement.payload
        key = self.keys.get(payload["kid"])
        # One that is revoked is revoked again only from an earlier entry.
        last = index if key is None or key.revoked_from is None else key.revoked_from - 1
        if key is None or payload["from_index"] > last:
            raise NotAuthorised(
                "A key is revoked that was never registered, from an entry that is still to come, "
                "or again without reaching further back.",
                "A revocation reaches back to an entry that is there, a second one further back.",
                "See send-ledger staff list.",
                kind="revocation-malformed",
            )
        guarded = {"root", *MACHINE_ROLES}
        if (
            statement.role != "root"
            and self._signer(statement) != key.person
            and any(one.role in guarded for one in self._roles(key.person))
        ):
            raise NotAuthorised(
                f"A guarded key is revoked by {statement.role}.",
                "Only the root key revokes the ledger's own keys.",
                kind="revocation-not-permitted",
            )
        key.revoked = index if key.revoked is None else key.revoked
        key.revoked_from, key.revoked_last = payload["from_index"], index
        key.reason = payload["reason"]

    def _withdraw(self, index: int, statement: Statement) -> None:
        payload = statement.payload
        role, person = payload["withdrawn"], payload["person"]
        if person != self._signer(statement):
            self._check_may_grant(statement, role, person)
        held = [one for one in self._roles(person) if one.role == role and one.withdrawn is None]
        if not held or payload["from_index"] > index or role == "root":
            raise NotAuthorised(
                "A role is withdrawn that is not held, or from an entry that is still to come.",
                "A role is withdrawn once, from an entry that is there.",
                "See send-ledger staff list.",
                kind="withdrawal-malformed",
            )
        for one in held:
            one.withdrawn, one.withdrawn_from = index, payload["from_index"]

    def _succeed(self, index: int, statement: Statement) -> None:
        payload = statement.payload
        known = {origin_of(statement.lid), *(one.origin for one in self.successions)}
        # Whoever reads the beginning of a log knows then whether another went before.
        misplaced = index != 1 + len(self.successions)
        if misplaced or payload["size"] == 0 or payload["origin"] in known:
            raise NotAuthorised(
                "A ledger names another that it continues, where it may not.",
                "It names each once, before anything else but its own root key.",
                "Begin a new home with send-ledger init --continues.",
                kind="succession-misplaced",
            )
        record = SuccessionRecord(
            index=index,
            origin=payload["origin"],
            size=payload["size"],
            root=unb64url(payload["root"]),
        )
        self.successions.append(record)


def apply_checked(authority: Authority, index: int, statement: Statement) -> None:
    """Check an authority statement's signature, then take it in.

    Raises:
        NotAuthorised: the rules of authority.md forbid it.
        BadSignature: it is not signed by the key that it names.
    """
    if authority.stream is None and statement.kind == kinds.KEY_REGISTERED:
        public = public_from_jwk(statement.payload["jwk"])
    else:
        authority.judge(index, statement)
        public = authority.keys[statement.kid].public
    verify(public, statement.signature, statement.signing_input)
    authority.apply(index, statement)


def read_authority(log: LedgerReader) -> Authority:
    """Fold the authority stream of an open ledger file, every signature checked.

    Raises:
        NotAuthorised, BadSignature: as `apply_checked`.
        NotFound: the ledger is empty.
    """
    authority = Authority()
    for entry in log.stream(log.entry(0).stream):
        apply_checked(authority, entry.index, read_statement(entry.statement))
    return authority
