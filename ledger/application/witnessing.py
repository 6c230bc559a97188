"""Witnessing another school's log: cosign what continues, keep the proof of what does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from ledger.aggregates.school import ForkFound, HeadWitnessed, RewritingProved, School
from ledger.application.desk import Desk
from ledger.application.heads_seen import heads_seen
from ledger.errors import AlterationFound, Unverifiable
from ledger.formats.bundle_layout import ConsistencyProof
from ledger.formats.checkpoint import Checkpoint, cosigner_name, origin_of
from ledger.formats.signed_note import VerifierKey
from ledger.seal.checkpoints import cosign, open_checkpoint
from ledger.seal.continuation import SeenHead, rewritten_root
from ledger.seal.tree import ProofMismatch


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
        proofs: what came with it as consistency proofs from earlier heads.
        log_key: the other log's key, from its trusted card.
    """

    note: bytes
    proofs: Sequence[ConsistencyProof]
    log_key: VerifierKey


def witness_head(desk: Desk, key: CosignerKey, shown: ShownHead) -> str:
    """Cosign another log's head and remember it; give the cosignature line.

    Raises:
        AlterationFound: it shows itself that the log was rewritten since the head seen
            before; the proof is kept in this ledger (kind `fork`).
        Unverifiable: nothing proves that it continues the head seen before.
    """
    school, head, newest = _continued(desk, shown)
    line = cosign(
        shown.note,
        cosigner_name(origin_of(desk.lid)),
        key.sign,
        key.public,
        int(desk.now().timestamp()),
    )
    if head.size > newest:
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


def _continued(desk: Desk, shown: ShownHead) -> tuple[School, Checkpoint, int]:
    """Open a head under the trusted key, and demand that it continues all that was seen before.

    Returns:
        The school, the head, and the size of the newest head seen before, or 0.
    """
    head = open_checkpoint(shown.note, [shown.log_key]).checkpoint
    school = desk.load(School, desk.streams.school)
    heads = heads_seen(school, head.origin, [shown.log_key])
    newest = heads[-1].tree_size if heads else 0
    seen = next((one for one in reversed(heads) if one.tree_size <= head.size), None)
    if seen is not None:
        proof = _proof_since(seen, shown, head)
        if proof is None:
            _demand_newest(newest, head)
            raise _unproved("No proof came with it from the head seen before.")
        own = _rewritten_root(seen, head, proof)
        if own is not None:
            notes = {
                "log_origin": head.origin,
                "seen": seen.note,
                "shown": shown.note.decode("utf-8"),
            }
            _keep_fork(desk, school, notes, own, proof)
    _demand_newest(newest, head)
    return school, head, newest


def _demand_newest(newest: int, head: Checkpoint) -> None:
    if head.size < newest:
        raise Unverifiable(
            f"A head of {head.size} entries is shown; one of {newest} was seen before.",
            "An older head may be true, but cosigning it would say it is the newest.",
            "Ask for the newest checkpoint.",
            kind="older-head",
        )


def _proof_since(
    seen: HeadWitnessed, shown: ShownHead, head: Checkpoint
) -> tuple[bytes, ...] | None:
    if head.size == seen.tree_size:
        return ()
    return next((one.hashes for one in shown.proofs if one.old == seen.tree_size), None)


def _unproved(why: str) -> Unverifiable:
    return Unverifiable(
        "Nothing proves that this head continues the one seen before; nothing was cosigned.",
        f"{why} It may be of a log that was written anew.",
        "Ask the school to write both files again: send-ledger log checkpoint --out FILE "
        "--consistency FILE. A bundle from them proves it too.",
        kind="no-consistency-proof",
    )


def _rewritten_root(seen: HeadWitnessed, head: Checkpoint, proof: Sequence[bytes]) -> bytes | None:
    before, now = SeenHead(seen.tree_size, seen.root_hash), SeenHead(head.size, head.root)
    try:
        return rewritten_root(before, now, proof)
    except ProofMismatch:
        # Anybody can hand over a proof that does not hold; the log alone can accuse itself.
        raise _unproved("The proof that came with it is for other heads, or damaged.") from None


def _keep_fork(
    desk: Desk, school: School, notes: dict[str, str], own: bytes, proof: tuple[bytes, ...]
) -> NoReturn:
    known = [(one.seen, one.shown) for one in school.forks]
    if (notes["seen"], notes["shown"]) not in known:
        if proof:
            school.record(RewritingProved, desk.entry(), own_root=own, consistency=proof, **notes)
        else:
            school.record(ForkFound, desk.entry(), **notes)
        desk.save(school)
    raise AlterationFound(
        "The other school's ledger has been rewritten; nothing was cosigned.",
        "It signed two heads that cannot both be true. The proof is kept here.",
        "Do not rely on its entries; tell its headteacher and the local authority, and give "
        "them the proof: send-ledger school partners --forks --json.",
        kind="fork",
    )
