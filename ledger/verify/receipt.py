"""A receipt or confirmation verified: `docs/formats/receipt.md`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.aggregates.handover import OUTCOMES, RECEIVED, ConfirmationIssued, ReceiptIssued
from ledger.errors import AlterationFound, InputRefused, MalformedInput, NotAuthorised
from ledger.formats import kinds
from ledger.formats.bundle_layout import (
    CHECKPOINT,
    RECEIPT,
    SENDER_CHECKPOINT,
    is_beside,
    is_receipt_name,
)
from ledger.formats.checkpoint import Checkpoint, cosigner_name
from ledger.formats.sha256sums import check_sha256sums
from ledger.formats.signed_note import COSIGNATURE_ED25519, SignedNote, VerifierKey
from ledger.seal.checkpoints import (
    NoKnownSignature,
    check_cosignatures,
    open_checkpoint,
)
from ledger.verify.bundle_entries import check_every_field_shown, read_logged_event
from ledger.verify.findings import REWRITTEN, Findings, Report
from ledger.verify.logged import Logged, LoggedMembers, catch_all, member

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.seal.continuation import SeenHead
    from ledger.verify.trust_policy import TrustPolicy

SUBJECT: Final = "receipt"
CONFIRMED: Final = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """What a receipt or confirmation says, once it was read.

    Attributes:
        outcome: `received`, `accepted`, `rejected`, or `confirmed`.
        said: the statement as a typed event.
        statement: the statement with its fields, verbatim (ASCII).
        index: its place in the signer's log.
        origin: origin of the signer's log.
        role: the role under which it was signed.
        recorded_at: the signer's clock, `2026-03-03T17:00:00Z`.
        size: leaves of the signer's tree at its checkpoint.
        root: root hash there.
        checkpoint: the signer's checkpoint, verbatim.
        sender_checkpoint: the sender's head with the receiver's cosignature;
            None in a confirmation.
    """

    outcome: str
    said: ReceiptIssued | ConfirmationIssued
    statement: bytes
    index: int
    origin: str
    role: str
    recorded_at: str
    size: int
    root: bytes
    checkpoint: bytes
    sender_checkpoint: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedReceipt:
    """The transfer that a receipt has to be about.

    Attributes:
        bundle: SHA-256 of the age file.
        manifest: SHA-256 of `manifest.sd-jwt`.
        bundle_id: 16 bytes, as in the manifest.
        from_origin: origin of the sender's log.
        to_origin: origin of the receiver's log.
        receipt: SHA-256 of the receipt file that a confirmation has to name;
            None where a receipt is expected.
    """

    bundle: bytes
    manifest: bytes
    bundle_id: bytes
    from_origin: str
    to_origin: str
    receipt: bytes | None = None


_FORKED: Final = "It is under another head than one of the same size that was seen of that log."


def verify_receipt(
    files: Mapping[str, bytes],
    policy: TrustPolicy | None,
    seen: Sequence[SeenHead] = (),
    *,
    rewritten: bool = False,
) -> tuple[Report, ReceiptFacts | None]:
    """Verify a receipt or confirmation.

    Args:
        files: name → bytes of every file of the ZIP.
        policy: whose log is trusted: that of the school that signed it; None
            to take the file's own word, which is reported as self-asserted.
        seen: heads of that log that were seen before.
        rewritten: whether a proof is kept that it was rewritten.

    Returns:
        The report, and what it says: None where it could not be read.
    """
    findings = Findings()
    logged: LoggedMembers | None = None
    facts: ReceiptFacts | None = None
    catch_all(findings, (lambda: check_sha256sums(files), lambda: _check_names(files)))
    findings.not_checked("when the signer's log was sealed: there is no time stamp")
    findings.not_checked("what README.txt says: it is not signed")
    with findings.catching():
        logged = LoggedMembers.open(findings, files, policy)
        head = logged.head
        if any(one.size == head.size and one.root != head.root for one in seen):
            findings.add("fork", words=_FORKED)
        if rewritten:
            findings.add("rewritten-before", words=REWRITTEN)
        facts = _read(logged)
    return _concluded(findings, logged), facts


def _concluded(findings: Findings, logged: LoggedMembers | None) -> Report:
    if logged is None:
        return findings.report(SUBJECT)
    return findings.report(SUBJECT, logged.head.size, logged.head.root)


def _check_names(files: Mapping[str, bytes]) -> None:
    if not all(map(is_receipt_name, files)) or not is_beside(files):
        raise MalformedInput("A file is here that belongs to no receipt.", kind="unexpected-file")


def _read(logged: LoggedMembers) -> ReceiptFacts:
    authority = logged.load_authority()
    receipt = logged.load(RECEIPT)
    logged.judge(authority, [receipt])
    check_every_field_shown([receipt], ())
    said = _said(receipt)
    logged.check_said([receipt])
    with logged.findings.catching():
        _check_own_side(said, logged.head.origin)
        _check_sender_checkpoint(logged, said)
    return ReceiptFacts(
        outcome=said.outcome.code if isinstance(said, ReceiptIssued) else CONFIRMED,
        said=said,
        statement=logged.files[f"{RECEIPT}.sd-jwt"],
        index=receipt.index,
        origin=logged.head.origin,
        role=receipt.statement.role,
        recorded_at=receipt.statement.recorded_at,
        size=logged.head.size,
        root=logged.head.root,
        checkpoint=logged.files[CHECKPOINT],
        sender_checkpoint=logged.files.get(SENDER_CHECKPOINT),
    )


def _said(receipt: Logged) -> ReceiptIssued | ConfirmationIssued:
    said = read_logged_event(receipt) if receipt.statement.kind == kinds.RECEIPT else None
    if not isinstance(said, ReceiptIssued | ConfirmationIssued):
        raise MalformedInput("receipt.sd-jwt is no receipt.", kind="bad-receipt")
    if said.subject is not None:
        raise MalformedInput("The receipt names a pupil.", kind="subject-named")
    if isinstance(said, ReceiptIssued) and (
        said.outcome not in OUTCOMES or (said.grounds is None) == (said.outcome.code == "rejected")
    ):
        raise MalformedInput("The receipt has no outcome that there is.", kind="bad-receipt")
    if isinstance(said, ReceiptIssued) and said.outcome != RECEIVED:
        _check_settled_by_a_person(receipt)
    return said


def _check_settled_by_a_person(receipt: Logged) -> None:
    # D-XFER-3: a machine can say that bytes came in, not that a school takes them on.
    if receipt.statement.role == "system":
        raise NotAuthorised(
            "An acceptance or rejection is signed by a machine.", kind="type-not-permitted"
        )


def _check_own_side(said: ReceiptIssued | ConfirmationIssued, origin: str) -> None:
    """A receipt stands in the receiver's log, a confirmation in the sender's."""
    own = said.to_origin if isinstance(said, ReceiptIssued) else said.from_origin
    if own != origin:
        raise AlterationFound(
            "It is signed by another school than the one it speaks for.", kind="receipt-other-side"
        )


def _check_sender_checkpoint(
    logged: LoggedMembers, said: ReceiptIssued | ConfirmationIssued
) -> None:
    if isinstance(said, ConfirmationIssued):
        if SENDER_CHECKPOINT in logged.files:
            raise MalformedInput("A confirmation cosigns no checkpoint.", kind="unexpected-file")
        return
    note = member(logged.files, SENDER_CHECKPOINT)
    head = Checkpoint.parse(SignedNote.parse(note).text)
    if (head.origin, head.size, head.root) != (
        said.from_origin,
        said.sender_size,
        said.sender_root,
    ):
        raise AlterationFound(
            "The cosigned checkpoint is not the one that the receipt names.",
            kind="sender-checkpoint-differs",
        )
    _check_sender_signature(logged, note)
    cosigned = check_cosignatures(note, _cosigner_keys(logged))
    if not cosigned:
        raise AlterationFound(
            "The receiver's cosignature is not on the sender's checkpoint.",
            kind="cosignature-missing",
        )
    logged.findings.counts["cosignatures"] += len(cosigned)


def _check_sender_signature(logged: LoggedMembers, note: bytes) -> None:
    try:
        open_checkpoint(note, logged.policy.logs)
    except NoKnownSignature:
        logged.findings.not_checked(
            "the sender's own signature on its checkpoint: the trust policy is the receiver's"
        )


def _cosigner_keys(logged: LoggedMembers) -> list[VerifierKey]:
    """Give the keys that may cosign for this school, by its own authority stream."""
    found = []
    for record in logged.authority.keys.values():
        roles = logged.authority.roles_of(record.person, logged.head.size, logged.last_day)
        if "cosigner" in roles and record.revoked is None:
            name = cosigner_name(logged.head.origin)
            found.append(VerifierKey(name=name, type=COSIGNATURE_ED25519, public=record.public))
    return found


def match_receipt(facts: ReceiptFacts, expected: ExpectedReceipt) -> None:
    """Demand that a verified receipt is about the expected transfer.

    Raises:
        InputRefused: kind "receipt-wrong-school", "receipt-other-bundle",
            "receipt-other-manifest", "receipt-not-expected" (a receipt where a
            confirmation is expected, or the reverse) or
            "confirmation-other-receipt".
    """
    said = facts.said
    confirms = isinstance(said, ConfirmationIssued)
    if confirms != (expected.receipt is not None):
        due = "confirmation" if expected.receipt is not None else "receipt"
        raise _refused(f"A {due} is due at this step.", "receipt-not-expected")
    if (said.from_origin, said.to_origin) != (expected.from_origin, expected.to_origin):
        raise _refused("It is about a transfer between other schools.", "receipt-wrong-school")
    if facts.origin != (expected.from_origin if confirms else expected.to_origin):
        raise _refused("It is signed by another school.", "receipt-wrong-school")
    if said.bundle != expected.bundle or said.bundle_id != expected.bundle_id:
        raise _refused("It is about another bundle.", "receipt-other-bundle")
    if said.manifest != expected.manifest:
        raise _refused("It is about another manifest.", "receipt-other-manifest")
    if isinstance(said, ConfirmationIssued) and said.receipt != expected.receipt:
        raise _refused("It confirms another receipt.", "confirmation-other-receipt")


def _refused(why: str, kind: str) -> InputRefused:
    return InputRefused(
        "This file does not belong to this transfer; nothing was recorded.",
        why,
        "Look at send-ledger transfer list, and ask the other school for the right file.",
        kind=kind,
    )
