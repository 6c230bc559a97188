"""A bundle verified by what the school that holds it knows of the sender."""

from __future__ import annotations

from collections.abc import Mapping

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
from ledger.verify.trust_policy import TrustPolicy


def sender_origin(members: Mapping[str, bytes]) -> str:
    """Give the origin of the log that a bundle says it is from.

    Raises:
        MalformedInput: it holds no checkpoint that can be read.
    """
    return Checkpoint.parse(SignedNote.parse(members.get(CHECKPOINT, b"")).text).origin


def verify_from_sender(
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
    try:
        origin = sender_origin(members)
    except LedgerError:  # which verifying finds as well
        origin = ""
    partner = school.partners.get(origin)
    policy = policy or (policy_of_partner(partner) if partner else None)
    # By its own word alone a bundle accuses nobody: whose key signed it is not known then.
    heads = heads_seen(school, origin, policy.logs) if policy else []
    seen = [SeenHead(one.tree_size, one.root_hash) for one in heads]
    rewritten = policy is not None and was_rewritten(school, origin, policy.logs)
    return verify_bundle(members, policy, recipient, seen, rewritten=rewritten)
