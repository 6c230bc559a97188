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
        AlterationFound: it forks from the head seen before, of the same size;
            the pair is kept in this ledger as proof (kind `fork`).
        Unverifiable: nothing proves that it continues the head seen before.
    """
    school, head = _continued(desk, shown, vouched=False)
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

    Args:
        desk: of whoever was shown it.
        shown: the head, with the consistency proof as the log's own school gave it: one
            that does not hold then counts as a fork.

    Raises:
        AlterationFound, Unverifiable: as `witness_head`.
    """
    _continued(desk, shown, vouched=True)


def _continued(desk: Desk, shown: ShownHead, *, vouched: bool) -> tuple[School, Checkpoint]:
    """Open a head under the trusted key, and demand that it continues the one seen before."""
    head = open_checkpoint(shown.note, [shown.log_key]).checkpoint
    school = desk.load(School, desk.streams.school)
    seen = school.witnessed.get(head.origin)
    if seen is not None:
        _demand_provable(seen, shown, head)
        if not _continues(seen, shown, head):
            # Anybody can hand over a proof that does not hold; only the school may accuse itself.
            if head.size > seen.tree_size and not vouched:
                raise _unproved("The proof that came with it is for other heads, or damaged.")
            _keep_fork(desk, school, seen, shown)
    return school, head


def _demand_provable(seen: HeadWitnessed, shown: ShownHead, head: Checkpoint) -> None:
    if head.size < seen.tree_size:
        raise Unverifiable(
            f"A head of {head.size} entries is shown; one of {seen.tree_size} was seen before.",
            "An older head may be true, but cosigning it would say it is the newest.",
            "Ask for the newest checkpoint.",
            kind="older-head",
        )
    if head.size > seen.tree_size and shown.consistency is None:
        raise _unproved("No proof came with it from the head seen before.")


def _unproved(why: str) -> Unverifiable:
    return Unverifiable(
        "Nothing proves that this head continues the one seen before; nothing was cosigned.",
        f"{why} It may be of a log that was written anew.",
        "Ask the school to write both files again: send-ledger log checkpoint --out FILE "
        "--consistency FILE. A bundle from them proves it too.",
        kind="no-consistency-proof",
    )


def _continues(seen: HeadWitnessed, shown: ShownHead, head: Checkpoint) -> bool:
    if head.size == seen.tree_size:
        return head.root == seen.root_hash  # of one size, and not the same: a fork
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
