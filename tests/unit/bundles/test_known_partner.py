"""A bundle or receipt held against what is known of its sender."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from ledger.aggregates.event import Entry
from ledger.aggregates.school import ForkFound, HeadWitnessed, PartnerTrusted, School
from ledger.application.school import facts_of_card
from ledger.bundles.known_partner import verify_bundle_of_partner, verify_receipt_of_partner
from ledger.formats.checkpoint import Checkpoint
from ledger.seal.checkpoints import sign_checkpoint
from ledger.seal.ed25519 import SigningKey
from ledger.values.dates import OccurredOn
from tests.support.ledger_builder import drawn

if TYPE_CHECKING:
    from ledger.formats.card import Card
    from tests.unit.bundles.conftest import Transfer

NEVER_SEEN = "whether the sender's log continues an earlier head of it"


def entry_of(transfer: Transfer) -> Entry:
    now = transfer.sender.ledger.now
    return Entry(recorded_at=now, occurred_on=OccurredOn.on(now.date()))


def holder(
    transfer: Transfer, key: SigningKey, card: Card | None = None, size: int | None = None
) -> School:
    """Give the record of a school that trusts a sender and has seen another head by a key."""
    school, entry = School(UUID(int=1)), entry_of(transfer)
    card = card or transfer.sender.card
    school.record(
        PartnerTrusted,
        entry,
        **facts_of_card(card),
        fingerprint="apple",
        checked_how="telephone",
    )
    head = Checkpoint(origin=card.origin, size=size or transfer.bundle.size, root=bytes(32))
    school.record(
        HeadWitnessed,
        entry,
        log_origin=head.origin,
        tree_size=head.size,
        root_hash=head.root,
        note=sign_checkpoint(head, key.sign, key.public).decode(),
    )
    return school


@pytest.mark.parametrize("outside", [False, True], ids=["by the card", "by a policy from outside"])
def test_only_what_the_trusted_key_signed_is_held_against_a_bundle(
    transfer: Transfer, outside: bool
) -> None:
    policy = transfer.sender.policy if outside else None
    own = transfer.sender.ledger.signing["log"]
    for key, forked in ((own, True), (SigningKey(drawn("an impostor")), False)):
        school = holder(transfer, key)
        report, _ = verify_bundle_of_partner(
            transfer.members, school, transfer.receiver.card.origin, policy
        )
        assert ("fork" in report.codes, NEVER_SEEN in report.not_checked) == (forked, not forked)
        assert report.result == ("altered" if forked else "intact")


def test_a_rewriting_under_another_key_is_not_told_of_the_log(transfer: Transfer) -> None:
    card, ledger = transfer.sender.card, transfer.sender.ledger
    head = Checkpoint(origin=card.origin, size=transfer.bundle.size, root=bytes(32))
    for key, known in ((ledger.signing["log"], 1), (SigningKey(drawn("an impostor")), None)):
        school = holder(transfer, SigningKey(drawn("nobody")))
        note = sign_checkpoint(head, key.sign, key.public).decode()
        school.record(ForkFound, entry_of(transfer), log_origin=card.origin, seen=note, shown=note)
        recipient = transfer.receiver.card.origin
        report, _ = verify_bundle_of_partner(transfer.members, school, recipient)
        assert report.codes.get("rewritten-before") == known
        assert report.result == ("unanchored" if known else "intact")


def test_a_receipt_is_judged_by_the_card_and_by_heads_of_its_size(transfer: Transfer) -> None:
    facts = verify_receipt_of_partner(transfer.receipt_files, School(UUID(int=1)))[1]
    assert facts is not None
    card, own = transfer.receiver.card, transfer.receiver.ledger.signing["log"]
    impostor = SigningKey(drawn("an impostor"))
    for key, size, result in (
        (own, facts.size, "altered"),
        (own, facts.size - 1, "intact"),
        (impostor, facts.size, "intact"),
    ):
        school = holder(transfer, key, card, size)
        report, _ = verify_receipt_of_partner(transfer.receipt_files, school)
        assert (report.result, "fork" in report.codes) == (result, result == "altered")


def test_a_receipt_of_a_log_that_was_rewritten_is_not_wholly_proved(transfer: Transfer) -> None:
    card, own = transfer.receiver.card, transfer.receiver.ledger.signing["log"]
    school = holder(transfer, SigningKey(drawn("nobody")), card)
    head = Checkpoint(origin=card.origin, size=1, root=bytes(32))
    note = sign_checkpoint(head, own.sign, own.public).decode()
    school.record(ForkFound, entry_of(transfer), log_origin=card.origin, seen=note, shown=note)
    report, _ = verify_receipt_of_partner(transfer.receipt_files, school)
    assert (report.result, report.codes.get("rewritten-before")) == ("unanchored", 1)


def test_a_receipt_of_a_school_that_is_not_trusted_is_self_asserted(transfer: Transfer) -> None:
    report, _ = verify_receipt_of_partner(transfer.receipt_files, School(UUID(int=1)))
    assert (report.result, "self-asserted" in report.codes) == ("unanchored", True)
