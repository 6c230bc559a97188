"""The handover of a pupil's record, at both ends (D-XFER-1 to D-XFER-4).

Complete when both parties' signatures and dates are in both ledgers: the
receiver's acceptance in the sender's, the sender's confirmation in the
receiver's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.code import Code


@dataclass(frozen=True, slots=True)
class Omission:
    """A category that was left out, and why; never what it would have said."""

    category: str
    reason: str


@event_type("record_transfer.dispatched.v1")
@dataclass(frozen=True, kw_only=True)
class TransferDispatched(Event):
    """The bundle was made on the day in `occurred_on`.

    Attributes:
        pupil: the pupil's stream.
        to_name: receiving school.
        to_origin: origin of its log.
        bundle: SHA-256 of the age file, 32 bytes.
        manifest: SHA-256 of the manifest file, 32 bytes.
        bundle_id: as in the manifest, 16 bytes.
        statements: how many statements it carries.
        omissions: what was left out, by category.
        checked_by: who checked recipient, content and attachments (D-SEC-8).
        consents: streams of the consents it relies on.
    """

    pupil: bytes
    to_name: str
    to_origin: str
    bundle: bytes
    manifest: bytes
    bundle_id: bytes
    statements: int
    omissions: tuple[Omission, ...]
    checked_by: str
    consents: tuple[bytes, ...]


@event_type("record_transfer.acknowledged.v1")
@dataclass(frozen=True, kw_only=True)
class TransferAcknowledged(Event):
    """The receiver's signed receipt came back.

    Attributes:
        outcome: received, accepted or rejected.
        receipt: SHA-256 of the receipt file.
        statement: the receipt's statement with its fields, verbatim.
        by_name: who signed for the receiver.
        grounds: the coded reason of a rejection, or None.
    """

    outcome: Code
    receipt: bytes
    statement: str
    by_name: str
    grounds: Code | None


@event_type("record_transfer.confirmed.v1")
@dataclass(frozen=True, kw_only=True)
class TransferConfirmed(Event):
    """The sender confirms the receiver's acceptance; the confirmation goes to the receiver."""

    receipt: bytes
    bundle: bytes
    manifest: bytes


@event_type("record_transfer.received.v1")
@dataclass(frozen=True, kw_only=True)
class TransferReceived(Event):
    """A bundle came in and was verified, every byte (RECEIVED).

    Attributes:
        from_name: sending school.
        from_origin: origin of its log.
        bundle: SHA-256 of the age file.
        manifest: SHA-256 of the manifest file.
        bundle_id: as in the manifest, 16 bytes.
        pupil_name: whose record it is, as the manifest names them.
        pupil_born: date of birth, or None.
        pupil_upn: UPN as the manifest has it, or None.
        sender_size: leaves of the sender's tree at its checkpoint.
        sender_root: root hash there.
        statements: how many statements were kept as evidence.
        not_understood: how many of them are of types unknown here.
        cosignature: the line by which this school cosigned that head.
        attachment: random name under which the ZIP is kept, encrypted.
        attachment_hash: SHA-256 of the ZIP.
    """

    from_name: str
    from_origin: str
    bundle: bytes
    manifest: bytes
    bundle_id: bytes
    pupil_name: str
    pupil_born: date | None
    pupil_upn: str | None
    sender_size: int
    sender_root: bytes
    statements: int
    not_understood: int
    cosignature: str
    attachment: bytes
    attachment_hash: bytes


@event_type("record_transfer.accepted.v1")
@dataclass(frozen=True, kw_only=True)
class TransferAccepted(Event):
    """The receiving SENCO accepts the record into the care of the school (ACCEPTED)."""

    pupil: bytes | None
    bundle: bytes
    manifest: bytes
    by_name: str


@event_type("record_transfer.rejected.v1")
@dataclass(frozen=True, kw_only=True)
class TransferRejected(Event):
    """The receiving SENCO rejects it, with a coded reason (REJECTED)."""

    bundle: bytes
    manifest: bytes
    by_name: str
    grounds: Code


@event_type("record_transfer.receipt_written.v1")
@dataclass(frozen=True, kw_only=True)
class TransferReceiptWritten(Event):
    """A receipt file was written for the sender; kept, so that it can be sent again.

    Attributes:
        outcome: received, accepted or rejected.
        receipt: SHA-256 of the file.
        attachment: random name under which it is kept, encrypted.
    """

    outcome: Code
    receipt: bytes
    attachment: bytes


@event_type("record_transfer.completed.v1")
@dataclass(frozen=True, kw_only=True)
class TransferCompleted(Event):
    """The sender's confirmation came in; the handover is complete.

    Attributes:
        confirmation: SHA-256 of the confirmation file.
        statement: its statement with its fields, verbatim.
        by_name: who signed for the sender.
    """

    confirmation: bytes
    statement: str
    by_name: str


NUMBER_BYTES = 4
"""So many of the bundle's id, for people; programs name a handover by its stream."""

_STEPS: dict[type[Event], frozenset[str]] = {
    TransferDispatched: frozenset({"new"}),
    TransferAcknowledged: frozenset({"dispatched", "received by them"}),
    TransferConfirmed: frozenset({"accepted by them"}),
    TransferReceived: frozenset({"new"}),
    TransferAccepted: frozenset({"received"}),
    TransferRejected: frozenset({"received"}),
    TransferCompleted: frozenset({"accepted"}),
}
_AFTER: dict[type[Event], str] = {
    TransferDispatched: "dispatched",
    TransferConfirmed: "complete",
    TransferReceived: "received",
    TransferAccepted: "accepted",
    TransferRejected: "rejected",
    TransferCompleted: "complete",
}


class RecordTransfer(Aggregate):
    """One handover, seen from one of its two schools."""

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.step = "new"
        self.dispatched: TransferDispatched | None = None
        self.received: TransferReceived | None = None
        self.accepted: TransferAccepted | None = None
        self.receipt: TransferAcknowledged | None = None
        self.written: dict[str, TransferReceiptWritten] = {}

    @property
    def number(self) -> str:
        """Name the handover as both schools do: the first 8 digits of its bundle's id."""
        event = self.dispatched or self.received
        return event.bundle_id[:NUMBER_BYTES].hex() if event else ""

    def _check(self, event: Event) -> None:
        allowed = _STEPS.get(type(event))
        if allowed is not None and self.step not in allowed:
            raise RuleRefused(
                f"This transfer is “{self.step}”; nothing was recorded.",
                "Each step of a handover is taken once, in order.",
                "See send-ledger transfer list; an answer that was given is written again by "
                "send-ledger transfer receipt.",
                kind="step-out-of-order",
            )

    def _apply(self, event: Event) -> None:
        self.step = _AFTER.get(type(event), self.step)
        match event:
            case TransferDispatched():
                self.dispatched = event
            case TransferReceived():
                self.received = event
            case TransferAccepted():
                self.accepted = event
            case TransferReceiptWritten():
                self.written[event.outcome.code] = event
            case TransferAcknowledged():
                self.receipt = event
                self.step = f"{event.outcome.code} by them"
            case _:
                pass
