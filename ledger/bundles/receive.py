"""Receiving a pupil's record: verify all, then keep; accept or reject."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Subject
from ledger.aggregates.handover import ACCEPTED, RECEIVED, REJECTED, Handover, ReceiptIssued
from ledger.aggregates.record_transfer import (
    RecordTransfer,
    TransferAccepted,
    TransferReceiptWritten,
    TransferReceived,
    TransferRejected,
)
from ledger.aggregates.school import PartnerTrusted
from ledger.application.witnessing import ShownHead, keep_fork_shown, witness_head
from ledger.bundles.container import decrypt, unpack
from ledger.bundles.exchange import Exchange, answering
from ledger.bundles.known_partner import sender_origin, verify_bundle_of_partner
from ledger.bundles.receipt import ReceiptRequest, build_receipt_file
from ledger.errors import AlreadyRecorded, AlterationFound, InputRefused, RuleRefused
from ledger.formats.bundle_layout import CHECKPOINT, CONSISTENCY, is_bundle_name, read_consistency
from ledger.formats.signed_note import VerifierKey
from ledger.formats.zip_archive import pack
from ledger.values.code import Code
from ledger.verify.bundle import ReceivedBundle
from ledger.verify.findings import Report

REJECTION_REASONS = {
    "not-our-pupil": "the pupil is not, and will not be, on our roll",
    "wrong-pupil": "the record is another pupil's",
    "incomplete": "something that should be in it is missing",
    "unreadable": "it cannot be read",
    "other": "another reason, told to the sender",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came in.

    Attributes:
        report: what verifying found.
        bundle: what it holds.
        transfer: the stream under which it is kept.
        receipt: the RECEIVED receipt file, to send back.
        index: log index of the RECEIVED entry.
    """

    report: Report
    bundle: ReceivedBundle
    transfer: UUID
    receipt: bytes
    index: int


def receive_bundle(exchange: Exchange, data: bytes) -> Received:
    """Verify a bundle, every byte, and keep it; nothing is stored where anything fails.

    Args:
        exchange: the receiving school.
        data: the age file.

    Raises:
        InputRefused: not for this school, damaged, malformed, or received before.
        NotFound: the sender is not trusted here.
        AlterationFound: something in it is not as it was signed, or the
            sender's log forked, of which the proof is kept.
    """
    members = unpack(decrypt(data, exchange.identity()), allow=is_bundle_name)
    partner = exchange.partner(sender_origin(members))
    report, bundle = verify_bundle_of_partner(members, exchange.school(), exchange.origin)
    if "fork" in report.codes:  # it is the log's own, whatever else is wrong with the bundle
        keep_fork_shown(exchange.desk, _shown_head(partner, members))
    if bundle is None or report.result == "altered":
        _refuse(report)
    _demand_new(exchange, data, bundle)
    line = witness_head(exchange.desk, exchange.cosigner, _shown_head(partner, members))
    return _keep(
        exchange, partner, data=data, members=members, report=report, bundle=bundle, line=line
    )


def _refuse(report: Report) -> NoReturn:
    first = report.findings[0] if report.findings else None
    raise AlterationFound(
        "The bundle is not as it was signed; nothing was stored.",
        first.words if first else "",
        "Keep the file, tell the sending school, and ask for another.",
        kind=first.code if first else "altered",
    )


def _demand_new(exchange: Exchange, data: bytes, bundle: ReceivedBundle) -> None:
    hashed = hashlib.sha256(data).digest()
    for stream in exchange.transfers():
        record = exchange.desk.load(RecordTransfer, UUID(bytes=stream))
        known = record.received
        if known and (known.bundle == hashed or known.bundle_id == bundle.manifest.bundle_id):
            raise InputRefused(
                "This bundle was received before; nothing was stored.",
                f"It came on {known.occurred_on}.",
                "See send-ledger transfer list; its receipt is written again by "
                f"send-ledger transfer receipt {record.number}.",
                kind="received-before",
            )


def _shown_head(partner: PartnerTrusted, members: dict[str, bytes]) -> ShownHead:
    return ShownHead(
        note=members[CHECKPOINT],
        proofs=read_consistency(members[CONSISTENCY]),
        log_key=VerifierKey.parse(partner.log_key),
    )


def _keep(
    exchange: Exchange,
    partner: PartnerTrusted,
    *,
    data: bytes,
    members: dict[str, bytes],
    report: Report,
    bundle: ReceivedBundle,
    line: str,
) -> Received:
    desk, manifest = exchange.desk, bundle.manifest
    archive = pack(members)
    name = desk.entropy(16)
    exchange.attachments.put(name, archive)
    bundle_hash = hashlib.sha256(data).digest()
    subject = manifest.subject or Subject("", None, None)
    transfer = desk.start(RecordTransfer)
    transfer.record(
        TransferReceived,
        desk.entry(subject=manifest.subject),
        from_name=partner.name,
        from_origin=partner.log_origin,
        bundle=bundle_hash,
        manifest=bundle.manifest_hash,
        bundle_id=manifest.bundle_id,
        pupil_name=subject.name,
        pupil_born=subject.born,
        pupil_upn=subject.id.value if subject.id and subject.id.scheme == "upn" else None,
        sender_size=bundle.size,
        sender_root=bundle.root,
        statements=len(bundle.statements),
        not_understood=len(bundle.not_understood),
        cosignature=line.removesuffix("\n"),
        attachment=name,
        attachment_hash=hashlib.sha256(archive).digest(),
    )
    handover = desk.start(Handover)
    _issue_receipt(exchange, handover, transfer, RECEIVED, None)
    try:
        # Whoever receives the same bundle at the same time is refused by these keys.
        once = f"receive-bundle {manifest.bundle_id.hex()}", f"receive-file {bundle_hash.hex()}"
        indexes = desk.save(transfer, handover, also=once)
    except AlreadyRecorded:
        _demand_new(exchange, data, bundle)
        raise
    return Received(
        report=report,
        bundle=bundle,
        transfer=transfer.id,
        receipt=write_receipt(exchange, transfer, indexes[-1], RECEIVED),
        index=indexes[0],
    )


def _issue_receipt(
    exchange: Exchange,
    handover: Handover,
    transfer: RecordTransfer,
    outcome: Code,
    grounds: Code | None,
) -> None:
    """Decide on a receipt for a bundle that was received; the caller saves."""
    received = _received(transfer)
    handover.record(
        ReceiptIssued,
        exchange.desk.entry(),
        outcome=outcome,
        bundle=received.bundle,
        manifest=received.manifest,
        bundle_id=received.bundle_id,
        from_origin=received.from_origin,
        to_origin=exchange.origin,
        by_name=exchange.desk.name,
        grounds=grounds,
        sender_size=received.sender_size,
        sender_root=received.sender_root,
    )


def write_receipt(exchange: Exchange, transfer: RecordTransfer, index: int, outcome: Code) -> bytes:
    """Seal, write the receipt file of a logged receipt with our cosignature, and keep it.

    Not in the save that signs the answer: the file holds a checkpoint over that entry.
    Stopped between the two, `ledger.bundles.again` goes on from here.
    """
    received = _received(transfer)
    with answering(transfer):
        members = unpack(exchange.attachments.get(received.attachment), allow=is_bundle_name)
        data = build_receipt_file(
            ReceiptRequest(
                log=exchange.reader,
                data_key=exchange.desk.keys.data_key,
                index=index,
                note=exchange.seal(),
                sender_checkpoint=members[CHECKPOINT] + f"{received.cosignature}\n".encode(),
                policy=exchange.policy,
            )
        )
        name = exchange.desk.entropy(16)
        exchange.attachments.put(name, data)
        transfer.record(
            TransferReceiptWritten,
            exchange.desk.entry(subject=received.subject),
            outcome=outcome,
            receipt=hashlib.sha256(data).digest(),
            attachment=name,
        )
        exchange.desk.save(transfer)
    return data


def _received(transfer: RecordTransfer) -> TransferReceived:
    if transfer.received is None:
        raise RuleRefused(
            "No bundle was received under this transfer.",
            "Only what was received can be accepted or rejected.",
            "Receive the file first: send-ledger transfer receive FILE.",
            kind="step-out-of-order",
        )
    return transfer.received


def accept_record(
    exchange: Exchange, transfer: UUID, pupil: UUID, with_it: Sequence[Aggregate] = ()
) -> bytes:
    """Accept a received record into the school's care (ACCEPTED); give the receipt file.

    Args:
        exchange: the receiving school; its SENCO acts.
        transfer: the transfer's stream.
        pupil: our own pupil whose record it is, as a person matched them.
        with_it: saved together with it: a pupil who is new here.

    Raises:
        RuleRefused: it was answered already.
    """
    desk = exchange.desk
    record = desk.load(RecordTransfer, transfer)
    received = _received(record)
    record.record(
        TransferAccepted,
        desk.entry(subject=received.subject),
        pupil=pupil.bytes,
        bundle=received.bundle,
        manifest=received.manifest,
        by_name=desk.name,
    )
    return _answer(exchange, record, ACCEPTED, None, with_it)


def reject_record(exchange: Exchange, transfer: UUID, code: str) -> bytes:
    """Reject a received record with a coded reason (REJECTED); give the receipt file.

    Raises:
        RuleRefused: it was answered already.
    """
    desk = exchange.desk
    record = desk.load(RecordTransfer, transfer)
    received = _received(record)
    grounds = Code(scheme="handover-rejection", code=code, label=REJECTION_REASONS[code])
    record.record(
        TransferRejected,
        desk.entry(subject=received.subject),
        bundle=received.bundle,
        manifest=received.manifest,
        by_name=desk.name,
        grounds=grounds,
    )
    return _answer(exchange, record, REJECTED, grounds)


def _answer(
    exchange: Exchange,
    record: RecordTransfer,
    outcome: Code,
    grounds: Code | None,
    with_it: Sequence[Aggregate] = (),
) -> bytes:
    handover = exchange.desk.start(Handover)
    _issue_receipt(exchange, handover, record, outcome, grounds)
    saved: list[Aggregate] = [*with_it, record, handover]
    return write_receipt(exchange, record, exchange.desk.save(*saved)[-1], outcome)
