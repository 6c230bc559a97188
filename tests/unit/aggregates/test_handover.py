"""The handover: each step once, in order, at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.handover import (
    ACCEPTED,
    RECEIVED,
    REJECTED,
    STANDING_SENTENCE,
    ConfirmationIssued,
    Handover,
    ManifestIssued,
    ReceiptIssued,
)
from ledger.aggregates.record_transfer import (
    RecordTransfer,
    TransferAccepted,
    TransferAcknowledged,
    TransferCompleted,
    TransferConfirmed,
    TransferDispatched,
    TransferReceiptWritten,
    TransferReceived,
    TransferRejected,
)
from tests.unit.aggregates.facts import (
    PUPIL,
    code,
    entry,
    last,
    new,
    rebuilt,
    refused,
    state,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledger.aggregates.event import Event

HASHES = {"bundle": bytes(32), "manifest": bytes(32)}
TRANSFER: dict[type[Event], dict[str, Any]] = {
    TransferDispatched: {
        **HASHES,
        "pupil": PUPIL,
        "to_name": "x",
        "to_origin": "x",
        "bundle_id": PUPIL,
        "statements": 1,
        "omissions": (),
        "checked_by": "x",
        "consents": (),
    },
    TransferConfirmed: {**HASHES, "receipt": bytes(32)},
    TransferReceived: {
        **HASHES,
        "from_name": "x",
        "from_origin": "x",
        "bundle_id": PUPIL,
        "pupil_name": "Zoë",
        "pupil_born": None,
        "pupil_upn": None,
        "sender_size": 1,
        "sender_root": bytes(32),
        "statements": 1,
        "not_understood": 0,
        "cosignature": "x",
        "attachment": PUPIL,
        "attachment_hash": bytes(32),
    },
    TransferAccepted: {**HASHES, "pupil": None, "by_name": "x"},
    TransferRejected: {**HASHES, "by_name": "x", "grounds": code("other")},
    TransferCompleted: {"confirmation": bytes(32), "statement": "x", "by_name": "x"},
}


def acknowledged(outcome: str) -> dict[str, Any]:
    return {
        "outcome": code(outcome),
        "receipt": bytes(32),
        "statement": "x",
        "by_name": "x",
        "grounds": None,
    }


def transfer(*steps: type[Event] | str) -> RecordTransfer:
    made = new(RecordTransfer)
    for step in steps:
        if isinstance(step, str):
            made.record(TransferAcknowledged, entry(), **acknowledged(step))
        else:
            made.record(step, entry(), **TRANSFER[step])
    return made


@pytest.mark.parametrize(
    ("done", "allowed"),
    [
        ((), {TransferDispatched, TransferReceived}),
        ((TransferDispatched,), {TransferAcknowledged}),
        ((TransferDispatched, "received"), {TransferAcknowledged}),
        ((TransferDispatched, "accepted"), {TransferConfirmed}),
        ((TransferDispatched, "rejected"), set()),
        ((TransferDispatched, "accepted", TransferConfirmed), set()),
        ((TransferReceived,), {TransferAccepted, TransferRejected}),
        ((TransferReceived, TransferAccepted), {TransferCompleted}),
        ((TransferReceived, TransferRejected), set()),
        ((TransferReceived, TransferAccepted, TransferCompleted), set()),
    ],
    # Sorted: a set has another order in each of the workers.
    ids=lambda one: ", ".join(sorted(getattr(each, "__name__", each) for each in one)) or "nothing",
)
def test_d_xfer_3_each_step_of_a_handover_is_taken_once_in_order(
    done: Sequence[type[Event] | str], allowed: set[type[Event]]
) -> None:
    for step in (*TRANSFER, TransferAcknowledged):
        made = transfer(*done)
        facts = TRANSFER.get(step) or acknowledged("accepted")
        if step in allowed:
            made.record(step, entry(), **facts)
            assert state(rebuilt(made)) == state(made)
        else:
            assert refused(made, step, entry(), **facts) == "step-out-of-order"


def test_a_written_receipt_is_kept_to_be_sent_again() -> None:
    made = transfer(TransferReceived)
    facts = {"receipt": bytes(32), "attachment": PUPIL}
    made.record(TransferReceiptWritten, entry(), outcome=code("received"), **facts)
    assert made.step == "received"
    assert made.written["received"] == last(made)


MANIFEST = {
    "bundle_id": PUPIL,
    "from_origin": "x",
    "from_name": "x",
    "to_origin": "x",
    "to_name": "x",
    "sequence": 1,
    "statements_count": 1,
    "statements_digest": bytes(32),
    "attachments_count": 0,
    "attachments_digest": bytes(32),
    "omissions": (),
    "standing_sentence": STANDING_SENTENCE,
    "prepared_by": "x",
    "pupil": PUPIL,
}
RECEIPT = {
    **HASHES,
    "bundle_id": PUPIL,
    "from_origin": "x",
    "to_origin": "x",
    "by_name": "x",
    "grounds": None,
    "sender_size": 1,
    "sender_root": bytes(32),
}
CONFIRMATION = {
    **HASHES,
    "receipt": bytes(32),
    "bundle_id": PUPIL,
    "from_origin": "x",
    "to_origin": "x",
    "by_name": "x",
}


def test_d_xfer_7_every_manifest_carries_the_same_sentence_and_comes_first() -> None:
    handover = new(Handover)
    other = MANIFEST | {"standing_sentence": "There is a protected address."}
    assert refused(handover, ManifestIssued, entry(), **other) == "step-out-of-order"
    handover.record(ManifestIssued, entry(), **MANIFEST)
    assert refused(handover, ManifestIssued, entry(), **MANIFEST) == "step-out-of-order"


def test_a_bundle_is_received_then_accepted_or_rejected_and_never_ones_own() -> None:
    handover = new(Handover)
    handover.record(ReceiptIssued, entry(), outcome=RECEIVED, **RECEIPT)
    handover.record(ReceiptIssued, entry(), outcome=ACCEPTED, **RECEIPT)
    grounds = RECEIPT | {"grounds": code("other")}
    for outcome, facts in ((RECEIVED, RECEIPT), (ACCEPTED, RECEIPT), (REJECTED, grounds)):
        assert refused(handover, ReceiptIssued, entry(), outcome=outcome, **facts)
    own = new(Handover)
    own.record(ManifestIssued, entry(), **MANIFEST)
    assert refused(own, ReceiptIssued, entry(), outcome=RECEIVED, **RECEIPT) == "step-out-of-order"


def test_a_rejection_has_a_coded_reason_and_nothing_else_has_one() -> None:
    grounds = RECEIPT | {"grounds": code("other")}
    for outcome, facts in ((REJECTED, RECEIPT), (RECEIVED, grounds), (ACCEPTED, grounds)):
        assert refused(new(Handover), ReceiptIssued, entry(), outcome=outcome, **facts)
    assert refused(new(Handover), ReceiptIssued, entry(), outcome=code("lost"), **RECEIPT)
    new(Handover).record(ReceiptIssued, entry(), outcome=REJECTED, **grounds)


def test_the_sender_confirms_once() -> None:
    handover = new(Handover)
    handover.record(ConfirmationIssued, entry(), **CONFIRMATION)
    assert refused(handover, ConfirmationIssued, entry(), **CONFIRMATION) == "step-out-of-order"
