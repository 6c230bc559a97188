"""What a school states to another in a handover: manifest, receipt, confirmation.

All three are statements of the school that makes them, logged like any event,
and leave it with every field shown.  The school's own view of the handover,
step by step, is `ledger.aggregates.record_transfer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.aggregates.record_transfer import Omission
from ledger.errors import RuleRefused
from ledger.formats import kinds
from ledger.values.code import Code

OUTCOME_SCHEME: Final = "handover-outcome"
RECEIVED: Final = Code(
    scheme=OUTCOME_SCHEME, code="received", label="Received: every byte was verified"
)
ACCEPTED: Final = Code(
    scheme=OUTCOME_SCHEME, code="accepted", label="Accepted into the care of the school"
)
REJECTED: Final = Code(
    scheme=OUTCOME_SCHEME, code="rejected", label="Rejected, for the reason given"
)
OUTCOMES: Final = (RECEIVED, ACCEPTED, REJECTED)

STANDING_SENTENCE: Final = (
    "Items of a restricted class, such as a protected address, are never part of a transfer, "
    "My Story leaves only under its own consent, and child-protection files are no part of this "
    "record; this sentence stands in every manifest, whether or not there are any."
)
"""The same for every pupil, so that it tells nothing about this one (D-XFER-7)."""


@event_type("handover.manifest.v1", kinds.MANIFEST)
@dataclass(frozen=True, kw_only=True)
class ManifestIssued(Event):
    """What a bundle holds and what was left out (D-XFER-2); the subject is the pupil.

    Attributes:
        bundle_id: 16 random bytes.
        from_origin: origin of the sender's log.
        from_name: sending school.
        to_origin: origin of the receiver's log.
        to_name: receiving school.
        sequence: which bundle it is from this sender to this receiver, from 1.
        statements_count: how many statements the bundle carries.
        statements_digest: see `ledger.formats.bundle_layout.digest_of_hashes`.
        attachments_count: how many attachments.
        attachments_digest: SHA-256 of `attachments.txt`; of nothing where there is none.
        omissions: what was left out, by category, with the reason.
        standing_sentence: always `STANDING_SENTENCE`.
        prepared_by: the sending SENCO (D-XFER-4).
        pupil: the pupil's stream in the sender's ledger.
    """

    bundle_id: bytes
    from_origin: str
    from_name: str
    to_origin: str
    to_name: str
    sequence: int
    statements_count: int
    statements_digest: bytes
    attachments_count: int
    attachments_digest: bytes
    omissions: tuple[Omission, ...]
    standing_sentence: str
    prepared_by: str
    pupil: bytes


@event_type("handover.receipt.v1", kinds.RECEIPT)
@dataclass(frozen=True, kw_only=True)
class ReceiptIssued(Event):
    """The receiver's answer to a bundle; it names no pupil.

    Attributes:
        outcome: one of `OUTCOMES`.
        bundle: SHA-256 of the age file.
        manifest: SHA-256 of `manifest.sd-jwt` as it stood in the bundle.
        bundle_id: as in the manifest.
        from_origin: origin of the sender's log.
        to_origin: origin of the receiver's log: the one that holds this statement.
        by_name: who answers for the receiver.
        grounds: the coded reason of a rejection, else None.
        sender_size: leaves of the sender's tree at the bundle's checkpoint.
        sender_root: root hash there.
    """

    outcome: Code
    bundle: bytes
    manifest: bytes
    bundle_id: bytes
    from_origin: str
    to_origin: str
    by_name: str
    grounds: Code | None
    sender_size: int
    sender_root: bytes


@event_type("handover.confirmation.v1", kinds.RECEIPT)
@dataclass(frozen=True, kw_only=True)
class ConfirmationIssued(Event):
    """The sender confirms the receiver's acceptance (D-XFER-3); it names no pupil.

    Attributes:
        receipt: SHA-256 of the receipt file that is confirmed.
        bundle: SHA-256 of the age file.
        manifest: SHA-256 of `manifest.sd-jwt`.
        bundle_id: as in the manifest.
        from_origin: origin of the sender's log: the one that holds this statement.
        to_origin: origin of the receiver's log.
        by_name: who confirms for the sender.
    """

    receipt: bytes
    bundle: bytes
    manifest: bytes
    bundle_id: bytes
    from_origin: str
    to_origin: str
    by_name: str


class Handover(Aggregate):
    """The statements that one school makes about one bundle."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.manifest: ManifestIssued | None = None
        self.outcomes: tuple[str, ...] = ()
        self.confirmed = False

    def _check(self, event: Event) -> None:
        match event:
            case ManifestIssued() if self.version:
                raise _refused("A bundle has one manifest, and it comes first.")
            case ManifestIssued(standing_sentence=sentence) if sentence != STANDING_SENTENCE:
                raise _refused("Every manifest carries the same standing sentence.")
            case ReceiptIssued():
                self._check_receipt(event)
            case ConfirmationIssued() if self.confirmed or self.outcomes:
                raise _refused("The sender confirms a bundle once.")
            case _:
                pass

    def _check_receipt(self, event: ReceiptIssued) -> None:
        if event.outcome not in OUTCOMES:
            raise _refused("A receipt says received, accepted or rejected.")
        if (event.grounds is None) == (event.outcome == REJECTED):
            raise _refused("A rejection has a coded reason, and nothing else has one.")
        settled = {ACCEPTED.code, REJECTED.code} & set(self.outcomes)
        if self.manifest or self.confirmed or settled or event.outcome.code in self.outcomes:
            raise _refused("This bundle was answered already, or it is one of our own.")

    def _apply(self, event: Event) -> None:
        match event:
            case ManifestIssued():
                self.manifest = event
            case ReceiptIssued():
                self.outcomes = (*self.outcomes, event.outcome.code)
            case ConfirmationIssued():
                self.confirmed = True
            case _:
                pass


def _refused(why: str) -> RuleRefused:
    return RuleRefused(
        "This statement of a handover is not made.",
        why,
        "See send-ledger transfer list for where the handover stands.",
        kind="step-out-of-order",
    )
