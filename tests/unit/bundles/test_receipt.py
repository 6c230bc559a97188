"""Receipts and confirmations: built by one school, verified and matched by the other."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.handover import ACCEPTED, REJECTED
from ledger.bundles.container import sha256sums
from ledger.bundles.receipt import open_receipt_file
from ledger.errors import InputRefused, LedgerError, MalformedInput
from ledger.formats.statement import read_statement
from ledger.seal.contents import OpenedEntry
from ledger.values.code import Code
from ledger.verify.bundle import verify_bundle
from ledger.verify.receipt import ExpectedReceipt, ReceiptFacts, match_receipt, verify_receipt
from tests.support.two_schools import SUBJECT, School, answer, cosigned, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.bundles.conftest import Transfer


def expected_of(transfer: Transfer) -> ExpectedReceipt:
    return ExpectedReceipt(
        bundle=hashlib.sha256(transfer.age_file).digest(),
        manifest=transfer.bundle.manifest_hash,
        bundle_id=transfer.bundle.manifest.bundle_id,
        from_origin=transfer.sender.origin,
        to_origin=transfer.receiver.origin,
    )


def facts_of(transfer: Transfer, data: bytes, *, of_sender: bool = False) -> ReceiptFacts:
    policy = transfer.sender.policy if of_sender else transfer.receiver.policy
    report, facts = verify_receipt(open_receipt_file(data), policy)
    assert report.result == "intact"
    assert facts is not None
    return facts


def test_d_xfer_3_a_receipt_proves_who_received_what_and_when(transfer: Transfer) -> None:
    facts = facts_of(transfer, transfer.receipt)
    assert (facts.outcome, facts.role) == ("received", "system")
    assert facts.said.by_name == "Senco Example"
    assert facts.recorded_at.startswith("2026-03-03T")
    assert facts.origin == transfer.receiver.origin
    match_receipt(facts, expected_of(transfer))


def test_d_xfer_3_a_confirmation_closes_the_receivers_side(transfer: Transfer) -> None:
    facts = facts_of(transfer, transfer.confirmation, of_sender=True)
    assert (facts.outcome, facts.role, facts.sender_checkpoint) == ("confirmed", "senco", None)
    named = hashlib.sha256(transfer.receipt).digest()
    match_receipt(facts, replace(expected_of(transfer), receipt=named))
    with pytest.raises(InputRefused) as refused:
        match_receipt(facts, replace(expected_of(transfer), receipt=bytes(32)))
    assert refused.value.kind == "confirmation-other-receipt"


def test_a_receipt_names_no_pupil(transfer: Transfer) -> None:
    for data in (transfer.receipt, transfer.confirmation):
        files = open_receipt_file(data)
        _, facts = verify_receipt(files, None)
        assert facts is not None
        assert facts.said.subject is None
        assert b"Example-0" not in b"".join(files.values())


def test_a_receipt_that_names_a_pupil_is_not_made_and_not_taken(
    transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = (transfer.receiver, transfer.bundle, transfer.age_file)
    with pytest.raises(MalformedInput) as refused:
        answer(*given, subject=SUBJECT)
    assert refused.value.kind == "subject-named"
    unseen = OpenedEntry(0, read_statement(transfer.bundle.statements[0].statement.jwt), ())
    monkeypatch.setattr("ledger.bundles.receipt.open_entry", lambda *_: unseen)
    data = answer(*given, subject=SUBJECT)
    report, facts = verify_receipt(open_receipt_file(data), transfer.receiver.policy)
    assert (report.exit_code, facts) == (10, None)
    assert report.codes["subject-named"] == 1


def test_acceptance_and_rejection_are_the_sencos(transfer: Transfer) -> None:
    accepted = answer(transfer.receiver, transfer.bundle, transfer.age_file, ACCEPTED)
    assert facts_of(transfer, accepted).outcome == "accepted"
    why = Code(scheme="handover-rejection", code="wrong-pupil", label="Not a pupil of this school")
    by_machine = answer(transfer.receiver, transfer.bundle, transfer.age_file, REJECTED, why)
    report, facts = verify_receipt(open_receipt_file(by_machine), transfer.receiver.policy)
    assert (report.exit_code, facts) == (10, None)
    assert report.codes["type-not-permitted"] == 1


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"bundle": bytes(32)}, "receipt-other-bundle"),
        ({"bundle_id": bytes(16)}, "receipt-other-bundle"),
        ({"manifest": bytes(32)}, "receipt-other-manifest"),
        ({"from_origin": "send-ledger/v1/AAAAAAAAAAAAAAAAAAAAAA"}, "receipt-wrong-school"),
        ({"to_origin": "send-ledger/v1/AAAAAAAAAAAAAAAAAAAAAA"}, "receipt-wrong-school"),
        ({"receipt": bytes(32)}, "receipt-not-expected"),
    ],
)
def test_t17_a_receipt_for_something_else_is_refused(
    transfer: Transfer, change: dict[str, Any], kind: str
) -> None:
    facts = facts_of(transfer, transfer.receipt)
    with pytest.raises(InputRefused) as refused:
        match_receipt(facts, replace(expected_of(transfer), **change))
    assert refused.value.kind == kind


def test_t17_a_receipt_found_in_another_schools_log_is_refused(transfer: Transfer) -> None:
    facts = replace(facts_of(transfer, transfer.receipt), origin=transfer.sender.origin)
    with pytest.raises(InputRefused) as refused:
        match_receipt(facts, expected_of(transfer))
    assert refused.value.kind == "receipt-wrong-school"


def test_a_confirmation_is_no_receipt(transfer: Transfer) -> None:
    facts = facts_of(transfer, transfer.confirmation, of_sender=True)
    with pytest.raises(InputRefused) as refused:
        match_receipt(facts, expected_of(transfer))
    assert refused.value.kind == "receipt-not-expected"


def test_a_policy_that_names_no_first_statement_does_not_verify_it_all(
    transfer: Transfer,
) -> None:
    policy = replace(transfer.receiver.policy, genesis=None)
    report, facts = verify_receipt(transfer.receipt_files, policy)
    assert (report.exit_code, facts is not None) == (11, True)
    assert "unverifiable" in report.codes


def test_without_a_policy_from_outside_it_is_self_asserted(transfer: Transfer) -> None:
    report, _ = verify_receipt(transfer.receipt_files, None)
    assert (report.exit_code, "self-asserted" in report.codes) == (11, True)


def test_t17_a_receipt_signed_by_another_schools_log_is_not_known(transfer: Transfer) -> None:
    report, facts = verify_receipt(transfer.receipt_files, transfer.sender.policy)
    assert (report.exit_code, facts) == (11, None)


def test_t17_a_school_cannot_sign_the_receivers_receipt(transfer: Transfer) -> None:
    forged = answer(
        transfer.sender, transfer.bundle, transfer.age_file, to_origin=transfer.receiver.origin
    )
    report, _ = verify_receipt(open_receipt_file(forged), transfer.sender.policy)
    assert (report.exit_code, report.codes["receipt-other-side"]) == (10, 1)


def _no_cosignature(files: dict[str, bytes]) -> None:
    files["sender-checkpoint"] = files["sender-checkpoint"].rpartition("—".encode())[0]


def _other_head(files: dict[str, bytes]) -> None:
    files["sender-checkpoint"] = files["checkpoint"]


def _broken_cosignature(files: dict[str, bytes]) -> None:
    text = files["sender-checkpoint"]
    files["sender-checkpoint"] = text[:-6] + (b"A" if text[-6:-5] != b"A" else b"B") + text[-5:]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_no_cosignature, "cosignature-missing"),
        (_other_head, "sender-checkpoint-differs"),
        (_broken_cosignature, "note-signature-failed"),
        (lambda files: files.pop("sender-checkpoint"), "missing-file"),
        (lambda files: files.pop("receipt.tlog-proof"), "missing-file"),
        (lambda files: files.update({"x.txt": b""}), "unexpected-file"),
    ],
)
def test_a_changed_receipt_is_found_out(
    transfer: Transfer, change: Callable[[dict[str, bytes]], None], code: str
) -> None:
    files = transfer.receipt_files
    change(files)
    files["SHA256SUMS"] = sha256sums(files)
    report, _ = verify_receipt(files, transfer.receiver.policy)
    assert report.exit_code == 10
    assert code in report.codes


def test_a_file_that_is_not_as_the_list_of_checksums_says_is_found_out(
    transfer: Transfer,
) -> None:
    files = transfer.receipt_files
    files["README.txt"] += b"The record was never accepted."
    report, _ = verify_receipt(files, transfer.receiver.policy)
    assert (report.exit_code, report.codes["sums-mismatch"]) == (10, 1)


@pytest.mark.parametrize("signer", ["system", "log", "senco"])
def test_no_other_key_of_the_receiver_cosigns_for_it(transfer: Transfer, signer: str) -> None:
    files = transfer.receipt_files
    files["sender-checkpoint"] = cosigned(transfer.receiver, transfer.bundle.checkpoint, signer)
    files["SHA256SUMS"] = sha256sums(files)
    report, _ = verify_receipt(files, transfer.receiver.policy)
    assert (report.exit_code, report.codes["cosignature-missing"]) == (10, 1)


def test_a_cosigner_key_that_was_revoked_cosigns_nothing(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    sent = send(sender, receiver)
    _, bundle = verify_bundle(sent.members, sender.policy, receiver.origin)
    assert bundle is not None
    receiver.ledger.revoke("cosigner", 1, by="root")
    report, _ = verify_receipt(open_receipt_file(answer(receiver, bundle, b"")), receiver.policy)
    assert (report.exit_code, report.codes["cosignature-missing"]) == (10, 1)


def test_the_same_receipt_is_the_same_file(transfer: Transfer) -> None:
    assert transfer.receipt == transfer.receipt
    for place in range(0, len(transfer.receipt), 997):
        changed = bytearray(transfer.receipt)
        changed[place] ^= 1
        with pytest.raises(LedgerError):
            _demand_intact(bytes(changed), transfer)


def _demand_intact(data: bytes, transfer: Transfer) -> None:
    report, _ = verify_receipt(open_receipt_file(data), transfer.receiver.policy)
    if report.result != "intact":
        raise LedgerError("found")
