"""A ledger that continues another, held against a copy of that other one.

A note says which log it says that it continues (`Findings.note_successions`); here a copy of
the old log is at hand, and is compared as far as it reaches.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ledger.errors import KeyUnavailable
from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import b64url, unb64url
from ledger.formats.statement import read_statement
from ledger.seal.authority import read_authority
from ledger.seal.contents import open_entry
from ledger.seal.ed25519 import BadSignature, public_from_jwk
from ledger.seal.succession import Succession, check_agreement
from ledger.seal.tree import leaf_hash
from ledger.verify.grown_tree import GrownTree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.formats.ledger_reader import LedgerReader
    from ledger.seal.authority_records import SuccessionRecord
    from ledger.verify.findings import Findings

DIFFERS = "predecessor-differs"


def grown_tree(log: LedgerReader) -> GrownTree:
    """Recompute a log's tree from its entries, whatever is stored beside them.

    Raises:
        MalformedInput: an entry is no statement.
    """
    tree = GrownTree()
    tree.extend(leaf_hash(read_statement(entry.statement).jwt) for entry in log.entries())
    return tree


def check_predecessor(
    findings: Findings,
    new: LedgerReader,
    old: LedgerReader,
    data_key: Callable[[bytes], bytes] | None,
) -> None:
    """Tell whether a copy of an old log is the very one that a ledger continues.

    Args:
        findings: where findings go.
        new: the ledger that continues it, verified by itself.
        old: the copy of the old log.
        data_key: stream id → data key of the new ledger; None where no key is open.

    Raises:
        LedgerError: one of the two cannot be read.
    """
    first = read_statement(old.entry(0).statement)
    authority, origin = read_authority(new), origin_of(first.lid)
    record = next((one for one in authority.successions if one.origin == origin), None)
    if record is None:
        words = f"{origin} is another ledger, and none that this one continues."
        findings.add("other-ledger", None, words)
        return
    findings.not_checked("the old copy's own signatures: verify it by itself")
    said, tree = _said(findings, new, record, data_key), grown_tree(old)
    if tree.size >= record.size:
        _check_whole(findings, record, tree)
    else:
        _check_kept(findings, record, tree, said)
    if said is None:
        return
    if said["old_genesis"] != b64url(hashlib.sha256(first.jwt).digest()):
        findings.add(DIFFERS, record.index, "The old copy begins with another first statement.")
    if said["old_root_signature"] is None:
        findings.not_checked("whether the old log's root key agreed: it was not at hand")
        return
    genesis = read_statement(new.entry(0).statement)
    succession = Succession(
        origin=origin,
        size=record.size,
        root=record.root,
        new_origin=origin_of(genesis.lid),
        new_root=genesis.kid,
    )
    try:
        old_root = public_from_jwk(first.payload["jwk"])
        check_agreement(old_root, unb64url(said["old_root_signature"]), succession)
    except BadSignature:
        words = "What should be the old root key's signature does not fit."
        findings.add("bad-signature", record.index, words)


def _said(
    findings: Findings,
    new: LedgerReader,
    record: SuccessionRecord,
    data_key: Callable[[bytes], bytes] | None,
) -> Mapping[str, Any] | None:
    """Open what the succession says in its fields; None where they are closed to the reader."""
    try:
        if data_key is not None:
            return open_entry(new.entry(record.index), data_key).fields
    except KeyUnavailable:
        pass
    findings.not_checked("what else the succession says of the old log: it was not opened")
    return None


def _check_whole(findings: Findings, record: SuccessionRecord, tree: GrownTree) -> None:
    if tree.root_at(record.size)[0] != record.root:
        words = f"The first {record.size:,} entries of the old copy are not those continued."
        findings.add(DIFFERS, record.index, words)
        return
    words = f"The old copy is the log that is continued, with all its {record.size:,} entries."
    if later := tree.size - record.size:
        words += f" It has grown by {later:,} since; those are not continued."
    findings.add("predecessor-fits", record.index, words)


def _check_kept(
    findings: Findings, record: SuccessionRecord, tree: GrownTree, said: Mapping[str, Any] | None
) -> None:
    """Compare a copy that is shorter than the head named: only its beginning can be."""
    if said is None:
        words = f"The old copy has {tree.size:,} entries of {record.size:,}, and what was at hand "
        words += "when it was continued is not open to this reader."
        findings.add("unverifiable", record.index, words)
        return
    kept = said["kept_size"]
    if kept > tree.size:
        words = f"The old copy has {tree.size:,} entries; {kept:,} were at hand."
        findings.add("shorter-than-held", record.index, words)
    elif b64url(tree.root_at(kept)[0]) != said["kept_root"]:
        words = f"The first {kept:,} entries of the old copy are not those that were at hand."
        findings.add(DIFFERS, record.index, words)
    else:
        words = (
            f"The old copy holds the {kept:,} entries that were at hand; "
            f"{said['lost_first']:,} to {said['lost_last']:,} were lost."
        )
        findings.add("predecessor-fits", record.index, words)
