"""Statements that came with their proofs: read, placed in one log, judged in its order.

Shared by whatever holds `<name>.sd-jwt` and `<name>.tlog-proof` pairs under one
`checkpoint`: bundles and receipt files.  Names and bytes alone: no disk, no key.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ledger.aggregates.aggregate import EntryCorrected
from ledger.errors import AlterationFound, LedgerError, MalformedInput, NotAuthorised
from ledger.formats import kinds
from ledger.formats.bundle_layout import (
    AUTHORITY,
    CHECKPOINT,
    COSIGNED,
    COUNTERSIGNATURE,
    POLICY,
    stems,
)
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.encoding import b64url
from ledger.formats.sd_jwt import SdJwt, read_sd_jwt
from ledger.formats.statement import Statement, StreamPlace
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.authority import Authority
from ledger.seal.checkpoints import OpenedCheckpoint, check_cosignatures, open_checkpoint
from ledger.seal.ed25519 import public_from_jwk, thumbprint, verify
from ledger.seal.tree import check_inclusion, leaf_hash
from ledger.values.dates import parse_instant
from ledger.verify.corrections import demand_corrected
from ledger.verify.countersigned import note_shown
from ledger.verify.event_contents import NotUnderstood, check_role, permitted_fields
from ledger.verify.inspection import Corrected
from ledger.verify.trust_policy import TrustPolicy, read_trust_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from ledger.verify.findings import Findings


@dataclass(frozen=True, slots=True)
class Logged:
    """A statement proved to stand in the log.

    Attributes:
        name: its files' name, without what follows the dot.
        index: its place in the log.
        shown: the statement with the fields shown.
    """

    name: str
    index: int
    shown: SdJwt

    @property
    def statement(self) -> Statement:
        """The statement itself."""
        return self.shown.statement

    @property
    def fields(self) -> Mapping[str, Any]:
        """Name → JSON value of every field shown."""
        return self.shown.fields


@dataclass(frozen=True, slots=True)
class LoggedStream:
    """A whole stream up to a head that the log itself holds."""

    entries: tuple[Logged, ...]
    head: Logged


@dataclass(slots=True)
class LoggedMembers:
    """The files of a bundle or receipt, under one opened checkpoint.

    Attributes:
        findings: where findings go.
        files: name → bytes.
        policy: whose keys count.
        opened: the checkpoint.
        authority: keys and roles, folded by `judge`.
        last_day: the day of the newest statement judged, ISO.
        countersignature: what a trust or council signed of the log's beginning, read by
            `judge` where it is among the files.
    """

    findings: Findings
    files: Mapping[str, bytes]
    policy: TrustPolicy
    opened: OpenedCheckpoint
    authority: Authority = field(default_factory=Authority)
    last_day: str = ""
    countersignature: Logged | None = None

    @classmethod
    def open(
        cls, findings: Findings, files: Mapping[str, bytes], policy: TrustPolicy | None
    ) -> LoggedMembers:
        """Open the checkpoint, by the given policy or else by the files' own.

        Raises:
            LedgerError: the policy or the checkpoint cannot be read, its
                signature does not fit, or its key is not one of the policy's.
        """
        if policy is None:
            findings.add("self-asserted", words="No trust policy was given from outside.")
            policy = read_trust_policy(_claims(files))
        members = cls(
            findings, files, policy, open_checkpoint(member(files, CHECKPOINT), policy.logs)
        )
        with findings.catching():
            members._check_quorum()
        return members

    @property
    def head(self) -> Checkpoint:
        """What the log signed."""
        return self.opened.checkpoint

    def _check_quorum(self) -> None:
        note = self.files.get(COSIGNED)
        if note is not None and not note.startswith(self.files[CHECKPOINT]):
            raise AlterationFound(
                "The cosigned copy is not the checkpoint with signature lines beneath.",
                kind="cosigned-copy-wrong",
            )
        cosigned = () if note is None else check_cosignatures(note, self.policy.witnesses)
        self.findings.counts["cosignatures"] += len(cosigned)
        if not self.policy.quorum_met(cosigned):
            self.findings.add(
                "quorum-unmet", words="Fewer cosigners than the trust policy asks for signed it."
            )

    def load(self, name: str) -> Logged:
        """Read a statement, and prove its place in the log.

        Raises:
            LedgerError: a file is missing or malformed, the proof leads
                elsewhere, or the statement is of another ledger.
        """
        shown = read_sd_jwt(member(self.files, f"{name}.sd-jwt"))
        proof = TlogProof.parse(member(self.files, f"{name}.tlog-proof"))
        note = self.files.get(COSIGNED, self.files[CHECKPOINT])
        if proof.checkpoint_note != note or proof.extra is not None:
            raise AlterationFound("A proof is for another checkpoint.", kind="other-checkpoint")
        leaf = leaf_hash(shown.statement.jwt)
        check_inclusion(leaf, proof.index, self.head.size, proof.hashes, self.head.root)
        if origin_of(shown.statement.lid) != self.head.origin:
            raise AlterationFound("A statement is of another ledger.", kind="other-ledger")
        self.findings.counts["statements"] += 1
        return Logged(name, proof.index, shown)

    def load_authority(self) -> LoggedStream:
        """Read `authority/`: the stream from its first statement to a logged head."""
        entries = tuple(self.load(name) for name in stems(self.files, AUTHORITY))
        names = tuple(f"{AUTHORITY}{number:04d}" for number in range(1, len(entries) + 1))
        if not entries or tuple(one.name for one in entries) != names:
            raise AlterationFound("authority/ has gaps or is empty.", kind="stream-incomplete")
        if any(one.statement.kind not in kinds.AUTHORITY_KINDS for one in entries):
            raise AlterationFound(
                "authority/ holds what is not about keys and roles.", kind="stream-incomplete"
            )
        stream = LoggedStream(entries, self.load(f"{AUTHORITY}head"))
        check_stream(stream)
        return stream

    def judge(self, authority: LoggedStream, others: Sequence[Logged]) -> None:
        """Judge every statement at its own index, by the authority statements below it.

        Args:
            authority: the authority stream.
            others: every other statement, stream heads among them; the countersignature of
                the log's beginning is read and judged with them.
        """
        if any(name.startswith(f"{COUNTERSIGNATURE}.") for name in self.files):
            self.countersignature = self.load(COUNTERSIGNATURE)
            others = [*others, self.countersignature]
        self._check_genesis(authority.entries[0])
        with self.findings.catching():
            self._check_claims(authority.entries[0])
        late = [one for one in others if one.index > authority.head.index]
        if any(one.statement.kind != kinds.STREAM_HEAD for one in late):
            self.findings.add("authority-cut", words="The authority stream ends too early.")
        own = {one.index for one in authority.entries}
        every = {one.index: one for one in (*others, authority.head, *authority.entries)}
        place: StreamPlace | None = None
        clock = ""
        for index, one in sorted(every.items()):
            with self.findings.catching(index):
                self._judge(one)
            with self.findings.catching(index):
                _check_place(one, place, clock)
            if index in own:
                place = StreamPlace(one.statement.seq, one.statement.hash)
            clock = max(clock, one.statement.recorded_at)
        self._note_disputed(every.values())
        self.findings.note_successions(self.authority.successions)
        self.last_day = clock[:10]
        self._check_log_key()
        note_shown(self.findings, self.authority, authority.entries[0].shown, self._of_genesis())

    def _of_genesis(self) -> tuple[int, SdJwt] | None:
        one = self.countersignature
        return None if one is None else (one.index, one.shown)

    def _judge(self, one: Logged) -> None:
        statement = one.statement
        first = self.authority.stream is None
        if first:
            public = public_from_jwk(statement.payload.get("jwk") or {})
        else:
            self.authority.judge(one.index, statement)
            public = self.authority.keys[statement.kid].public
        verify(public, statement.signature, statement.signing_input)
        self.findings.counts["signatures"] += 1
        if first or statement.kind in kinds.AUTHORITY_KINDS:
            self.authority.apply(one.index, statement)

    def _check_genesis(self, first: Logged) -> None:
        genesis = hashlib.sha256(first.statement.jwt).digest()
        if self.policy.genesis is None:
            self.findings.add(
                "unverifiable", words="The trust policy does not name the log's first statement."
            )
        elif self.policy.genesis != genesis or first.index != 0:
            self.findings.add(
                "other-genesis", 0, "The log does not begin with the statement that is trusted."
            )

    def _check_claims(self, first: Logged) -> None:
        """Check that what the files claim for themselves is what they hold."""
        claims = read_trust_policy(_claims(self.files))
        genesis = hashlib.sha256(first.statement.jwt).digest()
        if claims.genesis != genesis or self.opened.log_key not in claims.logs:
            raise AlterationFound("policy/ does not fit the other files.", kind="claims-wrong")

    def _note_disputed(self, every: Iterable[Logged]) -> None:
        for one in every:
            if self.authority.disputed(one.index, one.statement.kid, one.statement.role):
                self.findings.add(
                    "disputed", one.index, "Its key or role was taken back from before it."
                )

    def _check_log_key(self) -> None:
        kid = thumbprint(self.opened.log_key.public)
        try:
            self.authority.judge_role(self.head.size, kid, "log", self.last_day)
        except NotAuthorised as error:
            self.findings.add("log-key-not-granted", words=f"The checkpoint: {error.what}")

    def check_said(self, entries: Sequence[Logged], whole: Collection[bytes] = ()) -> list[Logged]:
        """Check that each role may sign what its entries say; give those not understood.

        A type that is not known here is kept and named, never refused.

        Args:
            entries: those that show what type they are.
            whole: streams that are held whole, so that what a correction names
                must be among their entries.
        """
        places = {(one.statement.stream, one.statement.seq): one for one in entries}
        unknown = []
        for one in entries:
            with self.findings.catching(one.index):
                try:
                    _check_event(one)
                except NotUnderstood:
                    unknown.append(one)
                    continue
                _check_correction(one, places, whole)
        self.note_not_understood(unknown)
        return unknown

    def note_not_understood(self, unknown: Sequence[Logged]) -> None:
        """Name what is kept without being understood."""
        for one in unknown:
            self.findings.add("not-understood", one.index, "It is of a kind not known here.")
            self.findings.not_checked("what entries of a kind not known here say")


def _claims(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {
        name.removeprefix(POLICY): data for name, data in files.items() if name.startswith(POLICY)
    }


def member(files: Mapping[str, bytes], name: str) -> bytes:
    """Give a file.

    Raises:
        MalformedInput: kind "missing-file".
    """
    data = files.get(name)
    if data is None:
        raise MalformedInput(f"{name} is missing.", kind="missing-file")
    return data


def check_stream(stream: LoggedStream) -> None:
    """Check a whole stream: no gap, each naming the one before, the head the last.

    Raises:
        AlterationFound: kind "chain-broken" or "head-wrong".
    """
    before: Logged | None = None
    first = stream.entries[0].statement.payload["stream"]
    for number, one in enumerate(stream.entries, 1):
        statement = one.statement
        link = None if before is None else before.statement.hash
        sound = (statement.payload["stream"], statement.seq, statement.prev)
        if sound != (first, number, link) or (before and before.index >= one.index):
            raise AlterationFound(
                f"Entry {one.index} does not follow the one before it in its record.",
                kind="chain-broken",
            )
        before = one
    last, head = stream.entries[-1], stream.head
    place = {
        "stream": first,
        "seq": last.statement.seq,
        "hash": b64url(last.statement.hash),
    }
    named = head.statement.kind == kinds.STREAM_HEAD and head.statement.payload["head"] == place
    if not named or head.index <= last.index:
        raise AlterationFound(
            "A record does not end where the log says that it ended.", kind="head-wrong"
        )


def catch_all(findings: Findings, checks: Iterable[Callable[[], None]]) -> None:
    """Run checks that do not depend on each other; each refusal is a finding."""
    for check in checks:
        with findings.catching():
            check()


def _check_event(one: Logged) -> None:
    name = one.fields.get("event")
    if not isinstance(name, str):
        raise AlterationFound("An entry does not say in words what it is.", kind="no-event")
    permitted_fields(one.statement.kind, one.statement.role, name, one.statement.recorded_at[:10])


def _check_correction(
    one: Logged, places: Mapping[tuple[bytes, int], Logged], whole: Collection[bytes]
) -> None:
    """Check what an entry corrects, as far as that is shown and held."""
    fields, stream = one.fields, one.statement.stream
    if fields.get("event") != EntryCorrected.TYPE or "corrects_seq" not in fields:
        return
    named = Corrected(fields["corrects_seq"], fields.get("corrects_hash"))
    wrong = places.get((stream, named.seq)) if isinstance(named.seq, int) else None
    if stream in whole:
        demand_corrected(named, None if wrong is None else wrong.statement)
    if wrong is not None:
        # Who corrects an entry must be one who may sign it (who_may_sign.toml).
        signed = one.statement
        check_role(signed.role, str(wrong.fields.get("event")), signed.recorded_at[:10])


def _check_place(one: Logged, authority: StreamPlace | None, clock: str) -> None:
    statement = one.statement
    if statement.auth != authority:
        raise AlterationFound(
            "An entry does not quote the authority stream as it stood.", kind="auth-wrong"
        )
    if statement.anchor is not None and statement.anchor.size > one.index:
        raise AlterationFound("An entry quotes a seal from after itself.", kind="anchor-wrong")
    try:
        parse_instant(statement.recorded_at)
    except LedgerError:
        raise MalformedInput("An entry's time is no time.", kind="bad-member") from None
    if statement.recorded_at < clock:
        raise AlterationFound(
            "An entry is dated before one that stands earlier in the log.", kind="clock-backwards"
        )
