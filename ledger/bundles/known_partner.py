"""A bundle or receipt verified by what the school that holds it knows of its sender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ledger.aggregates.school import School
from ledger.application.heads_seen import heads_seen, was_rewritten
from ledger.bundles.policies import policy_of_partner
from ledger.errors import LedgerError
from ledger.formats.bundle_layout import CHECKPOINT
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import SignedNote
from ledger.seal.continuation import SeenHead
from ledger.verify.bundle import ReceivedBundle, verify_bundle
from ledger.verify.findings import Report
from ledger.verify.receipt import ReceiptFacts, verify_receipt
from ledger.verify.trust_policy import TrustPolicy


class _Known(NamedTuple):
    """What is known of a log.

    Attributes:
        policy: a trust policy from outside; else the log's checked card; None without either.
        seen: every head of it that was seen here, signed by the key trusted now.
        rewritten: whether a proof is kept here that it was rewritten under that key.
    """

    policy: TrustPolicy | None
    seen: list[SeenHead]
    rewritten: bool


def sender_origin(members: Mapping[str, bytes]) -> str:
    """Give the origin of the log that a bundle or receipt says it is from.

    Raises:
        MalformedInput: it holds no checkpoint that can be read.
    """
    return Checkpoint.parse(SignedNote.parse(members.get(CHECKPOINT, b"")).text).origin


def verify_bundle_of_partner(
    members: Mapping[str, bytes], school: School, recipient: str, policy: TrustPolicy | None = None
) -> tuple[Report, ReceivedBundle | None]:
    """Verify a bundle under the sender's checked card, and against every head of theirs seen here.

    Args:
        members: name → bytes of every file of the ZIP.
        school: the record of the school that holds it.
        recipient: origin of that school's log.
        policy: a trust policy from outside, which counts instead of the card.

    Raises:
        InputRefused: as `verify_bundle`.
    """
    known = _known(members, school, policy)
    return verify_bundle(members, known.policy, recipient, known.seen, rewritten=known.rewritten)


def verify_receipt_of_partner(
    files: Mapping[str, bytes], school: School, policy: TrustPolicy | None = None
) -> tuple[Report, ReceiptFacts | None]:
    """Verify a receipt or confirmation as `verify_bundle_of_partner` does a bundle."""
    known = _known(files, school, policy)
    return verify_receipt(files, known.policy, known.seen, rewritten=known.rewritten)


def _known(members: Mapping[str, bytes], school: School, policy: TrustPolicy | None) -> _Known:
    try:
        origin = sender_origin(members)
    except LedgerError:  # which verifying finds as well
        origin = ""
    partner = school.partners.get(origin)
    policy = policy or (policy_of_partner(partner) if partner else None)
    if policy is None:  # by its own word alone it accuses nobody: whose key signed is not known
        return _Known(None, [], rewritten=False)
    heads = heads_seen(school, origin, policy.logs)
    seen = [SeenHead(one.tree_size, one.root_hash) for one in heads]
    return _Known(policy, seen, rewritten=was_rewritten(school, origin, policy.logs))
