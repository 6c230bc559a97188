"""What goes out from the log and what comes back: proofs, cosignatures, time stamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledger.aggregates.school import School
from ledger.application.log import add_cosignature, add_time_stamp, newest_checkpoint
from ledger.application.witnessing import CosignerKey, ShownHead, witness_head
from ledger.errors import AlterationFound, InputRefused, NotFound, UsageError
from ledger.formats.bundle_layout import (
    MAX_CONSISTENCY_PROOFS,
    ConsistencyProof,
    read_consistency,
    write_consistency,
)
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import SignedNote, VerifierKey
from ledger.seal.checkpoints import check_cosignatures
from ledger.seal.private_files import write_private
from ledger.seal.proofs import LogProver
from ledger.seal.time_stamps import build_query, check_token, join_roots, read_roots
from ledger.seal.tlog_proofs import tlog_proof

if TYPE_CHECKING:
    from ledger.bootstrap.home import Home
    from ledger.bootstrap.session import Session
    from ledger.formats.ledger_reader import LedgerReader


def prove_entry(home: Home, index: int) -> tuple[int, bytes]:
    """Prove that an entry is in the log.

    Returns:
        The size of the newest checkpoint, and the proof in C2SP tlog-proof form.

    Raises:
        NotFound: the ledger was never sealed, or not since that entry.
    """
    with home.reading() as reader:
        size, note = newest_checkpoint(reader)
        if not 0 <= index < size:
            raise NotFound(
                f"The newest checkpoint covers entries 0 to {size - 1}, not {index}.",
                "A proof rests on a checkpoint that covers the entry.",
                remedy="Look at the number, or run send-ledger log checkpoint first.",
                kind="no-entry",
            )
        return size, tlog_proof(LogProver(reader), index, note)


def prove_continuation(home: Home) -> bytes:
    """Prove that the newest checkpoint continues the earlier ones, the newest 1,024 of them.

    Returns:
        What a bundle's `consistency` file holds.

    Raises:
        NotFound: the ledger was never sealed.
    """
    with home.reading() as reader:
        newest, _ = newest_checkpoint(reader)
        prover = LogProver(reader)
        sizes = [size for size, _ in reader.checkpoints() if size < newest]
        return write_consistency(
            [
                ConsistencyProof(old, newest, tuple(prover.consistency(old, newest)))
                for old in sizes[-MAX_CONSISTENCY_PROOFS:]
            ]
        )


def cosign_checkpoint(session: Session, note: bytes, consistency: bytes | None) -> str:
    """Cosign another school's checkpoint with this ledger's own key; give the line.

    Args:
        session: of somebody who may record that it was seen.
        note: the other school's signed checkpoint.
        consistency: the file that proves that it continues others, or None.

    Raises:
        InputRefused: the other log is not trusted here, or the checkpoint does not continue it.
        AlterationFound: it contradicts one that was seen; the proof of that is kept.
    """
    school = session.desk.load(School, session.desk.streams.school)
    key = session.home.machine_key("cosigner")
    proofs = () if consistency is None else read_consistency(consistency)
    shown = ShownHead(note=note, proofs=proofs, log_key=_partner_log_key(school, note))
    return witness_head(session.desk, CosignerKey(key.public, key.sign), shown)


def _partner_log_key(school: School, note: bytes) -> VerifierKey:
    origin = Checkpoint.parse(SignedNote.parse(note).text).origin
    partner = school.partners.get(origin)
    if partner is None:
        raise InputRefused(
            "The checkpoint is of a log that is not trusted here.",
            "Its school's card was never checked.",
            "Get the school's card, then send-ledger school trust CARD.",
            kind="unknown-log",
        )
    return VerifierKey.parse(partner.log_key)


def keep_cosignature(session: Session, line: str, cosigner: VerifierKey) -> int:
    """Keep a cosignature of one of this ledger's checkpoints; give that checkpoint's size.

    Raises:
        InputRefused: kind "cosignature-unknown".
    """
    with session.home.reading() as reader:
        size = _cosigned_size(reader, line, cosigner)
        add_cosignature(session.system_desk(), reader, session.store, size, line)
    return size


def _cosigned_size(reader: LedgerReader, line: str, key: VerifierKey) -> int:
    for size, note in reversed(reader.checkpoints()):
        try:
            if check_cosignatures(note + line.encode("utf-8"), [key]):
                return size
        except AlterationFound:
            continue
    raise InputRefused(
        "The cosignature is of none of this ledger's checkpoints, or not by that key.",
        "It fits no checkpoint that is kept here.",
        remedy="Ask the other school which checkpoint they cosigned.",
        kind="cosignature-unknown",
    )


@dataclass(frozen=True, slots=True)
class ToStamp:
    """The newest checkpoint: its size, its note, and a query for a stamp over it."""

    size: int
    note: bytes
    query: bytes


def to_stamp(home: Home) -> ToStamp:
    """Ask for a time stamp over the newest checkpoint.

    Raises:
        NotFound: the ledger was never sealed.
    """
    with home.reading() as reader:
        size, note = newest_checkpoint(reader)
    return ToStamp(size, note, build_query(note, home.entropy))


def keep_time_stamp(
    session: Session, asked: ToStamp, answer: bytes, roots: bytes | None = None
) -> None:
    """Check an authority's answer, then keep it, and the roots where they are new.

    Args:
        session: anybody's, or the ledger's own.
        asked: what was stamped.
        answer: the authority's, whole.
        roots: its root certificates as PEM, kept beside those at home; None for those.

    Raises:
        UsageError: kind "no-tsa-roots": none are known.
        LedgerError: the answer is refused; nothing was kept.
    """
    home = session.home
    kept = home.tsa_roots()
    pem = kept if roots is None else roots
    if not pem:
        raise UsageError(
            "The authority's root certificates are not known; nothing was kept.",
            "A token is checked before it is kept.",
            "Add --roots FILE with the certificates from the authority's own website.",
            kind="no-tsa-roots",
        )
    check_token(answer, asked.note, read_roots(pem), asked.query)
    if roots is not None and (joined := join_roots(kept, roots)) != kept:
        write_private(home.tsa_roots_path, joined, replace=True)
    with home.reading() as reader:
        add_time_stamp(session.system_desk(), reader, session.store, asked.size, answer)
