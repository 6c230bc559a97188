"""What was sealed, held against the recomputed log: checkpoints, cosignatures, tokens, anchors."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from ledger.errors import AlterationFound, MalformedInput
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.signed_note import ED25519, SignedNote, VerifierKey
from ledger.seal.checkpoints import NoKnownSignature, check_cosignatures, open_checkpoint
from ledger.seal.time_stamps import check_token
from ledger.values.counting import the_newest
from ledger.values.dates import parse_instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from cryptography import x509

    from ledger.seal.authority import Authority
    from ledger.verify.findings import Findings
    from ledger.verify.log_walk import AnchorHead

STAMP_TOLERANCE: Final = timedelta(minutes=10)
"""The ledger's clock may be off another's by this much before the report says so."""
ROLE: Final = "log"


class RecordedAt(Protocol):
    """Tells when entries were recorded."""

    def __call__(self, index: int, /) -> str:
        """Give `recorded_at` of the entry at a log index, or "" where it cannot be read."""


@dataclass(slots=True, kw_only=True)
class StoredSeals:
    """The sealing tables of an open ledger file, from a size on.

    Attributes:
        connection: the open file.
        findings: where findings go.
        start: checkpoints of at most this size were checked by an earlier run;
            of these, only those that new anchors name are looked at.
        lid: the ledger's id, base64url.
        authority: keys and roles, which say whose checkpoints count.
        anchors: log index → anchor logged there, in the part that was walked.
        recorded_at: tells when entries were recorded.
        roots: root certificates of time-stamp authorities that are trusted.
        cosigners: keys of cosigners that are trusted.
    """

    connection: sqlite3.Connection
    findings: Findings
    start: int
    lid: str
    authority: Authority
    anchors: Mapping[int, AnchorHead]
    recorded_at: RecordedAt
    roots: Sequence[x509.Certificate]
    cosigners: Sequence[VerifierKey]
    notes: dict[int, bytes] = field(default_factory=dict)
    _kept: set[str] = field(default_factory=set)
    _stamped_at: dict[str, datetime] = field(default_factory=dict)

    def load(self) -> None:
        """Read the checkpoints."""
        for size, note in self._rows("SELECT size, note FROM checkpoints"):
            self.notes[size] = note

    def check_sealings(self, sealed_at: Sequence[int], size: int) -> None:
        """Say which sealings have no checkpoint, and how many entries stand under none.

        Heads and checkpoint are kept together, so a program that stops leaves both or
        neither; what a later checkpoint covers has lost nothing.

        Args:
            sealed_at: sizes for which the log says that a checkpoint was to be made.
            size: of the whole log.
        """
        stored = self.connection.execute("SELECT size FROM checkpoints").fetchall()
        kept = {one for (one,) in stored if isinstance(one, int) and one <= size}
        newest = max(kept, default=0)
        for at in sealed_at:
            if at not in kept:
                self._note_unsealed(at, covered=at < newest)
        if size > newest:
            words = f"{the_newest(size - newest)} under no signed checkpoint."
            self.findings.add("unsealed", None, words)

    def _note_unsealed(self, at: int, *, covered: bool) -> None:
        if covered:
            words = f"It was sealed, and the checkpoint at {at:,} entries was removed."
            self.findings.add("sealing-skipped", at - 1, f"{words} A later one covers it.")
        else:
            words = f"It was sealed at {at:,} entries, and the checkpoint made then was removed."
            self.findings.add("sealing-incomplete", at - 1, f"{words} Seal the ledger again.")

    def check_all(self, roots_at: Mapping[int, bytes]) -> None:
        """Check everything.

        Args:
            roots_at: size → recomputed root, for every checkpoint's and anchor's
                size that the log has reached.
        """
        for size, note in sorted(self.notes.items()):
            with self.findings.catching(prefix=f"Checkpoint at {size:,} entries:"):
                self.findings.counts["checkpoints"] += 1
                self._check_checkpoint(size, note, roots_at)
        for size, line in self._rows("SELECT size, line FROM cosignatures"):
            with self.findings.catching(prefix=f"Cosignature of {size:,} entries:"):
                self.findings.counts["cosignatures"] += 1
                self._check_cosignature(size, line)
        for size, token in self._rows("SELECT size, token FROM tokens"):
            with self.findings.catching(prefix=f"Time stamp of {size:,} entries:"):
                self.findings.counts["tokens"] += 1
                self._check_token(size, token)
        self._check_token_names()
        for index, head in self.anchors.items():
            self._check_anchor(index, head, roots_at)

    def _rows(self, query: str) -> Iterator[tuple[int, bytes]]:
        earlier = {head.size for head in self.anchors.values() if head.size <= self.start}
        tests = [("size > ?", self.start), *(("size = ?", size) for size in sorted(earlier))]
        for test, bound in tests:
            for size, data in self.connection.execute(f"{query} WHERE {test}", (bound,)):
                if isinstance(size, int) and isinstance(data, bytes):
                    yield size, data
                else:
                    self.findings.add("malformed-row", None, "A stored seal is not made of bytes.")

    def _check_checkpoint(self, size: int, note: bytes, roots_at: Mapping[int, bytes]) -> None:
        checkpoint = Checkpoint.parse(SignedNote.parse(note).text)
        origin = origin_of(unb64url(self.lid))
        if (checkpoint.origin, checkpoint.size) != (origin, size):
            raise AlterationFound("It is of another log or size.", kind="checkpoint-misplaced")
        if size not in roots_at:
            raise AlterationFound(
                "The log was that long when it was sealed, and is shorter now.",
                kind="shorter-than-checkpoint",
            )
        day = self.recorded_at(size - 1)[:10] if size else ""
        publics = log_keys(self.authority, size, day)
        keys = [VerifierKey(name=origin, type=ED25519, public=one) for one in publics]
        try:
            open_checkpoint(note, keys)
        except NoKnownSignature:
            raise AlterationFound(
                "It is not signed with a key that was this ledger's log key then.",
                kind="checkpoint-not-ours",
            ) from None
        if roots_at[size] != checkpoint.root:
            raise AlterationFound(
                "The entries below it are not those that were sealed: something was rewritten.",
                kind="fork",
            )

    def _note(self, size: int) -> bytes:
        if size not in self.notes:
            raise AlterationFound(
                "The checkpoint that it is about is gone.", kind="checkpoint-missing"
            )
        return self.notes[size]

    def _check_cosignature(self, size: int, line: bytes) -> None:
        self._kept.add(_sha256(line))
        joined = self._note(size) + line + b"\n"
        lines = len(SignedNote.parse(self._note(size)).signatures)
        if len(SignedNote.parse(joined).signatures) != lines + 1:
            raise MalformedInput("It is not one signature line.", kind="bad-signature-line")
        verified = check_cosignatures(joined, self.cosigners)
        if verified:
            self.findings.counts["cosignatures_checked"] += 1
        else:
            self.findings.not_checked("cosignatures by others whose keys are not known here")

    def _check_token(self, size: int, token: bytes) -> None:
        self._kept.add(_sha256(token))
        note = self._note(size)
        if not self.roots:
            self.findings.not_checked(
                "the time stamps: no root certificate of a time-stamp authority was given"
            )
            return
        checked = check_token(token, note, self.roots, None)
        self.findings.counts["tokens_checked"] += 1
        for words in checked.not_checked:
            self.findings.not_checked(f"of the time stamps, {words}")
        self._stamped_at[_sha256(token)] = checked.token.gen_time
        newest = self.recorded_at(size - 1) if size else ""
        if newest and parse_instant(newest) > checked.token.gen_time + STAMP_TOLERANCE:
            self._note_clock(size - 1, "ahead of")

    def _check_token_names(self) -> None:
        for named, token in self.connection.execute("SELECT hash, token FROM tokens"):
            if not isinstance(token, bytes) or hashlib.sha256(token).digest() != named:
                self.findings.add(
                    "token-altered", None, "A time stamp is not the one that was stored."
                )

    def _check_anchor(self, index: int, head: AnchorHead, roots_at: Mapping[int, bytes]) -> None:
        # A head that holds the anchor itself has a root that nobody could know before.
        root = roots_at.get(head.size)
        if root is None or b64url(root) != head.root:
            self.findings.add("anchor-wrong", index, "It names a head that this log never had.")
        if not self._kept.issuperset(head.tokens):
            self.findings.add(
                "seal-missing",
                index,
                "A time stamp or cosignature that it names was here when it was logged.",
            )
        for token in head.tokens:
            stamped = self._stamped_at.get(token)
            recorded = self.recorded_at(index)
            if stamped and recorded and parse_instant(recorded) + STAMP_TOLERANCE < stamped:
                self._note_clock(index, "behind")

    def _note_clock(self, index: int, where: str) -> None:
        self.findings.add(
            "clock-off",
            index,
            f"The ledger's clock was more than ten minutes {where} the time-stamp authority's.",
        )


def log_keys(authority: Authority, size: int, day: str) -> list[bytes]:
    """Give the public keys that could sign a head of that size.

    Args:
        authority: keys and roles of the whole log.
        size: the head's size; what was logged at or above it is not yet known there.
        day: the day on which its newest entry was recorded, ISO text.
    """
    holders = {
        person
        for person, roles in authority.roles.items()
        for one in roles
        if one.role == ROLE
        and one.granted < size
        and (one.withdrawn is None or one.withdrawn >= size)
        and one.from_day <= day
        and (one.until_day is None or day <= one.until_day)
    }
    return [
        key.public
        for key in authority.keys.values()
        if key.person in holders
        and key.registered < size
        and (key.revoked is None or key.revoked >= size)
    ]


def recorded_in_future(clock: str, now: datetime) -> bool:
    """Tell whether an instant, as a statement has it, lies beyond the reader's clock."""
    return bool(clock) and parse_instant(clock) > now.astimezone(UTC) + timedelta(days=1)


def _sha256(data: bytes) -> str:
    return b64url(hashlib.sha256(data).digest())
