"""A receipt or confirmation: `docs/formats/receipt.md`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.mini_verifier.archive import read_archive, write_archive
from tests.mini_verifier.bundle import AUTHORITY_AND_POLICY, PROVED, unpack
from tests.mini_verifier.encoding import b64url, read_decimal, unb64
from tests.mini_verifier.event_fields import fields_due
from tests.mini_verifier.log import COSIGNER_KEY, VKey, open_note, read_policy
from tests.mini_verifier.logged import (
    Proof,
    check_claims,
    check_sums,
    demand,
    judge_with_authority,
    load,
    open_checkpoint,
    read,
)

NAMES = rf"receipt{PROVED}|{AUTHORITY_AND_POLICY}|sender-checkpoint|README\.txt"
RECEIPT, CONFIRMATION = "handover.receipt.v1", "handover.confirmation.v1"


def check_receipt(data: bytes, policy: Path | None = None) -> Proof:
    """Check a receipt or confirmation file by itself.

    Args:
        data: the ZIP.
        policy: a folder with a trust policy from outside, or None.
    """
    proof = Proof()
    if policy is None:
        proof.add("self-asserted", words="no trust policy from outside")
    with TemporaryDirectory() as name, proof.catching():
        path = Path(name)
        members = read_archive(data)
        demand("receipt-not-canonical", "wrapped anew", write_archive(members) == data)
        unpack(members, NAMES, path)
        check_sums(proof, path)
        trusted = policy or path / "policy"
        known = read_policy(read(trusted / "policy.txt"))
        open_checkpoint(proof, known, path)
        if not known.met(()):
            proof.add("quorum-unmet", words="the policy's cosigners are not all there")
        with proof.catching():
            check_claims(proof, path)
        receipt = load(proof, known, path / "receipt")
        every = judge_with_authority(proof, known, path, trusted / "genesis.sha256", [receipt])
        demand("bad-receipt", "it is none", receipt.statement.kind == "receipt")
        _check_said(receipt.fields, receipt.statement.payload["role"])
        day = max(one.statement.payload["recorded_at"] for one in every)[:10]
        _check_sides(proof, receipt.fields, path, day)
    return proof


def _check_said(said: dict[str, Any], role: str) -> None:
    demand("bad-receipt", "it is none", said.get("event") in (RECEIPT, CONFIRMATION))
    demand("field-withheld", "of the receipt", fields_due(said["event"]) <= said.keys())
    subject = [said[name] for name in ("subject_name", "subject_born", "subject_id")]
    demand("subject-named", "it names a pupil", subject == [None] * 3)
    if said["event"] == RECEIPT:
        outcome = said["outcome"]
        right = outcome["scheme"] == "handover-outcome"
        right = right and outcome["code"] in ("received", "accepted", "rejected")
        demand("bad-receipt", "no outcome that there is", right)
        grounds = said["grounds"] is not None
        demand("bad-receipt", "grounds", grounds == (outcome["code"] == "rejected"))
        by_person = outcome["code"] == "received" or role != "system"
        demand("type-not-permitted", "settled by a machine", by_person)


def _check_sides(proof: Proof, said: dict[str, Any], path: Path, day: str) -> None:
    assert proof.checkpoint is not None
    own = said["to_origin" if said["event"] == RECEIPT else "from_origin"]
    demand("receipt-other-side", "another school's log", own == proof.checkpoint.origin)
    if said["event"] == CONFIRMATION:
        cosigns = (path / "sender-checkpoint").exists()
        demand("unexpected-file", "a confirmation cosigns nothing", not cosigns)
        return
    publics = proof.authority.publics_of("cosigner", proof.checkpoint.size, day)
    keys = [VKey(f"{own}/witness", COSIGNER_KEY, public) for public in publics]
    note = open_note(read(path / "sender-checkpoint"), keys)
    lines = note.text.split("\n")
    demand("sender-checkpoint-differs", "no checkpoint", len(lines) == 4)
    head = lines[0], read_decimal(lines[1]), b64url(unb64(lines[2], 32))
    wanted = said["from_origin"], said["sender_size"], said["sender_root"]
    demand("sender-checkpoint-differs", "another head", head == wanted)
