"""The worked example of `docs/formats/log.md`: made anew, compared, and checked by hand.

`python -m tests.golden.test_log_document` writes it into the document.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.formats import checkpoint as checkpoint_format
from ledger.formats import cosignature, signed_note, tlog_policy, tlog_proof
from ledger.formats.checkpoint import Checkpoint, cosigner_name, origin_of
from ledger.formats.encoding import b64, b64url, compact_json
from ledger.formats.signed_note import COSIGNATURE_ED25519, ED25519, VerifierKey
from ledger.formats.tlog_policy import PolicyLog, PolicyWitness, TlogPolicy
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.checkpoints import check_cosignatures, cosign, open_checkpoint, sign_checkpoint
from ledger.seal.ed25519 import SigningKey
from ledger.seal.pem import spki_pem
from ledger.seal.tree import (
    Frontier,
    LeafHashes,
    check_consistency,
    check_inclusion,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
)
from tests.golden.fixed import fixed_bytes
from tests.support.documents import section, write_section
from tests.support.programs import needs

LIMITS: Final = "limits"
DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "formats" / "log.md"

LOG: Final = SigningKey(fixed_bytes("log document: log key"))
COSIGNER: Final = SigningKey(fixed_bytes("log document: cosigner key"))
PERSON: Final = SigningKey(fixed_bytes("log document: person key"))
ORIGIN: Final = origin_of(fixed_bytes("log document: ledger", 16))
COSIGNER_NAME: Final = cosigner_name(origin_of(fixed_bytes("log document: another ledger", 16)))
LOG_KEY: Final = VerifierKey(name=ORIGIN, type=ED25519, public=LOG.public)
COSIGNER_KEY: Final = VerifierKey(
    name=COSIGNER_NAME, type=COSIGNATURE_ED25519, public=COSIGNER.public
)
COSIGNED_AT: Final = 1_772_557_200  # 2026-03-03T17:00:00Z
INDEX, OLD, SIZE = 2, 3, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Everything that the worked example shows."""

    leaves: list[bytes]
    hashes: list[bytes]
    old_note: bytes
    note: bytes
    consistency: list[bytes]
    proof: TlogProof
    policy: TlogPolicy


def _shortened_statement(seq: int) -> bytes:
    header = {"alg": "Ed25519", "typ": "send-event+sd-jwt", "kid": PERSON.kid}
    parts = [b64url(compact_json(one).encode()) for one in (header, {"v": 1, "seq": seq})]
    signed = ".".join(parts).encode()
    return signed + b"." + b64url(PERSON.sign(signed)).encode()


def _signed_head(hashes: list[bytes]) -> bytes:
    root = Frontier.empty().extend(hashes).root()
    head = Checkpoint(origin=ORIGIN, size=len(hashes), root=root)
    return sign_checkpoint(head, LOG.sign, LOG.public)


def example() -> Example:
    """Make the example: a log of five leaves, and the proof of the third."""
    leaves = [_shortened_statement(seq) for seq in range(1, SIZE + 1)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    nodes = LeafHashes(hashes)
    note = _signed_head(hashes)
    note += cosign(note, COSIGNER_NAME, COSIGNER.sign, COSIGNER.public, COSIGNED_AT).encode()
    path = prove_inclusion(nodes, INDEX, SIZE)
    return Example(
        leaves=leaves,
        hashes=hashes,
        old_note=_signed_head(hashes[:OLD]),
        note=note,
        consistency=prove_consistency(nodes, OLD, SIZE),
        proof=TlogProof(index=INDEX, hashes=tuple(path), checkpoint_note=note),
        policy=TlogPolicy(
            logs=(PolicyLog(LOG_KEY),),
            witnesses=(PolicyWitness(name="neighbour", key=COSIGNER_KEY),),
            groups=(),
            quorum="neighbour",
        ),
    )


def _lines(values: list[bytes]) -> str:
    return "\n".join(map(b64, values))


def worked_example() -> str:
    """Write the section between the two comments."""
    made = example()
    keys = ((LOG, LOG_KEY), (COSIGNER, COSIGNER_KEY))
    seeds = "\n".join(f"{key.seed_bytes().hex()}\n{vkey.text()}" for key, vkey in keys)
    sections = {
        "The log's key and a cosigner's, each as its seed (RFC 8032 §5.1.5, hexadecimal; a test "
        "key, worth nothing) and its verifier key:": seeds,
        f"A log of {SIZE} leaves. They are shortened here, to a payload of two members: to the "
        "log a statement is bytes.": "\n".join(leaf.decode() for leaf in made.leaves),
        "Their leaf hashes, in base64:": _lines(made.hashes),
        f"The checkpoint signed when the log had {OLD} leaves:": made.old_note.decode(),
        f"The one signed at {SIZE} leaves, and cosigned on 3 March 2026 at 17:00 UTC, is the "
        "file `checkpoint`:": made.note.decode(),
        f"The consistency proof from {OLD} to {SIZE}:": _lines(made.consistency),
        f"`statement.tlog-proof` proves the leaf at index {INDEX}, the third line above, which "
        "is the file `statement.jwt` (without a newline):": made.proof.to_bytes().decode(),
        "`policy.txt`, with which a reader who trusts that log and that cosigner "
        "checks it:": made.policy.to_bytes().decode(),
        "`log.pem` and `cosigner.pem`, the public keys for `openssl`:": (
            spki_pem(LOG.public) + spki_pem(COSIGNER.public)
        ).decode(),
    }
    return "\n".join(
        f"{words}\n\n```text\n{text.rstrip()}\n```\n" for words, text in sections.items()
    )


def limits() -> str:
    """Write the table of limits."""
    rows = {
        "leaves in a tree": checkpoint_format.MAX_TREE_SIZE,
        "signature lines of a note": signed_note.MAX_SIGNATURES,
        "bytes of a note": signed_note.MAX_NOTE_BYTES,
        "hashes of an inclusion proof": tlog_proof.MAX_HASHES,
        "bytes of `extra`": tlog_proof.MAX_EXTRA_BYTES,
        "bytes of a proof file": tlog_proof.MAX_PROOF_BYTES,
        "logs, witnesses and groups of a policy, together": tlog_policy.MAX_DEFINITIONS,
        "bytes of a policy": tlog_policy.MAX_POLICY_BYTES,
        "time of a cosignature": cosignature.MAX_TIME,
    }
    head = "| what | at most |\n|---|---|\n"
    return head + "".join(f"| {what} | {most:,} |\n" for what, most in rows.items())


def test_the_document_holds_what_the_code_makes_from_the_fixed_keys() -> None:
    assert section(DOCUMENT, LIMITS) == limits()
    assert section(DOCUMENT) == f"\n{worked_example()}\n"


def test_the_example_is_proved_from_its_files_and_the_policy_alone() -> None:
    made = example()
    policy = TlogPolicy.parse(made.policy.to_bytes())
    proof = TlogProof.parse(made.proof.to_bytes())
    keys = [log.key for log in policy.logs]
    head = open_checkpoint(proof.checkpoint_note, keys).checkpoint
    cosigned = check_cosignatures(proof.checkpoint_note, [w.key for w in policy.witnesses])
    assert policy.quorum_met(policy.names_of(one.key for one in cosigned))
    assert [one.time for one in cosigned] == [COSIGNED_AT]
    leaf = leaf_hash(made.leaves[INDEX])
    check_inclusion(leaf, proof.index, head.size, proof.hashes, head.root)
    old = open_checkpoint(made.old_note, keys).checkpoint
    check_consistency(old.size, old.root, head.size, head.root, made.consistency)


def _by_hand(folder: Path, leaf: bytes) -> subprocess.CompletedProcess[str]:
    made = example()
    files = {
        "statement.jwt": leaf,
        "statement.tlog-proof": made.proof.to_bytes(),
        "checkpoint": made.note,
        "log.pem": spki_pem(LOG.public),
        "cosigner.pem": spki_pem(COSIGNER.public),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    commands = section(DOCUMENT, "commands")
    script = commands.removeprefix("```sh\n").removesuffix("```\n")
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


@needs("bash", "openssl")
def test_the_commands_of_the_document_check_the_example_without_this_program(
    tmp_path: Path,
) -> None:
    done = _by_hand(tmp_path, example().leaves[INDEX])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "the statement is in the log",
        "Signature Verified Successfully",
        "Signature Verified Successfully",
        "cosigned at 2026-03-03T17:00:00Z",
    ]


@needs("bash", "openssl")
def test_the_commands_of_the_document_stop_at_another_statement(tmp_path: Path) -> None:
    done = _by_hand(tmp_path, example().leaves[INDEX + 1])
    assert done.returncode != 0
    assert "in the log" not in done.stdout


if __name__ == "__main__":
    write_section(DOCUMENT, limits(), LIMITS)
    write_section(DOCUMENT, f"\n{worked_example()}\n")
