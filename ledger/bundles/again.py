"""The answer that was logged, as a file again: what a lost file or a killed command needs.

Signing the answer and writing its file are two steps, because the file holds a
checkpoint over the signed entry.  Whoever was stopped between them goes on here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledger.aggregates.handover import (
    ACCEPTED,
    RECEIVED,
    REJECTED,
    ConfirmationIssued,
    ReceiptIssued,
)
from ledger.aggregates.record_transfer import RecordTransfer
from ledger.bundles.acknowledge import confirmation_file
from ledger.bundles.receive import write_receipt
from ledger.errors import AlterationFound, NotFound
from ledger.formats.encoding import b64url
from ledger.seal.contents import open_entry
from ledger.verify.receipt import CONFIRMED

if TYPE_CHECKING:
    from uuid import UUID

    from ledger.bundles.exchange import Exchange
    from ledger.values.code import Code

_ANSWERED = {
    "received": RECEIVED,
    "accepted": ACCEPTED,
    "complete": ACCEPTED,
    "rejected": REJECTED,
}
"""Step of a handover that came in → our newest answer to it."""


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """An answer of this school's: what it says, and its file."""

    outcome: str
    data: bytes


def answer_again(exchange: Exchange, transfer: UUID) -> AnswerFile:
    """Give the newest answer of this school's in a handover, as its file.

    A receipt that was written once comes out byte for byte as it was; nothing is
    recorded.  One that was signed and never written is written now.

    Raises:
        NotFound: kind "no-answer": this school has answered nothing in it.
        AlterationFound: what is kept is not what was written or signed.
    """
    record = exchange.desk.load(RecordTransfer, transfer)
    if record.received is not None:
        outcome = _ANSWERED[record.step]
        return AnswerFile(outcome.code, _receipt(exchange, record, outcome))
    if record.dispatched is None or record.step != "complete":
        raise NotFound(
            "There is no answer of this school's in that handover; nothing was written.",
            "The school that sent a record signs a confirmation once the other has accepted.",
            "Bring their receipt in with send-ledger transfer acknowledge.",
            kind="no-answer",
        )
    bundle = record.dispatched.bundle
    index = _logged(exchange, record, CONFIRMED, ConfirmationIssued, bundle)
    return AnswerFile(CONFIRMED, confirmation_file(exchange, index, _checkpoint(exchange, index)))


def _receipt(exchange: Exchange, record: RecordTransfer, outcome: Code) -> bytes:
    written = record.written.get(outcome.code)
    if written is None:
        bundle = record.received.bundle if record.received else b""
        index = _logged(exchange, record, outcome.code, ReceiptIssued, bundle)
        return write_receipt(exchange, record, index, outcome)
    data = exchange.attachments.get(written.attachment)
    if hashlib.sha256(data).digest() != written.receipt:
        raise _altered("The kept receipt is not the file that was written.")
    return data


def _logged(
    exchange: Exchange, record: RecordTransfer, step: str, cls: type[Any], bundle: bytes
) -> int:
    """Give the log index of the answer: it was saved with its step, right behind it."""
    reader, data_key = exchange.reader, exchange.desk.keys.data_key
    for entry in reader.stream(record.id.bytes):
        if open_entry(entry, data_key).fields["event"] != f"record_transfer.{step}.v1":
            continue
        said = open_entry(reader.entry(entry.index + 1), data_key).fields
        if said["event"] == cls.TYPE and said["bundle"] == b64url(bundle):
            return entry.index + 1
    raise _altered("The signed answer does not stand where it was logged.")


def _checkpoint(exchange: Exchange, index: int) -> bytes:
    """Give the first checkpoint over an entry; seal only where there is none."""
    over = (note for size, note in exchange.reader.checkpoints() if size > index)
    return next(over, None) or exchange.seal()


def _altered(why: str) -> AlterationFound:
    return AlterationFound(
        "The answer of this school's cannot be written again.",
        why,
        "See send-ledger verify, and restore the home from the newest backup.",
        kind="answer-altered",
    )
