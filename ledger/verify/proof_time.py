"""When it was recorded, proved from both sides: the seals above and below an entry.

A token or cosignature over a checkpoint says “this existed by then”: an upper bound
for every entry in it.  An entry quotes the hashes of the seals over an earlier
checkpoint, which nobody could have known before those were made: a lower bound.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ledger.errors import AlterationFound, LedgerError, Unverifiable
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import SignedNote
from ledger.seal.checkpoints import (
    NoKnownSignature,
    VerifiedCosignature,
    check_cosignatures,
    open_checkpoint,
)
from ledger.seal.time_stamps import check_token

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.formats.statement import Anchor
    from ledger.verify.findings import Findings
    from ledger.verify.trust_policy import TrustPolicy

TOLERANCE: Final = timedelta(days=1)
"""A seal this much later than the reader's clock says that one of the two is wrong."""
CHECKPOINT: Final = "checkpoint"
COSIGNED: Final = "checkpoint.cosigned"
ANCHOR_FOLDER: Final = "anchor/"
LAST_SECOND: Final = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that Python's dates hold


@dataclass(frozen=True, slots=True)
class Seal:
    """Somebody else's word that a checkpoint existed.

    Attributes:
        at: when, aware UTC, whole seconds.
        by: the time-stamp authority's or the cosigner's name.
        how: `time-stamp` or `cosignature`.
    """

    at: datetime
    by: str
    how: str


@dataclass(frozen=True, slots=True)
class TimeBracket:
    """The seals between which an entry was recorded; each was verified.

    Attributes:
        below: over the earlier checkpoint that the entry quotes.
        above: over the checkpoint that holds the entry.
    """

    below: tuple[Seal, ...]
    above: tuple[Seal, ...]

    @property
    def after(self) -> datetime | None:
        """The earliest of the seals below: it holds if but one of them is right."""
        return min((one.at for one in self.below), default=None)

    @property
    def before(self) -> datetime | None:
        """The latest of the seals above: it holds if but one of them is right."""
        return max((one.at for one in self.above), default=None)


@dataclass(frozen=True, slots=True)
class TimeCheck:
    """The checks of time in one folder.

    Attributes:
        findings: where findings go.
        files: relative name → bytes of the folder.
        policy: whose seals count.
    """

    findings: Findings
    files: Mapping[str, bytes]
    policy: TrustPolicy

    def bracket(
        self, quoted: Anchor | None, checkpoint: Checkpoint, now: datetime | None
    ) -> TimeBracket:
        """Check both sides, and that they do not contradict each other.

        Args:
            quoted: the anchor that the entry quotes.
            checkpoint: the folder's checkpoint.
            now: the reader's clock, aware UTC; None to leave it out.
        """
        above: tuple[Seal, ...] = ()
        below: tuple[Seal, ...] = ()
        with self.findings.catching():
            above = self._above()
        with self.findings.catching():
            below = self._below(quoted, checkpoint)
        bracket = TimeBracket(below, above)
        if bracket.after and bracket.before and bracket.after > bracket.before:
            self._cannot("The seal below the entry is later than the one above it.")
        newest = max((one.at for one in (*below, *above)), default=None)
        if now is not None and newest is not None and newest > now + TOLERANCE:
            self._cannot("A seal lies in the future of this computer's clock.")
        return bracket

    def _above(self) -> tuple[Seal, ...]:
        cosigned = self._cosigned("", None)
        met = self.policy.quorum_met(cosigned)
        if not met:
            self.findings.add(
                "quorum-unmet", words="Fewer cosigners than the trust policy asks for signed it."
            )
        seals = (*self._stamps("", None), *(_seals(cosigned) if met else ()))
        if not seals:
            self.findings.add(
                "unanchored",
                words="No time stamp and no cosignature that counts stands over the checkpoint.",
            )
        return seals

    def _below(self, quoted: Anchor | None, checkpoint: Checkpoint) -> tuple[Seal, ...]:
        if quoted is None:
            if any(name.startswith(ANCHOR_FOLDER) for name in self.files):
                raise _anchor_wrong("An earlier checkpoint is here that the entry does not quote.")
            self.findings.not_checked("how early it can have been recorded: it quotes no seal")
            return ()
        if ANCHOR_FOLDER + CHECKPOINT not in self.files:
            self.findings.add(
                "proof-missing", words="The earlier checkpoint that the entry quotes is not here."
            )
            return ()
        self._check_quoted_head(quoted, checkpoint)
        cosigned = self._cosigned(ANCHOR_FOLDER, quoted)
        seals = (*self._stamps(ANCHOR_FOLDER, quoted), *_seals(cosigned))
        if len(seals) < len(quoted.tokens):
            self.findings.not_checked("some of the earlier seals that the entry quotes")
        return seals

    def _check_quoted_head(self, quoted: Anchor, checkpoint: Checkpoint) -> None:
        note = self.files[ANCHOR_FOLDER + CHECKPOINT]
        try:
            head = open_checkpoint(note, self.policy.logs).checkpoint
        except NoKnownSignature as error:
            self.findings.add_error(error, prefix="The earlier checkpoint:")
            head = Checkpoint.parse(SignedNote.parse(note).text)
        if (head.origin, head.size, head.root) != (checkpoint.origin, quoted.size, quoted.root):
            raise _anchor_wrong("The earlier checkpoint is not the one that the entry quotes.")

    def _stamps(self, folder: str, quoted: Anchor | None) -> tuple[Seal, ...]:
        names = sorted(name for name in self.files if name.startswith(f"{folder}tokens/"))
        for name in names:
            _demand_quoted(quoted, self.files[name])
        if names and not self.policy.roots:
            self.findings.add(
                "tokens-unchecked", words="The trust policy names no time-stamp authority."
            )
            return ()
        seals: list[Seal] = []
        unknown: list[LedgerError] = []
        for name in names:
            try:
                seals.append(self._stamp(self.files[name], self.files[folder + CHECKPOINT]))
            except Unverifiable as error:
                unknown.append(error)
            except LedgerError as error:
                self.findings.add_error(error, prefix=f"{name}:")
        self._tell_unknown(unknown, known=bool(seals))
        return tuple(seals)

    def _stamp(self, tsr: bytes, stamped: bytes) -> Seal:
        checked = check_token(tsr, stamped, self.policy.roots, None)
        self.findings.counts["time_stamps"] += 1
        for words in checked.not_checked:
            self.findings.not_checked(words)
        return Seal(checked.token.gen_time, checked.signer_name, "time-stamp")

    def _tell_unknown(self, unknown: list[LedgerError], *, known: bool) -> None:
        # A second authority that this reader does not know takes nothing from the first.
        for error in unknown:
            if known:
                self.findings.not_checked("a time stamp by an authority that the policy lacks")
            else:
                self.findings.add_error(error)

    def _cosigned(self, folder: str, quoted: Anchor | None) -> tuple[VerifiedCosignature, ...]:
        note = self.files.get(folder + COSIGNED)
        if note is None:
            return ()
        lines = cosignature_lines(self.files[folder + CHECKPOINT], note)
        for line in lines:
            _demand_quoted(quoted, line)
        verified = check_cosignatures(note, self.policy.witnesses)
        self.findings.counts["cosignatures"] += len(verified)
        if len(verified) < len(lines):
            self.findings.not_checked("cosignatures by keys that the policy does not list")
        return verified

    def _cannot(self, words: str) -> None:
        self.findings.add("unverifiable", words=words)


def cosignature_lines(stamped: bytes, cosigned: bytes) -> list[bytes]:
    """Give the lines, without newline, that a cosigned copy adds to the stamped bytes.

    Raises:
        AlterationFound: kind "cosigned-copy-wrong": it is not those bytes with
            lines beneath.
    """
    lines = cosigned.removeprefix(stamped).split(b"\n")
    if not cosigned.startswith(stamped) or lines.pop() or not lines:
        raise AlterationFound(
            "A cosigned copy is not the checkpoint with signature lines beneath.",
            kind="cosigned-copy-wrong",
        )
    return lines


def _seals(cosigned: tuple[VerifiedCosignature, ...]) -> tuple[Seal, ...]:
    return tuple(
        Seal(datetime.fromtimestamp(one.time, UTC), one.name, "cosignature")
        for one in cosigned
        if one.time <= LAST_SECOND
    )


def _demand_quoted(quoted: Anchor | None, seal: bytes) -> None:
    if quoted is not None and hashlib.sha256(seal).digest() not in quoted.tokens:
        raise _anchor_wrong("An earlier seal is here that the entry does not quote.")


def _anchor_wrong(what: str) -> AlterationFound:
    return AlterationFound(what, kind="anchor-wrong")
