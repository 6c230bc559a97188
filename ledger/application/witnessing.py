"""Witnessing another school's log: cosign what continues, keep the proof of what does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.aggregates.school import ForkFound, HeadWitnessed, School
from ledger.application.desk import Desk
from ledger.errors import AlterationFound, Unverifiable
from ledger.formats.checkpoint import Checkpoint, cosigner_name, origin_of
from ledger.formats.signed_note import VerifierKey
from ledger.seal.checkpoints import cosign, open_checkpoint
from ledger.seal.tree import ProofMismatch, check_consistency


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """The ledger's cosigner key: its public half and what signs with it."""

    public: bytes
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHead:
    """Another log's head as it was shown.

    Attributes:
        note: the signed checkpoint.
        consistency: proof from the head last seen, or None.
        log_key: the other log's key, from its trusted card.
    """

    note: bytes
    consistency: Sequence[bytes] | None
    log_key: VerifierKey


def witness_head(desk: Desk, key: CosignerKey, shown: ShownHead) -> str:
    """Cosign another log's head and remember it; give the cosignature line.

    Raises:
        AlterationFound: it forks from the head seen before; the pair is kept
            in this ledger as proof (kind `fork`).
        Unverifiable: nothing proves that it continues the head seen before.
    """
    school, head = _continued(desk, shown)
    seen = school.witnessed.get(head.origin)
    line = cosign(
        shown.note,
        cosigner_name(origin_of(desk.lid)),
        key.sign,
        key.public,
        int(desk.now().timestamp()),
    )
    if seen is None or head.size > seen.tree_size:
        school.record(
            HeadWitnessed,
            desk.entry(),
            log_origin=head.origin,
            tree_size=head.size,
            root_hash=head.root,
            note=shown.note.decode("utf-8"),
        )
        desk.save(school)
    return line


def keep_fork_shown(desk: Desk, shown: ShownHead) -> None:
    """Keep the proof where a head forks from the one seen before; sign nothing else.

    Raises:
        AlterationFound, Unverifiable: as `witness_head`.
    """
    _continued(desk, shown)


def _continued(desk: Desk, shown: ShownHead) -> tuple[School, Checkpoint]:
    """Open a head under the trusted key, and demand that it continues the one seen before."""
    head = open_checkpoint(shown.note, [shown.log_key]).checkpoint
    school = desk.load(School, desk.streams.school)
    seen = school.witnessed.get(head.origin)
    if seen is not None:
        _demand_continuation(desk, school, seen, shown, head)
    return school, head


def _demand_continuation(
    desk: Desk, school: School, seen: HeadWitnessed, shown: ShownHead, head: Checkpoint
) -> None:
    if head.size == seen.tree_size and head.root == seen.root_hash:
        return
    if head.size < seen.tree_size:
        raise Unverifiable(
            f"A head of {head.size} entries is shown; one of {seen.tree_size} was seen before.",
            "An older head may be true, but cosigning it would say it is the newest.",
            "Ask for the newest checkpoint.",
            kind="older-head",
        )
    if head.size > seen.tree_size and shown.consistency is None:
        raise Unverifiable(
            "Nothing proves that this head continues the one seen before.",
            "It may be of a log that was written anew.",
            remedy="Ask for the consistency proof, or for a bundle, which carries it.",
            kind="no-consistency-proof",
        )
    if not _continues(seen, shown, head):
        _keep_fork(desk, school, seen, shown)


def _continues(seen: HeadWitnessed, shown: ShownHead, head: Checkpoint) -> bool:
    if head.size == seen.tree_size:
        return False  # of one size, and not the same: both cannot be true
    try:
        check_consistency(
            seen.tree_size, seen.root_hash, head.size, head.root, shown.consistency or ()
        )
    except ProofMismatch:
        return False
    return True


def _keep_fork(desk: Desk, school: School, seen: HeadWitnessed, shown: ShownHead) -> None:
    school.record(
        ForkFound,
        desk.entry(),
        log_origin=seen.log_origin,
        seen=seen.note,
        shown=shown.note.decode("utf-8"),
    )
    desk.save(school)
    raise AlterationFound(
        "The other school's ledger has been rewritten; nothing was cosigned.",
        "It signed two heads that cannot both be true. The pair is kept here as proof.",
        "Do not rely on its entries; tell its headteacher and the local authority.",
        kind="fork",
    )
