"""Witnessing another log: cosign what continues, keep the proof of what does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.school import School
from ledger.application.heads_seen import heads_seen
from ledger.application.witnessing import CosignerKey, ShownHead, keep_fork_shown, witness_head
from ledger.errors import AlterationFound, Unverifiable
from ledger.formats.bundle_layout import ConsistencyProof
from ledger.formats.checkpoint import Checkpoint, cosigner_name, origin_of
from ledger.formats.signed_note import COSIGNATURE_ED25519, ED25519, VerifierKey
from ledger.seal.checkpoints import check_cosignatures, sign_checkpoint
from ledger.seal.ed25519 import SigningKey
from ledger.seal.tree import Frontier, TileNodes, leaf_hash, prove_consistency
from tests.support.ledger_builder import drawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.application.desk import Desk
    from ledger.bootstrap.session import Session
    from tests.support.school_home import SchoolHome


@dataclass(frozen=True)
class OtherLog:
    """Another school's log: its key and its leaves."""

    key: SigningKey
    origin: str
    leaves: tuple[bytes, ...]

    @property
    def vkey(self) -> VerifierKey:
        """Its log's key, as its card has it."""
        return VerifierKey(name=self.origin, type=ED25519, public=self.key.public)

    def shown(self, size: int, since: int | None = None) -> ShownHead:
        """Show its head at a size, with the proof since an earlier one."""
        root = Frontier.empty().extend(self.leaves[:size]).root()
        head = Checkpoint(origin=self.origin, size=size, root=root)
        proofs = []
        if since is not None:
            nodes = TileNodes(lambda _level, _number: b"".join(self.leaves))
            hashes = tuple(prove_consistency(nodes, since, size))
            proofs.append(ConsistencyProof(since, size, hashes))
        note = sign_checkpoint(head, self.key.sign, self.key.public)
        return ShownHead(note=note, proofs=proofs, log_key=self.vkey)


def other_log(story: str) -> OtherLog:
    leaves = tuple(leaf_hash(f"{story} {number}".encode()) for number in range(12))
    key = SigningKey(drawn("another log"))
    return OtherLog(key, origin_of(drawn("another ledger", 16)), leaves)


@pytest.fixture
def ours(senco: Session) -> CosignerKey:
    key = senco.home.machine_key("cosigner")
    return CosignerKey(key.public, key.sign)


def known(session: Session) -> int:
    school = session.desk.load(School, session.desk.streams.school)
    return max((one.tree_size for all_ in school.witnessed.values() for one in all_), default=0)


def size(session: Session) -> int:
    with session.home.reading() as reader:
        return reader.size


def test_a_head_is_cosigned_and_remembered(senco: Session, ours: CosignerKey) -> None:
    log = other_log("true")
    shown = log.shown(5)
    line = witness_head(senco.desk, ours, shown)
    name = cosigner_name(origin_of(senco.home.lid))
    vkey = VerifierKey(name=name, type=COSIGNATURE_ED25519, public=ours.public)
    assert len(check_cosignatures(shown.note + line.encode(), [vkey])) == 1
    assert known(senco) == 5
    before = size(senco)
    witness_head(senco.desk, ours, shown)  # the same again: cosigned, nothing new recorded
    assert size(senco) == before
    witness_head(senco.desk, ours, log.shown(9, since=5))
    assert known(senco) == 9


def test_an_older_head_is_not_called_the_newest(senco: Session, ours: CosignerKey) -> None:
    log = other_log("true")
    witness_head(senco.desk, ours, log.shown(9))
    before = size(senco)
    with pytest.raises(Unverifiable) as refused:
        witness_head(senco.desk, ours, log.shown(5))
    assert (refused.value.kind, refused.value.exit_code) == ("older-head", 11)
    with pytest.raises(Unverifiable) as refused:
        witness_head(senco.desk, ours, log.shown(11))
    assert refused.value.kind == "no-consistency-proof"
    assert size(senco) == before


def keeping(desk: Desk, _ours: CosignerKey, shown: ShownHead) -> None:
    keep_fork_shown(desk, shown)


@pytest.mark.parametrize(
    ("heads", "told"),
    [((5, None), witness_head), ((9, 5), witness_head), ((5, None), keeping), ((9, 5), keeping)],
    ids=["same size", "grown", "same size, in a bundle", "grown, in a bundle"],
)
def test_a_fork_is_refused_and_what_proves_it_kept(
    school: SchoolHome,
    senco: Session,
    ours: CosignerKey,
    heads: tuple[int, int | None],
    told: Callable[[Desk, CosignerKey, ShownHead], object],
) -> None:
    true, false = other_log("true"), other_log("false")
    witness_head(senco.desk, ours, true.shown(5))
    before = size(senco)
    with pytest.raises(AlterationFound) as refused:
        told(senco.desk, ours, false.shown(*heads))
    assert (refused.value.kind, refused.value.exit_code) == ("fork", 10)
    assert known(senco) == 5
    assert size(senco) == before + 1
    (kept,) = senco.desk.load(School, senco.desk.streams.school).forks
    notes = (true.shown(5).note.decode(), false.shown(*heads).note.decode())
    assert (kept.seen, kept.shown) == notes
    assert school.ok("verify", "--as", "senco")["result"] == "intact"


def test_a_fork_from_a_head_before_the_newest_is_kept_too(
    senco: Session, ours: CosignerKey
) -> None:
    true, false = other_log("true"), other_log("false")
    witness_head(senco.desk, ours, true.shown(5))
    witness_head(senco.desk, ours, true.shown(9, 5))
    with pytest.raises(AlterationFound):
        witness_head(senco.desk, ours, false.shown(7, 5))
    assert len(senco.desk.load(School, senco.desk.streams.school).forks) == 1
    with pytest.raises(Unverifiable) as refused:  # true, and not the newest
        witness_head(senco.desk, ours, true.shown(7, 5))
    assert refused.value.kind == "older-head"


def test_a_proof_that_does_not_hold_the_root_it_starts_from_accuses_nobody(
    senco: Session, ours: CosignerKey
) -> None:
    true, false = other_log("true"), other_log("false")
    witness_head(senco.desk, ours, true.shown(4))
    before = size(senco)
    with pytest.raises(Unverifiable) as refused:
        witness_head(senco.desk, ours, false.shown(9, 4))
    assert refused.value.kind == "no-consistency-proof"
    assert size(senco) == before


def test_a_proof_that_does_not_hold_accuses_nobody(senco: Session, ours: CosignerKey) -> None:
    log = other_log("true")
    witness_head(senco.desk, ours, log.shown(5))
    before = size(senco)
    (proof,) = log.shown(9, 5).proofs
    wrong = replace(log.shown(9), proofs=[replace(proof, hashes=(bytes(32),) * len(proof.hashes))])
    with pytest.raises(Unverifiable) as refused:
        witness_head(senco.desk, ours, wrong)
    assert (refused.value.kind, refused.value.exit_code) == ("no-consistency-proof", 11)
    assert size(senco) == before
    witness_head(senco.desk, ours, log.shown(9, 5))
    assert known(senco) == 9


@pytest.mark.parametrize("heads", [(5, None), (9, 5)], ids=["same size", "grown"])
def test_a_head_by_another_key_that_was_trusted_once_accuses_nobody(
    senco: Session, ours: CosignerKey, heads: tuple[int, int | None]
) -> None:
    log = other_log("true")
    impostor = replace(other_log("false"), key=SigningKey(drawn("an impostor")))
    witness_head(senco.desk, ours, impostor.shown(5))
    keep_fork_shown(senco.desk, log.shown(*heads))
    witness_head(senco.desk, ours, log.shown(*heads))
    school = senco.desk.load(School, senco.desk.streams.school)
    assert school.forks == []
    seen, theirs = (heads_seen(school, log.origin, [one.vkey]) for one in (log, impostor))
    assert ([one.tree_size for one in seen], len(theirs)) == ([heads[0]], 1)
    with pytest.raises(AlterationFound):  # what the true log signed binds it as before
        witness_head(senco.desk, ours, replace(other_log("false"), key=log.key).shown(*heads))


def test_a_head_that_the_log_did_not_sign_is_refused(senco: Session, ours: CosignerKey) -> None:
    log = other_log("true")
    stranger = OtherLog(SigningKey(drawn("a stranger")), log.origin, log.leaves)
    forged = ShownHead(note=stranger.shown(5).note, proofs=(), log_key=log.vkey)
    before = size(senco)
    with pytest.raises((AlterationFound, Unverifiable)):
        witness_head(senco.desk, ours, forged)
    assert size(senco) == before
