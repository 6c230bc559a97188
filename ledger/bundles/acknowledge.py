"""Closing a handover: the receipt to the sender's ledger, the confirmation to the receiver's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from ledger.aggregates.handover import OUTCOME_SCHEME, ConfirmationIssued, Handover
from ledger.aggregates.record_transfer import (
    RecordTransfer,
    TransferAcknowledged,
    TransferCompleted,
    TransferConfirmed,
)
from ledger.application.witnessing import ShownHead, keep_fork_shown
from ledger.bundles.exchange import Exchange, answering
from ledger.bundles.known_partner import sender_origin, verify_receipt_of_partner
from ledger.bundles.policies import policy_of_partner
from ledger.bundles.receipt import ReceiptRequest, build_receipt_file, open_receipt_file
from ledger.errors import AlterationFound, InputRefused, NotFound, after_recording
from ledger.formats.bundle_layout import CHECKPOINT
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import SignedNote, VerifierKey
from ledger.seal.checkpoints import check_cosignatures
from ledger.values.code import Code
from ledger.verify.findings import Report
from ledger.verify.receipt import ExpectedReceipt, ReceiptFacts, match_receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A receipt brought in: what it says and, on acceptance, our confirmation to send back."""

    outcome: str
    transfer: UUID
    confirmation: bytes | None


def acknowledge(exchange: Exchange, data: bytes) -> Acknowledged:
    """Bring a receipt into the sender's ledger.

    On acceptance the sender confirms it, in one save; the receiver's
    cosignature of our head is kept as an anchor.

    Raises:
        InputRefused: it is for another bundle, replayed, or malformed.
        NotFound: its school is not trusted here, or no transfer fits.
        AlterationFound: it is not as it was signed, or it cosigns a head that this
            ledger never had.
    """
    facts = _verified(exchange, data)
    transfer, expected = _transfer_of(exchange, facts)
    match_receipt(facts, expected)
    kept = _cosignature(exchange, facts)
    desk, said = exchange.desk, facts.said
    dispatched = transfer.dispatched
    if dispatched is None:
        raise NotFound(
            "No bundle was sent under this transfer.",
            "The receipt answers something that this ledger never sent.",
            "See send-ledger transfer list; the receipt may be another school's.",
            kind="no-transfer",
        )
    transfer.record(
        TransferAcknowledged,
        desk.entry(subject=dispatched.subject),
        outcome=Code(scheme=OUTCOME_SCHEME, code=facts.outcome, label=facts.outcome),
        receipt=hashlib.sha256(data).digest(),
        statement=facts.statement.decode("ascii"),
        by_name=said.by_name,
        grounds=getattr(said, "grounds", None),
    )
    confirmation = (
        _confirm(exchange, transfer, data, facts) if facts.outcome == "accepted" else None
    )
    if confirmation is None:
        desk.save(transfer)
    if kept is not None:
        with after_recording(
            "It is recorded, but their cosignature of our log could not be kept.",
            "Mend that; our answer, where one is due, is written by "
            f"send-ledger transfer receipt {transfer.number} --out FILE.",
        ):
            exchange.keep_cosignature(*kept)
    return Acknowledged(outcome=facts.outcome, transfer=transfer.id, confirmation=confirmation)


def _confirm(
    exchange: Exchange, transfer: RecordTransfer, data: bytes, facts: ReceiptFacts
) -> bytes:
    desk, said = exchange.desk, facts.said
    receipt = hashlib.sha256(data).digest()
    subject = transfer.dispatched.subject if transfer.dispatched else None
    transfer.record(
        TransferConfirmed,
        desk.entry(subject=subject),
        receipt=receipt,
        bundle=said.bundle,
        manifest=said.manifest,
    )
    handover = desk.start(Handover)
    handover.record(
        ConfirmationIssued,
        desk.entry(),
        receipt=receipt,
        bundle=said.bundle,
        manifest=said.manifest,
        bundle_id=said.bundle_id,
        from_origin=said.from_origin,
        to_origin=said.to_origin,
        by_name=desk.name,
    )
    index = desk.save(transfer, handover)[-1]
    with answering(transfer):
        return confirmation_file(exchange, index, exchange.seal())


def confirmation_file(exchange: Exchange, index: int, note: bytes) -> bytes:
    """Build the file of a logged confirmation, under a checkpoint over it."""
    return build_receipt_file(
        ReceiptRequest(
            log=exchange.reader,
            data_key=exchange.desk.keys.data_key,
            index=index,
            note=note,
            sender_checkpoint=None,
            policy=exchange.policy,
        )
    )


def complete(exchange: Exchange, data: bytes) -> UUID:
    """Bring the sender's confirmation into the receiver's ledger: the handover is complete.

    Raises:
        InputRefused, NotFound, AlterationFound: as `acknowledge`.
    """
    facts = _verified(exchange, data)
    for stream in exchange.transfers():
        transfer = exchange.desk.load(RecordTransfer, UUID(bytes=stream))
        received = transfer.received
        if received is None or received.bundle != facts.said.bundle:
            continue
        accepted = transfer.written.get("accepted")
        if accepted is None:
            raise _no_transfer()
        expected = ExpectedReceipt(
            bundle=received.bundle,
            manifest=received.manifest,
            bundle_id=received.bundle_id,
            from_origin=received.from_origin,
            to_origin=exchange.origin,
            receipt=accepted.receipt,
        )
        match_receipt(facts, expected)
        transfer.record(
            TransferCompleted,
            exchange.desk.entry(subject=received.subject),
            confirmation=hashlib.sha256(data).digest(),
            statement=facts.statement.decode("ascii"),
            by_name=facts.said.by_name,
        )
        exchange.desk.save(transfer)
        return transfer.id
    raise _no_transfer()


def _verified(exchange: Exchange, data: bytes) -> ReceiptFacts:
    files = open_receipt_file(data)
    if CHECKPOINT not in files:
        raise InputRefused(
            "The file is not a receipt.",
            "It holds no checkpoint of the other school's ledger.",
            "Ask the other school to send its receipt again.",
            kind="bad-receipt",
        )
    origin = sender_origin(files)
    if origin == exchange.origin:
        raise InputRefused(
            "The file is one that this school wrote itself; nothing was recorded.",
            "A handover goes on with what the other school signed.",
            "Name the file that came from them: their receipt for acknowledge, "
            "their confirmation for complete.",
            kind="own-receipt",
        )
    partner = exchange.partner(origin)
    report, facts = verify_receipt_of_partner(files, exchange.school())
    if "fork" in report.codes:  # of one size with a head seen before: both notes are the proof
        key = VerifierKey.parse(partner.log_key)
        keep_fork_shown(exchange.desk, ShownHead(note=files[CHECKPOINT], proofs=(), log_key=key))
    if facts is None or report.result == "altered":
        raise _altered(report)
    return facts


def _altered(report: Report) -> AlterationFound:
    first = report.findings[0] if report.findings else None
    return AlterationFound(
        "The receipt is not as it was signed; nothing was stored.",
        first.words if first else "",
        "Ask the other school to send it again.",
        kind=first.code if first else "altered",
    )


def _transfer_of(exchange: Exchange, facts: ReceiptFacts) -> tuple[RecordTransfer, ExpectedReceipt]:
    for stream in exchange.transfers():
        transfer = exchange.desk.load(RecordTransfer, UUID(bytes=stream))
        sent = transfer.dispatched
        if sent is not None and sent.bundle == facts.said.bundle:
            return transfer, ExpectedReceipt(
                bundle=sent.bundle,
                manifest=sent.manifest,
                bundle_id=sent.bundle_id,
                from_origin=exchange.origin,
                to_origin=sent.to_origin,
            )
    raise _no_transfer()


def _no_transfer() -> InputRefused:
    return InputRefused(
        "The receipt is for a bundle that this school did not send or receive.",
        "None of its transfers has that bundle.",
        "See send-ledger transfer list.",
        kind="receipt-for-another-bundle",
    )


def _cosignature(exchange: Exchange, facts: ReceiptFacts) -> tuple[int, str] | None:
    """Give the size of our own head that the receiver cosigned, and their line.

    What is kept can never be taken away again, so only their line, verified by
    the key of their checked card, and only over a head that is our own.

    Raises:
        AlterationFound: kind "receipt-other-head": this ledger never signed that
            head; kind "note-signature-failed": a line by their key does not fit.
    """
    if facts.sender_checkpoint is None:
        return None
    text = SignedNote.parse(facts.sender_checkpoint).text
    size = Checkpoint.parse(text).size
    own = dict(exchange.reader.checkpoints()).get(size)
    if own is None or SignedNote.parse(own).text != text:
        raise AlterationFound(
            "The receipt cosigns a head that this ledger never had; nothing was stored.",
            f"It speaks of {size:,} entries with another root, or of a size never sealed here.",
            "Keep the file, and ask the other school how its receipt came about.",
            kind="receipt-other-head",
        )
    keys = policy_of_partner(exchange.partner(facts.origin)).witnesses
    lines = check_cosignatures(facts.sender_checkpoint, keys)
    # A cosigner key that their card does not name yet is no witness that is known here.
    return (size, min(lines, key=lambda one: one.time).line) if lines else None
