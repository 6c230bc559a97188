"""The walk over a whole log, in order: each statement judged by what stands before it.

Pure: fed inspected entries, it does no I/O.  What it keeps grows with the number
of streams (the newest place of each), not with that of statements.
The checks are those of docs/formats/statement.md, “Checking a statement, in order”.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from ledger.errors import NotAuthorised
from ledger.formats import kinds
from ledger.formats.encoding import b64url, unb64url
from ledger.seal.authority import Authority
from ledger.seal.ed25519 import BadSignature, verify
from ledger.seal.roles import RESPONSIBLE_BODY
from ledger.verify.event_contents import NotUnderstood
from ledger.verify.inspection import Inspected, inspect, stored_statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.formats.plain_event import Setting
    from ledger.formats.statement import Statement
    from ledger.verify.findings import Findings
    from ledger.verify.inspection import Corrected, StoredRow, Work
    from ledger.verify.plain_entries import PlainEntry

RESERVED_KINDS: Final = frozenset({kinds.ERASURE, kinds.HOLD, kinds.ACCESS_RECORD, kinds.DIRECTORY})
"""Kinds whose rules this version does not have yet (docs/formats/statement.md, “Kinds”)."""

_GONE: Final = {
    "absent": ("contents-missing", "Its contents are gone, and no erasure says why."),
    "keyless": (
        "key-row-missing",
        "The key to the contents of its record is gone, and no erasure says why.",
    ),
}


class Place(NamedTuple):
    """A stream's newest statement: its sequence number and its hash, base64url."""

    seq: int
    hash: str


class AnchorHead(NamedTuple):
    """A time-stamped or cosigned head, as an anchor statement names it; hashes in base64url."""

    size: int
    root: str
    tokens: tuple[str, ...]


class Countersigned(NamedTuple):
    """A countersignature of the genesis: its log index, its signer's key, its hash, base64url."""

    at: int
    kid: str
    hash: str


class EarlierLog(Protocol):
    """What was walked and verified before this walk began."""

    def newest_place(self, stream: str, /) -> Place | None:
        """Give the newest place of a stream, base64url id, in the earlier part of the log."""

    def has_anchor(self, anchor: AnchorHead, /) -> bool:
        """Tell whether that anchor was logged in the earlier part of the log."""


class NoEarlierLog:
    """For a walk from leaf 0: nothing stands before."""

    def newest_place(self, _stream: str, /) -> Place | None:
        """Give none."""
        return None

    def has_anchor(self, _anchor: AnchorHead, /) -> bool:
        """Tell that it was not."""
        return False


@dataclass(slots=True, kw_only=True)
class LogWalk:
    """What has been learnt so far.

    Attributes:
        findings: where everything found goes.
        earlier: the part of the log that this walk goes on from.
        authority: keys and roles, as of the entries walked.
        index: the log index that comes next.
        lid: the ledger's id as leaf 0 has it, base64url; None before leaf 0.
        genesis: SHA-256 of the genesis JWT, base64url; None before leaf 0.
        countersigned: what a responsible body signed of the genesis, as it counted there.
        clock: `recorded_at` of the newest entry.
        auth: the authority stream's newest place, as statements quote it.
        anchor: the newest logged anchor, as statements quote it.
        anchors: log index → anchor logged there, to be compared with the tree.
        anchor_streams: the streams that anchors were logged in.
        sealed_at: sizes at which the heads of a sealing end, for which a checkpoint was to be made.
        outside: the access log's stream, which the log names and does not hold, and
            the newest sequence number named.
        corrections: log index → what the correction there says it corrects.
    """

    findings: Findings
    earlier: EarlierLog = field(default_factory=NoEarlierLog)
    authority: Authority = field(default_factory=Authority)
    index: int = 0
    lid: str | None = None
    genesis: str | None = None
    countersigned: list[Countersigned] = field(default_factory=list)
    clock: str = ""
    auth: Mapping[str, Any] | None = None
    anchor: Mapping[str, Any] | None = None
    anchors: dict[int, AnchorHead] = field(default_factory=dict)
    anchor_streams: set[str] = field(default_factory=set)
    sealed_at: list[int] = field(default_factory=list)
    outside: tuple[str, int] | None = None
    corrections: dict[int, Corrected] = field(default_factory=dict)
    _seen_anchors: set[AnchorHead] = field(default_factory=set)
    _heads: dict[str, Place] = field(default_factory=dict)
    _judged: set[tuple[str, str, str, str]] = field(default_factory=set)
    _erased: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _setting: Setting | None = None
    _gone: list[tuple[str, int, int, str]] = field(default_factory=list)
    _keyless: set[str] = field(default_factory=set)

    def take_all(self, work: Work, entries: Sequence[Inspected | PlainEntry]) -> None:
        """Take in the next entries of the log, in order: as stored, and what was found in each."""
        plain = Counter[str]()
        for row, one in zip(work.rows, entries, strict=True):
            if isinstance(one, Inspected):
                self._take(row, one)
            elif self._take_plain(one):
                plain[one[-1]] += 1
            else:
                self._take(row, inspect(row, work.publics, work.keys))
        for contents, number in plain.items():
            counted = ("entries", "signatures", f"contents_{contents}")
            self.findings.counts.update(dict.fromkeys(counted, number))

    def finish(self) -> None:
        """Say what only the end of the log decides, and what its beginning says."""
        for stream, seq, index, state in self._gone:
            if not any(low <= seq <= high for low, high in self._erased.get(stream, [])):
                self.findings.add(_GONE[state][0], index, _GONE[state][1])
        self.findings.note_successions(self.authority.successions)

    def _take_plain(self, one: PlainEntry) -> bool:
        """Take an entry in if it fits where it stands, and tell so; else `_take` judges it."""
        index, _leaf, hashed, stream, seq, prev, recorded_at, setting, contents = one
        before = self._heads.get(stream) or self.earlier.newest_place(stream)
        fits = (
            index == self.index
            and (setting is self._setting or self._holds(setting))
            and (before is None if prev is None else before == (seq - 1, prev))
            and recorded_at >= self.clock
            and contents not in _GONE
            and stream != self.authority.stream
            and (self.outside is None or stream != self.outside[0])
        )
        if fits:
            self._heads[stream] = Place(seq, hashed)
            self.index, self.clock = index + 1, recorded_at
        return fits

    def _holds(self, setting: Setting) -> bool:
        """Tell whether statements of a setting may stand here."""
        question = (setting.kid, setting.role, kinds.EVENT, setting.day)
        holds = (
            question in self._judged
            and setting.lid == self.lid
            and setting.auth == self.auth
            and setting.anchor == self.anchor
        )
        self._setting = setting if holds else None
        return holds

    def _take(self, row: StoredRow, one: Inspected) -> None:
        self._setting = None  # it may change what is quoted and who may sign
        if one.log_index != self.index:
            self.findings.add(
                "entry-missing",
                self.index,
                f"What stood here was removed: the log goes on with entry {one.log_index:,}.",
            )
        self.index = one.log_index + 1
        self.findings.counts["entries"] += 1
        for fault in one.faults:
            self.findings.add(fault.code, one.log_index, fault.words)
            if fault.code == NotUnderstood.kind:
                self.findings.not_checked("what entries of a kind not known here say")
        if one.corrects is not None:
            self.corrections[one.log_index] = one.corrects
        if one.kind:
            self._take_statement(row, one)

    def _take_statement(self, row: StoredRow, one: Inspected) -> None:
        payload, index, kind = one.clear, one.log_index, one.kind
        if self.lid is None:
            self.lid = payload["lid"]
            self.genesis = b64url(hashlib.sha256(_statement(row).jwt).digest())
        counts = self._check_signer(row, one)
        if payload["auth"] != self.auth:
            self.findings.add(
                "auth-wrong", index, "It does not name the newest entry about keys and roles."
            )
        if payload["anchor"] != self.anchor:
            self._judge_older_anchor(index, payload["anchor"])
        if kind in kinds.AUTHORITY_KINDS:
            self.auth = {"seq": payload["seq"], "hash": one.hash}
        elif payload["stream"] == self.authority.stream:
            self.findings.add("stream-mixed", index, "It stands among the entries about keys.")
        if kind == kinds.STREAM_HEAD:
            self._note_sealing(index)
            self._check_stream_head(index, payload["head"])
        self._check_place(index, payload, one.hash)
        if kind != kinds.EVENT and counts:
            self._take_effect(one)
        self._note_contents(one, kind, payload)

    def _check_signer(self, row: StoredRow, one: Inspected) -> bool:
        """Judge signature and authority; gives whether the statement counts."""
        signed = self._verify_late(_statement(row)) if one.signed is None else one.signed
        if signed is False:
            self.findings.add("bad-signature", one.log_index, "Its signature does not fit it.")
            return False
        try:
            if one.kind in kinds.AUTHORITY_KINDS:
                self.authority.apply(one.log_index, _statement(row))
                self._judged.clear()
            else:
                self._judge(row, one)
        except NotAuthorised as refused:
            self.findings.add_error(refused, one.log_index)
            return False
        self.findings.counts["signatures"] += 1
        return True

    def _judge(self, row: StoredRow, one: Inspected) -> None:
        # Between two statements of authority one answer holds for every index.
        question = (one.kid, one.clear["role"], one.kind, one.clear["recorded_at"][:10])
        if question not in self._judged:
            self.authority.judge(one.log_index, _statement(row))
            self._judged.add(question)

    def _verify_late(self, statement: Statement) -> bool | None:
        """Verify under a key registered where nobody looked beforehand; None for no such key."""
        known = self.authority.keys.get(statement.kid)
        if known is not None:
            public = known.public
        elif self.authority.stream is None and statement.kind == kinds.KEY_REGISTERED:
            public = unb64url(statement.payload["jwk"]["x"])
        else:
            return None  # judging refuses it as signed with an unknown key
        try:
            verify(public, statement.signature, statement.signing_input)
        except BadSignature:
            return False
        return True

    def _newest_place(self, stream: str) -> Place | None:
        return self._heads.get(stream) or self.earlier.newest_place(stream)

    def _check_place(self, index: int, payload: Mapping[str, Any], hashed: str) -> None:
        stream, seq = payload["stream"], payload["seq"]
        before = self._newest_place(stream)
        expected = (1, None) if before is None else (before.seq + 1, before.hash)
        if self.outside is not None and stream == self.outside[0]:
            self.findings.add(
                "head-wrong", index, "An earlier head says that its record stands outside the log."
            )
        if (seq, payload["prev"]) != expected:
            self.findings.add(
                "chain-broken", index, "It does not follow the last entry of its record."
            )
        self._heads[stream] = Place(seq, hashed)
        if payload["recorded_at"] < self.clock:
            self.findings.add(
                "clock-backwards", index, "It bears an earlier time than the entry before it."
            )
        else:
            self.clock = payload["recorded_at"]
        if payload["lid"] != self.lid:
            self.findings.add("other-ledger", index, "It was signed for another ledger.")

    def _check_stream_head(self, index: int, head: Mapping[str, Any]) -> None:
        newest = self._newest_place(head["stream"])
        if newest is None and self._is_of_access_log(head):
            self.outside = (head["stream"], head["seq"])
        elif newest != (head["seq"], head["hash"]):
            self.findings.add(
                "head-wrong", index, "It does not name the newest entry of the record it is about."
            )

    def _is_of_access_log(self, head: Mapping[str, Any]) -> bool:
        """Tell whether it can be the head of the one stream that stands outside the log.

        docs/formats/access-log.md, “Heads in the ledger”.
        """
        stream, seq = self.outside or (head["stream"], 0)
        return bool(head["stream"] == stream and head["seq"] >= seq)

    def _note_sealing(self, index: int) -> None:
        # The heads of one sealing stand together, and its checkpoint ends with them.
        if self.sealed_at and self.sealed_at[-1] == index:
            self.sealed_at.pop()
        self.sealed_at.append(index + 1)

    def _judge_older_anchor(self, index: int, quoted: Mapping[str, Any] | None) -> None:
        head = None if quoted is None else head_of(quoted)
        if head is None or head in self._seen_anchors or self.earlier.has_anchor(head):
            self.findings.add("older-anchor", index, "A newer time stamp was logged before it.")
        else:
            self.findings.add(
                "anchor-wrong", index, "It quotes a head that was not logged as an anchor before."
            )

    def _take_effect(self, one: Inspected) -> None:
        index, payload, kind = one.log_index, one.clear, one.kind
        if kind == kinds.ANCHOR:
            self.anchor = {name: payload[name] for name in AnchorHead._fields}
            self.anchors[index] = head_of(payload)
            self._seen_anchors.add(head_of(payload))
            self.anchor_streams.add(payload["stream"])
        elif kind == kinds.COUNTERSIGNATURE:
            # Anybody's other countersignature is no word from outside the school.
            if payload["role"] == RESPONSIBLE_BODY and payload["of"] == self.genesis:
                self.countersigned.append(Countersigned(index, one.kid, one.hash))
        elif kind == kinds.ERASURE:
            for gone in payload["ranges"]:
                self._erased.setdefault(gone["stream"], []).append((gone["from"], gone["to"]))
        if kind in RESERVED_KINDS:
            self.findings.add(
                "reserved-kind",
                index,
                f"This program does not know the rules for {kind} entries yet.",
            )

    def _note_contents(self, one: Inspected, kind: str, payload: Mapping[str, Any]) -> None:
        state, stream = one.contents, payload["stream"]
        if kind in kinds.BARE_KINDS:
            if state != "absent":
                self.findings.add(
                    "contents-unexpected", one.log_index, "It should have no contents."
                )
        elif state == "absent":
            self._gone.append((stream, payload["seq"], one.log_index, state))
        else:
            self.findings.counts[f"contents_{state}"] += 1
            if state == "keyless" and stream not in self._keyless:
                self._keyless.add(stream)
                self._gone.append((stream, payload["seq"], one.log_index, state))


def _statement(row: StoredRow) -> Statement:
    """Take the statement of a row apart once more: few are asked for more than was found."""
    return stored_statement(row[3])


def head_of(members: Mapping[str, Any]) -> AnchorHead:
    """Read the head that an anchor statement names, or that a statement quotes."""
    return AnchorHead(members["size"], members["root"], tuple(members["tokens"]))
